"""Door switches: a level counts after two equal reads; what changed is counted, so that nobody has to catch an edge."""

UNSETTLED_MS = 1000  # the slowest contacts bounce this long; beyond it the level is unknown


class DoorSwitches:
    """All switches of a board as bits: bit n = channel n, 1 = closed. Counters are modulo 256 and start at 0."""

    def __init__(self, channels: int, debounce_ms: int) -> None:
        self.closed: int = 0
        self.known = 0
        self.rev = 1
        self._channels = channels
        self._debounce_ms = debounce_ms
        self._raw: int | None = None
        self._unsettled = 0
        self._seen = 0  # channels that once had a level: the first one is no change
        self._since = [0] * channels
        self._unsettled_from = [0] * channels
        self._opens = bytearray(channels)
        self._closes = bytearray(channels)
        self._changed_at = [0] * channels

    def read(self, closed: int, now_ms: int) -> None:
        """One look at all switches; call at least at every deadline."""
        if self._raw is None:
            moved = (1 << self._channels) - 1
        else:
            moved = self._raw ^ closed
        self._raw = closed
        if moved or self._unsettled:
            for channel in range(self._channels):
                bit = 1 << channel
                if moved & bit:
                    self._moved(channel, bit, now_ms)
                elif self._unsettled & bit and now_ms - self._since[channel] >= self._debounce_ms:
                    self._settle(channel, bit, closed & bit)

    def deadline(self) -> int | None:
        """When the next level may settle; None while all have settled."""
        soonest: int | None = None
        if not self._unsettled:
            return None
        for channel in range(self._channels):
            if self._unsettled >> channel & 1:
                due = self._since[channel] + self._debounce_ms
                if soonest is None or due < soonest:
                    soonest = due
        return soonest

    def changed_since(self, ack: int) -> list[tuple[int, int, int]]:
        """(channel, opens, closes) of every channel whose counters moved after rev `ack`; 0 gives all channels."""
        changed: list[tuple[int, int, int]] = []
        for channel in range(self._channels):
            # The rev wraps at 65536: "after" is the nearer half of the circle, and a counter told twice does no harm.
            if ack == 0 or 0 < (self._changed_at[channel] - ack) & 0xFFFF < 0x8000:
                changed.append((channel, self._opens[channel], self._closes[channel]))
        return changed

    def _moved(self, channel: int, bit: int, now_ms: int) -> None:
        if not self._unsettled & bit:
            self._unsettled |= bit
            self._unsettled_from[channel] = now_ms
        elif now_ms - self._unsettled_from[channel] >= UNSETTLED_MS:
            self.known &= ~bit
        self._since[channel] = now_ms

    def _settle(self, channel: int, bit: int, closed: int) -> None:
        self._unsettled &= ~bit
        self.known |= bit
        if self._seen & bit and closed != self.closed & bit:
            counters = self._closes if closed else self._opens
            counters[channel] = (counters[channel] + 1) & 0xFF
            self.rev = self.rev + 1 if self.rev < 0xFFFF else 1
            self._changed_at[channel] = self.rev
        self._seen |= bit
        self.closed = (self.closed & ~bit) | closed
