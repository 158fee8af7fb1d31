"""What breaks the sentence about lamps."""

from contracts.screen_messages import ScreenMessage
from sim.invariants.lamps import ROUND_MS, a_lamp_shines_only_where_the_screen_points, pointed_at


def shown(screen: str, compartment: int) -> ScreenMessage:
    return ScreenMessage(1, screen, "pl", (), {"compartment": compartment}, screen)


def test_a_screen_with_the_picture_points_and_so_does_what_lies_over_it() -> None:
    assert [pointed_at(shown(name, 7)) for name in ("l.found", "l.open", "k.load", "lang", "more_time")] == [7] * 5
    assert [pointed_at(shown(name, 7)) for name in ("l.done", "l.pin", "k.check", "l.attract")] == [0] * 4
    assert pointed_at(ScreenMessage(1, "lang", "pl", (), {}, "lang")) == 0
    assert pointed_at(None) == 0


def test_a_lamp_that_nobody_is_to_see_breaks_it() -> None:
    assert list(a_lamp_shines_only_where_the_screen_points({7: 100}, 7, {}, 0)) == []
    assert list(a_lamp_shines_only_where_the_screen_points({}, 7, {}, 0)) == []
    assert list(a_lamp_shines_only_where_the_screen_points({7: 100}, 8, {}, 5_000)) == ["compartment 7, the screen points at 8"]
    assert list(a_lamp_shines_only_where_the_screen_points({7: 100}, 0, {}, 5_000)) == ["compartment 7, the screen points at none"]


def test_it_has_one_round_of_the_bus_to_go_out() -> None:
    assert list(a_lamp_shines_only_where_the_screen_points({7: 100}, 0, {7: 5_000}, 5_000 + ROUND_MS)) == []
    assert len(list(a_lamp_shines_only_where_the_screen_points({7: 100}, 0, {7: 5_000}, 5_001 + ROUND_MS))) == 1
