"""The cabinet at the end of its line: what the host writes reaches the boards in line time, and their replies come back."""

from typing import Protocol

from sim.byte_link import ByteLink

BOARDS = "boards"


class BehindTheLine(Protocol):
    """A cabinet as its line sees it."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line."""
        ...

    def voices(self, now_ms: int) -> list[bytes]:
        """What each board that speaks now puts on the line."""
        ...

    def deadline(self) -> int | None:
        """When something happens by itself."""
        ...

    def tick(self, now_ms: int) -> None:
        """Everything that was due by now happens."""
        ...


class CabinetLine:
    """The host's end of the bus, clockless: write, tick at deadline, read."""

    def __init__(self, link: ByteLink, cabinet: BehindTheLine) -> None:
        self.link = link
        self.cabinet = cabinet
        link.add_end("host")
        link.add_end(BOARDS)

    def write(self, data: bytes, now_ms: int) -> None:
        """The host sends."""
        self.tick(now_ms)
        self.link.send(data, now_ms, "host")

    def read(self, now_ms: int) -> bytes:
        """What has arrived at the host by now."""
        self.tick(now_ms)
        return self.link.deliver(now_ms, "host")

    def deadline(self) -> int | None:
        """When something moves in the cabinet or on the line."""
        due = [each for each in (self.link.deadline(), self.cabinet.deadline()) if each is not None]
        return min(due, default=None)

    def tick(self, now_ms: int) -> None:
        """Everything that was due by now happens, in order."""
        while (due := self.deadline()) is not None and due <= now_ms:
            self._step(due)
        self._step(now_ms)

    def _step(self, now_ms: int) -> None:
        data = self.link.deliver(now_ms, BOARDS)
        if data:
            self.cabinet.receive(data, now_ms)
        else:
            self.cabinet.tick(now_ms)
        for other, data in enumerate(self.cabinet.voices(now_ms)):
            self.link.send(data, now_ms, f"{BOARDS} {other}" if other else BOARDS)
