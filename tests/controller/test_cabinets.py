"""A whole machine on other cabinets than the hand-written one: a document goes in and comes out again."""

from pathlib import Path

import pytest

from contracts.descriptions import Locker, read_locker
from contracts.orders import Load
from sim.bought_cabinet import BoughtCabinet
from tests.contracts.layouts import LAYOUT
from tests.controller.bench_machine import CASE, BenchMachine
from tests.sim.family_world import BOUGHT, locker_of

HARDWARE = Path(__file__).parents[2] / "hardware"


def there_and_back(machine: BenchMachine) -> int:
    """The compartment that a document was put into and taken out of."""
    compartment = machine.found()
    machine.press("ok")
    machine.run(1000)
    assert machine.screen.say == "l.open"
    machine.push(compartment)
    assert machine.screen.say == "l.done"
    assert [opening.number for opening in machine.cabinet.openings] == [compartment, compartment]
    return compartment


def test_a_machine_runs_on_one_file_of_the_citys_own(tmp_path: Path) -> None:
    (tmp_path / "our_31.toml").write_text(LAYOUT, "utf-8")
    machine = BenchMachine(locker=read_locker(tmp_path / "our_31.toml"))
    there_and_back(machine)
    assert machine.faults() == []
    assert len(machine.report().compartments) == 31


@pytest.mark.parametrize("name", ["urzedomat_93", "urzedomat_192"])
def test_a_machine_runs_on_a_large_cabinet(name: str) -> None:
    machine = BenchMachine(locker=read_locker(HARDWARE / f"{name}.toml"))
    there_and_back(machine)
    assert machine.faults() == []


def large() -> Locker:
    return read_locker(HARDWARE / "urzedomat_192.toml")


def test_a_dead_board_takes_only_its_own_doors_out() -> None:
    machine = BenchMachine(locker=large())
    machine.cabinet.cut_power(machine.ms, board=0)
    machine.run(3000)
    compartment = there_and_back(machine)
    assert machine.settings.cabinet.compartments()[compartment].board != 0
    assert machine.faults() == ["board_silent board 0"]


@pytest.mark.parametrize("family", BOUGHT)
@pytest.mark.parametrize("answers_orders", [True, False])
def test_a_machine_runs_on_bought_boards(family: str, answers_orders: bool) -> None:
    cabinet = BoughtCabinet(locker_of(family), answers_orders=answers_orders)
    machine = BenchMachine(locker=locker_of(family), behind=cabinet)
    machine.run(6000)  # a guard without memory rests first
    machine.hold_pin()
    machine.order(Load(deposit="dep-1", case=CASE))
    machine.run(1500)
    assert machine.screen.say == "k.load"
    compartment = int(machine.screen.data["compartment"])
    cabinet.push(compartment, machine.ms)
    machine.run(1000)
    machine.press("1", "ok")
    machine.run(10_000)
    machine.enter()
    machine.press("ok")
    machine.run(1500)
    assert machine.screen.say == "l.open"
    cabinet.push(compartment, machine.ms)
    machine.run(1000)
    assert machine.screen.say == "l.done"
    assert [opening.number for opening in cabinet.openings] == [compartment, compartment]
    assert (machine.faults(), cabinet.violations) == ([], [])


def test_a_restart_between_order_and_opening_leaves_a_doubt_and_no_second_pulse() -> None:
    """A bought board cannot be asked what became of an order: the door stays as it is until a person decides."""
    locker = locker_of("cu16")
    cabinet = BoughtCabinet(locker)
    machine = BenchMachine(locker=locker, behind=cabinet)
    machine.run(6000)
    machine.hold_pin()
    for number in locker.compartments():
        cabinet.jam(number, True, machine.ms)
    machine.order(Load(deposit="dep-1", case=CASE), wait_ms=0)
    machine.run(30)
    assert len(cabinet.pulses) == 1
    machine.start()
    machine.run(20_000)
    assert len(cabinet.pulses) == 1
    assert "door.in_doubt" in machine.kinds()
