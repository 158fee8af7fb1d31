"""The simulated broker keeps MQTT's promises, and breaks them only when it is told to."""

from random import Random

import pytest

from sim.broker import Broker, Message, Session, matches
from sim.faults import MessageFaults
from sim.trace import Trace
from sim.virtual_time_loop import VirtualTimeLoop


class Bench:
    """A broker with two clients, moved by hand."""

    def __init__(self, faults: MessageFaults | None = None, seed: int = 1) -> None:
        self.loop = VirtualTimeLoop()
        self.broker = Broker(self.loop, Trace(), Random(seed), faults or MessageFaults())
        self.heard: list[Message] = []
        self.centre = self.connect("centre", ("up/+",))
        self.machine = self.connect("machine", ("down/+",), Message("up/presence", b"will", retain=True))

    def connect(self, name: str, patterns: tuple[str, ...], will: Message | None = None) -> Session:
        session = self.broker.connect(name, patterns, self.heard.append, will)
        assert session is not None
        return session

    def run(self, ms: int) -> list[bytes]:
        """What was heard in this time."""
        self.heard.clear()
        end = self.loop.create_future()
        self.loop.call_later(ms / 1000, end.set_result, None)
        self.loop.run_until_complete(end)
        return [message.payload for message in self.heard]


def test_messages_arrive_once_and_in_order() -> None:
    bench = Bench()
    for n in range(50):
        bench.broker.publish(bench.machine, Message("up/facts", b"%d" % n))
    assert bench.run(1_000) == [b"%d" % n for n in range(50)]
    assert bench.broker.settled()


def test_a_retained_message_waits_for_who_comes_later() -> None:
    bench = Bench()
    bench.broker.publish(bench.machine, Message("up/state", b"old", retain=True))
    bench.broker.publish(bench.machine, Message("up/state", b"new", retain=True))
    bench.run(100)
    bench.connect("dashboard", ("up/state",))
    assert bench.run(100) == [b"new"]


def test_a_lost_client_leaves_its_will() -> None:
    bench = Bench()
    bench.broker.lose(bench.machine, 5_000)
    assert bench.run(4_900) == []
    assert bench.run(200) == [b"will"]


def test_a_new_connection_brings_the_old_will_first() -> None:
    bench = Bench()
    bench.broker.lose(bench.machine, 30_000)
    again = bench.connect("machine", (), None)
    bench.broker.publish(again, Message("up/presence", b"birth", retain=True))
    assert bench.run(1_000) == [b"will", b"birth"]


def test_a_late_will_comes_after_the_next_birth() -> None:
    bench = Bench(MessageFaults(wills_late=1.0))
    bench.broker.lose(bench.machine, 100)
    again = bench.connect("machine", (), None)
    bench.broker.publish(again, Message("up/presence", b"birth", retain=True))
    assert bench.run(50_000) == [b"birth", b"will"]


def test_what_is_lost_takes_its_session_along() -> None:
    bench = Bench(MessageFaults(lose=1.0))
    bench.broker.publish(bench.machine, Message("up/facts", b"x"))
    bench.broker.faults = MessageFaults()
    bench.run(45_000)
    assert not bench.machine.alive
    assert bench.broker.settled()


def test_what_has_no_quality_is_lost_alone() -> None:
    bench = Bench(MessageFaults(lose=1.0))
    bench.broker.publish(bench.centre, Message("down/ack", b"x", qos=0))
    assert bench.run(45_000) == []
    assert bench.centre.alive


def test_a_broker_that_is_down_takes_nobody() -> None:
    bench = Bench()
    bench.broker.publish(bench.machine, Message("up/state", b"kept", retain=True))
    bench.run(100)
    bench.broker.stop(keep_retained=False)
    assert bench.broker.connect("machine", (), bench.heard.append, None) is None
    bench.broker.start()
    bench.connect("dashboard", ("up/state",))
    assert bench.run(100) == []


@pytest.mark.parametrize(("pattern", "topic", "fits"), [("a/+/c", "a/b/c", True), ("a/+/c", "a/b/d", False), ("a/+", "a/b/c", False)])
def test_patterns(pattern: str, topic: str, fits: bool) -> None:
    assert matches(pattern, topic) is fits
