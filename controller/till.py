"""A card terminal at a machine: its dialogue between the turns and the line, nothing decided and nothing waited for."""

from collections.abc import Callable

from controller.clock import Now
from controller.devices.card_terminal import (
    CardTerminal,
    DayEnded,
    LastSale,
    SaleEnded,
    SaleOffered,
    TerminalLost,
    TerminalSays,
    TerminalSeen,
)
from controller.ports import Line
from controller.wishes import Authorise, Commit, EnquireLast, What

TerminalEvent = TerminalSeen | TerminalLost | TerminalSays | SaleOffered | SaleEnded | LastSale | DayEnded
AGAIN_MS = 30_000
"""Between two questions for what the terminal stored last, while it does not say."""


class Till:
    """One terminal; what it says goes to `turn`, which tells whether the right for an approval is on disk."""

    def __init__(self, terminal: CardTerminal, line: Line) -> None:
        self._terminal = terminal
        self._line = line
        self._again_ms: int | None = None

    def receive(self, data: bytes, now: Now) -> None:
        """Bytes from the line."""
        self._terminal.receive(data, now.mono_ms)

    def begin(self, what: What, now: Now) -> bool:
        """Begin what is due at the terminal; false when it has to wait, or is not the terminal's."""
        match what:
            case Authorise():
                if self._terminal.open_attempt is not None:  # it has not come to rest from an earlier one
                    return False
                self._terminal.authorise(what.attempt, what.amount)
            case Commit():
                self._terminal.answer(what.attempt, "commit")
            case EnquireLast() if self._again_ms is None or now.mono_ms >= self._again_ms:
                self._again_ms = now.mono_ms + AGAIN_MS
                self._terminal.enquire()
            case _:
                return False
        return True

    def abort(self, attempt: str) -> None:
        """The customer has changed their mind; it may be too late."""
        self._terminal.abort(attempt)

    def talk(self, now: Now, turn: Callable[[TerminalEvent], bool]) -> None:
        """Give `turn` what the terminal said, and write what is to be said."""
        self._terminal.tick(now.mono_ms)
        try:
            while events := self._terminal.events():
                for event in events:
                    self._said(event, turn)
        finally:  # a journal that cannot be written ends the process: until then the terminal is told that nothing was sold
            while data := self._terminal.bytes_to_send(now.mono_ms):
                self._line.write(data)

    def _said(self, event: TerminalEvent, turn: Callable[[TerminalEvent], bool]) -> None:
        if isinstance(event, SaleOffered):
            granted = False
            try:
                granted = turn(event)
            finally:
                if not granted:
                    self._terminal.answer(event.attempt, "not_issued")
        else:
            turn(event)

    def deadline(self, now: Now) -> int | None:
        """When to talk next, in mono_ms of this boot."""
        times = [self._terminal.deadline(), self._again_ms if self._again_ms is not None and self._again_ms > now.mono_ms else None]
        return min((time for time in times if time is not None), default=None)
