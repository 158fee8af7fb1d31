"""The dialogue with a code scanner, without I/O: it sends a line for each code that it reads, and nothing is ever sent to it.

A code is eight digits. Anything else, and a line without an end, is one wrong line, whose content is dropped at once.
"""

from controller.secret import Secret

LINE_BYTES_MAX = 64
"""A scanner that sends more in one line reads something that is no code of ours."""

DIGITS = 8
ENDS = b"\r\n"


class CodeScanner:
    """Bytes in, codes out."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False
        self._events: list[Secret | None] = []

    def receive(self, data: bytes) -> None:
        """Take what arrived, in whatever pieces."""
        for byte in data:
            if byte in ENDS:
                self._ended()
            elif self._too_long or len(self._line) >= LINE_BYTES_MAX:
                self._too_long = True
                self._line.clear()
            else:
                self._line.append(byte)

    def _ended(self) -> None:
        line, too_long = bytes(self._line).strip(), self._too_long
        self._line.clear()
        self._too_long = False
        if too_long or line:
            fits = not too_long and len(line) == DIGITS and line.isdigit()
            self._events.append(Secret(line.decode("ascii")) if fits else None)

    def events(self) -> list[Secret | None]:
        """The codes that were read since the last call; None for each line that is none."""
        events, self._events = self._events, []
        return events
