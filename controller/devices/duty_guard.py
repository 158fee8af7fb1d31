"""What a coil may do when its board has no limits of its own: a rest between two pulses, and doors per minute. Times in ms."""

from typing import Literal

MINUTE_MS = 60_000

Refusal = Literal["cooling", "braked"]


class DutyGuard:
    """The guard of one board. Its memory dies with the process, so it begins as if every coil had been driven just then."""

    def __init__(self, cooldown_ms: int, doors_per_minute: int) -> None:
        self._cooldown_ms = cooldown_ms
        self._doors_per_minute = doors_per_minute
        self._begun_ms: int | None = None
        self._rests_until: dict[int, int] = {}
        self._starts: list[int] = []

    def begin(self, now_ms: int) -> None:
        """The dialogue begins; only the first call counts."""
        if self._begun_ms is None:
            self._begun_ms = now_ms

    def refusal(self, channel: int, now_ms: int) -> tuple[Refusal, int] | None:
        """Why this coil may not be driven now, and how long to wait; None when it may."""
        begun_ms = now_ms if self._begun_ms is None else self._begun_ms
        rests_until = self._rests_until.get(channel, begun_ms + self._cooldown_ms)
        if now_ms < rests_until:
            return "cooling", rests_until - now_ms
        recent = [start for start in self._starts if now_ms - start < MINUTE_MS]
        if len(recent) >= self._doors_per_minute:
            return "braked", recent[-self._doors_per_minute] + MINUTE_MS - now_ms
        return None

    def driven(self, channel: int, pulse_ms: int, now_ms: int) -> None:
        """A pulse may begin now: what was asked for counts, whether it came through or not."""
        self._rests_until[channel] = now_ms + pulse_ms + self._cooldown_ms
        self._starts = [*(start for start in self._starts if now_ms - start < MINUTE_MS), now_ms]
