"""Orders and each step of their life."""

import msgspec
from sqlalchemy import Connection, insert, select, update

from central.store.database import columns, insert_new
from central.store.schema import order_steps, orders


class OrderRow(msgspec.Struct, frozen=True):
    """One order; `proved` when a fact of the machine names it, `open` while the centre still asks for an answer.

    Orders drafted in one deed have one `group_id`.
    """

    id: str
    machine: str
    verb: str
    deposit: str
    ask: bytes
    actor: str
    reason: str
    created_ms: int
    not_before_ms: int
    expires_ms: int
    counter: int = 0
    nonce: str = ""
    state: str = "drafted"
    code: str = ""
    proved: bool = False
    open: bool = True
    group_id: str = ""


class Step(msgspec.Struct, frozen=True):
    """One step of an order's life."""

    order_id: str
    state: str
    code: str
    by: str
    at_ms: int


def add(t: Connection, order: OrderRow) -> None:
    """Store a new order."""
    insert_new(t, orders, **msgspec.structs.asdict(order))


def read(t: Connection, order: str) -> OrderRow | None:
    """The order, if it is ours."""
    row = t.execute(select(orders).where(orders.c.id == order)).mappings().one_or_none()
    return OrderRow(**row) if row else None


def open_orders(t: Connection) -> list[OrderRow]:
    """Orders that still need an answer, oldest first."""
    found = select(orders).where(orders.c.open).order_by(orders.c.created_ms, orders.c.id)
    return [OrderRow(**row) for row in t.execute(found).mappings()]


def newest(t: Connection, limit: int) -> list[OrderRow]:
    """The last orders, newest first."""
    found = select(orders).order_by(orders.c.created_ms.desc(), orders.c.id.desc()).limit(limit)
    return [OrderRow(**row) for row in t.execute(found).mappings()]


def waiting(t: Connection) -> list[OrderRow]:
    """Orders that wait for a second person, oldest first."""
    found = select(orders).where(orders.c.state == "waiting").order_by(orders.c.created_ms, orders.c.machine)
    return [OrderRow(**row) for row in t.execute(found).mappings()]


def of_deposit(t: Connection, key: str) -> list[OrderRow]:
    """Every order about a deposit, oldest first."""
    found = select(orders).where(orders.c.deposit == key).order_by(orders.c.created_ms, orders.c.id)
    return [OrderRow(**row) for row in t.execute(found).mappings()]


def drop_unsent(t: Connection, order: str) -> bool:
    """An order that no machine has been sent is not given any more; says whether it was so."""
    where = (orders.c.id == order, orders.c.open, orders.c.state == "drafted")
    return t.execute(update(orders).where(*where).values(open=False, state="refused", code="not_needed")).rowcount == 1


def erase_asks(t: Connection, key: str) -> None:
    """What ended orders about a deposit said is erased; that they were given stays."""
    where = (orders.c.deposit == key, orders.c.open.is_(False))
    t.execute(update(orders).where(*where).values(ask=b""))


def change(t: Connection, order: str, **values: object) -> None:
    """Set columns of an order."""
    t.execute(update(orders).where(orders.c.id == order).values(**values))


def step(t: Connection, order: str, state: str, by: str, at_ms: int, code: str = "") -> None:
    """Write a step into the order's life."""
    t.execute(insert(order_steps).values(order_id=order, state=state, code=code[:64], by=by[:64], at_ms=at_ms))


def steps(t: Connection, wanted: list[str]) -> list[Step]:
    """The lives of these orders, each in order."""
    found = select(*columns(order_steps, *Step.__struct_fields__)).where(order_steps.c.order_id.in_(wanted))
    return [Step(**row) for row in t.execute(found.order_by(order_steps.c.id)).mappings()]
