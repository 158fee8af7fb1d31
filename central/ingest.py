"""From a batch of facts to an acknowledgement: what is acknowledged is committed, folded once and in order.

The caller holds one transaction around `take` and publishes the answer only after its commit. Facts beyond a gap are stored and wait; a
fact that contradicts a stored one is set aside and never overwrites it. A fact that cannot be read is stored as it is and acknowledged by
its place in the chain, so that no machine ever stalls on it; a batch that does not continue the chain is not acknowledged, because the
true facts are still to come. Where a machine says that it has pruned what is asked for, the cursor goes on behind the loss.
"""

import hashlib
import re
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from central.deposits import history
from central.ports import Now
from central.store import facts, letters
from central.store.facts import NO_HEAD, Cursor, FactRow
from central.times import to_ms
from contracts.facts import KINDS, Entry, FactsLost
from contracts.topics import Ack, FactBatch, MessageWrong, decode

Fold = Callable[[Connection, str, Entry, Now], None]

FACTS_MAX = 5_000
SEQ_MAX = 2**62
GAPS_MAX = 16
EPOCHS_MAX = 64
"""A machine's storage is new at a change of its card: more than this in one life is an attack."""
CHUNK = 500
UNREADABLE = "?"

_EPOCH = re.compile(r"[0-9A-Za-z-]{1,64}")
_HEAD = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z0-9_.]{1,64}")
_ENTRY = msgspec.json.Decoder(Entry)


class _Bare(msgspec.Struct, frozen=True):
    """As much of an entry as any release can read."""

    seq: int
    fact: msgspec.Raw = msgspec.Raw(b"{}")


class _Kind(msgspec.Struct, frozen=True):
    kind: str = UNREADABLE


class Read(msgspec.Struct, frozen=True):
    """One fact of a batch: `seq` as it says itself (0: not readable), `entry` when this release knows it."""

    payload: bytes
    seq: int
    kind: str
    entry: Entry | None


