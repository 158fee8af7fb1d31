"""A broker in virtual time: sessions, retained messages and wills, on hops that may lose, double and delay.

Each hop keeps the order of its messages unless a fault makes one late. What goes with QoS 1 is only lost together with its session,
which ends a while later.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

import msgspec

from sim.faults import MessageFaults
from sim.trace import Trace
from sim.virtual_time_loop import VirtualTimeLoop

HOP_MS = (2, 15)


class Message(msgspec.Struct, frozen=True):
    """One MQTT message; with QoS 0 it may be lost alone."""

    topic: str
    payload: bytes
    retain: bool = False
    qos: int = 1


class Hop:
    """One direction of a session: nothing overtakes what is under way, unless a fault holds that up."""

    def __init__(self) -> None:
        self.free_ms = 0


class Session:
    """One CONNECT of one client; ended as soon as either side has lost the other."""

    def __init__(self, client: str, patterns: tuple[str, ...], hear: Callable[[Message], None], will: Message | None) -> None:
        self.client = client
        self.patterns = patterns
        self.hear = hear
        self.will = will
        self.ended = asyncio.Event()
        self.up = Hop()
        self.down = Hop()

    @property
    def alive(self) -> bool:
        """Whether messages still go through."""
        return not self.ended.is_set()


class Broker:
    """The one broker of the world."""

    def __init__(self, loop: VirtualTimeLoop, trace: Trace, random: Random, faults: MessageFaults) -> None:
        self.faults = faults
        self.up = True
        self.retained: dict[str, Message] = {}
        self._loop = loop
        self._trace = trace
        self._random = random
        self._sessions: list[Session] = []
        self._wills: list[tuple[Session, asyncio.TimerHandle]] = []
        self._under_way = 0

    def connect(self, client: str, patterns: tuple[str, ...], hear: Callable[[Message], None], will: Message | None) -> Session | None:
        """A new session; None while the broker is down. A session of the same client that is still there is taken over."""
        if not self.up:
            return None
        for old in [each for each in self._sessions if each.client == client]:
            self._end(old)
        for old, timer in [each for each in self._wills if each[0].client == client]:
            if self._random.random() >= self.faults.wills_late:
                timer.cancel()
                self._publish_will(old)
        session = Session(client, patterns, hear, will)
        self._sessions.append(session)
        for message in list(self.retained.values()):
            self._send(session, message)
        return session

    def publish(self, session: Session, message: Message) -> None:
        """A client hands a message over; what it handed over before may still be under way when it dies."""
        if not session.alive:
            return
        for at_ms in self._hop(session, session.up, message.qos):
            self._at(at_ms, partial(self._arrived, message))

    def lose(self, session: Session, notice_ms: int) -> None:
        """The way to a client is cut; the broker notices later and publishes its will then."""
        if not session.alive:
            return
        session.ended.set()
        self._sessions = [each for each in self._sessions if each is not session]
        if session.will is not None:
            late_ms = self._random.randrange(1_000, 40_000) if self._random.random() < self.faults.wills_late else 0
            timer = self._loop.call_later((notice_ms + late_ms) / 1000, self._publish_will, session)
            self._wills.append((session, timer))

    def stop(self, keep_retained: bool) -> None:
        """The broker goes down: every session ends, wills are forgotten."""
        self.up = False
        for session in self._sessions:
            session.ended.set()
        for _, timer in self._wills:
            timer.cancel()
        self._sessions, self._wills = [], []
        if not keep_retained:
            self.retained = {}

    def start(self) -> None:
        """The broker is back."""
        self.up = True

    def settled(self) -> bool:
        """Nothing is still to come: no message, no will, no end of a session."""
        return not self._wills and not self._under_way

    def _at(self, at_ms: int, act: Callable[[], None]) -> None:
        self._under_way += 1
        self._loop.call_at(at_ms / 1000, self._comes, act)

    def _comes(self, act: Callable[[], None]) -> None:
        self._under_way -= 1
        act()

    def _end(self, session: Session) -> None:
        self.lose(session, 0)

    def _publish_will(self, session: Session) -> None:
        self._wills = [each for each in self._wills if each[0] is not session]
        if session.will is not None:
            self._trace.add(self._loop.now_ms, "broker", f"will of {session.client}")
            self._arrived(session.will)

    def _arrived(self, message: Message) -> None:
        if not self.up:
            return
        if message.retain:
            self.retained[message.topic] = message
        for session in self._sessions:
            self._send(session, message)

    def _send(self, session: Session, message: Message) -> None:
        if not any(matches(pattern, message.topic) for pattern in session.patterns):
            return
        for at_ms in self._hop(session, session.down, message.qos):
            self._at(at_ms, partial(self._heard, session, message))

    def _heard(self, session: Session, message: Message) -> None:
        if session.alive and self.up:
            session.hear(message)

    def _hop(self, session: Session, hop: Hop, qos: int) -> list[int]:
        """When a message comes out of a hop: never, once or twice."""
        faults, chance = self.faults, self._random.random
        lost, twice, late = chance() < faults.lose, chance() < faults.twice, chance() < faults.late
        later, doomed_ms = self._random.randint(100, faults.late_ms_max), self._random.randint(10, 20_000)
        at_ms = hop.free_ms = max(hop.free_ms, self._loop.now_ms + self._random.randint(*HOP_MS))
        if lost and qos and session.alive:
            self._at(self._loop.now_ms + doomed_ms, partial(self.lose, session, doomed_ms))
        times = [] if lost else [at_ms + later if late else at_ms]
        return [*times, at_ms + later // 2] if twice and not lost else times


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic falls under a pattern with `+`."""
    wanted, parts = pattern.split("/"), topic.split("/")
    return len(wanted) == len(parts) and all(want in ("+", part) for want, part in zip(wanted, parts, strict=True))
