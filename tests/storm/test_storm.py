"""Sixty seeds of the world, and the proof that a seed is one story for ever."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.faults import PROBABILITY, draw
from sim.storm import play, report

SEEDS = int(os.environ.get("STORM_SEEDS", "60"))
CHUNK = 10
REGRESSIONS = Path(__file__).parent / "regression_seeds.txt"
ROOT = Path(__file__).parents[2]


def regression_seeds() -> list[int]:
    """Seeds that once failed; a line is a seed and why."""
    return [int(line.split()[0]) for line in REGRESSIONS.read_text("utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.storm
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(1, SEEDS + 1, CHUNK))
def test_no_seed_breaks_a_sentence(first: int) -> None:
    broken = [report(outcome) for seed in range(first, min(first + CHUNK, SEEDS + 1)) if (outcome := play(seed)).violations]
    assert broken == [], "\n\n".join(broken)


@pytest.mark.storm
@pytest.mark.parametrize("seed", regression_seeds())
def test_what_was_mended_stays_mended(seed: int) -> None:
    outcome = play(seed)
    assert not outcome.violations, report(outcome)


@pytest.mark.storm
@pytest.mark.parametrize("seed", [3, 18, 603])
def test_a_seed_is_played_the_same_twice(seed: int) -> None:
    assert play(seed).trace == play(seed).trace


@pytest.mark.storm
def test_the_trace_does_not_hang_on_the_hash_seed() -> None:
    traces = {_trace(hash_seed, 18) for hash_seed in ("0", "1", "4711")}
    assert len(traces) == 1


def _trace(hash_seed: str, seed: int) -> str:
    command = [sys.executable, "-m", "sim", "storm", "--seed", str(seed), "--trace"]
    played = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True, timeout=100
    )
    return played.stdout


def test_every_fault_is_drawn() -> None:
    plans = [draw(seed) for seed in range(1, 201)]
    drawn = {name for plan in plans for name in plan.names}
    assert drawn >= PROBABILITY.keys() - {"board_power"}
    assert any(not plan.names for plan in plans)
    assert any(cut.board for plan in plans for cut in plan.cuts)
    assert all(plan.centre_cuts == () for plan in plans if not plan.has("centre_crash"))
