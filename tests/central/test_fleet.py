"""Births, wills and reports: the newest connection speaks, and nobody else."""

from central.store.machines import Station
from contracts.facts import FaultCleared, FaultRaised
from contracts.topics import MachineReport, Presence, encode
from tests.central.paper_machine import MACHINE, START, House


def station(house: House) -> Station:
    from central.store import machines

    with house.centre.store.transaction() as t:
        return machines.read(t, MACHINE)


def test_a_late_will_of_an_older_connection_says_nothing() -> None:
    house = House()
    house.birth("c1", "n1")
    house.birth("c2", "n1")
    house.will("c1")
    assert station(house).online
    house.will("c2")
    assert not station(house).online
    house.birth("c1", "n1")
    house.birth("c2", "n1")
    assert not station(house).online
    assert house.counts() == {"late_wills": 1, "late_births": 2}


def test_every_birth_is_told_how_far_its_facts_are_stored() -> None:
    house = House()
    house.boot()
    house.birth("c2", "n2")
    assert [(ack.epoch, ack.upto) for ack in house.acks()] == [(house.machine.epoch, 1)]


def test_a_new_storage_is_noticed() -> None:
    house = House()
    house.boot()
    house.say("presence", encode(Presence(online=True, boot="b", connection="c2", epoch="ee", nonce="n2")))
    assert house.counts()["security.storage_new"] == 1
    assert house.acks()[-1].upto == 0


def report(seq: int, machine: str = MACHINE, epoch: str = "e") -> bytes:
    """A picture of a machine's state; it believes that everything is acknowledged."""
    return encode(
        MachineReport(
            machine=machine, product="urzedomat", boot="b", epoch=epoch, seq=seq, unacknowledged=0, wall=START, clock_trusted=True,
            screen="l.attract", free=1, occupied=0, open_doors=0, faults=[], software="1", description="d", compartments=[],
        )
    )  # fmt: skip


def test_an_older_report_is_left_aside() -> None:
    from central.fleet import read_report

    house = House()
    house.say("state", report(5))
    house.say("state", report(4))
    found = read_report(station(house))
    assert found is not None
    assert found.seq == 5
    assert house.counts() == {"late_reports": 1}
    house.say("state", report(6, "another-machine"))
    assert house.counts()["dead_letters"] == 1


def test_a_machine_that_believes_too_much_is_told_the_truth() -> None:
    house = House()
    house.boot()
    house.acks()
    house.say("state", report(1, epoch=house.machine.epoch))
    assert house.acks() == []
    house.say("state", report(7, epoch="another"))
    assert house.acks() == []
    house.say("state", report(7, epoch=house.machine.epoch))
    assert [ack.upto for ack in house.acks()] == [1]


def test_faults_come_and_go() -> None:
    from central.store import machines

    house = House()
    house.machine.fact(FaultRaised(fault="door_forced", where="door 1"))
    house.machine.fact(FaultRaised(fault="door_forced", where="door 2"))
    house.machine.fact(FaultCleared(fault="door_forced", where="door 1"))
    house.sync()
    with house.centre.store.transaction() as t:
        assert [fault.where for fault in machines.faults_of_all(t)] == ["door 2"]
