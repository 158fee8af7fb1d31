"""gpiozero's pins as the panel in another process drives them; loaded by the name in GPIOZERO_PIN_FACTORY."""

import os
import socket
from io import TextIOWrapper
from threading import Thread
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from sim.gpio_panel import PLACE, READY, read_level

PATIENCE_S = 10
PANEL_LINES = range(28)


class DrivenPin(MockPin):
    """A pin whose level stays with what drives it: a pull-up does not lift a line that is held to ground."""

    def _set_pull(self, value: str) -> None:
        self._pull = value


class PanelFactory(MockFactory):
    """Pins that are high until the panel says otherwise; the levels of the start are there before the first device asks.

    Raises OSError when no panel answers, ValueError when it says something else.
    """

    def __init__(self) -> None:
        super().__init__(pin_class=DrivenPin)  # pyright: ignore[reportUnknownMemberType]
        host, _, port = os.environ.get(PLACE, "").rpartition(":")
        if not port.isdigit():
            raise OSError(f"{PLACE} names no panel")
        panel = socket.create_connection((host, int(port)), PATIENCE_S)
        lines = panel.makefile("r", encoding="ascii", newline="\n")
        for gpio in PANEL_LINES:
            self._driven(gpio).drive_high()
        while (line := lines.readline().rstrip("\n")) != READY:
            self._take(line)
        panel.settimeout(None)
        Thread(target=self._follow, args=(panel, lines), name="gpio panel", daemon=True).start()

    def _driven(self, gpio: int) -> Any:
        return self.pin(gpio)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def _take(self, line: str) -> None:
        gpio, high = read_level(line)
        pin = self._driven(gpio)
        (pin.drive_high if high else pin.drive_low)()

    def _follow(self, panel: socket.socket, lines: TextIOWrapper) -> None:
        """Each change, until the panel goes; then every line stays as it was."""
        with panel, lines:
            for line in lines:
                self._take(line.rstrip("\n"))
