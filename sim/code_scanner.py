"""A code scanner: each code that is held before it goes out as one line. Whatever it is told it ignores."""


class CodeScanner:
    """What a scanner does on its line; serve it with `PortServer`, and call `moved` there after each reading."""

    def __init__(self, end: bytes = b"\r\n") -> None:
        self._end = end
        self._going = bytearray()

    def scan(self, code: str) -> None:
        """Hold a code before it, or whatever else can be read."""
        self._going += code.encode() + self._end

    def write(self, data: bytes, now_ms: int) -> None:
        """Bytes that came to the scanner."""
        del data, now_ms

    def read(self, now_ms: int) -> bytes:
        """Bytes that leave it now."""
        del now_ms
        data = bytes(self._going)
        self._going.clear()
        return data

    def deadline(self) -> int | None:
        """When it does something by itself: never."""
        return None
