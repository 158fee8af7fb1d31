"""Rows of measured numbers: what was measured, beside its parts, and how to measure it again."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "bench" / "results.json"
PAGE = ROOT / "docs" / "bench.md"
FROM, TO = "<!-- from here on written by make bench -->", "<!-- to here -->"
COMMAND = "python -m tests.performance.bench"


class Row(msgspec.Struct, frozen=True):
    """One line of the table. `parts_ms` are medians measured in the same run; `target` says what is hoped for and `met` whether it is so.

    A row that is not a time has no percentiles but a `value` with its `unit`.
    """

    row: str
    p50_ms: float | None
    p99_ms: float | None
    parts_ms: Mapping[str, float]
    command: str
    runs: int = 1
    value: float | None = None
    unit: str = ""
    target: str = ""
    met: bool | None = None
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed; raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def timed(row: str, times_ms: Sequence[float], parts_ms: Mapping[str, float], only: str, note: str = "") -> Row:
    """A latency against its parts: p99 at most 1.5 times their sum plus 5 ms."""
    bound = 1.5 * sum(parts_ms.values()) + 5
    p99 = percentile(times_ms, 0.99)
    target = f"p99 at most 1.5 x parts + 5 ms = {bound:.1f} ms"
    return Row(
        row, round(percentile(times_ms, 0.5), 2), round(p99, 2), rounded(parts_ms), f"{COMMAND} --only {only}",
        runs=len(times_ms), target=target, met=p99 <= bound, note=note,
    )  # fmt: skip


def measured(row: str, value: float, unit: str, only: str, *, at_most: float | None = None, note: str = "", runs: int = 1) -> Row:
    """A number that is not a time."""
    target = "" if at_most is None else f"at most {at_most:g} {unit}"
    met = None if at_most is None else value <= at_most
    return Row(
        row, None, None, {}, f"{COMMAND} --only {only}", runs=runs, value=round(value, 3), unit=unit, target=target, met=met, note=note
    )  # fmt: skip


def rounded(parts_ms: Mapping[str, float]) -> dict[str, float]:
    """To hundredths of a millisecond."""
    return {name: round(value, 2) for name, value in parts_ms.items()}


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| row | p50 | p99 | parts (medians, ms) | target | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        parts = " + ".join(f"{name} {value:g}" for name, value in row.parts_ms.items())
        p50, p99 = (f"{row.p50_ms:g} ms", f"{row.p99_ms:g} ms") if row.p50_ms is not None else (f"{row.value:g} {row.unit}", "")
        met = "" if row.met is None else "yes" if row.met else "**no**"
        lines.append(f"| {row.row} | {p50} | {p99} | {parts} | {row.target} | {met} |")
    return "\n".join(lines)


def write(rows: Sequence[Row], about: str) -> None:
    """Keep the rows as data, and in the page between its marks; rows that were not measured this time stay as they were."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    kept = {row.row: row for row in read()}
    kept.update({row.row: row for row in rows})
    everything = list(kept.values())
    RESULTS.write_text(json.dumps(msgspec.to_builtins(everything), indent=1, ensure_ascii=False) + "\n", "utf-8")
    text = PAGE.read_text("utf-8")
    before, after = text.split(FROM)[0], text.split(TO)[1]
    notes = "\n".join(f"* **{row.row}**: {row.note}" for row in everything if row.note)
    PAGE.write_text(f"{before}{FROM}\n\n{about}\n\n{table(everything)}\n\n{notes}\n\n{TO}{after}", "utf-8")


def read() -> list[Row]:
    """The rows of the last run."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=list[Row]) if RESULTS.exists() else []
