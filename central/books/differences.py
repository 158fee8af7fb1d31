"""Where machine and centre say different things about money, and what a person must look at."""

from typing import Literal

import msgspec
from sqlalchemy import Connection

from central.store import attempts, sales
from central.store.attempts import AttemptRow
from central.store.sales import SaleRow
from central.times import HOUR_MS

Kind = Literal["manual", "machine_paid", "centre_paid", "amount", "waiting"]
KNOWN_WITHIN_MS = 25 * HOUR_MS
"""So long terminal, gateway and machine may take to say what became of an attempt."""


class Difference(msgspec.Struct, frozen=True):
    """One attempt that does not agree; `grosz` is what the machine asked for, `taken` what the gateway has.

    `machine_paid`: the machine has a right, the centre no money; `centre_paid`: the centre has money, the machine no right;
    `waiting`: nobody has said for more than a day.
    """

    attempt: str
    machine: str
    kind: Kind
    grosz: int
    taken: int
    since_ms: int


def differences(t: Connection, at_ms: int) -> list[Difference]:
    """Every attempt that does not agree at this moment, oldest first."""
    by_centre = {row.attempt: row for row in attempts.read_all(t)}
    found: list[Difference] = []
    for sale in sales.read_all(t):
        row = by_centre.pop(sale.attempt, None)
        kind = _kind(sale, row, at_ms)
        if kind is not None:
            found.append(Difference(sale.attempt, sale.machine, kind, sale.amount, row.taken if row else 0, sale.made_ms))
    alone = [row for row in by_centre.values() if _has_money(row)]
    found += [Difference(row.attempt, row.machine, "centre_paid", row.amount, row.taken, row.created_ms) for row in alone]
    return sorted(found, key=lambda each: (each.since_ms, each.attempt))


def _kind(sale: SaleRow, row: AttemptRow | None, at_ms: int) -> Kind | None:
    if sale.state == "manual" or (row is not None and row.state == "manual"):
        return "manual"
    if row is not None and row.amount != sale.amount:
        return "amount"
    if sale.state in ("open", "doubt"):
        return "waiting" if at_ms >= sale.made_ms + KNOWN_WITHIN_MS else None
    if sale.method != "blik":
        return None
    if sale.state == "paid":
        return None if row is not None and (_has_money(row) or row.state in ("refunding", "refunded")) else "machine_paid"
    return "centre_paid" if row is not None and _has_money(row) else None


def _has_money(row: AttemptRow) -> bool:
    return row.state == "paid"
