"""What the facts of machines say about money."""

from sqlalchemy import Connection

from central.order_desk import clean_code
from central.ports import Now
from central.store import letters, sales
from central.store.sales import SaleRow
from central.times import DAY_MS, MINUTE_MS, to_ms
from contracts import facts as f
from contracts.facts import Entry

AHEAD_MS_MAX = 5 * MINUTE_MS
AMOUNT_MAX = 10**12
FOLLOWED = (
    f.RightQuoted, f.AttemptMade, f.AttemptAuthorised, f.AttemptCaptured, f.AttemptDeclined, f.AttemptReversed, f.AttemptInDoubt,
    f.AttemptRefunding, f.AttemptManual,
)  # fmt: skip
"""The facts that say something here."""


def fold(t: Connection, machine: str, entry: Entry, now: Now) -> None:
    """What a fact says about an attempt to pay, inside the transaction that stores it."""
    match entry.fact:
        case f.RightQuoted(attempt=attempt, zone=zone):
            sales.begin(t, SaleRow(attempt[:64], machine, "open", _moment(entry, now), zone=clean_code(zone)[:32]))
        case f.AttemptMade(attempt=attempt, method=method, amount=amount):
            sales.begin(t, SaleRow(attempt[:64], machine, "open", _moment(entry, now)))
            _change(t, machine, attempt, now, method=method, amount=amount if 0 < amount < AMOUNT_MAX else 0)
        case f.AttemptAuthorised(attempt=attempt, trace=trace, receipt=receipt):
            _change(t, machine, attempt, now, trace=clean_code(trace)[:16], receipt=clean_code(receipt)[:16])
        case f.AttemptInDoubt(attempt=attempt):
            _change(t, machine, attempt, now, state="doubt")
        case f.AttemptCaptured(attempt=attempt):
            _change(t, machine, attempt, now, state="paid", reason="", ended_ms=_moment(entry, now))
        case f.AttemptDeclined(attempt=attempt, result=result):
            _change(t, machine, attempt, now, state="declined", reason=clean_code(result)[:32], ended_ms=_moment(entry, now))
        case f.AttemptReversed(attempt=attempt, result=result):
            _change(t, machine, attempt, now, state="reversed", reason=clean_code(result)[:32], ended_ms=_moment(entry, now))
        case f.AttemptRefunding(attempt=attempt):
            _change(t, machine, attempt, now, state="refunding", reason="", ended_ms=_moment(entry, now))
        case f.AttemptManual(attempt=attempt, reason=reason):
            _change(t, machine, attempt, now, state="manual", reason=reason, ended_ms=_moment(entry, now))
        case _:
            pass


def _change(t: Connection, machine: str, attempt: str, now: Now, **values: object) -> None:
    row = sales.read(t, attempt)
    if row is None:
        letters.count(t, machine, "facts_of_unknown_attempt")
    elif row.machine != machine:
        letters.security(t, machine, "attempt_of_another_machine", attempt[:16], to_ms(now.wall))
    elif row.state in sales.ENDED:
        letters.count(t, machine, "facts_out_of_turn")
    else:
        sales.change(t, attempt, **values)


def _moment(entry: Entry, now: Now) -> int:
    """The machine's own time while its clock is trusted and can be so; else that of now. A day's books are by it."""
    at_ms, said_ms = to_ms(now.wall), to_ms(entry.wall)
    return said_ms if entry.trusted and at_ms - 60 * DAY_MS <= said_ms <= at_ms + AHEAD_MS_MAX else at_ms
