"""Nothing lost, nothing twice: every fact is stored once and folded once, in order, whatever the way does to the messages."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import StaticPool

from central.ingest import EPOCHS_MAX, Ingest, read_fact
from central.ports import Now
from central.store import facts, letters
from central.store.database import Store
from contracts.facts import DoorGivenUp, Entry
from contracts.topics import Ack, FactBatch, encode
from tests.central.paper_machine import EPOCH, MACHINE, START, PaperMachine, memory_engine

NOW = Now(wall=START, mono_ms=0)
LENGTH = 24


class Bench:
    """One store, one ingest, one machine with a journal, and the list of what was folded by committed transactions."""

    def __init__(self) -> None:
        self.engine = memory_engine()
        self.store = Store(self.engine)
        self.machine = PaperMachine(())
        for n in range(LENGTH):
            self.machine.fact(DoorGivenUp(compartment=n + 1))
        with self.engine.begin() as t:
            t.execute(text("CREATE TABLE folded (seq INTEGER)"))
        self.ingest = Ingest(self.fold)

    def fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        t.execute(text("INSERT INTO folded VALUES (:seq)"), {"seq": entry.seq})

    def folded(self) -> list[int]:
        with self.engine.begin() as t:
            return list(t.execute(text("SELECT seq FROM folded ORDER BY rowid")).scalars())

    def take(self, payload: bytes) -> Ack | None:
        with self.store.transaction() as t:
            return self.ingest.take(t, MACHINE, payload, NOW)

    def send(self, first: int, last: int) -> Ack:
        ack = self.take(self.machine.batch(first, last))
        assert ack is not None
        return ack

    def crash(self, first: int, last: int) -> None:
        """The power goes before the commit."""
        with self.store.transaction() as t:
            self.ingest.take(t, MACHINE, self.machine.batch(first, last), NOW)
            raise KeyboardInterrupt

    def copy(self) -> None:
        """Keep a backup."""
        self.backup = create_engine("sqlite://", poolclass=StaticPool)
        source, target = self.engine.raw_connection(), self.backup.raw_connection()
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]

    def restore(self) -> None:
        """The database is what it was when the backup was made."""
        source, target = self.backup.raw_connection(), self.engine.raw_connection()
        source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]

    def security(self) -> list[str]:
        with self.store.transaction() as t:
            return [event.name for event in letters.security_list(t, 100)]


RANGES = st.tuples(st.integers(1, LENGTH), st.integers(1, LENGTH)).map(sorted)
OTHERS = st.sampled_from(["crash", "copy", "restore", "late"])
STEPS = st.lists(st.tuples(st.just("send"), RANGES) | st.tuples(OTHERS, RANGES), max_size=25)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_fact_once_and_in_order(steps: list[tuple[str, list[int]]]) -> None:
    bench = Bench()
    bench.copy()
    for what, (first, last) in steps:
        if what == "send":
            ack = bench.send(first, last)
            assert bench.folded() == list(range(1, ack.upto + 1))
        elif what == "crash":
            with pytest.raises(KeyboardInterrupt):
                bench.crash(first, last)
        elif what == "copy":
            bench.copy()
        elif what == "restore":
            bench.restore()
        else:
            # Committed, and the acknowledgement was lost: the machine sends the same again.
            assert bench.send(first, last) == bench.send(first, last)
    ack = bench.send(1, 1)
    while ack.upto < LENGTH:
        ack = bench.send(ack.upto + 1, ack.missing[0][1] if ack.missing else LENGTH)
    assert (ack.upto, ack.missing) == (LENGTH, [])
    assert bench.folded() == list(range(1, LENGTH + 1))
    with bench.store.transaction() as t:
        assert [row.payload for row in facts.beyond(t, MACHINE, EPOCH, 0, 1000)] == bench.machine.stored
    assert bench.security() == []


def test_a_gap_is_asked_for() -> None:
    bench = Bench()
    assert bench.send(1, 3).missing == []
    assert bench.send(6, 7).missing == [(4, 5)]
    ack = bench.send(10, 12)
    assert (ack.upto, ack.missing) == (3, [(4, 5), (8, 9)])
    assert bench.folded() == [1, 2, 3]
    assert bench.send(4, 5).upto == 7
    assert bench.send(8, 9).upto == 12


def test_nothing_at_first_is_a_gap_too() -> None:
    assert Bench().send(5, 6).missing == [(1, 4)]


def test_another_content_at_a_known_place_is_set_aside() -> None:
    bench = Bench()
    bench.send(1, 5)
    forged = PaperMachine(())
    forged.stored, forged.heads = list(bench.machine.stored[:4]), list(bench.machine.heads[:5])
    forged.fact(DoorGivenUp(compartment=99))
    forged.fact(DoorGivenUp(compartment=98))
    ack = bench.take(forged.batch(4, 6))
    assert ack is not None
    assert ack.upto == 5
    assert bench.security() == ["fact_contradicted"]
    assert bench.send(6, LENGTH).upto == LENGTH
    with bench.store.transaction() as t:
        assert t.execute(text("SELECT seq FROM quarantine")).scalars().all() == [5]
        assert [row.payload for row in facts.beyond(t, MACHINE, EPOCH, 0, 1000)] == bench.machine.stored


def test_a_broken_chain_is_not_acknowledged() -> None:
    bench = Bench()
    bench.send(1, 5)
    batch = msgspec.json.decode(bench.machine.batch(6, 8), type=FactBatch)
    ack = bench.take(encode(msgspec.structs.replace(batch, previous="11" * 32)))
    assert ack is not None
    assert ack.upto == 5
    assert bench.security() == ["chain_broken"]
    assert bench.send(6, 8).upto == 8


def test_a_forged_fact_beyond_a_gap_is_found_when_the_gap_closes() -> None:
    bench = Bench()
    bench.send(1, 3)
    forged = PaperMachine(())
    forged.stored, forged.heads = [b"{}"] * 5, [bytes([n]) * 32 for n in range(6)]
    forged.fact(DoorGivenUp(compartment=99))
    bench.take(forged.batch(6, 6))
    bench.send(4, 5)
    assert "chain_broken" in bench.security()
    assert bench.send(6, LENGTH).upto == LENGTH
    assert bench.folded() == list(range(1, LENGTH + 1))


@pytest.mark.parametrize(
    "poison", [b"null", b"{}", b"[1]", b'{"seq":"x"}', b'{"seq":2,"fact":{"kind":"new.kind","x":1}}', b'{"seq":7,"fact":{}}']
)
def test_an_unreadable_fact_is_kept_and_stalls_nothing(poison: bytes) -> None:
    bench = Bench()
    machine = PaperMachine(())
    machine.fact(DoorGivenUp(compartment=1))
    machine.raw(poison)
    machine.fact(DoorGivenUp(compartment=3))
    ack = bench.take(machine.batch(1, 3))
    assert ack is not None
    assert ack.upto == 3
    assert bench.folded() == [1, 3]
    with bench.store.transaction() as t:
        assert facts.beyond(t, MACHINE, EPOCH, 1, 1)[0].payload == poison
        names = [name for _, name, _ in letters.all_counts(t)]
    assert names in (["dead_letters"], ["facts_of_unknown_kind"])
    bench.machine = machine
    assert bench.send(2, 3).upto == 3
    assert bench.folded() == [1, 3]


def test_a_fact_of_a_newer_release_keeps_its_kind() -> None:
    read = read_fact(b'{"seq":2,"fact":{"kind":"door.painted","colour":"red"}}')
    assert (read.kind, read.entry) == ("door.painted", None)


def test_a_flood_of_storages_and_contradictions_is_counted_and_not_kept() -> None:
    bench = Bench()
    bench.send(1, 5)
    for number in range(EPOCHS_MAX + 20):
        flood = PaperMachine((), epoch=f"{number:032x}")
        flood.fact(DoorGivenUp(compartment=1))
        bench.take(flood.batch(1, 1))
    for number in range(facts.SET_ASIDE_MAX + 20):
        forged = PaperMachine(())
        forged.stored, forged.heads = list(bench.machine.stored[:4]), list(bench.machine.heads[:5])
        forged.fact(DoorGivenUp(compartment=100 + number))
        bench.take(forged.batch(5, 5))
    with bench.store.transaction() as t:
        assert len(facts.epochs_of(t, MACHINE)) == EPOCHS_MAX
        assert t.execute(text("SELECT count(*) FROM quarantine")).scalar_one() == facts.SET_ASIDE_MAX
        counted = {name: n for _, name, n in letters.all_counts(t)}
    assert counted == {"security.too_many_storages": 21, "security.fact_contradicted": facts.SET_ASIDE_MAX + 20}
    assert bench.send(6, LENGTH).upto == LENGTH
