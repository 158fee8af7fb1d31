"""The life of an order: drafted → waiting (for a second person, where needed) → signed → sent → taken → done, refused, failed or expired.

An order is sent when its machine is there, signed for the nonce of the machine's boot, and sent again until a fact of the machine names
it. Answers on `up/answers` are quicker and change only what is shown; facts are the truth. The first end wins and a different one later
is a security event, except that a fact overrules an answer. An order whose time has passed still waits for the machine's word: no answer
is not an answer.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from central.ports import Now, Randomness
from central.signer import Signer
from central.store import letters, machines, orders
from central.store.machines import Station
from central.store.orders import OrderRow
from central.times import from_ms, to_ms
from contracts.facts import Entry, OrderEnded, OrderRefused, OrderTaken
from contracts.orders import AnyAsk, Order, deposit_of
from contracts.topics import Answer, MessageWrong, decode, down

RESEND_FIRST_MS = 5_000
RESEND_MAX_MS = 300_000
ENDS = frozenset({"done", "refused", "failed", "expired"})
ORDER_ID_BYTES = 8


def _bare(name: str) -> str:
    """A name without what a hand may type differently: spaces, dots, capitals."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


class SamePerson(ValueError):
    """Who drafted an order cannot be the second person who agrees to it."""


Outgoing = tuple[str, bytes]
"""Topic and payload."""


class _Again(msgspec.Struct, frozen=True):
    """When an order is sent again, and how long it waits after that."""

    at_ms: int
    wait_ms: int


