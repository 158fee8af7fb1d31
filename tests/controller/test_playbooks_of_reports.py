"""Playbooks of what a resident finds in the compartment and says, in front of the door and behind it."""

import pytest

from contracts.facts import DepositReported
from controller.locker.collection import Reported, visited
from controller.refused import Refused
from tests.controller.bench_machine import BenchMachine


def opened() -> tuple[BenchMachine, int, int]:
    machine = BenchMachine()
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    return machine, compartment, machine.seq


@pytest.mark.parametrize(("key", "contents"), [("1", "empty"), ("2", "foreign")])
def test_wrong_contents_are_reported_and_the_compartment_is_kept_out(key: str, contents: str) -> None:
    machine, compartment, before = opened()
    machine.press("1")
    assert machine.screen.screen == "l.report"
    machine.press(key)
    assert machine.kinds(before) == ["deposit.reported", "compartment.quarantined", "fault.raised"]
    assert machine.state.doors.door(compartment).quarantine == f"reported_{contents}"
    assert (machine.screen.screen, "ok" in machine.screen.keys) == ("l.reported", False)
    code = machine.screen.data["code"]
    assert machine.screen.data["open"]
    machine.push(compartment)
    assert (machine.screen.screen, machine.screen.data["code"]) == ("l.reported", code)  # to be told on the telephone
    assert not machine.screen.data["open"]
    machine.press("ok")
    assert machine.screen.screen == "l.attract"
    assert machine.faults() == [f"contents_reported door {compartment}"]


@pytest.mark.parametrize(("key", "contents"), [("1", "empty"), ("2", "foreign")])
def test_a_door_that_falls_shut_takes_nobodys_answer_away(key: str, contents: str) -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    machine.push(compartment)
    assert machine.kinds()[-2:] == ["collection.ended", "door.given_up"]
    assert (machine.screen.screen, machine.screen.data["compartment"]) == ("l.report", compartment)
    before = machine.seq
    machine.press(key)
    assert machine.kinds(before) == ["deposit.reported", "compartment.quarantined", "fault.raised"]
    assert machine.state.doors.door(compartment).quarantine == f"reported_{contents}"
    assert (machine.screen.screen, machine.screen.data["open"], "ok" in machine.screen.keys) == ("l.reported", False, True)
    machine.press("ok")
    machine.enter()
    assert machine.screen.screen == "l.used"  # nobody reaches in where something is wrong


def test_back_from_the_report_behind_a_closed_door_is_the_receipt() -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    machine.push(compartment)
    before = machine.seq
    machine.press("3")
    assert (machine.screen.screen, machine.kinds(before), machine.screen.data["reopens"]) == ("l.done", [], True)
    assert machine.screen.data["receipt"]


def test_the_question_never_runs_out_while_the_door_is_open() -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    assert machine.screen.deadline.kind == "none"
    machine.run(58_000)
    assert machine.screen.screen == "l.report"
    machine.run(2_000)
    assert machine.screen.screen == "l.close"  # the door comes first, with its cue
    machine.press("lang", "2")
    machine.push(compartment)
    assert (machine.screen.screen, machine.screen.lang) == ("l.report", "en")
    before = machine.seq
    machine.press("2")
    assert machine.kinds(before)[0] == "deposit.reported"


def test_whoever_is_silent_is_asked_for_more_time_and_leaves_the_machine_to_the_next() -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    machine.push(compartment)
    before = machine.seq
    machine.run(61_000)
    assert (machine.screen.screen, machine.screen.cue) == ("more_time", "attention")
    machine.press("ok")
    assert machine.screen.screen == "l.report"
    machine.run(61_000)
    machine.run(21_000)
    assert (machine.screen.screen, machine.kinds(before)) == ("l.attract", [])


def test_a_switch_that_breaks_takes_nobodys_answer_away() -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    machine.cabinet.set_switch(compartment, "flicker", machine.ms)
    machine.run(20_000)
    assert "collection.ended" in machine.kinds()
    assert machine.screen.screen == "l.report"
    machine.press("2")
    assert machine.screen.screen == "l.reported"
    assert machine.state.doors.door(compartment).quarantine == "reported_foreign"


def test_nothing_is_reported_of_a_compartment_that_is_used_again() -> None:
    machine, compartment, _ = opened()
    machine.push(compartment)
    locker = machine.state.locker
    assert [fact.compartment for fact in visited(locker, Reported("dep-1", "empty")) if isinstance(fact, DepositReported)] == [compartment]
    with pytest.raises(Refused, match="nobody_here"):
        visited(locker, Reported("dep-9", "empty"))
    others = [number for number in machine.cabinet.doors if number != compartment]
    for number in others:
        machine.cabinet.set_switch(number, "flicker", machine.ms)
    machine.run(130_000)
    assert machine.loading("dep-2", "111222") == compartment
    with pytest.raises(Refused, match="nobody_here"):
        visited(machine.state.locker, Reported("dep-1", "empty"))
    machine.push(compartment)
    machine.press("1", "ok")
    machine.run(8_000)
    machine.enter("111222")
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert machine.state.locker.deposits["dep-2"].phase == "collected"
    with pytest.raises(Refused, match="nobody_here"):
        visited(machine.state.locker, Reported("dep-1", "empty"))
    assert visited(machine.state.locker, Reported("dep-2", "empty"))


def test_nothing_is_reported_twice() -> None:
    machine, compartment, _ = opened()
    machine.press("1")
    machine.push(compartment)
    machine.press("1")
    with pytest.raises(Refused, match="nobody_here"):
        visited(machine.state.locker, Reported("dep-1", "empty"))


def test_back_from_the_report_says_nothing() -> None:
    machine, _, before = opened()
    machine.press("1", "3")
    assert (machine.screen.screen, machine.kinds(before)) == ("l.open", [])
