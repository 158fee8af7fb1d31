"""What a run was: a hash over everything that crossed a port, and its last lines for people."""

import hashlib
from collections import deque

KEPT = 400


class Trace:
    """Equal traces are equal runs; `lines` are the last ones worth reading."""

    def __init__(self, kept: int = KEPT) -> None:
        self._hash = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=kept)

    def add(self, now_ms: int, who: str, what: str) -> None:
        """One line."""
        line = f"{now_ms:>8} {who} {what}"
        self._hash.update(line.encode())
        self.lines.append(line)

    def hidden(self, now_ms: int, who: str, data: bytes) -> None:
        """Bytes that belong to the run and not to the lines."""
        self._hash.update(f"{now_ms} {who} ".encode())
        self._hash.update(data)

    def digest(self) -> str:
        """The hash so far, in hex."""
        return self._hash.hexdigest()
