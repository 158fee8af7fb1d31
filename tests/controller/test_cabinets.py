"""A whole machine on other cabinets than the hand-written one: a document goes in and comes out again."""

from pathlib import Path

import pytest

from contracts.descriptions import Locker, read_locker
from tests.contracts.layouts import LAYOUT
from tests.controller.bench_machine import BenchMachine

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
