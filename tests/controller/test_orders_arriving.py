"""Orders at the machine: one answer an id, no second effect, nothing from another boot, time or machine."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.facts import Entry, OrderEnded, OrderRefused, OrderTaken
from contracts.orders import Load, Order, SetPin, sign
from contracts.topics import Ack, down, encode
from controller.inputs import MessageArrived
from controller.orders import orders
from controller.orders.orders import KEPT, Orders
from controller.refused import Refused
from tests.controller.bench_machine import CASE, MACHINE, BenchMachine
from tests.controller.histories import NOW, UNTIL

LOAD = Load(deposit="dep-1", case=CASE)
UNTRUSTED = NOW.__class__(NOW.wall, NOW.mono_ms, NOW.boot, trusted=False)


def envelope(bench: BenchMachine, /, **changes: object) -> bytes:
    fields: dict[str, object] = {
        "machine": MACHINE, "id": "order-x", "counter": 90, "nonce": bench.loop.turns.live.nonce,
        "expires": bench.now().wall + timedelta(minutes=5), "actor": "clerk", "reason": "r", "ask": LOAD,
    }  # fmt: skip
    return sign(Order(**{**fields, **changes}), bench.key)  # type: ignore[arg-type]


def test_a_known_order_is_answered_from_store_and_has_no_second_effect() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    sent = envelope(machine)
    machine.deliver(sent)
    machine.run(1_000)
    before, pulses = machine.seq, len(machine.cabinet.pulses)
    for _ in range(3):
        machine.deliver(sent)
    machine.deliver(envelope(machine, nonce="another", expires=machine.now().wall))  # the id counts before anything else
    assert machine.seq == before
    assert len(machine.cabinet.pulses) == pulses == 1
    assert machine.answers()[-4:] == [("order-x", "taken")] * 4
    machine.push(1)
    machine.press("1")
    machine.deliver(sent)
    assert machine.answers()[-1] == ("order-x", "done")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"nonce": "another"}, "order_of_another_boot"), ({"machine": "urzedomat-2"}, "order_wrong"), ({"id": "ÓŁ"}, "order_wrong")],
)
def test_what_is_not_for_this_boot_of_this_machine_has_no_answer(changes: dict[str, object], code: str) -> None:
    machine = BenchMachine()
    machine.hold_pin()
    before, answers = machine.seq, machine.answers()
    machine.deliver(envelope(machine, **changes))
    assert (machine.seq, machine.answers(), machine.count(code)) == (before, answers, 1)


def test_an_order_of_an_earlier_boot_is_dropped_and_the_same_one_signed_again_is_done() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    old = envelope(machine)
    machine.start()
    machine.run(500)
    machine.deliver(old)
    assert machine.screen.screen == "l.attract"
    machine.deliver(envelope(machine))
    machine.run(1_000)
    assert machine.screen.screen == "k.load"


def test_a_strangers_signature_is_counted_and_visible() -> None:
    machine = BenchMachine()
    order = Order(MACHINE, "o", 1, machine.loop.turns.live.nonce, UNTIL, "a", "r", LOAD)
    machine.deliver(sign(order, Ed25519PrivateKey.from_private_bytes(bytes(32))))
    machine.run(31_000)
    assert machine.report().counts["order_wrong"] == 1


@pytest.mark.parametrize(
    ("topic", "payload", "code"),
    [
        (down(MACHINE, "orders"), b"\xff", "order_wrong"),
        (down(MACHINE, "ack"), b"{}", "message_wrong"),
        (down(MACHINE, "ack"), encode(Ack(epoch="x", upto=1)), "ack_of_another_epoch"),
        (down(MACHINE, "documents"), b"", "message_of_another_topic"),
        (down("urzedomat-2", "orders"), b"", "message_of_another_topic"),
        ("something/else", b"", "message_of_another_topic"),
    ],
)
def test_bad_messages_change_nothing_and_are_counted(topic: str, payload: bytes, code: str) -> None:
    machine = BenchMachine()
    before = machine.state
    machine.take(MessageArrived(topic=topic, payload=payload))
    assert (machine.state, machine.count(code)) == (before, 1)


def an_order(**changes: object) -> Order:
    fields: dict[str, object] = {
        "machine": MACHINE, "id": "o", "counter": 5, "nonce": "n", "expires": UNTIL, "actor": "a", "reason": "r", "ask": LOAD,
    }  # fmt: skip
    return Order(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "now", "code"),
    [
        (an_order(), NOW, None),
        (an_order(expires=NOW.wall), NOW, "expired"),
        (an_order(expires=datetime(1970, 1, 1, tzinfo=UTC)), UNTRUSTED, "clock_untrusted"),
        (an_order(), UNTRUSTED, "clock_untrusted"),
        (an_order(ask=SetPin("d", "ab" * 32, UNTIL), expires=datetime(1970, 1, 1, tzinfo=UTC)), UNTRUSTED, None),
        (an_order(ask=SetPin("d", "ab" * 32, UNTIL), expires=NOW.wall), NOW, "expired"),
    ],
)
def test_without_a_clock_no_order_opens_a_door(order: Order, now: object, code: str | None) -> None:
    assert isinstance(now, NOW.__class__)
    (fact,) = orders.decide(Orders(), order, None, "n", now)
    assert (fact.code if isinstance(fact, OrderRefused) else None) == code


def test_what_is_below_the_floor_is_never_new() -> None:
    known = Orders()
    for counter in range(1, KEPT + 51):
        known = _written(known, OrderTaken(f"o-{counter}", "load", "a", counter, deposit="d"))
        if counter != 3:
            known = _written(known, OrderEnded(f"o-{counter}", "done", "ok"))
    assert len(known.known) == KEPT
    assert known.floor == 51
    assert "o-3" in known.known  # it has no end yet, so it is kept
    for counter in (1, 51):
        with pytest.raises(Refused, match="order_counter"):
            orders.decide(known, an_order(id=f"o-{counter}", counter=counter), None, "n", NOW)
    for counter in (3, 52):
        with pytest.raises(Refused, match="order_known"):
            orders.decide(known, an_order(id=f"o-{counter}", counter=counter), None, "n", NOW)
    assert orders.decide(known, an_order(id="new", counter=52), None, "n", NOW)


def _written(known: Orders, fact: OrderTaken | OrderEnded) -> Orders:
    return orders.fold(known, Entry(1, NOW.wall, 1, "b", True, fact), fact)


def test_an_order_that_overtook_another_leaves_it_its_turn() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    machine.deliver(envelope(machine, counter=92, id="order-b", ask=SetPin("dep-b", "bb" * 32, UNTIL)))
    machine.deliver(envelope(machine, counter=91, id="order-a", ask=SetPin("dep-a", "aa" * 32, UNTIL)))
    assert [machine.state.orders.known[key].state for key in ("order-a", "order-b")] == ["done", "done"]
