"""The settlement of one day as CSV: what each machine took by each method in each zone."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from central.store import attempts, sales
from central.store.sales import SaleRow
from central.times import to_ms

COLUMNS = (
    "day", "machine", "zone", "method", "paid", "paid_grosz", "refunded", "refunded_grosz", "not_paid", "manual", "manual_grosz",
)  # fmt: skip


class Line(msgspec.Struct):
    """Counts and sums of one machine, zone and method."""

    paid: int = 0
    paid_grosz: int = 0
    refunded: int = 0
    refunded_grosz: int = 0
    not_paid: int = 0
    manual: int = 0
    manual_grosz: int = 0


def bounds(day: date, zone: str) -> tuple[int, int]:
    """First millisecond of the local day and of the next one; the day may have 23 or 25 hours."""
    first, last = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
    return to_ms(first), to_ms(last)


def settlement(t: Connection, day: date, zone: str) -> str:
    """The CSV of one local day: attempts that ended on it, sorted by machine, zone and method; RFC 4180 with a heading."""
    lines: defaultdict[tuple[str, str, str], Line] = defaultdict(Line)
    refunded = {row.attempt for row in attempts.of_state(t, "refunded")}
    for sale in sales.ended_between(t, *bounds(day, zone)):
        _add(lines[sale.machine, sale.zone, sale.method], sale, sale.attempt in refunded)
    return _written(day, sorted(lines.items()))


def _add(line: Line, sale: SaleRow, refunded: bool) -> None:
    match sale.state:
        case "paid" | "refunding":
            line.paid += 1
            line.paid_grosz += sale.amount
            if refunded or sale.state == "refunding":
                line.refunded += 1
                line.refunded_grosz += sale.amount
        case "manual":
            line.manual += 1
            line.manual_grosz += sale.amount
        case _:
            line.not_paid += 1


def _written(day: date, lines: Iterable[tuple[tuple[str, str, str], Line]]) -> str:
    paper = io.StringIO()
    out = csv.writer(paper, lineterminator="\r\n")
    out.writerow(COLUMNS)
    for key, line in lines:
        out.writerow((day.isoformat(), *key, *msgspec.structs.astuple(line)))
    return paper.getvalue()
