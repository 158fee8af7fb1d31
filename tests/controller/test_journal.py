"""The journal: what was kept is read back, what was not kept never happened, what was erased is gone from the disk."""

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from contracts.facts import (
    AnyFact,
    DoorClosed,
    DoorOpened,
    Entry,
    FaultCleared,
    FaultRaised,
    PinRejected,
    PinSet,
    PinTrySpent,
)
from controller.journal import (
    FIRST_HEAD,
    KEPT_DAYS,
    SHAPE,
    SNAPSHOT_EVERY,
    Journal,
    JournalFailed,
    JournalWrong,
    Snapshot,
    connect,
    with_digest,
)
from controller.state import State, fold
from controller.vault import EraseDeposit, HoldCase, HoldPin, Vault, VaultKeys
from tests.controller.bench_machine import CASE, PIN, BenchMachine, SeededRandomness, pin_hmac

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = int(AT.timestamp()) // 86_400
MIX: tuple[Callable[[int], AnyFact], ...] = (
    lambda seq: DoorOpened(compartment=seq % 24 + 1, cause="none", opens=seq % 256, board_boot=1),
    lambda seq: FaultRaised(fault="door_forced", where=f"door {seq % 24 + 1}"),
    lambda seq: DoorClosed(compartment=seq % 24 + 1, opens=seq % 256, board_boot=1),
    lambda seq: FaultCleared(fault="door_forced", where=f"door {seq % 24 + 1}"),
    lambda seq: PinSet(deposit=f"dep-{seq % 50}", until=AT + timedelta(minutes=seq)),
    lambda seq: PinTrySpent(),
    lambda seq: PinRejected(match=seq - 1),
)  # fmt: skip


class Box:
    """A journal with its vault over one connection."""

    def __init__(self, connection: sqlite3.Connection | None = None) -> None:
        self.connection = connection or sqlite3.connect(":memory:", isolation_level=None)
        self.open()

    def open(self) -> None:
        randomness = SeededRandomness(1)
        self.journal = Journal(self.connection, randomness)
        self.vault = Vault(self.connection, VaultKeys(bytes(32), bytes(32)), randomness)

    def write(self, count: int, *changes: HoldPin | HoldCase | EraseDeposit, days_ago: int = 0, trusted: bool = True) -> None:
        first = self.journal.seq + 1
        wall = AT - timedelta(days=days_ago)
        entries = tuple(Entry(seq, wall, seq, "boot", trusted, MIX[seq % len(MIX)](seq)) for seq in range(first, first + count))
        self.journal.append(entries, self.vault, changes)

    def fold(self) -> State:
        state = State()
        for row in self.journal.read(0, 100_000)[1]:
            state = fold(state, msgspec.json.decode(row.body, type=Entry))
        return state


def test_the_chain_is_over_the_stored_bytes() -> None:
    box = Box()
    box.write(5)
    head = FIRST_HEAD
    for row in box.journal.read(0, 10)[1]:
        head = hashlib.sha256(head + row.body).digest()
        assert row.head == head
    assert box.journal.head == head
    previous, rows = box.journal.read(3, 10)
    assert (previous, [row.seq for row in rows]) == (box.journal.read(0, 3)[1][-1].head, [4, 5])


def test_the_epoch_is_minted_once() -> None:
    box = Box()
    epoch = box.journal.epoch
    box.open()
    assert box.journal.epoch == epoch
    assert len(bytes.fromhex(epoch)) == 16


def test_restoring_from_a_snapshot_is_the_fold_of_everything() -> None:
    box = Box()
    box.write(SNAPSHOT_EVERY)
    assert box.journal.snapshot_due()
    box.journal.snapshot(box.fold())
    assert not box.journal.snapshot_due()
    box.write(50)
    box.open()
    whole = box.fold()
    assert box.journal.restore("0.1") == whole
    box.connection.execute("UPDATE entries SET body = x'00' WHERE seq = 7")  # only what lies behind the snapshot
    assert box.journal.restore("0.1") == whole
    box.connection.execute("DELETE FROM snapshots")
    with pytest.raises(JournalWrong, match="entry 7"):
        box.journal.restore("0.1")


@pytest.mark.parametrize("body", [b"", b"{}" * 2, b'{"seq": "seven"}', b'{"locker": {"deposits": []}}', b"\xff"])
def test_a_snapshot_of_another_shape_is_passed_over(body: bytes) -> None:
    box = Box()
    box.write(10)
    box.journal.snapshot(box.fold())
    box.write(10)
    box.connection.execute("INSERT INTO snapshots SELECT seq, head, ? FROM entries WHERE seq = 15", (with_digest(body),))
    assert box.journal.restore("0.1") == box.fold()


