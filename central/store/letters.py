"""What went wrong at the door: dead letters, security events and their counts; repeated ones are one row with a count."""

import hashlib

import msgspec
from sqlalchemy import Connection, func, select, update

from central.store.database import columns, insert_new
from central.store.schema import counts, dead_letters, security_events

PAYLOAD_KEPT = 65_536
ROWS_KEPT = 10_000


class Letter(msgspec.Struct, frozen=True):
    """A message that could not be used; its content stays in the store."""

    machine: str
    what: str
    reason: str
    size: int
    first_ms: int
    last_ms: int
    count: int


class SecurityEvent(msgspec.Struct, frozen=True):
    """Something an attack would look like; `detail` holds no content."""

    machine: str
    name: str
    detail: str
    first_ms: int
    last_ms: int
    count: int


def dead(t: Connection, machine: str, what: str, reason: str, payload: bytes, at_ms: int) -> None:
    """Keep a message that cannot be used."""
    count(t, machine, "dead_letters")
    digest = hashlib.sha256(f"{machine}/{what}/{reason}/".encode() + payload).digest()
    again = update(dead_letters).where(dead_letters.c.digest == digest)
    if t.execute(again.values(count=dead_letters.c.count + 1, last_ms=at_ms)).rowcount:
        return
    if t.execute(select(func.count()).select_from(dead_letters)).scalar_one() >= ROWS_KEPT:
        count(t, machine, "dead_letters_not_kept")
        return
    kept = {"reason": reason[:240], "payload": payload[:PAYLOAD_KEPT], "first_ms": at_ms, "last_ms": at_ms, "count": 1}
    insert_new(t, dead_letters, machine=machine, what=what[:32], digest=digest, **kept)


def security(t: Connection, machine: str, name: str, detail: str, at_ms: int) -> None:
    """Record a security event."""
    count(t, machine, f"security.{name}")
    event, detail = security_events.c, detail[:200]
    again = update(security_events).where(event.machine == machine, event.name == name, event.detail == detail)
    if t.execute(again.values(count=event.count + 1, last_ms=at_ms)).rowcount:
        return
    if t.execute(select(func.count()).select_from(security_events)).scalar_one() >= ROWS_KEPT:
        count(t, machine, "security_not_kept")
    else:
        insert_new(t, security_events, machine=machine, name=name, detail=detail, first_ms=at_ms, last_ms=at_ms, count=1)


def count(t: Connection, machine: str, name: str) -> None:
    """One more of `name`."""
    where = (counts.c.machine == machine, counts.c.name == name)
    if t.execute(update(counts).where(*where).values(n=counts.c.n + 1)).rowcount == 0:
        insert_new(t, counts, machine=machine, name=name, n=1)


def all_counts(t: Connection) -> list[tuple[str, str, int]]:
    """(machine, name, n), sorted."""
    return [(str(m), str(name), int(n)) for m, name, n in t.execute(select(counts).order_by(counts.c.name, counts.c.machine))]


def letters(t: Connection, limit: int) -> list[Letter]:
    """The last dead letters, without their content."""
    c = dead_letters.c
    found = select(
        *columns(dead_letters, "machine", "what", "reason", "first_ms", "last_ms", "count"), func.length(c.payload).label("size")
    )
    return [Letter(**row) for row in t.execute(found.order_by(c.last_ms.desc(), c.id.desc()).limit(limit)).mappings()]


def security_list(t: Connection, limit: int) -> list[SecurityEvent]:
    """The last security events."""
    c = security_events.c
    found = select(*columns(security_events, *SecurityEvent.__struct_fields__)).order_by(c.last_ms.desc(), c.id.desc()).limit(limit)
    return [SecurityEvent(**row) for row in t.execute(found).mappings()]
