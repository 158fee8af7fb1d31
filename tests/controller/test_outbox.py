"""The outbox against a network that loses, repeats and delays, and a centre that forgets: it converges and skips nothing."""

import sqlite3
from collections import deque
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.facts import Entry, PinTrySpent
from contracts.topics import Ack, FactBatch
from controller.journal import Journal
from controller.outbox import BATCH, HELLO_MS, RESEND_MS, RESEND_MS_MAX, WINDOW, Outbox
from controller.vault import Vault, VaultKeys
from tests.controller.bench_machine import SeededRandomness

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Desk:
    """A journal with its outbox, and the centre's table of what has arrived."""

    def __init__(self, facts: int) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        randomness = SeededRandomness(1)
        self.journal = Journal(connection, randomness)
        self.vault = Vault(connection, VaultKeys(bytes(32), bytes(32)), randomness)
        self.write(facts)
        self.outbox = Outbox(self.journal, "u-1")
        self.centre: set[int] = set()
        self.now_ms = 0

    def write(self, facts: int) -> None:
        first = self.journal.seq + 1
        entries = tuple(Entry(seq, AT, seq, "b", True, PinTrySpent()) for seq in range(first, first + facts))
        if entries:
            self.journal.append(entries, self.vault, ())

    def store(self, batch: FactBatch) -> Ack:
        """What the centre's ingest does: by sequence number, whatever came before."""
        self.centre |= seqs(batch)
        return self.ack()

    def ack(self) -> Ack:
        upto = 0
        while upto + 1 in self.centre:
            upto += 1
        above = sorted(seq for seq in self.centre if seq > upto)
        return Ack(epoch=self.journal.epoch, upto=upto, missing=[(upto + 1, above[0] - 1)] if above else [])

    def send(self) -> list[FactBatch]:
        return self.outbox.batches_to_send(self.now_ms)


def seqs(batch: FactBatch) -> set[int]:
    return {int(msgspec.json.decode(bytes(raw))["seq"]) for raw in batch.facts}


def test_nothing_is_sent_without_a_connection() -> None:
    desk = Desk(5)
    assert (desk.send(), desk.outbox.deadline()) == ([], None)


def test_sending_waits_for_the_centres_word() -> None:
    desk = Desk(250)
    desk.outbox.link_up(0)
    assert (desk.send(), desk.outbox.deadline()) == ([], HELLO_MS)
    assert desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=100), 10) is None
    assert [len(batch.facts) for batch in desk.send()] == [100, 50]


def test_without_a_word_it_starts_by_itself_and_backs_off() -> None:
    desk = Desk(3)
    desk.outbox.link_up(0)
    waits: list[int] = []
    for _ in range(9):
        due = desk.outbox.deadline()
        assert due is not None
        waits.append(due - desk.now_ms)
        desk.now_ms = due
        assert [len(batch.facts) for batch in desk.send()] == [3]
    assert waits[:4] == [HELLO_MS, RESEND_MS, 2 * RESEND_MS, 4 * RESEND_MS]
    assert waits[-1] == RESEND_MS_MAX


def test_no_more_than_the_window_is_under_way() -> None:
    desk = Desk(2_000)
    desk.outbox.link_up(0)
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=0), 0)
    assert sum(len(batch.facts) for batch in desk.send()) == WINDOW
    assert desk.send() == []
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=1), 0)
    assert sum(len(batch.facts) for batch in desk.send()) <= BATCH


def test_a_gap_is_filled_once_and_not_once_an_answer() -> None:
    desk = Desk(500)
    desk.outbox.link_up(0)
    desk.outbox.receive(desk.ack(), 0)
    _lost, *others = desk.send()
    again = 0
    for batch in others:
        desk.outbox.receive(desk.store(batch), desk.now_ms)
        again += sum(len(resent.facts) for resent in desk.send())
    assert again == 500


@pytest.mark.parametrize(
    ("epoch", "upto", "why"),
    [("another", 1, "ack_of_another_epoch"), ("", 4, "ack_beyond_journal"), ("", -1, "ack_beyond_journal")],
)
def test_an_ack_that_is_not_ours_changes_nothing(epoch: str, upto: int, why: str) -> None:
    desk = Desk(3)
    desk.outbox.link_up(0)
    assert desk.outbox.receive(Ack(epoch=epoch or desk.journal.epoch, upto=upto), 0) == why
    assert (desk.outbox.acknowledged, desk.outbox.deadline()) == (0, HELLO_MS)


def test_a_restored_centre_gets_everything_again() -> None:
    desk = Desk(300)
    desk.outbox.link_up(0)
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=300), 0)
    assert desk.send() == []
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=120), 0)
    assert set().union(*(seqs(batch) for batch in desk.send())) == set(range(121, 301))


def test_an_ack_after_the_connection_was_lost_wakes_nobody() -> None:
    desk = Desk(300)
    desk.outbox.link_up(0)
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=0), 0)
    desk.send()
    desk.outbox.link_down()
    desk.outbox.receive(Ack(epoch=desk.journal.epoch, upto=100), 0)
    assert desk.outbox.deadline() is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "deliver", "deliver", "lose", "repeat", "delay", "time", "down", "up", "restore", "alien"]),
        st.integers(1, 130),
    ),
    max_size=60,
)


@settings(max_examples=60)
@given(STEPS)
def test_whatever_the_network_did_it_converges(steps: list[tuple[str, int]]) -> None:
    desk = Desk(50)
    up: deque[FactBatch] = deque()
    down: deque[Ack] = deque()
    desk.outbox.link_up(0)
    for step, number in steps:
        match step:
            case "write":
                desk.write(number)
            case "deliver" if up:
                down.append(desk.store(up.popleft()))
            case "lose" if up:
                up.popleft()
            case "repeat" if down:
                desk.outbox.receive(down[0], desk.now_ms)
            case "delay" if down:
                down.rotate(1)
                desk.outbox.receive(down.popleft(), desk.now_ms)
            case "time":
                desk.now_ms += number * 100
            case "down":
                desk.outbox.link_down()
                up.clear()
            case "up":
                desk.outbox.link_up(desk.now_ms)
                down.append(desk.ack())
            case "restore":
                desk.centre = {seq for seq in desk.centre if seq <= number}
            case "alien":
                desk.outbox.receive(Ack(epoch="another", upto=number), desk.now_ms)
            case _:
                pass
        up.extend(desk.send())
        assert sum(len(batch.facts) for batch in desk.send()) == 0  # what is sent is not sent again at once
    desk.outbox.link_up(desk.now_ms)
    _heal(desk)
    assert desk.centre == set(range(1, desk.journal.seq + 1))
    assert (desk.outbox.acknowledged, desk.outbox.deadline()) == (desk.journal.seq, None)


def _heal(desk: Desk) -> None:
    desk.outbox.receive(desk.ack(), desk.now_ms)
    for _ in range(200):
        for batch in desk.send():
            desk.outbox.receive(desk.store(batch), desk.now_ms)
        if desk.outbox.acknowledged == desk.journal.seq:
            return
        due = desk.outbox.deadline()
        assert due is not None
        desk.now_ms = max(desk.now_ms, due)
