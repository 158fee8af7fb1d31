"""Which lamps shine: the one at the compartment that the screen shows, and no other. A pure view; no fact, no wish, and it may be lost."""

import msgspec

from controller.clock import Now
from controller.devices.board_lamps import Light
from controller.live import Live
from controller.settings import Settings
from controller.state import State
from controller.visit import choices, screens
from controller.visit.screen_table import SCREENS

DAY_PERCENT = 100
QUIET_PERCENT = 25
"""Bright enough to find a door in the dark, too dim to light a bedroom across the street."""


def lamps(state: State, live: Live, settings: Settings, now: Now) -> dict[int, Light]:
    """The lamps of each board that has one to light. Steady: nothing flickers, and a choice that lies over the screen puts nothing out."""
    under = msgspec.structs.replace(live, visit=msgspec.structs.replace(live.visit, over=""))
    name = screens.where(state, under, settings, now)
    number = screens.compartment(name, state, under, now) if SCREENS[name].cabinet else 0
    if not number:
        return {}
    place = settings.cabinet.compartments()[number]
    return {place.board: (1 << place.channel, QUIET_PERCENT if choices.quiet(settings, now) else DAY_PERCENT)}