class OrderDesk:
    """Drafts, sends and follows orders. Only the timers are its own; all else is in the store."""

    def __init__(self, signer: Signer, randomness: Randomness) -> None:
        self._signer = signer
        self._randomness = randomness
        self._again: dict[str, _Again] = {}
        self._wake_ms: int | None = None

    def new_id(self) -> str:
        """An id for an order or for what several orders have in common."""
        return self._randomness.token(ORDER_ID_BYTES)

    def draft(
        self, t: Connection, machine: str, ask: AnyAsk, actor: str, reason: str, valid_s: int, now: Now, wait_ms: int = 0, group: str = ""
    ) -> str:  # fmt: skip
        """Store an order to be sent from `wait_ms` on, one of a `group` only after a second person agreed; its id."""
        at_ms = to_ms(now.wall)
        order = OrderRow(
            id=self.new_id(),
            machine=machine,
            verb=str(type(ask).__struct_config__.tag),
            deposit=deposit_of(ask),
            ask=msgspec.json.encode(ask),
            actor=actor,
            reason=reason,
            created_ms=at_ms,
            not_before_ms=at_ms + wait_ms,
            expires_ms=at_ms + wait_ms + valid_s * 1000,
            state="waiting" if group else "drafted",
            open=not group,
            group_id=group,
        )
        orders.add(t, order)
        orders.step(t, order.id, "drafted", actor, at_ms)
        if group:
            orders.step(t, order.id, "waiting", actor, at_ms)
        return order.id

    def approve(self, t: Connection, group: str, actor: str, now: Now) -> int:
        """A second person agrees: the orders of this group may go, valid from now; how many. Raises SamePerson."""
        at_ms, approved = to_ms(now.wall), 0
        for order in orders.waiting(t):
            if order.group_id != group:
                continue
            if _bare(order.actor) == _bare(actor):
                raise SamePerson("the second person must be another one")
            valid_ms = order.expires_ms - order.not_before_ms
            orders.change(t, order.id, state="drafted", open=True, not_before_ms=at_ms, expires_ms=at_ms + valid_ms)
            orders.step(t, order.id, "approved", actor, at_ms)
            approved += 1
        return approved

    def drop(self, t: Connection, group: str, actor: str, now: Now) -> int:
        """The orders of this group that wait are not given; how many."""
        dropped = [order for order in orders.waiting(t) if order.group_id == group]
        for order in dropped:
            orders.change(t, order.id, state="refused", code="not_approved")
            orders.step(t, order.id, "refused", actor, to_ms(now.wall), "not_approved")
        return len(dropped)

    def forget_timers(self, machine: str | None, t: Connection) -> None:
        """A new connection: everything open for this machine (None: for all) is due at once."""
        for order in orders.open_orders(t):
            if machine is None or order.machine == machine:
                self._again.pop(order.id, None)

    def send_due(self, t: Connection, station: Callable[[str], Station], now: Now) -> list[Outgoing]:
        """Sign and note every order that is due; the caller publishes them after the commit."""
        self._wake_ms = None
        going: list[Outgoing] = []
        listed = orders.open_orders(t)
        for gone in set(self._again) - {order.id for order in listed}:
            del self._again[gone]
        for order in listed:
            where = station(order.machine)
            if where.online and where.nonce and self._is_due(order, where, now):
                going.append((down(order.machine, "orders"), self._send(t, order, where, now)))
        return going

    def deadline(self) -> int | None:
        """When send_due has something to do again."""
        return self._wake_ms

    def _is_due(self, order: OrderRow, station: Station, now: Now) -> bool:
        wait_ms = order.not_before_ms - to_ms(now.wall)
        again = self._again.get(order.id)
        if again is not None and order.nonce == station.nonce:
            wait_ms = max(wait_ms, again.at_ms - now.mono_ms)
        if wait_ms > 0:
            self._wake(now.mono_ms + wait_ms)
            return False
        return True

    def _send(self, t: Connection, order: OrderRow, station: Station, now: Now) -> bytes:
        at_ms = to_ms(now.wall)
        again = self._again.get(order.id)
        wait_ms = min(again.wait_ms * 2, RESEND_MAX_MS) if again and order.nonce == station.nonce else RESEND_FIRST_MS
        self._again[order.id] = _Again(now.mono_ms + wait_ms, wait_ms)
        self._wake(now.mono_ms + wait_ms)
        if order.nonce != station.nonce:
            counter = machines.next_counter(t, order.machine, at_ms)
            order = msgspec.structs.replace(order, counter=counter, nonce=station.nonce)
            orders.change(t, order.id, counter=counter, nonce=station.nonce)
        if order.state == "drafted":
            orders.change(t, order.id, state="sent")
            orders.step(t, order.id, "signed", "centre", at_ms)
            orders.step(t, order.id, "sent", "centre", at_ms)
        return self._signer.envelope(_signable(order))

    def _wake(self, at_ms: int) -> None:
        self._wake_ms = at_ms if self._wake_ms is None else min(self._wake_ms, at_ms)

    def answered(self, t: Connection, machine: str, payload: bytes, now: Now) -> None:
        """Take an answer: it shows sooner what the facts will say. Raises MessageWrong."""
        said = decode(payload, Answer)
        if not _is_id(said.order):
            raise MessageWrong("Answer: order is out of range")
        order = self._of(t, machine, said.order, now)
        if order is None:
            return
        code = clean_code(said.code)
        if order.state in ENDS:
            if said.state in ENDS and said.state != order.state:
                letters.security(t, machine, "order_ended_twice", f"order {order.id}: {order.state}, then {said.state}", to_ms(now.wall))
            return
        if order.state != said.state:
            orders.change(t, order.id, state=said.state, code=code)
            orders.step(t, order.id, said.state, "answer", to_ms(now.wall), code)

    def fold(self, t: Connection, machine: str, entry: Entry, now: Now) -> None:
        """What a fact says about an order."""
        match entry.fact:
            case OrderTaken(order=order, counter=counter):
                self._learn_counter(t, machine, counter)
                self._proved(t, machine, order, "taken", "", now)
            case OrderRefused(order=order, counter=counter, code=code):
                self._learn_counter(t, machine, counter)
                self._proved(t, machine, order, "expired" if code == "expired" else "refused", code, now)
            case OrderEnded(order=order, state=state, code=code):
                self._proved(t, machine, order, state, code, now)
            case _:
                pass

    def _proved(self, t: Connection, machine: str, wanted: str, state: str, code: str, now: Now) -> None:
        order = self._of(t, machine, wanted, now) if _is_id(wanted) else None
        if order is None:
            return
        at_ms, code = to_ms(now.wall), clean_code(code)
        if order.state in ENDS and state in ENDS and state != order.state:
            letters.security(t, machine, "order_ended_twice", f"order {order.id}: {order.state}, then {state}", at_ms)
        if order.state in ENDS and (order.proved or state == "taken"):
            # A proved end stays; the fact that it was taken is no news after an answer named the end.
            orders.change(t, order.id, open=False)
            return
        final = state in ENDS
        if order.state != state:
            orders.step(t, order.id, state, "fact", at_ms, code)
        orders.change(t, order.id, state=state, code=code, proved=final, open=False)

    def _of(self, t: Connection, machine: str, wanted: str, now: Now) -> OrderRow | None:
        order = orders.read(t, wanted)
        if order is None:
            letters.security(t, machine, "order_unknown", f"order {wanted}", to_ms(now.wall))
        elif order.machine != machine:
            letters.security(t, machine, "order_of_another_machine", f"order {wanted}", to_ms(now.wall))
            return None
        return order

    def _learn_counter(self, t: Connection, machine: str, counter: int) -> None:
        if machines.read(t, machine).counter < counter < 2**62:
            machines.change(t, machine, counter=counter)


def _signable(order: OrderRow) -> Order:
    return Order(
        machine=order.machine,
        id=order.id,
        counter=order.counter,
        nonce=order.nonce,
        expires=from_ms(order.expires_ms),
        actor=order.actor,
        reason=order.reason,
        ask=msgspec.json.decode(order.ask, type=AnyAsk),
    )


def _is_id(text: str) -> bool:
    return 1 <= len(text) <= 64 and text.isascii() and all(c.isalnum() or c == "-" for c in text)


def clean_code(code: str) -> str:
    """A machine's code as it is kept: short, a-z, 0-9 and _."""
    return code[:64] if code.isascii() and code.replace("_", "").replace(".", "").isalnum() else ("" if not code else "other")
