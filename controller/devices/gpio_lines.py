"""The Pi's own lines through gpiozero: nobody else imports it. A simulated cabinet brings its own pin factory."""

import asyncio
from collections.abc import Callable

from gpiozero import Button, GPIOZeroError

BOUNCE_S = 0.05


class LineWrong(OSError):
    """A line of the Pi that cannot be used; names it."""


class Switch:
    """A switch to ground on one line: `changed` is called in the loop's thread with whether it is closed, first with what it is now."""

    def __init__(self, gpio: int, changed: Callable[[bool], None]) -> None:
        """Raises LineWrong."""
        loop = asyncio.get_running_loop()
        try:
            self._button = Button(gpio, pull_up=True, bounce_time=BOUNCE_S)
        except (GPIOZeroError, OSError, RuntimeError, ImportError) as error:
            raise LineWrong(f"gpio {gpio}: cannot be used ({type(error).__name__})") from None
        self._button.when_pressed = lambda: loop.call_soon_threadsafe(changed, True)
        self._button.when_released = lambda: loop.call_soon_threadsafe(changed, False)
        if self._button.value:
            changed(True)

    def close(self) -> None:
        """Let the line go."""
        self._button.close()
