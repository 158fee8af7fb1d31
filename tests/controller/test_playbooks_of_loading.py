"""Playbooks of loading: what the desk orders, what the clerk does at the cabinet, and which facts come of it in which order."""

from collections.abc import Callable

import pytest

from contracts.facts import DoorOpened
from contracts.orders import Load
from tests.controller.bench_machine import CABINET, CASE, BenchMachine

GIVEN = ["order.taken", "deposit.loading", "door.unlock_due", "door.pulsed", "door.opened"]
AGAIN = ["deposit.loading", "door.unlock_due", "door.pulsed", "door.opened"]
HIGH = tuple(number for number in CABINET.compartments() if not CABINET.is_low(number))


def open_compartment(low: bool = False) -> tuple[BenchMachine, int, int]:
    machine = BenchMachine()
    compartment = machine.loading(low=low)
    assert machine.screen.screen == "k.load"
    return machine, compartment, machine.seq


def at_check() -> tuple[BenchMachine, int, int]:
    machine, compartment, _ = open_compartment()
    machine.push(compartment)
    assert machine.screen.screen == "k.check"
    return machine, compartment, machine.seq


def answer(machine: BenchMachine) -> tuple[str, str]:
    known = machine.state.orders.known["order-2"]
    return known.state, known.code


def test_a_document_is_loaded() -> None:
    machine = BenchMachine()
    compartment = machine.loading()
    assert machine.kinds()[1:] == ["order.taken", "pin.set", "order.ended", *GIVEN]
    assert (compartment, machine.screen.data["case"]) == (HIGH[0], CASE)
    machine.push(compartment)
    before = machine.seq
    machine.press("1")
    assert machine.kinds(before) == ["deposit.stored", "door.given_up", "order.ended"]
    assert answer(machine) == ("done", "ok")
    assert machine.answers()[-1] == ("order-2", "done")
    assert (machine.screen.screen, machine.screen.data["busy"], machine.screen.data["free"]) == ("k.loaded", 1, 23)


def test_a_low_compartment_is_kept_for_those_who_ask_for_it() -> None:
    assert not CABINET.is_low(open_compartment()[1])
    assert CABINET.is_low(open_compartment(low=True)[1])
    machine = BenchMachine()
    for number, high in enumerate(HIGH):
        assert machine.stored(f"{number:06}", f"dep-{number}") == high
        machine.run(10_000)
    assert CABINET.is_low(machine.loading("dep-last", "482913"))


def test_the_compartment_that_has_rested_longest_is_next() -> None:
    machine = BenchMachine()
    first = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.push(first)
    machine.press("ok")
    assert machine.state.locker.occupant(first) is None
    rested = list[int]()
    for number in range(len(HIGH)):
        machine.run(10_000)
        rested.append(machine.stored(f"{number:06}", f"dep-next-{number}"))
    assert (first, rested) == (HIGH[0], [*HIGH[1:], first])


def test_a_low_compartment_stays_wanted_however_often_another_is_asked_for() -> None:
    for low, keys in ((True, ("1", "1")), (False, ("2", "1"))):
        machine = BenchMachine()
        compartment = machine.loading(low=low)
        for key in keys:
            machine.press(key)
            assert machine.screen.data["moving"]
            machine.push(compartment)
            machine.run(1_000)
            compartment = int(machine.screen.data["compartment"])
            assert CABINET.is_low(compartment)
            assert not machine.screen.data["moving"]


def test_a_low_compartment_that_is_not_there_is_refused() -> None:
    machine = BenchMachine()
    for number in CABINET.low():
        machine.cabinet.force(number, machine.ms)
    machine.run(1_000)
    machine.hold_pin()
    machine.order(Load(deposit="dep-1", case=CASE, low=True))
    assert answer(machine) == ("refused", "no_compartment")


@pytest.mark.parametrize(("key", "reason", "quarantine"), [("1", "not_empty", "not_empty"), ("2", "lower", "")])
def test_the_clerk_moves_to_another_compartment(key: str, reason: str, quarantine: str) -> None:
    machine, first, before = open_compartment()
    machine.press(key)
    assert machine.kinds(before) == ["deposit.moving"]
    assert set(machine.screen.keys) == {"help", "audio"}
    machine.run(5_000)
    assert machine.kinds(before) == ["deposit.moving"]  # two doors are never open at once
    before = machine.seq
    machine.push(first)
    machine.run(1_000)
    marked = ["compartment.quarantined"] if quarantine else []
    assert machine.kinds(before) == ["door.closed", *marked, "door.given_up", *AGAIN]
    second = int(machine.screen.data["compartment"])
    assert second != first
    assert CABINET.is_low(second) == (reason == "lower")
    assert machine.state.doors.door(first).quarantine == quarantine
    machine.push(second)
    machine.press("1")
    assert machine.state.locker.occupant(second) == "dep-1"
    assert machine.state.locker.occupant(first) is None
    assert answer(machine) == ("done", "ok")


def test_no_compartment_is_left_to_move_to() -> None:
    machine, first, _ = open_compartment()
    for number in CABINET.compartments():
        if number != first:
            machine.cabinet.force(number, machine.ms)
    machine.run(1_000)
    before = machine.seq
    machine.press("2")
    machine.push(first)
    assert machine.kinds(before) == ["deposit.moving", "door.closed", "deposit.not_stored", "door.given_up", "order.ended"]
    assert answer(machine) == ("failed", "no_compartment")
    assert machine.screen.screen == "k.failed"


