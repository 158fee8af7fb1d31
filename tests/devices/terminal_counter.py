"""A card terminal on a table: both ends of a cable, a customer, and a clock that is moved by hand."""

from random import Random
from typing import TypeVar

import msgspec

from controller.devices.card_terminal import CardTerminal, Event
from controller.devices.zvt_line import SerialZvtLine, TcpZvtLine
from sim.bank import Bank
from sim.byte_link import ByteLink, LinkFaults
from sim.card_terminal import SimTerminal

BAUD = 9_600
STEP_MS = 500
E = TypeVar("E")


class Counter:
    """What we and the terminal say to each other over two wires that may lose and change octets."""

    def __init__(self, seed: int = 1, faults: LinkFaults | None = None, *, tcp: bool = False) -> None:
        self.ms = 0
        self.bank = Bank()
        self.line = TcpZvtLine if tcp else SerialZvtLine
        self.terminal = SimTerminal(self.bank, self.line)
        self.ours = CardTerminal(self.line())
        random = Random(seed)
        self.to_terminal, self.to_us = (ByteLink(random, 10_000_000 if tcp else BAUD, faults) for _ in range(2))
        if faults is not None:  # no wire says a whole message twice; our own repeats are under test
            self.to_terminal.faults = msgspec.structs.replace(faults, duplicate=0.0)
        self.to_terminal.add_end("terminal")
        self.to_us.add_end("us")
        self.seen: list[Event] = []
        self.commits = True
        self.cuts_at: int | None = None
        """After so many octets of ours the cable to the terminal is cut."""

    def restart(self) -> None:
        """Our program starts from zero."""
        self.ours = CardTerminal(self.line())
        self.seen.clear()

    def heal(self) -> None:
        """The cables are good from now on."""
        for link in (self.to_terminal, self.to_us):
            link.faults = LinkFaults()
            link.connected = True
        self.cuts_at = None

    def step(self, until_ms: int = 0) -> None:
        """To the next moment at which something happens, and no further than `until_ms` or half a second."""
        ends = (self.ours.deadline(), self.terminal.deadline(), self.to_terminal.deadline(), self.to_us.deadline())
        next_ms = min((end for end in ends if end is not None), default=self.ms + STEP_MS)
        self.ms = min(max(next_ms, self.ms + 1), self.ms + STEP_MS, max(until_ms, self.ms + 1) if until_ms else self.ms + STEP_MS)
        self.terminal.receive(self.to_terminal.deliver(self.ms, "terminal"), self.ms)
        self.terminal.tick(self.ms)
        self.ours.receive(self.to_us.deliver(self.ms, "us"), self.ms)
        self.ours.tick(self.ms)
        self.seen += self.ours.events()
        while data := self.ours.bytes_to_send(self.ms):
            if self.cuts_at is not None and self.to_terminal.sent_bytes + len(data) > self.cuts_at:
                self.to_terminal.send(data[: self.cuts_at - self.to_terminal.sent_bytes], self.ms, "us")
                self.to_terminal.connected = self.to_us.connected = False
            self.to_terminal.send(data, self.ms, "us")
        while data := self.terminal.bytes_to_send(self.ms):
            self.to_us.send(data, self.ms, "terminal")

    def run(self, ms: int) -> None:
        """Time passes."""
        until = self.ms + ms
        while self.ms < until:
            self.step(until)

    def until(self, kind: type[E], within_ms: int = 400_000) -> E:
        """The first event of this kind that has not been looked at; raises AssertionError when none comes."""
        until = self.ms + within_ms
        while True:
            for at, event in enumerate(self.seen):
                if isinstance(event, kind):
                    del self.seen[: at + 1]
                    return event
            assert self.ms < until, f"no {kind.__name__}"
            self.step()

    def card(self) -> None:
        """A card is held to the terminal as soon as it asks for one."""
        until = self.ms + 100_000
        while not self.terminal.wants_card and self.ms < until:
            self.step()
        self.terminal.present_card(self.ms)
