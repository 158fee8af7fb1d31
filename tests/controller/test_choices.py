"""What somebody chooses for one session: size, contrast, slower keys, volume, speech, information; and when it is forgotten."""

from datetime import timedelta

import pytest

from controller.inputs import HeadphonesPlugged, HeadphonesUnplugged, KeyPressed
from tests.controller.bench_machine import PIN, BenchMachine


def at_pin() -> BenchMachine:
    machine = BenchMachine()
    machine.stored()
    machine.run(10_000)  # the coil rests
    machine.press("ok")
    assert machine.screen.screen == "l.pin"
    return machine


def test_help_makes_text_larger_in_steps_and_returns_to_the_screen() -> None:
    machine = at_pin()
    seen: list[tuple[str, str]] = []
    for _ in range(3):
        machine.press("help", "2")
        seen.append((machine.screen.screen, machine.screen.size))
    assert seen == [("l.pin", "A+"), ("l.pin", "A++"), ("l.pin", "A")]


def test_contrast_and_back() -> None:
    machine = at_pin()
    assert machine.screen.theme == "day"
    machine.press("help", "3")
    assert machine.screen.theme == "contrast"
    machine.press("help", "3")
    assert machine.screen.theme == "day"


def test_slower_keys_volume_and_speech() -> None:
    machine = at_pin()
    machine.press("help", "4", "help", "5", "help", "1")
    assert (machine.screen.slow_keys, machine.screen.audio.volume, machine.screen.audio.on) == (True, 4, True)
    machine.press("help", "1", "help", "5", "help", "5")
    assert (machine.screen.audio.on, machine.screen.audio.volume) == (False, 1)


def test_after_the_session_everything_is_as_before() -> None:
    machine = at_pin()
    machine.press("help", "2", "help", "3", "help", "4", "help", "5", "audio", "lang", "4")
    machine.press(*PIN, "ok", "ok")
    machine.run(1_000)
    assert (machine.screen.screen, machine.screen.size, machine.screen.lang) == ("l.open", "A+", "de")
    machine.push(1)
    machine.press("ok")
    shown = machine.screen
    assert (shown.screen, shown.size, shown.theme, shown.slow_keys, shown.lang) == ("l.attract", "A", "day", False, "pl")
    assert (shown.audio.on, shown.audio.volume) == (False, 3)


def test_choices_made_on_the_first_screen_last_until_nobody_comes() -> None:
    machine = BenchMachine()
    machine.press("help", "2")
    assert (machine.screen.screen, machine.screen.size) == ("l.attract", "A+")
    machine.run(110_000)
    assert machine.screen.size == "A+"
    machine.run(20_000)
    assert machine.screen.size == "A"


@pytest.mark.parametrize("choose", [("audio",), ("help", "2")])
def test_twice_the_time_for_whoever_listens_or_reads_large_text(choose: tuple[str, ...]) -> None:
    machine = at_pin()
    machine.press(*choose)
    machine.run(119_000)
    assert machine.screen.screen == "l.pin"
    machine.run(2_000)
    assert machine.screen.screen == "more_time"


def test_time_is_given_without_limit() -> None:
    machine = at_pin()
    for _ in range(12):
        machine.run(61_000)
        assert (machine.screen.screen, machine.screen.cue) == ("more_time", "attention")
        machine.press("up")
        assert machine.screen.screen == "l.pin"


def test_arrows_after_the_audio_key_change_the_volume_and_later_turn_pages() -> None:
    machine = at_pin()
    machine.press("help", "2", "audio", "up", "up", "up", "down")
    assert (machine.screen.audio.volume, machine.screen.page) == (4, 0)
    machine.run(3_100)
    machine.press("down", "down", "up")
    assert (machine.screen.audio.volume, machine.screen.page) == (4, 1)
    machine.press("1")
    assert machine.screen.page == 0, "whoever types sees the digits"


def test_audio_again_says_it_again() -> None:
    machine = at_pin()
    machine.press("audio")
    first = machine.screen.audio.again
    machine.press("audio")
    assert machine.screen.audio.again == first + 1


def test_whoever_says_that_nobody_is_there_takes_the_choices_along() -> None:
    machine = at_pin()
    machine.press("help", "2")
    machine.run(121_000)
    assert machine.screen.screen == "more_time"
    machine.press("cancel")
    assert (machine.screen.screen, machine.screen.size) == ("l.attract", "A")


def test_headphones_start_speech_and_their_end_stops_it() -> None:
    machine = at_pin()
    machine.take(HeadphonesPlugged())
    assert (machine.screen.audio.on, machine.screen.audio.private) == (True, True)
    machine.take(HeadphonesUnplugged())
    assert (machine.screen.audio.on, machine.screen.audio.private) == (False, False)


def test_information_has_documents_and_ways_back() -> None:
    machine = at_pin()
    machine.press("help", "6", "4")
    assert (machine.screen.screen, machine.screen.data["topic"]) == ("info.page", "accessibility")
    machine.press("down")
    assert machine.screen.page == 1
    machine.press("cancel", "cancel", "cancel")
    assert machine.screen.screen == "l.pin"
    machine.press("help", "6", "1", "ok")
    assert machine.screen.screen == "l.pin"


def test_in_large_text_a_menu_is_chosen_by_its_numbers() -> None:
    machine = at_pin()
    machine.press("help", "2", "lang")
    assert "ok" not in machine.screen.keys
    machine.press("down", "down", "2")
    assert (machine.screen.screen, machine.screen.lang) == ("l.pin", "en")


def test_the_theme_stays_while_somebody_is_there() -> None:
    machine = BenchMachine()
    machine.wall_jump = timedelta(hours=5, minutes=44)  # 15:44: the sun sets at 15:49
    machine.run(60_000)
    machine.press("ok")
    for _ in range(12):
        machine.run(50_000)
        machine.press("1", "cancel")
    assert (machine.screen.screen, machine.screen.theme) == ("l.pin", "day")
    machine.press("cancel", "ok")
    machine.run(60_000)
    assert (machine.screen.screen, machine.screen.theme) == ("l.attract", "night")


def test_quiet_hours() -> None:
    machine = BenchMachine()
    assert not machine.screen.quiet
    machine.wall_jump = timedelta(hours=12)  # 22:00 in Poznań
    machine.run(60_000)
    assert machine.screen.quiet


def test_help_does_not_hide_a_door_for_ever() -> None:
    machine = at_pin()
    machine.press(*PIN, "ok", "ok")
    machine.run(1_000)
    machine.press("help")
    assert machine.screen.screen == "help"
    machine.push(1)
    assert machine.screen.screen == "l.done"


def test_a_key_for_more_time_that_is_audio_gives_time() -> None:
    machine = at_pin()
    machine.run(61_000)
    machine.loop.take(KeyPressed(key="audio", rev=machine.screen.rev))
    assert machine.screen.screen == "l.pin"