@pytest.mark.parametrize(
    ("keys", "kinds", "end", "screen"),
    [
        (("2",), ["deposit.loading", "door.unlock_due", "door.pulsed", "door.opened"], ("taken", "ok"), "k.load"),
        (
            ("3",),
            ["deposit.not_stored", "door.given_up", "compartment.quarantined", "order.ended"],
            ("failed", "elsewhere"),
            "k.failed",
        ),
        (
            ("up", "ok"),
            ["deposit.not_stored", "door.given_up", "compartment.quarantined", "order.ended"],
            ("failed", "elsewhere"),
            "k.failed",
        ),
        (("down", "down", "down", "ok"), ["deposit.stored", "door.given_up", "order.ended"], ("done", "ok"), "k.loaded"),
    ],
)
def test_where_the_document_is(keys: tuple[str, ...], kinds: list[str], end: tuple[str, str], screen: str) -> None:
    machine, _, before = at_check()
    machine.run(6_000)
    machine.press(*keys)
    machine.run(1_000)
    assert machine.kinds(before) == kinds
    assert answer(machine) == end
    assert machine.screen.screen == screen


def test_a_clerk_who_says_nothing_is_asked_and_then_it_is_unconfirmed() -> None:
    machine, compartment, before = at_check()
    machine.run(181_000)
    assert machine.screen.screen == "more_time"
    machine.press("5")
    assert machine.screen.screen == "k.check"
    machine.run(201_000)
    assert machine.kinds(before) == ["deposit.not_stored", "door.given_up", "compartment.quarantined", "order.ended"]
    assert machine.state.doors.door(compartment).quarantine == "unconfirmed"
    assert answer(machine) == ("failed", "unconfirmed")
    machine.run(61_000)
    assert machine.screen.screen == "l.attract"


def test_a_loading_waits_with_its_door_open_and_tells_the_technician() -> None:
    machine, compartment, before = open_compartment()
    machine.run(181_000)
    assert machine.kinds(before) == ["fault.raised"]
    assert machine.faults() == [f"door_left_open door {compartment}"]
    machine.run(60_000)
    assert machine.screen.screen == "k.load"
    before = machine.seq
    machine.push(compartment)
    assert machine.kinds(before) == ["door.closed", "fault.cleared"]
    assert machine.screen.screen == "k.check"


def test_a_jam_in_loading_ends_the_order_and_quarantines() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    machine.cabinet.jam(HIGH[0], True, machine.ms)
    before = machine.seq
    machine.order(Load(deposit="dep-1", case=CASE))
    assert machine.screen.screen == "k.opening"
    machine.run(6_000)
    assert machine.kinds(before) == [
        *GIVEN[:4], "door.jammed", "fault.raised", "deposit.not_stored", "door.given_up", "compartment.quarantined", "order.ended",
    ]  # fmt: skip
    assert answer(machine) == ("failed", "jam")
    assert machine.screen.screen == "k.failed"
    machine.order(Load(deposit="dep-1", case=CASE))
    machine.run(1_000)
    assert machine.screen.data["compartment"] == HIGH[1]  # the clerk need not leave the screen of the failure


def test_a_board_that_is_gone_refuses_the_loading() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    machine.cabinet.cut_power(machine.ms)
    before = machine.seq
    machine.order(Load(deposit="dep-1", case=CASE))
    machine.run(7_000)
    kinds = machine.kinds(before)
    assert kinds[:3] == GIVEN[:3]
    assert machine.state.locker.loading is None or machine.state.doors.door(HIGH[0]).lock is not None
    machine.order(Load(deposit="dep-1", case=CASE), id="order-second")
    assert machine.state.orders.known["order-second"].code in {"no_compartment", "busy"}


def other_loading(machine: BenchMachine) -> None:
    machine.loading("dep-2", "111111")


def held_while_other_loading(machine: BenchMachine) -> None:
    machine.hold_pin()
    other_loading(machine)


def held_while_somebody_types(machine: BenchMachine) -> None:
    machine.hold_pin()
    machine.press("ok")


def withdrawn(machine: BenchMachine) -> None:
    machine.found()
    machine.press("1", "ok")


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (BenchMachine.press, "deposit_unknown"),
        (BenchMachine.stored, "deposit_stored"),
        (other_loading, "deposit_unknown"),
        (held_while_other_loading, "busy"),
        (held_while_somebody_types, "busy"),
        (withdrawn, "deposit_ended"),
    ],
)
def test_a_load_that_cannot_be_done_is_refused_and_answered(prepare: Callable[[BenchMachine], object], code: str) -> None:
    machine = BenchMachine()
    prepare(machine)
    before = machine.seq
    order = machine.order(Load(deposit="dep-1", case=CASE))
    assert machine.kinds(before) == ["order.refused"]
    assert machine.state.orders.known[order].code == code
    assert machine.answers()[-1] == (order, "refused")


def test_all_doors_at_once_are_told_in_turns() -> None:
    """The supply of the switches fails: every one of them reads open. No turn is too long, and each door is told once."""
    machine = BenchMachine()
    before = machine.seq
    for number in CABINET.compartments():
        machine.cabinet.set_switch(number, "stuck_open", machine.ms)
    machine.run(3_000)
    assert sorted(entry.fact.compartment for entry in machine.entries() if isinstance(entry.fact, DoorOpened)) == list(
        CABINET.compartments()
    )
    assert len(machine.kinds(before)) == 72
    for number in CABINET.compartments():
        machine.cabinet.set_switch(number, "flicker", machine.ms)
    machine.run(20_000)
    assert [fault for fault in machine.faults() if fault.startswith("switch_unknown")] == [
        f"switch_unknown door {number}" for number in CABINET.compartments()
    ]
