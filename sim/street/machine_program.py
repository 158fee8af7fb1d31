"""The machine's program as it is, on the simulated lines of a Pi and in the street's time of day."""

import sys
from typing import Any
from unittest.mock import patch

from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from controller import __main__ as controller
from controller import clock, process
from sim.street.places import HEADPHONE_GPIO
from sim.street.surroundings import Around, Surroundings


class HeldPin(MockPin):
    """A pin whose level stays with what drives it: a pull-up does not lift a line that a switch holds to ground."""

    def _set_pull(self, value: str) -> None:
        self._pull = value


def main() -> int:
    """`run SITE.toml`, like the program itself."""
    pins: Any = MockFactory(pin_class=HeldPin)
    socket = pins.pin(HEADPHONE_GPIO)
    Device.pin_factory = pins

    def plug(now: Surroundings) -> None:
        if now.headphones:
            socket.drive_low()
        else:
            socket.drive_high()

    around = Around(sys.stdin.fileno(), plug)

    class StreetClock(clock.SystemClock):
        """The computer's clocks, with the street's days added to the time of day alone."""

        def now(self) -> clock.Now:
            now = super().now()
            return clock.Now(wall=now.wall + around.now().later, mono_ms=now.mono_ms, boot=now.boot, trusted=now.trusted)

    with patch.object(process, "SystemClock", StreetClock):
        return controller.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
