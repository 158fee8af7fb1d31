"""A page that gives no sign of life is a fault, is reloaded once, and then its browser is started again, once."""

from contracts.facts import FaultCleared, FaultRaised
from controller.inputs import PageAlive
from tests.controller.bench_machine import BenchMachine

SIGN_MS = 5_000


def alive(machine: BenchMachine, signs: int = 1) -> None:
    for _ in range(signs):
        machine.take(PageAlive(rev=machine.screen.rev))
        machine.run(SIGN_MS)


def faults(machine: BenchMachine) -> list[str]:
    return [type(one.fact).__name__ for one in machine.entries() if isinstance(one.fact, FaultRaised | FaultCleared)]


def test_a_page_that_lives_is_left_alone() -> None:
    machine = BenchMachine()
    alive(machine, 20)
    assert (machine.rescues, faults(machine)) == ([], [])


def test_two_missed_signs_are_none() -> None:
    machine = BenchMachine()
    alive(machine)
    machine.run(9_900)
    alive(machine)
    assert machine.rescues == []


def test_silence_is_told_then_reloaded_then_restarted_each_once() -> None:
    machine = BenchMachine()
    machine.take(PageAlive(rev=machine.screen.rev))
    machine.run(14_900)
    assert machine.rescues == []
    machine.run(200)
    assert (machine.rescues, faults(machine)) == (["reload"], ["FaultRaised"])
    machine.run(14_600)
    assert machine.rescues == ["reload"]
    machine.run(400)
    assert machine.rescues == ["reload", "restart"]
    machine.run(600_000)
    assert machine.rescues == ["reload", "restart"]
    assert faults(machine) == ["FaultRaised"]


def test_a_reload_that_helps_needs_no_restart_and_the_next_silence_begins_anew() -> None:
    machine = BenchMachine()
    machine.take(PageAlive(rev=machine.screen.rev))
    machine.run(20_000)
    alive(machine, 10)
    assert (machine.rescues, faults(machine)) == (["reload"], ["FaultRaised", "FaultCleared"])
    machine.run(30_000)
    assert machine.rescues == ["reload", "reload", "restart"]


def test_a_machine_without_a_page_yet_rescues_none() -> None:
    machine = BenchMachine()
    machine.run(120_000)
    assert machine.rescues == []


def test_the_screen_stays_the_same_through_it() -> None:
    """The page that comes back is shown what the visitor was at."""
    machine = BenchMachine()
    machine.take(PageAlive(rev=machine.screen.rev))
    machine.press("ok", "4", "8")
    before = machine.screen
    machine.run(16_000)
    assert machine.rescues == ["reload"]
    assert (machine.screen.screen, machine.screen.rev) == (before.screen, before.rev)
