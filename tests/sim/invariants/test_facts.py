"""What breaks a sentence about facts and what is said of them."""

from datetime import UTC, datetime

import pytest

from contracts.facts import AnyFact, Entry, PinSet
from contracts.topics import Ack
from controller.state import State, fold
from sim.invariants import facts
from sim.storm_cabinets import cabinet
from sim.world import MACHINE, World

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEPOSIT = "d" * 16
SET = PinSet(deposit=DEPOSIT, until=AT)


def world_with(*committed: AnyFact) -> World:
    world = World(8, cabinet())
    world.machine.entries = [Entry(seq, AT, seq, "b1", True, fact) for seq, fact in enumerate(committed, 1)]
    return world


def test_the_state_is_folded_from_every_entry() -> None:
    machine = world_with(SET, SET).machine
    first = fold(State(), machine.entries[0])
    assert list(facts.the_state_is_the_fold_of_the_journal(machine, first)) == ["at seq 1"]
    assert list(facts.the_state_is_the_fold_of_the_journal(machine, fold(first, machine.entries[1]))) == []


def test_the_centre_acknowledges_what_it_committed_of_this_machine_and_epoch() -> None:
    centre = world_with().centre
    centre.committed = {(MACHINE, "e1"): 7}
    assert list(facts.an_ack_is_never_above_what_is_committed(centre, MACHINE, Ack(epoch="e1", upto=7))) == []
    assert list(facts.an_ack_is_never_above_what_is_committed(centre, MACHINE, Ack(epoch="e1", upto=8))) == ["acknowledged 8, committed 7"]
    assert list(facts.an_ack_is_never_above_what_is_committed(centre, MACHINE, Ack(epoch="e2", upto=1))) == ["acknowledged 1, committed 0"]


def test_what_raised_is_told_with_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 // 0
    (said,) = facts.nothing_raises("a callback", raised.value)
    assert said.startswith("a callback: ZeroDivisionError: integer division or modulo by zero at test_facts.py:")
