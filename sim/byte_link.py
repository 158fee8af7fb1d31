"""A half-duplex line as the ends see it: bytes take their time, and some are lost, changed, doubled or never sent.

Clockless: what is sent now can be delivered when it is due. Every choice comes from the random.Random passed in.
"""

from collections.abc import Callable
from random import Random

import msgspec

from contracts.lock_bus import BAUD


class LinkFaults(msgspec.Struct, frozen=True):
    """How often, 0.0 to 1.0, each thing happens to one run of bytes."""

    lose: float = 0.0
    flip: float = 0.0
    noise: float = 0.0
    duplicate: float = 0.0
    cut: float = 0.0
    split: float = 0.0


class _Run:
    """Bytes on their way to every end but the sender's."""

    def __init__(self, sender: str, data: bytes, start_us: int, end_us: int) -> None:
        self.sender = sender
        self.data = data
        self.start_us = start_us
        self.end_us = end_us


class ByteLink:
    """One line with any number of named ends; `faults` may be changed at any time, the empty LinkFaults() heals it.

    `faults_of` are those of a sender to whom something else happens than to the others.
    """

    def __init__(self, random: Random, baud: int = BAUD, faults: LinkFaults | None = None) -> None:
        self.faults = faults or LinkFaults()
        self.faults_of: dict[str, LinkFaults] = {}
        self.connected = True
        self.sent_bytes = 0
        self.collisions = 0
        self._random = random
        self._baud = baud
        self._runs: list[_Run] = []
        self._waiting: dict[str, bytearray] = {}

    def send(self, data: bytes, now_ms: int, sender: str = "host") -> None:
        """Puts bytes on the line; who sends while another does spoils both."""
        if not data or not self.connected:
            return
        self.sent_bytes += len(data)
        mine = [run.end_us for run in self._runs if run.sender == sender]
        for piece in self._what_happens_to(data, self.faults_of.get(sender, self.faults)):
            start_us = max([now_ms * 1000, *mine])
            run = _Run(sender, piece, start_us, start_us + len(piece) * 10_000_000 // self._baud)
            self._collide(run)
            self._runs.append(run)
            mine.append(run.end_us)

    def deliver(self, now_ms: int, end: str = "host") -> bytes:
        """Everything that has arrived at this end by now."""
        self._arrive(now_ms)
        waiting = self._waiting.setdefault(end, bytearray())
        data = bytes(waiting)
        waiting.clear()
        return data

    def deadline(self) -> int | None:
        """When the next bytes arrive somewhere; None while the line is quiet."""
        return min((-(-run.end_us // 1000) for run in self._runs), default=None)

    def clear(self) -> None:
        """Whatever is under way is gone: power or cable cut."""
        self._runs.clear()
        for waiting in self._waiting.values():
            waiting.clear()

    def add_end(self, end: str) -> None:
        """Somebody listens here; bytes sent earlier are not heard."""
        self._waiting.setdefault(end, bytearray())

    def _arrive(self, now_ms: int) -> None:
        due = [run for run in self._runs if run.end_us <= now_ms * 1000]
        if not due:
            return
        self._runs = [run for run in self._runs if run.end_us > now_ms * 1000]
        for run in sorted(due, key=lambda run: run.end_us):
            for end, waiting in self._waiting.items():
                if end != run.sender:
                    waiting += run.data

    def _collide(self, run: _Run) -> None:
        for other in self._runs:
            if other.sender != run.sender and other.end_us > run.start_us:
                self.collisions += 1
                other.data = self._flipped(other.data)
                run.data = self._flipped(run.data)

    def _what_happens_to(self, data: bytes, faults: LinkFaults) -> list[bytes]:
        chance = self._random.random
        if faults == LinkFaults():
            return [data]
        happens: tuple[tuple[float, Callable[[bytes], list[bytes]]], ...] = (
            (faults.lose, lambda _: []),
            (faults.cut, lambda run: [run[: self._random.randrange(len(run))]]),
            (faults.flip, lambda run: [self._flipped(run)]),
            (faults.noise, lambda run: [self._noise(), run]),
            (faults.duplicate, lambda run: [run, run]),
            (faults.split, self._halves),
        )
        # All dice are thrown every time, so that changing one probability leaves the rest of a seed's story alone.
        thrown = [chance() < probability for probability, _ in happens]
        runs = [data]
        for hit, (_, change) in zip(thrown, happens, strict=True):
            if hit:
                runs = [piece for run in runs if run for piece in change(run)]
        return [run for run in runs if run]

    def _flipped(self, data: bytes) -> bytes:
        if not data:
            return data
        at = self._random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self._random.randrange(8))]) + data[at + 1 :]

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, 40))

    def _halves(self, data: bytes) -> list[bytes]:
        at = self._random.randrange(len(data))
        return [data[:at], data[at:]]
