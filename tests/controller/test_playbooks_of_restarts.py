"""Playbooks of power cuts: a lock is driven once or not at all, and a person goes on where the facts ended."""

import pytest

from contracts import facts as f
from contracts.orders import Load
from controller.inputs import KeyPressed
from controller.journal import JournalWrong
from tests.controller.bench_machine import CASE, BenchMachine
from tests.controller.histories import UNTIL


def asked_to_open() -> tuple[BenchMachine, int]:
    machine = BenchMachine()
    compartment = machine.found()
    machine.loop.take(KeyPressed(key="ok", rev=machine.screen.rev))  # the bytes lie on the line
    assert machine.kinds()[-2:] == ["collection.begun", "door.unlock_due"]
    return machine, compartment


def pulses(machine: BenchMachine) -> int:
    return len(machine.cabinet.pulses) - 1  # the clerk's


def test_the_board_kept_its_memory_and_had_done_it() -> None:
    machine, compartment = asked_to_open()
    machine.line.tick(machine.ms + 40)
    machine.ms += 40
    machine.start()
    machine.run(1_000)
    assert pulses(machine) == 1
    after_boot = machine.kinds()[machine.kinds().index("door.unlock_due", 12) + 1 :]
    assert after_boot[0] == "boot.started"
    assert sorted(after_boot[1:]) == ["document.handed_over", "door.opened", "door.pulsed"] or after_boot[1:] == [
        "door.opened",
        "document.handed_over",
    ]
    assert machine.screen.screen == "l.open"
    machine.push(compartment)
    assert machine.screen.screen == "l.done"


def test_the_board_kept_its_memory_and_had_not_heard_it() -> None:
    machine, _ = asked_to_open()
    machine.line.link.clear()
    before = machine.seq
    machine.start()
    machine.run(12_000)
    assert machine.kinds(before) == ["boot.started", "door.refused"]
    assert pulses(machine) == 0
    assert machine.screen.screen == "l.jam"
    machine.press("1")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    assert pulses(machine) == 1


def test_the_board_restarted_too_and_nobody_knows() -> None:
    machine, compartment = asked_to_open()
    machine.cabinet.cut_power(machine.ms)
    machine.line.link.clear()
    machine.cabinet.restore_power(machine.ms)
    before = machine.seq
    machine.start()
    machine.run(30_000)
    assert machine.kinds(before) == ["boot.started", "door.in_doubt", "fault.raised"]
    assert machine.faults() == [f"door_in_doubt door {compartment}"]
    assert pulses(machine) == 0  # never driven again by itself
    assert machine.screen.screen == "l.jam"
    assert machine.state.doors.door(compartment).lock is not None
    machine.press("1")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"


def test_whoever_goes_away_from_a_door_in_doubt_leaves_it_quarantined() -> None:
    machine, compartment = asked_to_open()
    machine.cabinet.cut_power(machine.ms)
    machine.line.link.clear()
    machine.cabinet.restore_power(machine.ms)
    machine.start()
    machine.run(30_000)
    machine.press("cancel")
    assert machine.state.doors.door(compartment).quarantine == "in_doubt"
    assert machine.state.locker.deposits["dep-1"].phase == "stored"  # the PIN stays valid
    machine.enter()
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert machine.faults() == []


def test_a_board_that_stays_dark_leaves_the_door_in_doubt() -> None:
    machine, _ = asked_to_open()
    machine.cabinet.cut_power(machine.ms)
    before = machine.seq
    machine.start()
    machine.run(12_000)
    assert [kind for kind in machine.kinds(before) if kind.startswith("door.")] == ["door.in_doubt"]


def test_a_board_that_dies_in_mid_opening_leaves_the_door_in_doubt_and_is_never_asked_again() -> None:
    machine, _ = asked_to_open()
    machine.cabinet.cut_power(machine.ms)
    before = machine.seq
    machine.run(8_000)
    assert [kind for kind in machine.kinds(before) if kind.startswith("door.")] == ["door.in_doubt"]
    machine.cabinet.restore_power(machine.ms)
    machine.run(10_000)
    assert pulses(machine) == 0
    assert machine.screen.screen == "l.jam"


def test_an_opening_while_the_controller_was_away_is_the_hand_over() -> None:
    machine, compartment = asked_to_open()
    machine.cabinet.tick(machine.ms)
    machine.line.tick(machine.ms + 700)
    machine.cabinet.push(compartment, machine.ms + 700)
    machine.line.tick(machine.ms + 900)
    machine.ms += 900
    machine.start()
    machine.run(2_000)
    kinds = machine.kinds()
    assert kinds[kinds.index("document.handed_over") :] == ["document.handed_over", "door.closed", "collection.ended", "door.given_up"]
    assert pulses(machine) == 1
    assert machine.screen.screen in {"l.done.late", "l.attract"}