class Ingest:
    """Takes batches; `fold` is told each fact once, in order, inside the same transaction."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold

    def take(self, t: Connection, machine: str, payload: bytes, now: Now) -> Ack | None:
        """Store what is new and say how far everything is stored; None when the message names no epoch."""
        try:
            batch = _read_batch(payload, machine)
        except MessageWrong as error:
            letters.dead(t, machine, "facts", str(error), payload, to_ms(now.wall))
            return None
        known = facts.epochs_of(t, machine)
        if batch.epoch not in known and len(known) >= EPOCHS_MAX:
            letters.security(t, machine, "too_many_storages", "", to_ms(now.wall))
            return None
        cursor = facts.read_cursor(t, machine, batch.epoch)
        moved = self._take(t, cursor, batch, payload, now)
        if moved != cursor:
            facts.move_cursor(t, moved)
        return acknowledgement(t, moved)

    def _take(self, t: Connection, cursor: Cursor, batch: FactBatch, payload: bytes, now: Now) -> Cursor:
        if not batch.facts:
            return cursor
        at_ms = to_ms(now.wall)
        read = [read_fact(bytes(raw)) for raw in batch.facts]
        first, previous = _place(cursor, batch, read), bytes.fromhex(batch.previous)
        if first is None:
            letters.dead(t, cursor.machine, "facts", "FactBatch: the facts do not say their places", payload, at_ms)
            return cursor
        known = self._head_before(t, cursor, first)
        if known is not None and known != previous:
            letters.security(t, cursor.machine, "chain_broken", f"epoch {cursor.epoch[:8]} fact {first}", at_ms)
            letters.dead(t, cursor.machine, "facts", "FactBatch: does not continue the chain", payload, at_ms)
            return cursor
        rows = self._new_rows(t, cursor, _rows(read, first, previous), at_ms)
        self._note_unreadable(t, cursor.machine, rows, read, first, at_ms)
        if rows:
            facts.store(t, cursor.machine, cursor.epoch, rows, at_ms)
            cursor = msgspec.structs.replace(cursor, seen=max(cursor.seen, rows[-1].seq))
        entries = {first + at: item.entry for at, item in enumerate(read) if item.seq == first + at}
        cursor = self._behind_loss(t, cursor, [entry for row in rows if (entry := entries.get(row.seq)) is not None], at_ms)
        return self._advance(t, cursor, rows, entries, now)

    def _head_before(self, t: Connection, cursor: Cursor, first: int) -> bytes | None:
        if first == 1:
            return NO_HEAD
        if first == cursor.upto + 1:
            return cursor.head
        return facts.heads(t, cursor.machine, cursor.epoch, first - 1, first - 1).get(first - 1)

    def _new_rows(self, t: Connection, cursor: Cursor, rows: list[FactRow], at_ms: int) -> list[FactRow]:
        """Those not stored yet; the first that contradicts a stored one is set aside, and what hangs on it is not looked at."""
        if not rows or rows[0].seq > cursor.seen:
            return rows
        stored = facts.heads(t, cursor.machine, cursor.epoch, rows[0].seq, rows[-1].seq)
        new: list[FactRow] = []
        for row in rows:
            if row.seq not in stored:
                new.append(row)
            elif stored[row.seq] != row.head:
                facts.set_aside(t, cursor.machine, cursor.epoch, row, at_ms)
                letters.security(t, cursor.machine, "fact_contradicted", f"epoch {cursor.epoch[:8]} fact {row.seq}", at_ms)
                break
        return new

    def _behind_loss(self, t: Connection, cursor: Cursor, new: list[Entry], at_ms: int) -> Cursor:
        """The cursor behind what the machine has no more; the chain is checked again from the head that it names."""
        for entry in new:
            lost = entry.fact
            if isinstance(lost, FactsLost) and cursor.upto < lost.upto < entry.seq and _HEAD.fullmatch(lost.head):
                gap = f"epoch {cursor.epoch[:8]} facts {cursor.upto + 1} to {lost.upto}"
                letters.security(t, cursor.machine, "facts_lost", gap, at_ms)
                cursor = msgspec.structs.replace(cursor, upto=lost.upto, head=bytes.fromhex(lost.head))
        return cursor

    def _note_unreadable(self, t: Connection, machine: str, rows: list[FactRow], read: list[Read], first: int, at_ms: int) -> None:
        for row in rows:
            item = read[row.seq - first]
            if item.entry is not None and item.seq == row.seq:
                continue
            if row.kind not in KINDS and row.kind != UNREADABLE:
                letters.count(t, machine, "facts_of_unknown_kind")
            else:
                letters.dead(t, machine, "fact", f"fact {row.seq} cannot be read", row.payload, at_ms)

    def _advance(self, t: Connection, cursor: Cursor, rows: list[FactRow], entries: dict[int, Entry | None], now: Now) -> Cursor:
        """Fold what follows on the last folded fact: first out of hand, then what waited beyond a gap."""
        upto, head = cursor.upto, cursor.head
        for row in rows:
            if row.seq == upto + 1:
                upto, head = self._fold_row(t, cursor, row, entries.get(row.seq), now)
        while upto < cursor.seen:
            waiting = facts.beyond(t, cursor.machine, cursor.epoch, upto, CHUNK)
            before = upto
            for row in waiting:
                if row.seq != upto + 1 or not self._belongs(t, cursor, row, head, now):
                    break
                item = read_fact(row.payload)
                upto, head = self._fold_row(t, cursor, row, item.entry if item.seq == row.seq else None, now)
            if upto == before:
                break
        return msgspec.structs.replace(cursor, upto=upto, head=head)

    def _belongs(self, t: Connection, cursor: Cursor, row: FactRow, head: bytes, now: Now) -> bool:
        """Whether a fact that waited beyond a gap continues the chain; if not, it is set aside and asked for again."""
        if hashlib.sha256(head + row.payload).digest() == row.head:
            return True
        at_ms = to_ms(now.wall)
        facts.set_aside(t, cursor.machine, cursor.epoch, row, at_ms)
        facts.remove(t, cursor.machine, cursor.epoch, row.seq)
        letters.security(t, cursor.machine, "chain_broken", f"epoch {cursor.epoch[:8]} fact {row.seq}", at_ms)
        return False

    def _fold_row(self, t: Connection, cursor: Cursor, row: FactRow, entry: Entry | None, now: Now) -> tuple[int, bytes]:
        if entry is not None:
            self._fold(t, cursor.machine, entry, now)
            history.note(t, cursor.machine, cursor.epoch, entry)
        return row.seq, row.head


def acknowledgement(t: Connection, cursor: Cursor) -> Ack:
    """What the store holds of one epoch."""
    missing = facts.gaps(t, cursor, GAPS_MAX) if cursor.seen > cursor.upto else []
    return Ack(epoch=cursor.epoch, upto=cursor.upto, missing=missing)


def read_fact(payload: bytes) -> Read:
    """One fact as far as this release can read it; never raises."""
    try:
        entry = _ENTRY.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_bare(payload)
    return Read(payload, _within(entry.seq), str(type(entry.fact).__struct_config__.tag), entry)


def _read_bare(payload: bytes) -> Read:
    try:
        bare = msgspec.json.decode(payload, type=_Bare)
        kind = msgspec.json.decode(bare.fact, type=_Kind).kind
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Read(payload, 0, UNREADABLE, None)
    return Read(payload, _within(bare.seq), kind if _KIND.fullmatch(kind) else UNREADABLE, None)


def _within(seq: int) -> int:
    return seq if 0 < seq < SEQ_MAX else 0


def _read_batch(payload: bytes, machine: str) -> FactBatch:
    batch = decode(payload, FactBatch)
    if batch.machine != machine:
        raise MessageWrong("FactBatch: names another machine than its topic")
    if not _EPOCH.fullmatch(batch.epoch) or not _HEAD.fullmatch(batch.previous):
        raise MessageWrong("FactBatch: epoch or previous is out of range")
    if len(batch.facts) > FACTS_MAX:
        raise MessageWrong("FactBatch: too many facts")
    return batch


def _place(cursor: Cursor, batch: FactBatch, read: list[Read]) -> int | None:
    """The seq of the first fact. The chain decides; where it does not tell, the facts themselves must agree."""
    if bytes.fromhex(batch.previous) == cursor.head:
        return cursor.upto + 1
    places = {item.seq - at for at, item in enumerate(read) if item.seq}
    first = places.pop() if len(places) == 1 else 0
    return first if first >= 1 else None


def _rows(read: list[Read], first: int, head: bytes) -> list[FactRow]:
    rows: list[FactRow] = []
    for at, item in enumerate(read):
        head = hashlib.sha256(head + item.payload).digest()
        rows.append(FactRow(first + at, item.kind if item.seq == first + at else UNREADABLE, item.payload, head))
    return rows
