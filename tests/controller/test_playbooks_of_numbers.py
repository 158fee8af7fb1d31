"""Playbooks of phone and PIN: numbers are tried, paused and forgotten each by itself, and nobody learns which of them wait here."""

from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import Entry, NumberPaused, NumberTrySpent, PinRejected, PinSteppedUp
from controller.clock import Now
from controller.locker import decide, pin_state
from controller.locker.pin_state import NUMBERS_MAX, Pins
from controller.locker.pins import NUMBER_TRIES, PAUSES_MS, PinEntered, PinMatched, PinPolicy
from controller.locker.state import Locker, LockerFact, fold
from controller.refused import Refused
from tests.controller.bench_machine import PHONE, PIN, START
from tests.controller.pin_playbooks import NOBODY, paused_facts, stepped_up, waiting, with_number, wrong_tries


@pytest.mark.parametrize("number", [PHONE, NOBODY])
def test_a_wrong_pin_and_a_number_nobody_has_are_told_alike(number: str) -> None:
    machine, _ = stepped_up()
    before = machine.seq
    with_number(machine, number, wait_ms=4_800)
    assert machine.kinds(before) == ["number.try_spent", "pin.rejected"]
    assert machine.screen.screen == "l.checking"
    machine.run(300)
    assert machine.screen.screen == "l.wrong.phone"
    assert (machine.screen.data["left"], machine.screen.data["filled"]) == (2, 0)


def test_three_wrong_entries_pause_the_number_longer_and_longer() -> None:
    machine, _ = stepped_up()
    for pause_ms in (*PAUSES_MS, None):
        for _ in range(3):
            with_number(machine, NOBODY)
        assert machine.screen.screen == "l.locked"
        if pause_ms is None:
            break
        assert machine.screen.deadline.kind == "fact"
        assert pause_ms - 10_000 < machine.screen.deadline.left_ms <= pause_ms - 5_000
        machine.press("cancel")
        machine.run(1_000)
        machine.press("ok", *NOBODY, "ok")
        assert machine.screen.screen == "l.locked"
        machine.press("cancel")
        machine.ms += pause_ms - 20_000  # nothing moves in between
        machine.run(20_000)
        assert machine.kinds()[-1] == "number.resumed"
    assert paused_facts(machine) == [(1, 900_000), (2, 1_800_000), (3, 3_600_000), (4, None)]
    machine.press("cancel")
    machine.wall_jump = timedelta(days=1)
    machine.run(1_000)
    assert machine.state.locker.pins.numbers == {}


def test_a_pause_is_the_numbers_own() -> None:
    machine, _ = stepped_up()
    for _ in range(3):
        with_number(machine, NOBODY)
    assert machine.screen.screen == "l.locked"
    machine.press("cancel")
    with_number(machine, PHONE, PIN, wait_ms=0)
    assert machine.screen.screen == "l.found"


def test_a_pause_starts_again_at_every_boot_without_a_fact() -> None:
    machine, _ = stepped_up()
    for _ in range(3):
        with_number(machine, NOBODY)
    machine.ms += 800_000
    before = machine.seq
    machine.start()
    machine.run(500)
    assert machine.kinds(before) == ["boot.started"]
    machine.ms += 890_000
    machine.run(500)
    machine.press("ok", *NOBODY, "ok")
    assert machine.screen.screen == "l.locked"
    machine.run(10_000)
    assert machine.kinds()[-1] == "number.resumed"
    assert machine.screen.screen == "l.pin"


def test_a_longer_number_counts_by_its_last_nine_digits() -> None:
    machine, _ = stepped_up()
    machine.press("ok", *f"0048{PHONE}")
    assert (machine.screen.data["filled"], machine.screen.data["last"]) == (9, "0")
    machine.press("cancel", "0", "ok", *PIN, "ok")
    assert machine.screen.screen == "l.found"


