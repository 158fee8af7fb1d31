"""A meter on the bench: the real loop and journal, a card terminal and its bank, in virtual time."""

from datetime import timedelta
from random import Random
from sqlite3 import Connection

from contracts.facts import Entry
from controller.devices.card_terminal import CardTerminal
from controller.devices.zvt_line import SerialZvtLine
from controller.inputs import TerminalRead
from controller.refused import Refused
from controller.sale_rules import SaleAsked
from controller.settings import Meter
from controller.till import Till
from sim.bank import Bank
from sim.byte_link import ByteLink, LinkFaults
from sim.card_terminal import SimTerminal
from tests.controller.bench_machine import BenchMachine

BAUD = 9_600
PRICE = 500


class TerminalLine:
    """Our end of the terminal's cable."""

    def __init__(self, meter: "BenchMeter") -> None:
        self._meter = meter

    def write(self, data: bytes) -> None:
        self._meter.to_terminal.send(data, self._meter.ms, "us")


class BenchMeter(BenchMachine):
    """A machine that sells; `card` is whether somebody holds a card to the terminal as soon as it asks, `dark` one without power."""

    def __init__(self, seed: int = 1, faults: LinkFaults | None = None, database: Connection | None = None, dark: bool = False) -> None:
        random = Random(seed)
        self.bank = Bank()
        self.terminal = SimTerminal(self.bank, SerialZvtLine)
        if dark:
            self.terminal.power_cut()
        self.to_terminal, self.to_us = (ByteLink(random, BAUD, faults) for _ in range(2))
        self.to_terminal.add_end("terminal")
        self.to_us.add_end("us")
        self.card = True
        super().__init__(seed, database, meter=Meter("SPP"))

    def till(self) -> Till:
        return Till(CardTerminal(SerialZvtLine()), TerminalLine(self))

    def start_again(self) -> None:
        """Power off and on."""
        self.loop = self.start()

    def other_ends(self) -> list[int]:
        ends = (self.terminal.deadline(), self.to_terminal.deadline(), self.to_us.deadline())
        return [max(end, self.ms + 1) for end in ends if end is not None]

    def bring_others(self) -> None:
        self.terminal.receive(self.to_terminal.deliver(self.ms, "terminal"), self.ms)
        self.terminal.tick(self.ms)
        if self.card and self.terminal.wants_card:
            self.terminal.present_card(self.ms)
        while data := self.terminal.bytes_to_send(self.ms):
            self.to_us.send(data, self.ms, "terminal")
        if data := self.to_us.deliver(self.ms, "us"):
            self.take(TerminalRead(data=data))

    def buy(self, minutes: int = 60, price: int = PRICE) -> str | None:
        """Somebody pays by card; the attempt, or None when nothing is sold now."""
        now = self.now()
        try:
            entries = self.loop.turns.decide(SaleAsked("card", price, "SPP", now.wall, now.wall + timedelta(minutes=minutes)), now)
        except Refused:
            return None
        return attempt_of(entries)

    def phase(self, attempt: str) -> str:
        """What has become of the right; empty when there is none."""
        right = self.state.parking.rights.get(attempt)
        return right.phase if right is not None else ""


def attempt_of(entries: tuple[Entry, ...]) -> str:
    """The attempt that these entries are about."""
    return str(getattr(entries[0].fact, "attempt", ""))