def test_a_state_of_another_release_is_not_believed_while_the_facts_are_there() -> None:
    box = Box()
    box.write(10)
    lacking = msgspec.json.encode(Snapshot("another shape", State(seq=10)))
    box.connection.execute("INSERT INTO snapshots SELECT seq, head, ? FROM entries WHERE seq = 10", (with_digest(lacking),))
    assert box.journal.restore("0.1") == box.fold()
    box.connection.execute("DELETE FROM entries WHERE seq < 5")
    assert box.journal.restore("0.1") == State(seq=10)


@pytest.mark.parametrize("at", range(0, 400, 23))
def test_a_snapshot_in_which_one_bit_has_changed_is_passed_over(at: int) -> None:
    box = Box()
    box.write(20)
    box.journal.snapshot(box.fold())
    body = bytearray(box.connection.execute("SELECT body FROM snapshots").fetchone()[0])
    body[at % len(body)] ^= 1
    box.connection.execute("UPDATE snapshots SET body = ?", (bytes(body),))
    assert box.journal.restore("0.1") == box.fold()
    box.connection.execute("DELETE FROM entries WHERE seq < 5")
    with pytest.raises(JournalWrong, match="no snapshot"):
        box.journal.restore("0.1")


def test_a_snapshot_that_is_a_text_is_passed_over() -> None:
    box = Box()
    box.write(20)
    box.journal.snapshot(box.fold())
    box.connection.execute("UPDATE snapshots SET body = 'text'")
    assert box.journal.restore("0.1") == box.fold()


def test_an_entry_that_is_a_text_breaks_the_chain() -> None:
    box = Box()
    box.write(5)
    box.connection.execute("UPDATE entries SET body = 'text' WHERE seq = 3")
    with pytest.raises(JournalWrong, match="entry 3"):
        box.journal.restore("0.1")


@pytest.mark.parametrize("damaged", ["x'ff'", "'text'", "x'7a'", "zeroblob(32)"])
def test_a_damaged_epoch_is_named(damaged: str) -> None:
    box = Box()
    box.connection.execute(f"UPDATE meta SET value = {damaged} WHERE key = 'epoch'")
    with pytest.raises(JournalWrong, match="epoch"):
        box.open()


def test_a_journal_is_one_machines_under_its_keys() -> None:
    box = Box()
    box.journal.belongs("u-01", "aa")
    box.journal.belongs("u-01", "aa")
    with pytest.raises(JournalWrong, match="another machine"):
        box.journal.belongs("u-02", "aa")
    with pytest.raises(JournalWrong, match="other keys"):
        box.journal.belongs("u-01", "bb")


def test_a_snapshot_of_another_chain_is_passed_over() -> None:
    box = Box()
    box.write(10)
    body = with_digest(msgspec.json.encode(Snapshot(SHAPE, State(seq=10))))
    box.connection.execute("INSERT INTO snapshots VALUES (10, x'00', ?)", (body,))
    assert box.journal.restore("0.1") == box.fold()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET body = CAST(replace(body, 'boot', 'bout') AS BLOB) WHERE seq = 4",
        "UPDATE entries SET head = zeroblob(32) WHERE seq = 4",
        "DELETE FROM entries WHERE seq = 4",
        "UPDATE entries SET seq = seq + 100 WHERE seq = 4",
    ],
)
def test_a_broken_chain_is_named_by_its_place(change: str) -> None:
    box = Box()
    box.write(8)
    box.connection.execute(change)
    with pytest.raises(JournalWrong, match=r"the chain is broken at entry [45]\b"):
        box.journal.restore("0.1")


def test_a_newer_fact_is_refused_by_both_names() -> None:
    box = Box()
    box.write(2)
    body = msgspec.json.encode(Entry(3, AT, 3, "boot", True, PinTrySpent())).replace(b"pin.try_spent", b"pin.try_doubled")
    head = hashlib.sha256(box.journal.head + body).digest()
    box.connection.execute("INSERT INTO entries VALUES (3, 0, ?, ?)", (body, head))
    with pytest.raises(JournalWrong, match=r"release 0\.1 cannot read entry 3 of kind pin\.try_doubled"):
        box.journal.restore("0.1")


def test_on_a_full_disk_nothing_of_the_turn_is_kept() -> None:
    box = Box()
    box.write(20, HoldPin("dep-0", "aa" * 32))
    pages = box.connection.execute("PRAGMA page_count").fetchone()[0]
    box.connection.execute(f"PRAGMA max_page_count = {pages}")
    before = (box.journal.seq, box.journal.head, box.fold())
    with pytest.raises(JournalFailed, match="SQLITE_FULL"):
        box.write(2_000, HoldPin("dep-1", "bb" * 32))
    box.open()
    assert (box.journal.seq, box.journal.head, box.fold()) == before
    assert not box.vault.holds("bb" * 32, but="")


