"""Many seeds of the world, one after the other or on several processes, and what they broke."""

import argparse
import gc
import multiprocessing
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from sim.clock import RealClock
from sim.faults import draw
from sim.storm_cabinets import cabinet
from sim.watch import Violation
from sim.world import Parts, World

LINES_SHOWN = 60


class Outcome(msgspec.Struct, frozen=True):
    """How one seed ended."""

    seed: int
    virtual_ms: int
    trace: str
    violations: tuple[Violation, ...]
    lines: tuple[str, ...]


def play(seed: int, parts: Parts | None = None) -> Outcome:
    """Play one seed."""
    plan = draw(seed)
    world = World(seed, cabinet(plan.doors, plan.family), parts, plan)
    stage = world.stage
    gc.disable()  # a world is small and short; collecting in between only costs time
    try:
        violations = world.run()
    finally:
        gc.enable()
    return Outcome(seed, stage.now_ms, stage.trace.digest(), tuple(violations), tuple(stage.trace.lines))


def report(outcome: Outcome, lines: int = LINES_SHOWN) -> str:
    """A failing seed for people: how to play it again, what broke, and what came before."""
    broken = outcome.violations[0]
    head = [
        f"seed {outcome.seed}  (kiosk-sim storm --seed {outcome.seed})",
        f"commit {commit()}",
        f"broken: {broken.sentence}",
        f"by: {broken.detail}",
        f"at: {broken.at_ms} ms; last cut point: {broken.cut}",
    ]
    return "\n".join([*head, *(f"  {line}" for line in outcome.lines[-lines:])])


def commit() -> str:
    """The commit of this checkout; `unknown` outside of one."""
    found = subprocess.run(
        ["git", "-c", "safe.directory=*", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `kiosk-sim storm`."""
    parser.add_argument("--seeds", type=_positive, default=200, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="play one seed and print its log")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    parser.add_argument("--trace", action="store_true", help="print the trace hash of each seed")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1: nothing played proves nothing")
    return number


def run(options: argparse.Namespace) -> int:
    """Play the seeds; exit status 1 on a violation."""
    if options.seed is not None:
        return _one(options.seed, options.trace)
    return _many(range(options.first, options.first + options.seeds), options.jobs, options.trace)


def _one(seed: int, trace: bool) -> int:
    outcome = play(seed)
    if trace:
        print(f"trace {seed} {outcome.trace}")
        return 1 if outcome.violations else 0
    print(report(outcome, lines=400) if outcome.violations else "\n".join(outcome.lines))
    print(f"storm: seed {seed}, {len(outcome.violations)} violations, trace {outcome.trace[:16]}")
    return 1 if outcome.violations else 0


def _many(seeds: range, jobs: int, trace: bool) -> int:
    clock = RealClock()  # the one thing here that is about the real world: how fast it went
    began_ms, virtual_ms, violations = clock.mono_ms(), 0, 0
    for played, outcome in enumerate(_outcomes(seeds, jobs), 1):
        virtual_ms += outcome.virtual_ms
        violations += bool(outcome.violations)
        if outcome.violations:
            print(report(outcome), flush=True)
        if trace:
            print(f"trace {outcome.seed} {outcome.trace}")
        if played % 100 == 0 and played < len(seeds):
            print(f"{played} of {len(seeds)} seeds, {violations} violations", file=sys.stderr, flush=True)
    speed = virtual_ms / max(clock.mono_ms() - began_ms, 1)
    print(f"storm: {len(seeds)} seeds, {violations} violations, {speed:.0f} virtual seconds per second")
    return 1 if violations else 0


def _outcomes(seeds: Iterable[int], jobs: int) -> Iterator[Outcome]:
    if jobs <= 1:
        yield from map(play, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(play, seeds, chunksize=4)
