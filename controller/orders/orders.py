"""All of what the facts say about orders: every order id has one answer, however often it comes.

An id is kept until a thousand newer orders came; what counted below the oldest kept counter is refused, so that a replay is never new.
"""

import msgspec

from contracts.facts import Entry, Fact, OrderEnded, OrderRefused, OrderTaken
from contracts.orders import AdmitClerk, ExtendAll, Load, Order, Release, SendSms, SetPin, deposit_of
from contracts.topics import Answer
from controller.clock import Now
from controller.refused import Refused

KEPT = 1_000
OPENS_A_DOOR = (Load, AdmitClerk)


class KnownOrder(msgspec.Struct, frozen=True):
    """An order that has an answer."""

    id: str
    counter: int
    state: str
    code: str
    verb: str = ""
    deposit: str = ""
    low: bool = False


class Orders(msgspec.Struct, frozen=True):
    """Known orders by id; a counter of at most `floor` is older than all of them."""

    known: dict[str, KnownOrder] = {}
    floor: int = 0

    def loading(self, deposit: str) -> str | None:
        """The id of the load order that this deposit's loading answers."""
        return next((one.id for one in self.known.values() if one.state == "taken" and one.verb == "load" and one.deposit == deposit), None)

    def overtaken(self, idx: str, counter: int) -> bool:
        """Whether the PIN or the deadline of this message's deposit was set by an order younger than `counter`."""
        younger = (one for one in self.known.values() if one.verb == "set_pin" and one.counter > counter)
        return any(idx.startswith(f"{one.deposit}-") for one in younger)

    def low(self, order: str) -> bool:
        """Whether this order asks for a compartment within everybody's reach."""
        return order in self.known and self.known[order].low


def decide(orders: Orders, order: Order, refusal: str | None, nonce: str, now: Now) -> tuple[Fact, ...]:
    """Take or refuse an order; `refusal` is why the machine cannot do it. Raises Refused for one that gets no new answer."""
    if order.id in orders.known:
        raise Refused("order_known")
    if order.nonce != nonce:
        raise Refused("order_of_another_boot")
    if order.counter <= orders.floor:
        raise Refused("order_counter")
    code = _expired(order, now) or refusal
    verb = str(type(order.ask).__struct_config__.tag)
    if code:
        return (OrderRefused(order=order.id, verb=verb, actor=order.actor, counter=order.counter, code=code),)
    ask = order.ask
    until = ask.until if isinstance(ask, SetPin | AdmitClerk | ExtendAll) else None
    low = isinstance(ask, Load | SetPin) and ask.low
    idx = ask.idx if isinstance(ask, SendSms) else None
    taken = OrderTaken(order.id, verb, order.actor, order.counter, deposit=deposit_of(ask) or None, until=until, low=low, idx=idx)
    match ask:
        case SetPin():
            return (msgspec.structs.replace(taken, size=ask.size, told=ask.told),)
        case Release():
            return (msgspec.structs.replace(taken, compartment=ask.compartment, empty=ask.empty),)
        case _:
            return (taken,)


def _expired(order: Order, now: Now) -> str | None:
    if now.trusted:
        return "expired" if now.wall >= order.expires else None
    # Without a clock nobody can say how long a broker has kept the order: a door stays shut.
    return "clock_untrusted" if isinstance(order.ask, OPENS_A_DOOR) else None


def fold(orders: Orders, entry: Entry, fact: OrderTaken | OrderRefused | OrderEnded) -> Orders:
    """The orders after this fact."""
    match fact:
        case OrderTaken():
            known = KnownOrder(fact.order, fact.counter, "taken", "ok", fact.verb, fact.deposit or "", fact.low)
        case OrderRefused():
            known = KnownOrder(fact.order, fact.counter, "expired" if fact.code == "expired" else "refused", fact.code)
        case OrderEnded():
            known = msgspec.structs.replace(orders.known[fact.order], state=fact.state, code=fact.code)
    return _pruned({**orders.known, known.id: known}, orders.floor)


def _pruned(known: dict[str, KnownOrder], floor: int) -> Orders:
    while len(known) > KEPT:
        ended = [order for order in known.values() if order.state != "taken"]
        if not ended:
            break
        oldest = min(ended, key=lambda order: order.counter)
        del known[oldest.id]
        floor = max(floor, oldest.counter)
    return Orders(known=known, floor=floor)


def answer(orders: Orders, order: str) -> Answer | None:
    """The answer of an order; None when the machine does not know it."""
    known = orders.known.get(order)
    return msgspec.convert({"order": known.id, "state": known.state, "code": known.code}, Answer) if known else None
