"""What we believe of doors whose board tells only levels: two equal reads, and every change counted. Times in ms of the dialogue."""

from collections.abc import Sequence

UNSETTLED_MS = 1000
"""The slowest contacts bounce this long; a level that has not been read twice alike by then is unknown."""


class SwitchReadings:
    """The switches of one board. `closed` is None while nobody knows; the counters are modulo 256 and start at 0."""

    def __init__(self, channels: int, debounce_ms: int) -> None:
        self.closed: list[bool | None] = [None] * channels
        self.opens = [0] * channels
        self.closes = [0] * channels
        self._debounce_ms = debounce_ms
        self._last: list[bool | None] = [None] * channels
        self._read: list[bool | None] = [None] * channels
        self._since_ms = [0] * channels
        self._unsettled_ms: list[int | None] = [None] * channels

    @property
    def settled(self) -> bool:
        """Whether the last reading confirmed the one before on every channel."""
        return all(since is None for since in self._unsettled_ms)

    def surely_closed(self, channel: int) -> bool:
        """Whether it is believed to be closed and the last reading said so too."""
        return self.closed[channel] is True and self._read[channel] is True

    def read(self, levels: Sequence[bool], now_ms: int) -> None:
        """One reading of all channels, True for closed."""
        for channel, level in enumerate(levels):
            self._one(channel, level, now_ms)

    def forget(self) -> None:
        """Nobody knows any more; the next two equal reads are compared with what was believed last, so that a change still counts."""
        channels = len(self.closed)
        self.closed, self._read = [None] * channels, [None] * channels
        self._unsettled_ms = [None] * channels

    def _one(self, channel: int, level: bool, now_ms: int) -> None:
        if level != self._read[channel]:
            self._read[channel], self._since_ms[channel] = level, now_ms
            if self._unsettled_ms[channel] is None and level != self.closed[channel]:
                self._unsettled_ms[channel] = now_ms
        elif now_ms - self._since_ms[channel] >= self._debounce_ms:
            self._believe(channel, level)
        since_ms = self._unsettled_ms[channel]
        if since_ms is not None and now_ms - since_ms >= UNSETTLED_MS:
            self.closed[channel] = None

    def _believe(self, channel: int, level: bool) -> None:
        self._unsettled_ms[channel] = None
        self.closed[channel] = level
        if self._last[channel] not in (None, level):
            counters = self.closes if level else self.opens
            counters[channel] = (counters[channel] + 1) & 0xFF
        self._last[channel] = level
