"""The bench's arithmetic and its table."""

import shutil
from pathlib import Path

import pytest

from controller.journal import Journal, connect
from controller.randomness import SystemRandomness
from tests.performance import at_the_ear, large_cabinets
from tests.performance.long_journal import write_journal
from tests.performance.rows import measured, percentile, table, timed


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50, 99, 100)
    assert percentile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_time_is_held_against_its_parts() -> None:
    good = timed("path", [10.0, 12.0], {"a": 4.0, "b": 1.0}, "screen")
    assert (good.p50_ms, good.p99_ms, good.met) == (10, 12, True)
    assert timed("path", [10.0, 12.6], {"a": 4.0, "b": 1.0}, "screen").met is False


def test_the_table_says_what_was_missed() -> None:
    rows = [timed("path", [20.0], {"a": 4.0}, "screen"), measured("memory", 61, "MB", "rest", at_most=60)]
    lines = table(rows).splitlines()
    assert lines[2] == "| path | 20 ms | 20 ms | a 4 | p99 at most 1.5 x parts + 5 ms = 11.0 ms | **no** |"
    assert lines[3] == "| memory | 61 MB |  |  | at most 60 MB | **no** |"


def test_the_long_journal_is_one_that_a_machine_can_read(tmp_path: Path) -> None:

    path = tmp_path / "journal.db"
    write_journal(path, 12_345)
    journal = Journal(connect(path), SystemRandomness())
    state = journal.restore("0.1.0")
    assert (journal.seq, state.seq) == (12_345, 12_345)
    assert len(state.locker.deposits) <= 1


def test_a_large_cabinet_is_held_against_a_small_one() -> None:
    assert large_cabinets.compared([5.0, 6.0], [6.0, 7.1]).met is True
    assert large_cabinets.compared([5.0, 6.0], [6.1, 7.0]).met is False
    assert large_cabinets.compared([5.0, 6.0], [5.0, 7.3]).met is False
    assert large_cabinets.sweep([4.5, 5.0]).p50_ms == 4.5
    assert "0.4 s together" in large_cabinets.batch([200.0, 210.0]).note


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng: make system-packages")
def test_the_ear_hears_each_error(tmp_path: Path) -> None:
    row = at_the_ear.rows(tmp_path, 4)[0]
    assert (row.runs, row.p50_ms is not None) == (4, True)
