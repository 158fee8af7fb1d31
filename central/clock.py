"""The clocks of the centre: this file alone reads them."""

import time
from datetime import UTC, datetime

from central.ports import Now


class SystemClock:
    """The clocks of the operating system."""

    def now(self) -> Now:
        """The time of this moment."""
        return Now(wall=datetime.now(UTC), mono_ms=time.monotonic_ns() // 1_000_000)
