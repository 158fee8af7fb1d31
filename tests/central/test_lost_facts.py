"""A centre without the facts that a machine has pruned: it goes on where the journal begins, says what is missing, and checks the chain."""

import sqlite3
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import Connection

from central.ingest import Ingest
from central.ports import Now
from central.store import facts, letters
from central.store.database import Store
from contracts.facts import Entry, FactsLost, PinTrySpent
from contracts.topics import Ack, FactBatch, decode, encode
from controller.inputs import FactsGone
from controller.journal import KEPT_DAYS, Journal
from controller.outbox import Outbox
from controller.state import State, fold
from controller.vault import Vault, VaultKeys
from tests.central.paper_machine import MACHINE, START, memory_engine
from tests.controller.bench_machine import SeededRandomness

NOW = Now(wall=START, mono_ms=0)
AT = datetime(2026, 11, 23, tzinfo=UTC)
OLD, KEPT = 40, 15


class Pair:
    """A journal whose first facts are pruned, with its outbox, and a centre that a test may empty."""

    def __init__(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        self.journal = Journal(connection, SeededRandomness(1))
        self.vault = Vault(connection, VaultKeys(bytes(32), bytes(32)), SeededRandomness(1))
        self.state = State()
        for _ in range(2):
            self.write(OLD // 2, AT - timedelta(days=KEPT_DAYS + 1))
            self.journal.snapshot(self.state)
        self.write(KEPT, AT)
        self.journal.snapshot(self.state)
        self.journal.prune(self.journal.seq, (AT - datetime(1970, 1, 1, tzinfo=UTC)).days)
        self.outbox = Outbox(self.journal, MACHINE)
        self.now_ms = 0
        self.empty()

    def write(self, number: int, wall: datetime, fact: PinTrySpent | FactsLost | None = None) -> None:
        first = self.journal.seq + 1
        entries = tuple(Entry(seq, wall, seq, "b", True, fact or PinTrySpent()) for seq in range(first, first + number))
        self.journal.append(entries, self.vault, ())
        for entry in entries:
            self.state = fold(self.state, entry)

    def empty(self) -> None:
        """The centre begins anew."""
        self.store, self.folded = Store(memory_engine()), list[int]()
        self.ingest = Ingest(self._fold)
        self.outbox.link_up(self.now_ms)

    def _fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        self.folded.append(entry.seq)

    def hears(self, ack: Ack) -> None:
        """What the machine does with an acknowledgement."""
        assert self.outbox.receive(ack, self.now_ms) is None
        gone = self.outbox.gone()
        if gone is None:
            return
        if gone.upto > self.state.lost.upto:
            self.write(1, AT, FactsLost(upto=gone.upto, head=gone.head, reason="pruned"))
        self.outbox.tell_loss(self.state.lost.seq)

    def take(self, batch: FactBatch) -> Ack:
        with self.store.transaction() as t:
            ack = self.ingest.take(t, MACHINE, encode(batch), NOW)
        assert ack is not None
        return ack

    def until_settled(self, lose: int = 0) -> None:
        """Deliver both ways until nothing is owed; every `lose`th batch is lost."""
        sent = 0
        for _ in range(60):
            for batch in self.outbox.batches_to_send(self.now_ms):
                sent += 1
                if not lose or sent % lose:
                    self.hears(self.take(batch))
            if self.outbox.acknowledged == self.journal.seq:
                return
            due = self.outbox.deadline()
            self.now_ms = self.now_ms if due is None else max(self.now_ms, due)
        raise AssertionError("it never settles")

    def events(self) -> list[tuple[str, str]]:
        with self.store.transaction() as t:
            return [(event.name, event.detail.split(" ", 2)[2]) for event in letters.security_list(t, 10)]


@pytest.mark.parametrize("lose", [0, 2, 3])
def test_an_empty_centre_goes_on_where_the_journal_begins(lose: int) -> None:
    pair = Pair()
    first = pair.journal.pruned()[0] + 1
    assert first > 1
    pair.until_settled(lose)
    assert pair.folded == list(range(first, pair.journal.seq + 1))
    assert pair.state.lost.seq == pair.journal.seq
    assert pair.events() == [("facts_lost", f"facts 1 to {first - 1}")]
    with pair.store.transaction() as t:
        cursor = facts.read_cursor(t, MACHINE, pair.journal.epoch)
    assert (cursor.upto, cursor.head) == (pair.journal.seq, pair.journal.head)


def test_it_is_said_once_however_many_centres_begin_anew() -> None:
    pair = Pair()
    pair.until_settled()
    told = pair.journal.seq
    pair.empty()
    pair.hears(Ack(epoch=pair.journal.epoch, upto=0))  # its word at the machine's birth
    pair.until_settled()
    assert (pair.journal.seq, pair.state.lost.seq) == (told, told)
    assert pair.folded[-1] == told
    assert [name for name, _ in pair.events()] == ["facts_lost"]


def test_a_centre_that_has_everything_is_told_nothing() -> None:
    pair = Pair()
    upto = pair.journal.seq - 3
    pair.hears(Ack(epoch=pair.journal.epoch, upto=upto))
    assert pair.state.lost.seq == 0
    assert [len(batch.facts) for batch in pair.outbox.batches_to_send(0)] == [3]


def test_a_loss_that_names_another_head_does_not_get_other_facts_in() -> None:
    pair = Pair()
    gone = FactsGone(*_place(pair))
    assert pair.outbox.gone() == gone
    pair.write(1, AT, FactsLost(upto=gone.upto, head="ab" * 32, reason="pruned"))
    pair.outbox.receive(Ack(epoch=pair.journal.epoch, upto=0), 0)
    pair.outbox.tell_loss(pair.journal.seq)
    for batch in pair.outbox.batches_to_send(0):
        pair.take(batch)
    assert pair.folded == []
    assert "chain_broken" in [name for name, _ in pair.events()]


@pytest.mark.parametrize(("upto", "head"), [(10**9, "ab" * 32), (0, "ab" * 32), (-5, "ab" * 32), (20, "not a head"), (20, "")])
def test_a_loss_that_makes_no_sense_moves_nothing(upto: int, head: str) -> None:
    pair = Pair()
    pair.write(1, AT, FactsLost(upto=upto, head=head, reason="pruned"))
    previous, rows = pair.journal.read(pair.journal.seq - 1, 1)
    batch = FactBatch(MACHINE, pair.journal.epoch, previous.hex(), [msgspec.Raw(rows[0].body)])
    ack = pair.take(decode(encode(batch), FactBatch))
    assert (ack.upto, ack.missing) == (0, [(1, pair.journal.seq - 1)])
    assert pair.folded == []


def _place(pair: Pair) -> tuple[int, str]:
    upto, head = pair.journal.pruned()
    return upto, head.hex()
