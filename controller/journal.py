"""The machine's journal: append-only, chained, and the only thing that survives a power cut.

One SQLite database holds the entries, snapshots of the folded state and the vault, so that one transaction covers a turn. Each entry's
head is SHA-256(head before, stored bytes). The connection is passed in: its file, pragmas and size are the caller's.
"""

import hashlib
import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from contracts.facts import Entry
from contracts.older_facts import FactUnknown, read_entry
from controller.randomness import Randomness
from controller.state import State, fold
from controller.vault import Vault, VaultChange

SNAPSHOT_EVERY = 10_000
KEPT_DAYS = 90
NO_DAY = 1 << 31
"""The day of an entry whose clock was not trusted: it is kept until one after it is old."""
DIGEST_BYTES = 32
EPOCH = re.compile(r"[0-9a-f]{32}")
FIRST_HEAD = bytes(32)
SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, day INTEGER NOT NULL, body BLOB NOT NULL, head BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (seq INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS letters (idx TEXT PRIMARY KEY, sealed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vault (deposit TEXT PRIMARY KEY, hmac BLOB NOT NULL, sealed BLOB);
CREATE TABLE IF NOT EXISTS phone_marks (deposit TEXT PRIMARY KEY, mark BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS number_salt (one INTEGER PRIMARY KEY CHECK (one = 1), salt BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS case_marks (deposit TEXT PRIMARY KEY, mark BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS clerk_code (one INTEGER PRIMARY KEY, mark BLOB NOT NULL);
"""


class JournalWrong(RuntimeError):
    """The journal cannot be used: written by a newer release, or changed behind our back."""


class JournalFailed(RuntimeError):
    """The journal could not be written; nothing of the turn was kept and the process must end."""


def failed(error: sqlite3.Error) -> JournalFailed:
    """The named error of a database that cannot be written."""
    return JournalFailed(f"journal: {type(error).__name__} {getattr(error, 'sqlite_errorname', '')}".strip())


class Snapshot(msgspec.Struct, frozen=True):
    """A folded state and the shape that State had in the release that folded it."""

    shape: str
    state: State


SHAPE = hashlib.sha256(msgspec.json.encode(msgspec.json.schema(State), order="deterministic")).hexdigest()[:16]


class Row(msgspec.Struct, frozen=True):
    """One stored entry."""

    seq: int
    body: bytes
    head: bytes


@contextmanager
def _named() -> Generator[None]:
    """What the database cannot do, by our names: no room or no access is one thing, content that is none another."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise failed(error) from None
    except sqlite3.DatabaseError as error:
        raise JournalWrong(f"journal: {error}") from None


def connect(path: Path) -> sqlite3.Connection:
    """The machine's database: every COMMIT is on the disk, what is deleted is overwritten. Raises JournalWrong, JournalFailed."""
    with _named():
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "wal_autocheckpoint=500"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


class Journal:
    """Entries in order; `seq` and `head` are those of the last one."""

    def __init__(self, connection: sqlite3.Connection, randomness: Randomness) -> None:
        """Raises JournalWrong, JournalFailed."""
        self._connection = connection
        with _named():
            if connection.in_transaction:
                connection.rollback()
            connection.executescript(SCHEMA)
            self.epoch = self._epoch(randomness)
            row = connection.execute("SELECT seq, head FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.head = row or (0, FIRST_HEAD)

    def _epoch(self, randomness: Randomness) -> str:
        """The random id of this storage, minted when it was created."""
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (randomness.token(16).encode(),))
        epoch = self._text("epoch")
        if not EPOCH.fullmatch(epoch):
            raise JournalWrong("its epoch is damaged")
        return epoch

    def _text(self, key: str) -> str:
        value: object = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0]
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def belongs(self, machine: str, keys: str) -> None:
        """From its first start a journal is one machine's, and under one pair of keys (`keys`: their fingerprint); raises JournalWrong."""
        with _named():
            for key, own in (("machine", machine), ("keys", keys)):
                self._connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, own.encode()))
            if self._text("machine") != machine:
                raise JournalWrong("is another machine's")
            if self._text("keys") != keys:
                raise JournalWrong("was written under other keys than pin.key and seal.key")

    def restore(self, release: str) -> State:
        """The state of all entries: newest snapshot that fits, and the entries after it; raises JournalWrong, naming our release."""
        with _named():
            state, head = self._snapshot()
            for row in self._connection.execute("SELECT seq, body, head FROM entries WHERE seq > ? ORDER BY seq", (state.seq,)):
                entry = _checked(row, state.seq, head, release)
                head = row[2]
                state = fold(state, entry)
        return state

    def _snapshot(self) -> tuple[State, bytes]:
        rows = self._connection.execute(
            "SELECT s.head, s.body FROM snapshots s JOIN entries e ON e.seq = s.seq AND e.head = s.head ORDER BY s.seq DESC"
        )
        readable = [(snapshot, head) for head, body in rows if (snapshot := _read_snapshot(body)) is not None]
        for snapshot, head in readable:
            if snapshot.shape == SHAPE:
                return snapshot.state, head
        # A state of another release may lack what ours folds from the same facts: the facts are better, as long as all are there.
        row = self._connection.execute("SELECT min(seq) FROM entries").fetchone()
        if row[0] in (None, 1):
            return State(), FIRST_HEAD
        if not readable:
            raise JournalWrong("no snapshot of the pruned entries can be read")
        return readable[0][0].state, readable[0][1]

    def append(self, entries: tuple[Entry, ...], vault: Vault, changes: tuple[VaultChange, ...]) -> None:
        """Keep the entries and the vault's changes, all or none; raises JournalFailed."""
        head, rows = self.head, list[tuple[int, int, bytes, bytes]]()
        for entry in entries:
            body = msgspec.json.encode(entry)
            head = hashlib.sha256(head + body).digest()
            day = int(entry.wall.timestamp()) // 86_400 if entry.trusted else NO_DAY
            rows.append((entry.seq, day, body, head))
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
            vault.apply(changes)
            self.commit()
        except sqlite3.Error as error:
            raise failed(error) from None
        self.seq, self.head = entries[-1].seq, head

    def commit(self) -> None:
        """The moment from which the turn has happened."""
        self._connection.execute("COMMIT")

    def read(self, after: int, limit: int) -> tuple[bytes, list[Row]]:
        """Up to `limit` entries after `after` (or the first still kept), and the head before the first of them."""
        found = self._connection.execute(
            "SELECT seq, body, head FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        ).fetchall()
        rows = [Row(*row) for row in found]
        return self._head_before(rows[0].seq) if rows else self.head, rows

    def _head_before(self, seq: int) -> bytes:
        row = self._connection.execute("SELECT head FROM entries WHERE seq = ?", (seq - 1,)).fetchone()
        pruned = row or self._connection.execute("SELECT value FROM meta WHERE key='pruned_head'").fetchone()
        return bytes(pruned[0]) if pruned else FIRST_HEAD

    def pruned(self) -> tuple[int, bytes]:
        """The last entry that was dropped and the head there; 0 and the first head when all are still here."""
        first = self._connection.execute("SELECT min(seq) FROM entries").fetchone()[0] or 1
        return first - 1, self._head_before(first)

    def snapshot(self, state: State) -> None:
        """Keep the folded state beside the entries."""
        body = with_digest(msgspec.json.encode(Snapshot(SHAPE, state)))
        self._connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", (state.seq, self.head, body))

    def snapshot_due(self) -> bool:
        """Whether enough entries came since the last snapshot."""
        last = self._connection.execute("SELECT max(seq) FROM snapshots").fetchone()[0] or 0
        return self.seq - last >= SNAPSHOT_EVERY

    def prune(self, acknowledged: int, today: int) -> None:
        """Drop what the centre has, is older than 90 days and lies behind two snapshots; `today` counts days since 1970."""
        seqs = [row[0] for row in self._connection.execute("SELECT seq FROM snapshots ORDER BY seq DESC LIMIT 2")]
        if len(seqs) < 2:
            return
        behind = min(acknowledged, seqs[1])
        old = self._connection.execute("SELECT max(seq) FROM entries WHERE seq < ? AND day < ?", (behind, today - KEPT_DAYS)).fetchone()[0]
        if old is None:
            return
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT OR REPLACE INTO meta SELECT 'pruned_head', head FROM entries WHERE seq = ?", (old,))
            self._connection.execute("DELETE FROM entries WHERE seq <= ?", (old,))
            self._connection.execute("DELETE FROM snapshots WHERE seq < ?", (seqs[1],))


def with_digest(snapshot: bytes) -> bytes:
    """A snapshot as it is kept: behind its own SHA-256, for a changed bit could name another compartment."""
    return hashlib.sha256(snapshot).digest() + snapshot


def _read_snapshot(body: object) -> Snapshot | None:
    if not isinstance(body, bytes) or with_digest(body[DIGEST_BYTES:]) != body:
        return None
    try:
        return msgspec.json.decode(body[DIGEST_BYTES:], type=Snapshot)
    except msgspec.DecodeError:
        return None


def _checked(row: tuple[int, object, bytes], before: int, head: bytes, release: str) -> Entry:
    seq, body, stored = row
    if not isinstance(body, bytes) or seq != before + 1 or hashlib.sha256(head + body).digest() != stored:
        raise JournalWrong(f"the chain is broken at entry {seq}")
    try:
        return read_entry(body)
    except FactUnknown as error:
        raise JournalWrong(f"release {release} cannot read {error}") from None
