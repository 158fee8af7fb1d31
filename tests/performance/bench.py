"""`make bench`: measures, prints a table, and writes docs/bench/results.json and the table in docs/bench.md."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.performance import a_machine, at_the_ear, at_the_screen, large_cabinets, parts, to_the_centre
from tests.performance.rows import COMMAND, Row, percentile, table, write

RUNS = 500
STARTS = 10
UTTERANCES = 100
REST_S = 20


def disk_rows(folder: Path) -> list[Row]:
    """The disk that all other rows were measured on."""
    rows: list[Row] = []
    for name, times in (("disk: fdatasync of 4 kB", parts.fsync_ms(folder)), ("disk: commit of two facts", parts.commit_ms(folder))):
        p50, p99 = round(percentile(times, 0.5), 3), round(percentile(times, 0.99), 3)
        rows.append(Row(name, p50, p99, {}, f"{COMMAND} --only disk", runs=len(times)))
    return rows


def groups(folder: Path, runs: int) -> dict[str, Callable[[], list[Row]]]:
    """What can be measured by itself."""
    return {
        "disk": lambda: disk_rows(folder),
        "start": lambda: a_machine.start_rows(folder / "start", min(runs, STARTS)),
        "rest": lambda: a_machine.rest_rows(folder / "rest", REST_S),
        "facts": lambda: to_the_centre.fact_rows(folder / "facts"),
        "screen": lambda: at_the_screen.rows(folder / "screen", runs),
        "speech": lambda: at_the_ear.rows(folder / "speech", min(runs, UTTERANCES)),
        "cabinets": lambda: large_cabinets.rows(folder / "cabinets", runs),
        "storm": to_the_centre.storm_rows,
    }


def about() -> str:
    """Where this was measured."""
    processor = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    load = os.getloadavg()[0]
    where = f"{os.cpu_count()} processors ({processor or platform.machine()}), {platform.system()} {platform.release()}"
    return f"Measured on {where}, Python {platform.python_version()}, load {load:.1f} before the start; each row in the data says its runs."


def main() -> int:
    """Measure all groups, or those asked for."""
    parser = argparse.ArgumentParser(prog=COMMAND)
    parser.add_argument("--only", action="append", choices=list(groups(Path(), RUNS)), help="measure this group; may be repeated")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"documents collected at the screen (default {RUNS})")
    asked = parser.parse_args()
    where = about()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        chosen = groups(Path(folder), asked.runs)
        for name in asked.only or chosen:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            Path(folder, name).mkdir()
            rows += chosen[name]()
    write(rows, where)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
