"""Facts as the machines stored them, byte for byte, and how far each chain is known without a gap."""

from functools import cache

import msgspec
from sqlalchemy import Connection, Dialect, delete, func, select, update

from central.store.database import columns, insert_new
from central.store.schema import cursors, facts, quarantine

NO_HEAD = bytes(32)
SET_ASIDE_MAX = 100
"""Contradicting facts kept of one machine: enough to see what happens, too few to fill a disk."""
COLUMNS = ("machine", "epoch", "seq", "kind", "payload", "head", "received_ms")


class Cursor(msgspec.Struct, frozen=True):
    """Every fact up to `upto` is stored and folded, `head` is the chain there; `seen` is the highest stored."""

    machine: str
    epoch: str
    upto: int = 0
    head: bytes = NO_HEAD
    seen: int = 0


class FactRow(msgspec.Struct, frozen=True):
    """One stored fact."""

    seq: int
    kind: str
    payload: bytes
    head: bytes


class FeedRow(msgspec.Struct, frozen=True):
    """One stored fact as the pages read it; `id` is the order of arrival."""

    id: int
    machine: str
    epoch: str
    seq: int
    kind: str
    payload: bytes
    received_ms: int


def read_cursor(t: Connection, machine: str, epoch: str) -> Cursor:
    """The cursor; one at 0 when nothing of this epoch has come yet."""
    row = t.execute(select(cursors).where(cursors.c.machine == machine, cursors.c.epoch == epoch)).mappings().one_or_none()
    return Cursor(**row) if row else Cursor(machine, epoch)


def payloads(t: Connection, machine: str, epoch: str, seq: int) -> list[bytes]:
    """The stored bytes of the fact in this place, if there is one."""
    where = (facts.c.machine == machine, facts.c.epoch == epoch, facts.c.seq == seq)
    return [bytes(payload) for payload in t.execute(select(facts.c.payload).where(*where)).scalars()]


def move_cursor(t: Connection, cursor: Cursor) -> None:
    """Store the cursor."""
    values = {"upto": cursor.upto, "head": cursor.head, "seen": cursor.seen}
    where = (cursors.c.machine == cursor.machine, cursors.c.epoch == cursor.epoch)
    if t.execute(update(cursors).where(*where).values(values)).rowcount == 0:
        insert_new(t, cursors, machine=cursor.machine, epoch=cursor.epoch, **values)


def epochs_of(t: Connection, machine: str) -> list[str]:
    """The epochs of which facts are stored."""
    return list(t.execute(select(cursors.c.epoch).where(cursors.c.machine == machine)).scalars())


def heads(t: Connection, machine: str, epoch: str, first: int, last: int) -> dict[int, bytes]:
    """Chain heads stored from `first` to `last`, by seq."""
    where = (facts.c.machine == machine, facts.c.epoch == epoch, facts.c.seq.between(first, last))
    return {int(seq): bytes(head) for seq, head in t.execute(select(facts.c.seq, facts.c.head).where(*where))}


def store(t: Connection, machine: str, epoch: str, rows: list[FactRow], received_ms: int) -> None:
    """Insert by the driver's own batch: this is the hot path of the centre."""
    values = [(machine, epoch, row.seq, row.kind, row.payload, row.head, received_ms) for row in rows]
    sql, positional = _insert_text(t.dialect)
    t.exec_driver_sql(sql, values if positional else [dict(zip(COLUMNS, value, strict=True)) for value in values])


def beyond(t: Connection, machine: str, epoch: str, upto: int, limit: int) -> list[FactRow]:
    """The first stored facts after `upto`, in order."""
    where = (facts.c.machine == machine, facts.c.epoch == epoch, facts.c.seq > upto)
    found = select(facts.c.seq, facts.c.kind, facts.c.payload, facts.c.head).where(*where).order_by(facts.c.seq).limit(limit)
    return [FactRow(**row) for row in t.execute(found).mappings()]


def gaps(t: Connection, cursor: Cursor, limit: int) -> list[tuple[int, int]]:
    """The first `limit` holes between `upto` and the highest stored fact."""
    where = (facts.c.machine == cursor.machine, facts.c.epoch == cursor.epoch, facts.c.seq > cursor.upto)
    after = func.lead(facts.c.seq).over(order_by=facts.c.seq).label("after")
    inner = select(facts.c.seq.label("seq"), after).where(*where).subquery()
    found = select(inner.c.seq, inner.c.after).where(inner.c.after > inner.c.seq + 1).order_by(inner.c.seq).limit(limit)
    holes = [(int(seq) + 1, int(following) - 1) for seq, following in t.execute(found)]
    first = t.execute(select(func.min(facts.c.seq)).where(*where)).scalar_one_or_none()
    if first is not None and first > cursor.upto + 1:
        holes.insert(0, (cursor.upto + 1, int(first) - 1))
    return holes[:limit]


def set_aside(t: Connection, machine: str, epoch: str, row: FactRow, received_ms: int) -> None:
    """Keep a fact that contradicts what is stored, beside it."""
    kept = select(func.count()).select_from(quarantine).where(quarantine.c.machine == machine)
    if t.execute(kept).scalar_one() >= SET_ASIDE_MAX:
        return  # the security event counts on
    values = {"seq": row.seq, "payload": row.payload, "head": row.head, "received_ms": received_ms}
    insert_new(t, quarantine, machine=machine, epoch=epoch, **values)


def remove(t: Connection, machine: str, epoch: str, seq: int) -> None:
    """Take out a fact that was stored beyond a gap and turned out not to belong to the chain."""
    t.execute(delete(facts).where(facts.c.machine == machine, facts.c.epoch == epoch, facts.c.seq == seq))


def feed(t: Connection, after: int, limit: int, machine: str | None = None) -> list[FeedRow]:
    """Facts in the order of arrival after the row `after`."""
    found = select(*columns(facts, *FeedRow.__struct_fields__)).where(facts.c.id > after)
    if machine is not None:
        found = found.where(facts.c.machine == machine)
    return [FeedRow(**row) for row in t.execute(found.order_by(facts.c.id).limit(limit)).mappings()]


def newest(t: Connection, limit: int) -> list[FeedRow]:
    """The last facts that arrived, newest first."""
    found = select(*columns(facts, *FeedRow.__struct_fields__)).order_by(facts.c.id.desc()).limit(limit)
    return [FeedRow(**row) for row in t.execute(found).mappings()]


@cache
def _insert_text(dialect: Dialect) -> tuple[str, bool]:
    statement = facts.insert().values(dict.fromkeys(COLUMNS)).compile(dialect=dialect)
    return f"{statement} ON CONFLICT DO NOTHING", bool(statement.positional)
