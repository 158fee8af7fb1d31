"""The card terminal of a machine in the storm, its cable, and whether somebody holds a card to it."""

import asyncio
from collections.abc import Callable

import msgspec

from controller.devices.zvt_line import SerialZvtLine
from controller.inputs import Input, TerminalRead
from sim.bank import Bank
from sim.byte_link import ByteLink, LinkFaults
from sim.card_terminal import SimTerminal
from sim.stage import Stage

BAUD = 9_600


class StormTerminal:
    """What stays of the terminal when the controller goes: all of it. `card`: somebody holds a card to it as soon as it asks."""

    def __init__(self, stage: Stage, bank: Bank, tell: Callable[[Input], None]) -> None:
        """`tell` reaches the controller that is alive then, if one is."""
        self.terminal = SimTerminal(bank, SerialZvtLine)
        self.card = False
        self._stage = stage
        self._tell = tell
        random = stage.stream("terminal")
        self._to_terminal, self._to_us = (ByteLink(random, BAUD, stage.plan.terminal) for _ in range(2))
        self._to_terminal.faults = msgspec.structs.replace(stage.plan.terminal, duplicate=0.0)  # no wire says a whole message twice
        self._to_terminal.add_end("terminal")
        self._to_us.add_end("us")
        self._pump: asyncio.TimerHandle | None = None

    def write(self, data: bytes) -> None:
        """The controller's bytes go onto the line."""
        self._to_terminal.send(data, self._stage.now_ms, "us")
        self.moved()

    def dark(self, for_ms: int) -> None:
        """The terminal has no power for a while."""
        self._log(f"dark for {for_ms} ms")
        self.terminal.power_cut()
        self._stage.later(for_ms, self.lit)

    def lit(self) -> None:
        """It has power again."""
        if not self.terminal.powered:
            self.terminal.power_on(self._stage.now_ms)
            self.moved()

    def heal(self) -> None:
        """The cable is good from now on, and the terminal has power."""
        self._to_terminal.faults = self._to_us.faults = LinkFaults()
        self.terminal.mute_completion = False
        self.lit()
        self.moved()

    def moved(self) -> None:
        """What is due on the line happens, what arrived is handed on, and the next moment is waited for."""
        now_ms = self._stage.now_ms
        self.terminal.receive(self._to_terminal.deliver(now_ms, "terminal"), now_ms)
        self.terminal.tick(now_ms)
        if self.card and self.terminal.wants_card:
            self.terminal.present_card(now_ms)
        while data := self.terminal.bytes_to_send(now_ms):
            self._to_us.send(data, now_ms, "terminal")
        if data := self._to_us.deliver(now_ms, "us"):
            self._stage.trace.hidden(now_ms, "terminal<", data)
            self._tell(TerminalRead(data=data))
        self._stage.watch.charged()
        if self._pump is not None:
            self._pump.cancel()
        ends = (self.terminal.deadline(), self._to_terminal.deadline(), self._to_us.deadline())
        due = min((end for end in ends if end is not None), default=None)
        self._pump = None if due is None else self._stage.loop.call_at(max(due, now_ms + 1) / 1000, self.moved)

    def _log(self, what: str) -> None:
        self._stage.log("terminal", what)