def test_entries_and_vault_are_one_transaction() -> None:
    class PowerCut(BaseException):
        pass

    class Cut(Journal):
        def commit(self) -> None:
            raise PowerCut

    box = Box()
    box.write(3)
    box.journal = Cut(box.connection, SeededRandomness(1))
    with pytest.raises(PowerCut):
        box.write(2, HoldPin("dep-1", "bb" * 32))
    box.open()
    assert (box.journal.seq, box.vault.holds("bb" * 32, but="")) == (3, False)
    box.write(2, HoldPin("dep-1", "bb" * 32))
    box.open()
    assert (box.journal.seq, box.vault.holds("bb" * 32, but="")) == (5, True)
    assert not box.vault.holds("bb" * 32, but="dep-1")


def pruning(days_ago: int = KEPT_DAYS + 1, trusted: bool = True) -> Box:
    box = Box()
    for _ in range(3):
        box.write(10, days_ago=days_ago, trusted=trusted)
        box.journal.snapshot(box.fold())
    return box


def kept(box: Box) -> list[int]:
    return [row.seq for row in box.journal.read(0, 1_000)[1]]


def test_old_acknowledged_entries_behind_two_snapshots_are_dropped() -> None:
    box = pruning()
    whole, head = box.fold(), box.journal.read(18, 1)[1][0].head
    box.journal.prune(30, TODAY)
    assert kept(box) == list(range(20, 31))
    assert box.journal.read(0, 100)[0] == head
    box.open()
    assert box.journal.restore("0.1") == whole
    box.connection.execute("DELETE FROM snapshots")
    with pytest.raises(JournalWrong, match="no snapshot of the pruned entries"):
        box.journal.restore("0.1")


@pytest.mark.parametrize(
    ("prepare", "acknowledged", "today"),
    [
        (pruning, 0, TODAY),
        (lambda: pruning(days_ago=KEPT_DAYS - 1), 30, TODAY),
        (lambda: pruning(trusted=False), 30, TODAY),
        (pruning, 30, 0),
    ],
    ids=["not acknowledged", "not old", "nobody knows how old", "the clock is not trusted"],
)
def test_what_is_needed_is_kept(prepare: Callable[[], Box], acknowledged: int, today: int) -> None:
    box = prepare()
    box.journal.prune(acknowledged, today)
    assert kept(box) == list(range(1, 31))


def test_what_is_not_acknowledged_stays_behind_snapshots() -> None:
    box = pruning()
    box.journal.prune(7, TODAY)
    assert kept(box) == list(range(7, 31))


def on_disk(path: Path, secret: bytes) -> bool:
    return any(secret in file.read_bytes() for file in path.parent.iterdir())


def test_what_is_erased_is_gone_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    machine = BenchMachine(database=connect(path))
    machine.hold_pin()
    sealed, held = _vault_row(machine)
    assert on_disk(path, sealed)
    assert on_disk(path, held)
    assert not on_disk(path, CASE.encode())
    assert not on_disk(path, PIN.encode())
    compartment = int(machine.screen.data["compartment"])
    machine.push(compartment)
    machine.press("1", "ok")
    assert not on_disk(path, sealed)  # the document lies there: nobody needs the case number
    machine.run(10_000)
    machine.enter()
    machine.press("ok")
    machine.run(2_000)
    machine.push(compartment)
    assert on_disk(path, held)  # for thirty days more, so that the digits are not drawn again
    machine.wall_jump = timedelta(days=30)
    machine.run(1_000)
    assert "deposit.forgotten" in machine.kinds()
    assert not on_disk(path, held)
    machine.database.close()


def _vault_row(machine: BenchMachine) -> tuple[bytes, bytes]:
    machine.loading()
    row = machine.database.execute("SELECT sealed, hmac FROM vault").fetchone()
    assert bytes(row[1]) == pin_hmac(PIN)
    return bytes(row[0]), bytes(row[1])


def test_a_database_is_opened_for_power_cuts(tmp_path: Path) -> None:
    connection = connect(tmp_path / "journal.db")
    pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")]
    connection.close()
    assert pragmas == ["wal", 2, 1]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"geheim482913" * 500)
    with pytest.raises(JournalWrong) as wrong:
        Journal(connect(tmp_path / "journal.db"), SeededRandomness(1))
    assert "geheim" not in str(wrong.value)
