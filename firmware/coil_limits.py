"""What a coil may do, whatever the host says: longest pulse, rest between two pulses, doors per minute, silence of the host."""

from contracts import lock_bus as bus

MINUTE_MS = 60000


class CoilLimits:
    """The limits in force and what they remember; a host may tighten them, never loosen them beyond the description's."""

    def __init__(self, described: bus.Limits, channels: int) -> None:
        self.in_force = described
        self._described = described
        self._off_ms: list[int | None] = [None] * channels
        self._starts: list[int] = []

    def tighten(self, asked: bus.Limits) -> bus.Limits:
        """Sets and returns the limits in force: the stricter of what is asked and what is described; 0 asks for nothing."""
        described = self._described
        self.in_force = bus.Limits(
            min(asked.pulse_ms_max or described.pulse_ms_max, described.pulse_ms_max),
            max(asked.cooldown_ms, described.cooldown_ms),
            min(asked.doors_per_minute or described.doors_per_minute, described.doors_per_minute),
            min(asked.silence_ms or described.silence_ms, described.silence_ms),
        )
        return self.in_force

    def refusal(self, channel: int, pulse_ms: int, key: bool, now_ms: int) -> tuple[int, int]:
        """(BAD_PULSE, COOLING or BRAKED, how long to wait), or (STARTED, 0) when nothing speaks against a pulse now."""
        if not 0 < pulse_ms <= self.in_force.pulse_ms_max:
            return bus.BAD_PULSE, 0
        off_ms = self._off_ms[channel]
        if off_ms is not None and now_ms - off_ms < self.in_force.cooldown_ms:
            return bus.COOLING, self.in_force.cooldown_ms - (now_ms - off_ms)
        if not key and len(self._starts) >= self.in_force.doors_per_minute:
            # Each start counts for a minute; the one to wait for is as many back as the limit allows.
            wait_ms = MINUTE_MS - (now_ms - self._starts[-self.in_force.doors_per_minute])
            if wait_ms > 0:
                return bus.BRAKED, wait_ms
        return bus.STARTED, 0

    def started(self, now_ms: int) -> None:
        """A pulse begins."""
        self._starts.append(now_ms)
        if len(self._starts) > self._described.doors_per_minute:
            del self._starts[0]

    def ended(self, channel: int, now_ms: int) -> None:
        """A pulse is over; the rest of this coil begins."""
        self._off_ms[channel] = now_ms
