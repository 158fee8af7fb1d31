"""Documents on their way, and which PINs may not be drawn again."""

import msgspec
from sqlalchemy import Connection, delete, func, or_, select, update

from central.store.database import insert_new
from central.store.schema import deposits, pin_marks


class DepositRow(msgspec.Struct, frozen=True):
    """One document; phone and PIN are sealed, the PIN only until the provider accepted its SMS or its slip was printed.

    `until_ms` is the deadline the machine holds, `want_until_ms` the one it shall hold; `purpose` is the message that is owed when it does.
    With `slip` the phone is a number drawn for the printed slip, and no message goes out.
    """

    key: str
    machine: str
    case_no: str
    phone: bytes
    phone_mask: str
    language: str
    low: bool
    actor: str
    created_ms: int
    changed_ms: int
    state: str
    reason: str = ""
    compartment: int = 0
    pin: bytes | None = None
    mark: str = ""
    until_ms: int = 0
    set_order: str = ""
    load_order: str = ""
    refusals: int = 0
    reported: str = ""
    stored_ms: int = 0
    ended_ms: int = 0
    kind: str = ""
    slip: bool = False
    printed_ms: int = 0
    pin_ms: int = 0
    want_until_ms: int = 0
    purpose: str = ""
    erased_ms: int = 0

    @property
    def inside(self) -> bool:
        """Whether the document lies in its compartment and may be collected there, its deadline aside."""
        return self.state in ("stored", "told") and not self.ended_ms


def add(t: Connection, deposit: DepositRow) -> None:
    """Store a new deposit."""
    insert_new(t, deposits, **msgspec.structs.asdict(deposit))


def read(t: Connection, key: str) -> DepositRow | None:
    """The deposit, if it is ours."""
    row = t.execute(select(deposits).where(deposits.c.key == key)).mappings().one_or_none()
    return DepositRow(**row) if row else None


def of_order(t: Connection, order: str) -> DepositRow | None:
    """The deposit that waits for this order."""
    where = or_(deposits.c.set_order == order, deposits.c.load_order == order)
    row = t.execute(select(deposits).where(where)).mappings().one_or_none()
    return DepositRow(**row) if row else None


def newest(t: Connection, limit: int) -> list[DepositRow]:
    """The last deposits, newest first."""
    found = select(deposits).order_by(deposits.c.created_ms.desc(), deposits.c.key).limit(limit)
    return [DepositRow(**row) for row in t.execute(found).mappings()]


def count(t: Connection) -> int:
    """How many documents there are and were."""
    return t.execute(select(func.count()).select_from(deposits)).scalar_one()


def found(t: Connection, *, case_no: str, mask: str, begins: str, keys: list[str], limit: int) -> list[DepositRow]:
    """Documents of which one of these is so, newest first; what is empty finds nothing."""
    ways = [deposits.c.case_no == case_no] if case_no else []
    ways += [deposits.c.phone_mask == mask] if mask else []
    ways += [deposits.c.key.startswith(begins, autoescape=True)] if begins else []
    ways += [deposits.c.key.in_(keys)] if keys else []
    if not ways:
        return []
    rows = select(deposits).where(or_(*ways)).order_by(deposits.c.created_ms.desc(), deposits.c.key).limit(limit)
    return [DepositRow(**row) for row in t.execute(rows).mappings()]


def reported_in(t: Connection, machine: str, compartment: int) -> DepositRow | None:
    """The last document that was taken from here and about which something was said."""
    where = (deposits.c.machine == machine, deposits.c.compartment == compartment, deposits.c.reported != "")
    row = t.execute(select(deposits).where(*where).order_by(deposits.c.ended_ms.desc()).limit(1)).mappings().one_or_none()
    return DepositRow(**row) if row else None


def inside(t: Connection, machine: str = "") -> list[DepositRow]:
    """Documents that lie in a compartment (of this machine) and were not withdrawn, oldest first."""
    where = [deposits.c.state.in_(("stored", "told")), deposits.c.ended_ms == 0]
    if machine:
        where.append(deposits.c.machine == machine)
    found = select(deposits).where(*where).order_by(deposits.c.stored_ms, deposits.c.key)
    return [DepositRow(**row) for row in t.execute(found).mappings()]


def in_compartment(t: Connection, machine: str, compartment: int) -> DepositRow | None:
    """The deposit whose document the books put there."""
    where = (deposits.c.machine == machine, deposits.c.compartment == compartment, deposits.c.state.in_(("stored", "told", "withdrawn")))
    row = t.execute(select(deposits).where(*where).limit(1)).mappings().one_or_none()
    return DepositRow(**row) if row else None


def in_states(t: Connection, states: tuple[str, ...]) -> list[DepositRow]:
    """Deposits in one of these states, the one longest unchanged first."""
    found = select(deposits).where(deposits.c.state.in_(states)).order_by(deposits.c.changed_ms, deposits.c.key)
    return [DepositRow(**row) for row in t.execute(found).mappings()]


def to_erase(t: Connection, ended_before_ms: int, limit: int) -> list[DepositRow]:
    """Deposits that ended before that moment and still hold what is to be erased."""
    where = (deposits.c.ended_ms > 0, deposits.c.ended_ms < ended_before_ms, deposits.c.erased_ms == 0, deposits.c.state != "withdrawn")
    found = select(deposits).where(*where).order_by(deposits.c.ended_ms).limit(limit)
    return [DepositRow(**row) for row in t.execute(found).mappings()]


def live_with_case(t: Connection, case_no: str) -> DepositRow | None:
    """The deposit of this case that has not ended."""
    where = (deposits.c.case_no == case_no, deposits.c.ended_ms == 0)
    row = t.execute(select(deposits).where(*where).limit(1)).mappings().one_or_none()
    return DepositRow(**row) if row else None


def change(t: Connection, key: str, at_ms: int, **values: object) -> None:
    """Set columns of a deposit."""
    t.execute(update(deposits).where(deposits.c.key == key).values(changed_ms=at_ms, **values))


def mark_taken(t: Connection, machine: str, mark: str, ended_after_ms: int) -> bool:
    """Whether a deposit of this machine holds this PIN or held it after that moment."""
    c = pin_marks.c
    where = (c.machine == machine, c.mark == mark, or_(c.ended_ms.is_(None), c.ended_ms > ended_after_ms))
    return t.execute(select(c.deposit).where(*where).limit(1)).first() is not None


def keep_mark(t: Connection, machine: str, mark: str, deposit: str) -> None:
    """This deposit was given this PIN."""
    insert_new(t, pin_marks, machine=machine, mark=mark, deposit=deposit, ended_ms=None)


def forget_marks(t: Connection, ended_before_ms: int) -> int:
    """Erase the marks of PINs that have rested; how many."""
    where = (pin_marks.c.ended_ms.is_not(None), pin_marks.c.ended_ms < ended_before_ms)
    return t.execute(delete(pin_marks).where(*where)).rowcount


def end_marks(t: Connection, deposit: str, at_ms: int) -> None:
    """The PINs of this deposit rest from now on."""
    t.execute(update(pin_marks).where(pin_marks.c.deposit == deposit, pin_marks.c.ended_ms.is_(None)).values(ended_ms=at_ms))
