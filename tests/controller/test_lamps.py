"""The lamp follows the screen: from the found compartment until its door is closed, at that compartment and nowhere else."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from controller.clock import Now
from controller.visit.lamps import DAY_PERCENT, QUIET_PERCENT, lamps
from sim.lock_cabinet import LockCabinet
from tests.controller.bench_machine import CABINET, BenchMachine
from tests.sim.family_world import locker_of

ONE_ROUND_MS = 100


def lit(machine: BenchMachine) -> set[int]:
    """Where a lamp really shines, one round of the bus later."""
    machine.run(ONE_ROUND_MS)
    return set(machine.cabinet.lit())


def test_the_lamp_of_a_visit() -> None:
    machine = BenchMachine()
    compartment = machine.stored()
    machine.run(10_000)
    assert lit(machine) == set()
    machine.enter()
    assert (machine.screen.screen, lit(machine)) == ("l.found", {compartment})
    assert machine.screen.data["lit"] is True
    machine.run(30_000)
    assert lit(machine) == {compartment}
    machine.press("ok")
    assert (machine.screen.screen, lit(machine)) == ("l.opening", {compartment})
    machine.run(1_000)
    assert (machine.screen.screen, lit(machine)) == ("l.open", {compartment})
    machine.press("lang")
    assert (machine.screen.screen, lit(machine)) == ("lang", {compartment})
    machine.press("1")
    machine.run(60_000)
    assert (machine.screen.screen, lit(machine)) == ("l.close", {compartment})
    machine.push(compartment)
    assert (machine.screen.screen, lit(machine)) == ("l.done.late", set())


def test_the_lamp_of_a_clerk() -> None:
    machine = BenchMachine()
    compartment = machine.loading()
    assert (machine.screen.screen, lit(machine)) == ("k.load", {compartment})
    machine.push(compartment)
    assert (machine.screen.screen, lit(machine)) == ("k.check", set())


def test_whoever_goes_away_leaves_no_lamp_behind() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    assert lit(machine) == {compartment}
    machine.press("cancel")
    assert lit(machine) == set()


def test_whoever_needs_more_time_keeps_the_lamp() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.run(61_000)
    assert (machine.screen.screen, lit(machine)) == ("more_time", {compartment})
    machine.run(21_000)
    assert (machine.screen.screen, lit(machine)) == ("l.attract", set())


def test_a_board_that_restarts_is_told_again() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.cabinet.cut_power(machine.ms)
    machine.cabinet.restore_power(machine.ms)
    assert machine.cabinet.lit() == {}
    machine.run(2_000)
    assert lit(machine) == {compartment}


def test_a_controller_that_is_gone_leaves_it_dark() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    assert lit(machine) == {compartment}
    machine.cabinet.tick(machine.ms + 700)
    assert machine.cabinet.lit() == {}


@pytest.mark.parametrize(
    ("hour", "percent"), [(13, DAY_PERCENT), (21, DAY_PERCENT), (22, QUIET_PERCENT), (5, QUIET_PERCENT), (6, DAY_PERCENT)]
)
def test_lamps_are_dim_in_the_quiet_hours(hour: int, percent: int) -> None:
    machine = BenchMachine()
    number = machine.found()
    turns, now = machine.loop.turns, machine.now()
    at = datetime(2026, 11, 23, hour, 30, tzinfo=UTC) - timedelta(hours=1)  # Warsaw in winter
    assert lamps(turns.state, turns.live, turns.settings, msgspec.structs.replace(now, wall=at)) == {0: (1 << number - 1, percent)}


def test_without_a_trusted_clock_lamps_are_bright() -> None:
    machine = BenchMachine()
    machine.found()
    turns, now = machine.loop.turns, machine.now()
    night = Now(datetime(2026, 11, 23, 1, tzinfo=UTC), now.mono_ms, now.boot, False)
    ((_, percent),) = lamps(turns.state, turns.live, turns.settings, night).values()
    assert percent == DAY_PERCENT


def test_a_cabinet_without_lamps_says_nothing_of_light() -> None:
    machine = BenchMachine(locker=locker_of("own"))
    machine.found()
    assert machine.screen.screen == "l.found"
    assert machine.screen.data["lit"] is False
    assert lit(machine) == set()


def test_a_board_that_is_silent_lights_nothing_and_the_screen_says_so() -> None:
    machine = BenchMachine()
    machine.found()
    machine.cabinet.cut_power(machine.ms)
    machine.run(2_000)
    assert machine.screen.screen == "l.found"
    assert machine.screen.data["lit"] is False


def test_both_revisions_are_in_use() -> None:
    revisions = {
        name: {board.file.revision for board in made.boards.values()} for name, made in (("24", CABINET), ("31", locker_of("own")))
    }
    assert revisions == {"24": {"C"}, "31": {"B"}}
    assert LockCabinet(CABINET).lit() == {}
