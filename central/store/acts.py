"""Who did what at the desk: written with the deed, never changed."""

from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, select

from central.store.database import columns
from central.store.schema import acts

Deed = Literal[
    "register", "cancel", "extend", "reissue", "correct_phone", "send_again", "to_slip", "print_slip", "withdraw", "admit_clerk", "release",
    "release_empty", "extend_all", "agree", "decline", "outage",
]  # fmt: skip


class Act(msgspec.Struct, frozen=True):
    """One deed of a person; `detail` is a word or number, never personal data."""

    at_ms: int
    actor: str
    act: Deed
    machine: str = ""
    deposit: str = ""
    detail: str = ""


def write(t: Connection, act: Act) -> None:
    """Note a deed."""
    t.execute(insert(acts).values(**msgspec.structs.asdict(act)))


def of_deposit(t: Connection, key: str) -> list[Act]:
    """What was done with one document, oldest first."""
    found = select(*columns(acts, *Act.__struct_fields__)).where(acts.c.deposit == key).order_by(acts.c.id)
    return [Act(**row) for row in t.execute(found).mappings()]


def newest(t: Connection, limit: int) -> list[Act]:
    """The last deeds, newest first."""
    found = select(*columns(acts, *Act.__struct_fields__)).order_by(acts.c.id.desc()).limit(limit)
    return [Act(**row) for row in t.execute(found).mappings()]
