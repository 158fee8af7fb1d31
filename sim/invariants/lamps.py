"""What must hold for the compartments' lamps whenever something moves: each docstring is a sentence, its body says what breaks it."""

from collections.abc import Collection, Iterator, Mapping

from contracts.screen_messages import ScreenMessage
from controller.visit.screen_table import SCREENS

ROUND_MS = 2_000
"""A lost frame is said again after 200 ms; a board that cannot be read is given up within 1.1 s, and forgets its lamps 700 ms later."""


def pointed_at(message: ScreenMessage | None) -> int:
    """The compartment that a screen shows or lies over; 0 for none, and when nothing is shown."""
    if message is None or message.screen not in POINTING:
        return 0
    return int(message.data.get("compartment", 0))


OVER = frozenset(("lang", "help", "info", "info.page", "more_time", "l.report"))
POINTING = OVER | {name for name, screen in SCREENS.items() if screen.cabinet}


def a_lamp_shines_only_where_the_screen_points(lit: Collection[int], pointed: int, left: Mapping[int, int], now_ms: int) -> Iterator[str]:
    """A lamp shines only at the compartment that the screen shows, or has shown within one round of the bus.

    A board that is given another's address does what the other is told: those count as shown at that moment.
    """
    for number in lit:
        if number != pointed and now_ms > left.get(number, -ROUND_MS) + ROUND_MS:
            yield f"compartment {number}, the screen points at {pointed or 'none'}"
