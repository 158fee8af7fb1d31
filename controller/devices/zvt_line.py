"""One end of a ZVT connection without I/O: messages in and out, with the answers and repeats that the line needs (PA00P016).

A serial line loses and changes octets: each frame is answered by one octet, and said again when it is not. TCP does that itself.
Either end may use it. A message may arrive twice, when an answer was lost; whoever reads must bear that.
"""

from collections import deque
from typing import Protocol

from controller.devices.frames.wrong import FrameWrong
from controller.devices.frames.zvt import ACK, NAK, SerialReader, StreamReader, frame

T1_MS = 200
"""Between two octets of a frame; then it is asked for again."""
T2_MS = 5_000
"""Until a frame is answered; then it is said again."""
REPEATS = 2


class ZvtLine(Protocol):
    """What the dialogue needs of a connection."""

    lost: bool
    """What was to be said was said often enough and never answered; the next message makes it good."""

    def send(self, message: bytes, *, once: bool = False) -> None:
        """Say this, after what is still to be said; `once`: and not again, though nobody says that it was heard."""
        ...

    def receive(self, data: bytes, now_ms: int) -> list[bytes]:
        """Bytes from the line, in whatever pieces; the messages that they complete."""
        ...

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        ...

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What is to be written now."""
        ...

    def deadline(self) -> int | None:
        """When to call tick next."""
        ...


class SerialZvtLine:
    """A serial line, 9600 8N2."""

    def __init__(self) -> None:
        self.lost = False
        self._reader = SerialReader()
        self._heard_ms: int | None = None
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._said: bytes | None = None
        self._once = False
        self._said_ms = 0
        self._tries = 0
        self._due = False
        self._answers = bytearray()

    def send(self, message: bytes, *, once: bool = False) -> None:
        """Say this, after what is still to be said."""
        self._waiting.append((message, once))

    def receive(self, data: bytes, now_ms: int) -> list[bytes]:
        """Bytes from the line, in whatever pieces; the messages that they complete."""
        found: list[bytes] = []
        for event in self._reader.feed(data):
            match event:
                case "ack":
                    self._said = None
                case "nak":
                    self._again()
                case FrameWrong():
                    self._answers.append(NAK)
                case message:
                    self._said = None  # an answer to what was said proves that it was heard, though the octet that says so was lost
                    self._answers.append(ACK)
                    found.append(message)
        self._heard_ms = now_ms if self._reader.pending else None
        return found

    def tick(self, now_ms: int) -> None:
        """A frame that does not go on is asked for again; one that nobody answered is said again."""
        if self._heard_ms is not None and now_ms >= self._heard_ms + T1_MS:
            self._reader, self._heard_ms = SerialReader(), None
            self._answers.append(NAK)
        if self._said is not None and not self._due and now_ms >= self._said_ms + T2_MS:
            self._again()

    def bytes_to_send(self, now_ms: int) -> bytes:
        """Answers first; then the next message, when the one before was heard."""
        if self._answers:
            answers = bytes(self._answers)
            self._answers.clear()
            return answers
        if self._said is None and self._waiting:
            self._said, self._once = self._waiting.popleft()
            self._tries, self._due, self.lost = 0, True, False
        if self._said is None or not self._due:
            return b""
        self._said_ms, self._due = now_ms, False
        return frame(self._said)

    def deadline(self) -> int | None:
        """When to call tick next; in the past while there is something to write."""
        if self._answers or self._due or (self._said is None and self._waiting):
            return 0
        times = [] if self._heard_ms is None else [self._heard_ms + T1_MS]
        times += [] if self._said is None else [self._said_ms + T2_MS]
        return min(times, default=None)

    def _again(self) -> None:
        if self._said is None:
            return
        if self._once:  # an answer that was not heard may have been asked for again because of noise before it
            self._said = None
            return
        if self._tries >= REPEATS:
            self._said, self.lost = None, True
            self._waiting.clear()
            return
        self._tries += 1
        self._due = True


class TcpZvtLine:
    """A TCP connection to port 20007: bare messages, in fragments and glued together."""

    def __init__(self) -> None:
        self.lost = False
        self._reader = StreamReader()
        self._waiting = bytearray()

    def send(self, message: bytes, *, once: bool = False) -> None:
        """Say this, after what is still to be said."""
        self._waiting += message

    def receive(self, data: bytes, now_ms: int) -> list[bytes]:
        """Bytes of the connection, in whatever pieces; the messages that they complete."""
        return self._reader.feed(data)

    def tick(self, now_ms: int) -> None:
        """Nothing: the connection says itself when it is gone."""

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What is to be written now."""
        waiting = bytes(self._waiting)
        self._waiting.clear()
        return waiting

    def deadline(self) -> int | None:
        """In the past while there is something to write."""
        return 0 if self._waiting else None
