"""A cut falls at exactly the planned point, and what it kills is dead before anything else happens."""

import pytest

from sim.power_cuts import Cut, CutPoints, PowerCut


def test_the_nth_point_of_a_family_is_cut_and_the_next_plan_is_armed() -> None:
    killed: list[str] = []
    points = CutPoints((Cut("journal.after", "door", 2, 1_000), Cut("line.before", "", 1, 300, board=True)), lambda: killed.append("dead"))
    points.at("journal.after", "door.opened")
    points.at("journal.after", "pin.set")
    points.at("line.before", "unlock")
    assert killed == []
    with pytest.raises(PowerCut, match=r"^#4 journal\.after door\.closed$"):
        points.at("journal.after", "door.closed")
    assert killed == ["dead"]
    assert points.taken().down_ms == 1_000
    with pytest.raises(PowerCut):
        points.at("line.before", "states")
    assert points.taken().board


def test_a_healed_world_has_no_cuts() -> None:
    points = CutPoints((Cut("inbox", "", 1, 1_000),), lambda: None)
    points.heal()
    points.at("inbox")


def test_a_cut_passes_every_handler_of_errors() -> None:
    assert not issubclass(PowerCut, Exception)
