"""What is known of each machine: its connection, its last report, its counter of orders, its faults."""

import msgspec
from sqlalchemy import Connection, delete, select, update

from central.store.database import insert_new
from central.store.schema import faults, machines


class Station(msgspec.Struct, frozen=True):
    """One machine as the centre last heard of it; `passed` are connections that were followed by a newer one.

    `down_ms`: when it went silent; `boot_ms`: first birth of its boot; `out_from_ms`: since when it may have been down before that boot, 0
    when that is settled; `oos_ms`: since when it says that it is out of service, `oos_forced` that a door was forced.
    """

    machine: str
    counter: int = 0
    online: bool = False
    connection: str = ""
    boot: str = ""
    nonce: str = ""
    epoch: str = ""
    number: int = 0
    since_ms: int = 0
    heard_ms: int = 0
    passed: str = "[]"
    report: bytes | None = None
    report_ms: int = 0
    down_ms: int = 0
    boot_ms: int = 0
    out_from_ms: int = 0
    oos_ms: int = 0
    oos_forced: bool = False
    audit_ms: int = 0
    audit_same: int = 0
    audit_diff: int = 0


class FaultRow(msgspec.Struct, frozen=True):
    """A fault that is raised."""

    machine: str
    fault: str
    where: str
    since_ms: int


def read(t: Connection, machine: str) -> Station:
    """The machine; one never heard of when there is no row."""
    row = t.execute(select(machines).where(machines.c.machine == machine)).mappings().one_or_none()
    return Station(**row) if row else Station(machine)


def read_all(t: Connection) -> list[Station]:
    """Every machine that was ever heard of, by id."""
    return [Station(**row) for row in t.execute(select(machines).order_by(machines.c.machine)).mappings()]


def change(t: Connection, machine: str, **values: object) -> None:
    """Set columns of a machine, making its row when there is none."""
    if t.execute(update(machines).where(machines.c.machine == machine).values(**values)).rowcount == 0:
        insert_new(t, machines, **{**msgspec.structs.asdict(Station(machine)), **values})


def next_counter(t: Connection, machine: str, at_least: int) -> int:
    """A counter above every one drawn before, stored with this transaction.

    `at_least` is the wall clock: a centre restored from a backup must not draw again what it drew in the hour that was lost.
    """
    counter = max(read(t, machine).counter + 1, at_least)
    change(t, machine, counter=counter)
    return counter


def raise_fault(t: Connection, machine: str, fault: str, where: str, since_ms: int) -> None:
    """Note a fault."""
    insert_new(t, faults, machine=machine, fault=fault[:64], where=where[:64], since_ms=since_ms)


def clear_fault(t: Connection, machine: str, fault: str, where: str) -> None:
    """The fault is over."""
    t.execute(delete(faults).where(faults.c.machine == machine, faults.c.fault == fault[:64], faults.c.where == where[:64]))


def has_fault(t: Connection, machine: str, fault: str, where: str) -> bool:
    """Whether this fault is raised."""
    found = select(faults.c.since_ms).where(faults.c.machine == machine, faults.c.fault == fault, faults.c.where == where)
    return t.execute(found).first() is not None


def faults_of_all(t: Connection) -> list[FaultRow]:
    """Every raised fault, oldest first."""
    return [FaultRow(**row) for row in t.execute(select(faults).order_by(faults.c.since_ms, faults.c.machine)).mappings()]
