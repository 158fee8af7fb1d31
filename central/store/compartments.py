"""Compartments out of use: why, since when, and what an audit found in them."""

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, update

from central.store.database import insert_new
from central.store.schema import compartments


class CompartmentRow(msgspec.Struct, frozen=True):
    """One compartment in quarantine; `found` and `expected` when an audit found another thing than the books say."""

    machine: str
    compartment: int
    reason: str
    since_ms: int
    found: str = ""
    expected: str = ""


def read(t: Connection, machine: str, compartment: int) -> CompartmentRow | None:
    """The compartment, if it is out of use."""
    found = select(compartments).where(*_is(machine, compartment))
    row = t.execute(found).mappings().one_or_none()
    return CompartmentRow(**row) if row else None


def read_all(t: Connection) -> list[CompartmentRow]:
    """Every compartment out of use, longest first."""
    found = select(compartments).order_by(compartments.c.since_ms, compartments.c.machine, compartments.c.compartment)
    return [CompartmentRow(**row) for row in t.execute(found).mappings()]


def quarantine(t: Connection, row: CompartmentRow) -> None:
    """The compartment is out of use; a later reason takes the place of the first, its moment stays."""
    if not insert_new(t, compartments, **msgspec.structs.asdict(row)):
        change(t, row.machine, row.compartment, reason=row.reason)


def change(t: Connection, machine: str, compartment: int, **values: object) -> None:
    """Set columns of a compartment that is out of use."""
    t.execute(update(compartments).where(*_is(machine, compartment)).values(**values))


def release(t: Connection, machine: str, compartment: int) -> None:
    """The compartment is in use again."""
    t.execute(delete(compartments).where(*_is(machine, compartment)))


def _is(machine: str, compartment: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return compartments.c.machine == machine, compartments.c.compartment == compartment