def test_red_goes_back_to_the_number_and_from_there_to_the_start() -> None:
    machine, _ = stepped_up()
    machine.press("ok", *PHONE, "ok", "1", "cancel")
    assert (machine.screen.screen, machine.screen.data["filled"], machine.screen.data["back"]) == ("l.pin", 0, True)
    machine.press("cancel")
    assert (machine.screen.screen, machine.screen.data["filled"]) == ("l.phone", 0)
    machine.press("cancel")
    assert machine.screen.screen == "l.stop"
    machine.press("ok")
    assert machine.screen.screen == "l.attract"


def test_a_right_pin_of_another_number_opens_nothing() -> None:
    machine, _ = waiting()
    machine.stored("111222", "dep-2", phone="600100201")
    machine.run(10_000)
    wrong_tries(machine, 20)
    machine.press("cancel")
    with_number(machine, "600100201", PIN)
    assert machine.screen.screen == "l.wrong.phone"
    machine.press(*"600100201", "ok", *"111222", "ok")
    assert machine.screen.screen == "l.found"


def test_always_asks_for_both_and_names_numbers_anew_each_day() -> None:
    machine, _ = waiting(PinPolicy("always"))
    machine.press("ok")
    assert machine.screen.screen == "l.phone"
    salt = machine.database.execute("SELECT salt FROM number_salt").fetchone()
    machine.press("cancel", "ok")
    machine.wall_jump = timedelta(days=1)
    machine.run(1_000)
    assert machine.kinds()[-2:] == ["pin.step_up_ended", "pin.stepped_up"]
    assert machine.database.execute("SELECT salt FROM number_salt").fetchone() != salt
    with_number(machine, PHONE, PIN, wait_ms=0)
    assert machine.screen.screen == "l.found"
    assert machine.faults() == []


def test_without_numbers_a_site_takes_no_more_pins_that_day() -> None:
    machine, _ = waiting(PinPolicy("pin"))
    wrong_tries(machine, 20)
    assert machine.screen.screen == "l.spent"
    machine.press("cancel", "ok")
    assert machine.screen.screen == "l.spent"
    machine.wall_jump = timedelta(days=1)
    machine.press("cancel")
    machine.run(1_000)
    machine.enter()
    assert machine.screen.screen == "l.found"


def number_tried(pins: Pins, seq: int, number: str) -> Pins:
    for fact in (NumberTrySpent(number=number), PinRejected(match=seq)):
        pins = pin_state.fold(pins, Entry(seq, START, 0, "boot", True, fact), fact)
    return pins


def test_a_thousand_numbers_are_remembered_and_a_pause_is_not_washed_away() -> None:
    pins = Pins()
    for seq in (1, 2, 3):
        pins = number_tried(pins, seq, "victim")
    paused = NumberPaused(number="victim", level=1, pause_ms=900_000)
    pins = pin_state.fold(pins, Entry(4, START, 0, "boot", True, paused), paused)
    for seq in range(5, 2_505):
        pins = number_tried(pins, seq, f"number-{seq}")
    assert len(pins.numbers) == NUMBERS_MAX
    assert pins.paused("victim")
    assert "number-5" not in pins.numbers


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_numbers_never_pause_each_other(numbers: list[str]) -> None:
    now, policy = Now(START, 0, "boot", trusted=True), PinPolicy()
    locker, seq, wrong = Locker(), 1, dict.fromkeys("abcdefgh", 0)
    stepped = PinSteppedUp(until=None, asks="phone", day="", again=False)
    locker = fold(locker, Entry(seq, START, 0, "boot", True, stepped), stepped)
    for number in numbers:
        if wrong[number] == NUMBER_TRIES:
            with pytest.raises(Refused, match="number_paused"):
                decide.decide(locker, PinEntered(number), policy, now)
            continue
        facts = decide.decide(locker, PinEntered(number), policy, now)
        wrong[number] += 1
        for request in (None, PinMatched(seq + 1, None)):
            for fact in facts if request is None else decide.decide(locker, request, policy, now):
                seq += 1
                known = cast("LockerFact", fact)
                locker = fold(locker, Entry(seq, START, 0, "boot", True, known), known)
        assert locker.pins.paused(number) == (wrong[number] == NUMBER_TRIES)
    assert all(count <= NUMBER_TRIES for count in wrong.values())
