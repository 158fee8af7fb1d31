"""The clocks of the street, which runs in real time: this file alone reads them."""

import time
from datetime import UTC, datetime


class RealClock:
    """The clocks of the operating system."""

    def mono_ms(self) -> int:
        """Milliseconds that never jump."""
        return time.monotonic_ns() // 1_000_000

    def wall(self) -> datetime:
        """The time of day, aware."""
        return datetime.now(UTC)