def test_an_open_door_is_still_open_after_a_restart() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.start()
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    machine.run(60_000)
    assert machine.screen.screen == "l.close"
    machine.push(compartment)
    assert machine.screen.screen == "l.done.late"  # nobody can say how long it stood open
    assert machine.kinds().count("document.handed_over") == 1


@pytest.mark.parametrize("cut_at_ms", [0, 5, 20, 40, 200, 300, 1_000])
def test_a_loading_goes_on_after_a_restart(cut_at_ms: int) -> None:
    machine = BenchMachine()
    machine.hold_pin()
    machine.order(Load(deposit="dep-1", case=CASE), wait_ms=cut_at_ms)
    machine.start()
    machine.run(2_000)
    if machine.screen.screen == "k.load":
        machine.push(int(machine.screen.data["compartment"]))
    else:
        assert machine.screen.screen in {"k.check", "k.failed"}
    if machine.screen.screen == "k.check":
        machine.press("1")
        assert machine.screen.screen == "k.loaded"
    assert machine.state.orders.known["order-2"].state in {"done", "failed"}
    assert len(machine.cabinet.pulses) <= 1


def asked_before_the_board_spoke() -> tuple[BenchMachine, int]:
    """After a restart the clerk says "not put in" at once, and no board has said a word; the last fact before that."""
    machine = BenchMachine()
    machine.push(machine.loading())
    machine.run(10_000)  # the coil rests
    machine.line.link.connected = False
    before = machine.seq
    machine.start()
    machine.press("2")
    assert machine.kinds(before) == ["boot.started", "deposit.loading", "door.unlock_due", "door.refused"]
    assert (machine.screen.screen, machine.screen.data["rests"]) == ("k.opening", False)  # no lock rests
    return machine, before


def test_a_lock_waits_for_the_first_word_of_its_board() -> None:
    machine, before = asked_before_the_board_spoke()
    machine.line.link.connected = True
    machine.run(4_000)
    assert machine.screen.screen == "k.load"
    opened = ["door.unlock_due", "door.pulsed", "door.opened"]
    assert [kind for kind in machine.kinds(before)[4:] if not kind.startswith("fault.")] == opened
    assert len(machine.cabinet.pulses) == 2


def test_a_board_that_never_speaks_is_not_waited_for_long() -> None:
    machine, before = asked_before_the_board_spoke()
    machine.run(9_000)
    assert machine.screen.screen == "k.opening"
    machine.run(2_000)
    assert machine.screen.screen == "k.failed"
    assert machine.kinds(before)[-1] == "order.ended"
    machine.line.link.connected = True
    machine.run(10_000)
    assert len(machine.cabinet.pulses) == 1


def test_a_board_that_fell_silent_later_is_not_waited_for() -> None:
    machine = BenchMachine()
    machine.push(machine.loading())
    machine.line.link.connected = False
    machine.run(30_000)
    machine.press("2")
    assert machine.screen.screen == "k.failed"


def test_the_case_number_is_shown_again_after_a_restart() -> None:
    machine = BenchMachine()
    machine.loading()
    machine.start()
    machine.run(1_000)
    assert (machine.screen.screen, machine.screen.data["case"]) == ("k.load", CASE)


@pytest.mark.parametrize(
    "facts",
    [
        (f.DepositStored(deposit="dep-9", compartment=60),),
        (f.DoorUnlockDue(compartment=60, cause="deposit", pulse_ms=500, board_boot=1),),
        (),
    ],
)
def test_a_description_without_a_compartment_that_is_in_use_is_refused(facts: tuple[f.AnyFact, ...]) -> None:
    machine = BenchMachine()
    machine.write_facts(f.PinSet(deposit="dep-9", until=UNTIL), f.DepositLoading(deposit="dep-9", compartment=60, order=""), *facts)
    with pytest.raises(JournalWrong, match="compartment 60 is in use"):
        machine.start()


def test_a_document_that_is_gone_needs_no_compartment() -> None:
    machine = BenchMachine()
    gone = (f.DepositStored(deposit="dep-9", compartment=60), f.DepositWithdrawn(deposit="dep-9", compartment=60, reason="desk"))
    machine.write_facts(f.PinSet(deposit="dep-9", until=UNTIL), f.DepositLoading(deposit="dep-9", compartment=60, order=""), *gone)
    machine.write_facts(f.DepositTakenBack(deposit="dep-9", compartment=60))
    machine.start()
    assert machine.kinds()[-1] == "boot.started"
