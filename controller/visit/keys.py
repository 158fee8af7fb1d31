"""What a key does: most change the visit only, some become a request."""

import msgspec

from controller.clock import Now
from controller.live import Choices, Live, Visit
from controller.settings import Settings
from controller.state import State
from controller.visit import choices, clerk_keys, resident, screens
from controller.visit.screen_table import CLERK, SCREENS, SHARED
from controller.visit.visiting import Pressed, VisitRequest, changed


def absorb(state: State, live: Live, settings: Settings, key: str, now: Now) -> tuple[Live, VisitRequest | None]:
    """Live after a key that is active on the present screen, and the request it makes."""
    name = screens.where(state, live, settings, now)
    live = choices.begun(live, settings, now)
    turned = choices.turned(name, live, key, now)
    live, (visit, request) = (turned, (turned.visit, None)) if turned is not None else _press(name, state, live, settings, key, now)
    somebody = turned is not None or SCREENS[name].wait == "first" or name in choices.OVER
    if visit.step != "attract" or visit.over or request is not None or somebody:
        visit = changed(visit, idle_ms=now.mono_ms + idle_ms(name_after(state, live, visit, settings, now), settings, live.choices))
    if turned is None and visit.page:
        visit = changed(visit, page=0)  # whoever types or chooses sees what came of it
    if name_after(state, live, visit, settings, now) != name:
        visit = changed(visit, focus=0, since_ms=now.mono_ms)
    return msgspec.structs.replace(live, visit=visit), request


def name_after(state: State, live: Live, visit: Visit, settings: Settings, now: Now) -> str:
    """The screen that this visit would show."""
    return screens.where(state, msgspec.structs.replace(live, visit=visit), settings, now)


def idle_ms(name: str, settings: Settings, chosen: Choices) -> int:
    """How long a screen waits for a key; twice as long for whoever listens or reads large text."""
    if name == "more_time":
        return settings.more_time_ms
    rule = SCREENS[name]
    slow = choices.SLOWER_TIMES if choices.slower(chosen) or name == "info.page" else 1
    return slow * (rule.ending_ms if rule.wait == "ending" else rule.idle_ms or settings.idle_ms)


def _press(name: str, state: State, live: Live, settings: Settings, key: str, now: Now) -> tuple[Live, Pressed]:
    visit = live.visit
    lines = choices.lines(name, settings)
    if lines and key in ("up", "down"):
        return live, (changed(visit, focus=(visit.focus + (1 if key == "down" else -1)) % len(lines)), None)
    if lines and key == "ok":
        key = lines[min(visit.focus, len(lines) - 1)]
    if name in SHARED:
        return choices.press(name, state, live, settings, key, now)
    if name in CLERK:
        return live, clerk_keys.press(name, state, live, settings, key, now)
    return live, resident.press(name, state, visit, key, now)
