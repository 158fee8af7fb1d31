"""Which facts are about which document: a way from one to the other, nothing more."""

from sqlalchemy import Connection, and_, select

from central.store.database import columns, insert_new
from central.store.facts import FeedRow
from central.store.schema import deposit_facts, facts

LAST_MAX = 1_000


def note(t: Connection, machine: str, epoch: str, seq: int, deposit: str) -> None:
    """This fact is about this document."""
    insert_new(t, deposit_facts, machine=machine, epoch=epoch, seq=seq, deposit=deposit)


def of_deposit(t: Connection, key: str, limit: int) -> list[FeedRow]:
    """The facts about a document in the order of arrival."""
    d = deposit_facts.c
    same = and_(facts.c.machine == d.machine, facts.c.epoch == d.epoch, facts.c.seq == d.seq)
    found = select(*columns(facts, *FeedRow.__struct_fields__)).join(deposit_facts, same).where(d.deposit == key)
    return [FeedRow(**row) for row in t.execute(found.order_by(facts.c.id).limit(limit)).mappings()]


def of_seq(t: Connection, machine: str, seq: int) -> list[str]:
    """The documents that facts of this number are about: one, unless the machine has lost its storage since."""
    where = (deposit_facts.c.machine == machine, deposit_facts.c.seq == seq)
    return list(t.execute(select(deposit_facts.c.deposit).where(*where).distinct()).scalars())


def last_seq(t: Connection, key: str, kind: str) -> int:
    """The number of the last fact of this kind about a document; 0 for none."""
    return max((row.seq for row in of_deposit(t, key, LAST_MAX) if row.kind == kind), default=0)
