"""The centre's program as it is, in the street's time of day."""

import sys
from unittest.mock import patch

from central import __main__ as centre
from central import clock, process
from central.ports import Now
from sim.street.surroundings import Around


def main() -> int:
    """`run CENTRE.toml`, like the program itself."""
    around = Around(sys.stdin.fileno())

    class StreetClock(clock.SystemClock):
        """The computer's clocks, with the street's days added to the time of day alone."""

        def now(self) -> Now:
            now = super().now()
            return Now(wall=now.wall + around.now().later, mono_ms=now.mono_ms)

    with patch.object(process, "SystemClock", StreetClock):
        return centre.main()


if __name__ == "__main__":
    sys.exit(main())
