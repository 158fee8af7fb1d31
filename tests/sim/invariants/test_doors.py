"""What breaks a sentence about coils, doors and documents, each on a machine that nobody has switched on yet."""

from datetime import UTC, datetime

import pytest

from contracts.facts import AnyFact, DepositStored, DocumentHandedOver, DoorInDoubt, DoorPulsed, DoorUnlockDue, Entry
from sim.documents import Document
from sim.invariants import doors
from sim.lock_cabinet import Opening, Pulse
from sim.storm_cabinets import cabinet
from sim.storm_machine import Life, StormMachine
from sim.world import World

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEPOSIT = "d" * 16
CALM_SEED = 8


def wish(seq: int) -> bytes:
    return b"epoc" + seq.to_bytes(8, "big")


def pulse(seq: int, number: int, start_ms: int = 0, end_ms: int | None = None) -> Pulse:
    return Pulse(wish(seq), 0, number - 1, number, start_ms, end_ms)


def machine_with(*facts: AnyFact) -> StormMachine:
    """A machine that has committed these facts in one boot."""
    machine = World(CALM_SEED, cabinet()).machine
    machine.entries = [Entry(seq, AT, seq, "b1", True, fact) for seq, fact in enumerate(facts, 1)]
    for entry in machine.entries:
        if isinstance(entry.fact, DoorUnlockDue):
            machine.wishes[entry.seq], machine.wish_boots[entry.seq] = entry.fact, entry.boot
    return machine


def due(number: int, board_boot: int = 1) -> DoorUnlockDue:
    return DoorUnlockDue(compartment=number, cause="collection", pulse_ms=500, board_boot=board_boot)


def test_a_coil_needs_a_committed_wish_for_its_own_door() -> None:
    machine = machine_with(due(3))
    assert list(doors.no_coil_is_on_without_a_committed_wish(machine, pulse(1, 3))) == []
    assert list(doors.no_coil_is_on_without_a_committed_wish(machine, pulse(1, 4))) == ["wish for door 3 drove door 4"]
    assert list(doors.no_coil_is_on_without_a_committed_wish(machine, pulse(2, 3, 70))) == ["door 3 at 70 ms"]


def test_a_wish_has_one_pulse() -> None:
    machine = machine_with(due(3))
    machine.cabinet.pulses = [pulse(1, 3), pulse(1, 3, 5_000)]
    assert list(doors.no_wish_has_two_pulses(machine, machine.cabinet.pulses[1])) == [f"wish {wish(1).hex()}, door 3"]


def test_a_lock_is_driven_in_the_boot_of_its_wish() -> None:
    machine = machine_with(due(3))
    machine.life = Life(machine, "b1")
    assert list(doors.no_lock_is_driven_for_a_wish_of_an_earlier_boot(machine, pulse(1, 3))) == []
    machine.life = Life(machine, "b2")
    assert list(doors.no_lock_is_driven_for_a_wish_of_an_earlier_boot(machine, pulse(1, 3, 9))) == ["door 3 at 9 ms"]


def test_a_coil_rests_unless_its_board_went_dark() -> None:
    machine = machine_with(due(3), due(3))
    machine.cabinet.pulses = [pulse(1, 3, 0, 500), pulse(2, 3, 600)]
    assert list(doors.a_coil_rests_between_two_pulses(machine, machine.cabinet.pulses[1])) == ["door 3 after 100 ms"]
    machine.board_lost_ms = [550]
    assert list(doors.a_coil_rests_between_two_pulses(machine, machine.cabinet.pulses[1])) == []


@pytest.mark.parametrize(
    ("facts", "typed", "said"),
    [
        ((due(3), DepositStored(deposit=DEPOSIT, compartment=3)), True, []),
        ((due(3), DepositStored(deposit=DEPOSIT, compartment=3)), False, ["door 3, whose PIN nobody typed"]),
        ((due(3), DepositStored(deposit=DEPOSIT, compartment=4)), True, ["door 3 for deposit dddddd, which does not lie there"]),
        (
            (due(3), DepositStored(deposit=DEPOSIT, compartment=3), DocumentHandedOver(deposit=DEPOSIT, compartment=3)),
            True,
            ["door 3 again after the hand-over of deposit dddddd"],
        ),
    ],
)
def test_a_pin_opens_its_own_door_once(facts: tuple[AnyFact, ...], typed: bool, said: list[str]) -> None:
    opening = Opening(3, 900, "coil", wish(1))
    found = doors.a_pin_opens_at_most_one_door_its_own(machine_with(*facts), opening, {3: DEPOSIT}, [DEPOSIT] if typed else [])
    assert list(found) == said


def test_a_switch_that_spoke_before_the_door_makes_no_second_opening() -> None:
    machine = machine_with(
        due(3), DepositStored(deposit=DEPOSIT, compartment=3), DocumentHandedOver(deposit=DEPOSIT, compartment=3), due(3)
    )
    early, again = Opening(3, 900, "coil", wish(1)), Opening(3, 9_000, "coil", wish(4))
    assert list(doors.a_pin_opens_at_most_one_door_its_own(machine, early, {3: DEPOSIT}, [DEPOSIT], [3])) == []
    assert list(doors.a_pin_opens_at_most_one_door_its_own(machine, again, {3: DEPOSIT}, [DEPOSIT], [3])) != []


def test_a_stored_document_lies_in_its_compartment() -> None:
    document = Document("26000001", "600000001", False)
    document.deposit, document.compartment = DEPOSIT, 4
    stored = DepositStored(deposit=DEPOSIT, compartment=3)
    assert list(doors.a_stored_document_lies_where_the_fact_says([document], stored)) == ["deposit dddddd in 4, journaled in 3"]
    document.compartment = 3
    assert list(doors.a_stored_document_lies_where_the_fact_says([document], stored)) == []


@pytest.mark.parametrize(
    ("board_boot", "facts", "doubted"),
    [(1, (), False), (9, (), True), (1, (DoorPulsed(compartment=3, wish=1),), True)],
    ids=["the board remembers", "the board started again", "the board has said that it pulsed"],
)
def test_a_door_is_in_doubt_only_for_a_reason(board_boot: int, facts: tuple[AnyFact, ...], doubted: bool) -> None:
    machine = machine_with(due(3, board_boot), *facts, DoorInDoubt(compartment=3, wish=1))
    assert not any(machine.stage.plan.has(fault) for fault in doors.BUS_FAULTS)
    said = list(doors.a_door_is_in_doubt_only_when_nobody_can_know(machine, machine.entries[-1]))
    assert said == ([] if doubted else ["wish 1, door 3: the board remembers it and was not asked"])
