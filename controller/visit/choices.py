"""What lies over any screen and goes back to it: language, help, information, more time; and what somebody chose for one session."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from contracts.screen_messages import Audio, Size, Theme
from controller.clerk.decide import LeaveAsked, TakeBackAnswered
from controller.clock import Now
from controller.daylight import is_dark
from controller.live import Choices, Live, Visit
from controller.locker.decide import LoadAnswered, VisitLeft
from controller.settings import Settings
from controller.state import State
from controller.visit.screen_table import SCREENS
from controller.visit.visiting import Pressed, changed

WITHOUT_CHOICES = frozenset(("l.opening", "k.opening", "l.checking"))
"""Screens that are over before anybody could choose."""
WITHOUT_HELP = WITHOUT_CHOICES | {"help", "info", "info.page", "lang", "l.stop", "l.report", "more_time"}
"""Questions that are answered first."""
OVER = ("lang", "help", "info", "info.page")
"""What goes away by itself, back to the screen that it lies over."""
ASKED_AT = ("l.open", "l.noclose", "l.done", "l.done.late")
"""Where a resident is asked what is wrong; a door that is to be closed comes first, and the question after it."""
TOPICS = ("privacy", "rules", "complaints", "accessibility")
SIZES: tuple[Size, ...] = ("A", "A+", "A++")
VOLUME_MAX = 5
VOLUME_KEYS_MS = 3_000
SLOWER_TIMES = 2
"""Whoever listens or reads large text has twice the time."""


def waits(name: str, state: State) -> Literal["idle", "ending", "device", "first"]:
    """How a screen ends; while a clerk's door is open no time runs out, whatever is asked meanwhile."""
    open_door = state.clerk.at and state.doors.door(state.clerk.at).position == "open"
    return "device" if open_door else SCREENS[name].wait


def over(visit: Visit, name: str, state: State) -> str:
    """The screen that lies over `name`, or `name` itself."""
    if visit.asking and name in ASKED_AT:
        name = "l.report"
    match visit.over:
        case "more_time" if waits(name, state) == "idle":
            return "more_time"
        case "lang" | "help" | "info" | "info.page" if name not in WITHOUT_CHOICES:
            return visit.over
        case "stop" if name in ("l.pin", "l.phone"):
            return "l.stop"
        case _:
            return name


def keys(name: str, active: tuple[str, ...], choices: Choices) -> tuple[str, ...]:
    """The active keys of a screen together with those that every screen has."""
    if name in WITHOUT_CHOICES or name == "more_time":
        return active
    if choices.size != "A" and SCREENS[name].menu:
        active = tuple(key for key in active if key != "ok")  # the arrows turn pages there: nothing has the focus that green could choose
    arrows = ("up", "down") if choices.audio or choices.size != "A" else ()
    more = (*arrows, *(() if name in WITHOUT_HELP else ("help",)), "audio")
    return (*active, *(key for key in more if key not in active))


def lines(name: str, settings: Settings) -> tuple[str, ...]:
    """The numbered lines of a menu: a choice of languages has as many as there are languages."""
    all_lines = SCREENS[name].menu
    return all_lines[: len(settings.languages)] if name == "lang" else all_lines


def turned(name: str, live: Live, key: str, now: Now) -> Live | None:
    """Live after a key that means the same on every screen; None for all others."""
    choices, visit = live.choices, live.visit
    if name == "more_time":
        return None
    match key:
        case "audio":
            return _chosen(live, audio=True, again=choices.again + 1, volume_ms=now.mono_ms + VOLUME_KEYS_MS)
        case "help" | "lang":
            return msgspec.structs.replace(live, visit=changed(visit, over=key))
        case "up" | "down":
            return _arrow(name, live, 1 if key == "up" else -1, now)
        case _:
            return None


def _arrow(name: str, live: Live, upwards: int, now: Now) -> Live | None:
    choices, visit = live.choices, live.visit
    pages = choices.size != "A" or name == "info.page"
    focus = "up" in SCREENS[name].keys and name != "info.page"
    if choices.audio and (now.mono_ms < choices.volume_ms or not (pages or focus)):
        volume = min(max(choices.volume + upwards, 1), VOLUME_MAX)
        return _chosen(live, volume=volume, volume_ms=now.mono_ms + VOLUME_KEYS_MS)
    if pages:
        page = visit.page if visit.page_of == name else 0
        return msgspec.structs.replace(live, visit=changed(visit, page=page - upwards, page_of=name))
    return None


def press(name: str, state: State, live: Live, settings: Settings, key: str, now: Now) -> tuple[Live, Pressed]:
    """What a key does on a choice."""
    visit = live.visit
    match name:
        case "lang":
            return live, (
                changed(visit, over="") if key == "cancel" else changed(visit, over="", lang=settings.languages[int(key) - 1]),
                None,
            )
        case "help" if key == "6":
            return live, (changed(visit, over="info"), None)
        case "help":
            return _helped(live, key, now), (changed(visit, over=""), None)
        case "info":
            topic = "" if key == "cancel" else TOPICS[int(key) - 1]
            return live, (changed(visit, over="info.page" if topic else "help", topic=topic), None)
        case "info.page":
            return live, (changed(visit, over="info" if key == "cancel" else ""), None)
        case _:
            return live, (changed(visit, over=""), None) if key != "cancel" else gone(state, changed(visit, over=""))


def _helped(live: Live, key: str, now: Now) -> Live:
    choices = live.choices
    match key:
        case "1":
            return _chosen(live, audio=not choices.audio, again=choices.again + 1)
        case "2":
            return _chosen(live, size=SIZES[(SIZES.index(choices.size) + 1) % len(SIZES)])
        case "3":
            return _chosen(live, contrast=not choices.contrast)
        case "4":
            return _chosen(live, slow_keys=not choices.slow_keys)
        case "5":
            return _chosen(live, volume=choices.volume % VOLUME_MAX + 1, volume_ms=now.mono_ms + VOLUME_KEYS_MS)
        case _:
            return live


def gone(state: State, visit: Visit) -> Pressed:
    """Nobody is there any more."""
    if state.clerk.actor:
        return visit, LeaveAsked("idle")
    if state.clerk.takeback is not None:
        return visit, TakeBackAnswered("unconfirmed")
    if state.locker.loading is not None:
        return visit, LoadAnswered("unconfirmed")
    if state.locker.collection is not None:
        return Visit(), VisitLeft()
    return Visit(), None


def begun(live: Live, settings: Settings, now: Now) -> Live:
    """A session: from here on the theme stays as it is."""
    if live.choices.dark is not None:
        return live
    contrast = settings.theme == "contrast"
    return _chosen(live, dark=_dark(live.choices, settings, now), contrast=contrast)


def settled(live: Live) -> Live:
    """Without what the last session chose, once nobody is there."""
    visit = live.visit
    nobody = visit.step == "attract" and not visit.over and visit.idle_ms is None
    return msgspec.structs.replace(live, choices=Choices()) if nobody and live.choices != Choices() else live


def plugged(live: Live, settings: Settings, there: bool, now: Now) -> Live:
    """Headphones came or went: speech starts with them and never goes on aloud by itself."""
    if live.headphones == there:
        return live
    again = live.choices.again + 1
    live = _chosen(begun(msgspec.structs.replace(live, headphones=there), settings, now), audio=there, again=again)
    visit = live.visit
    idle_ms = visit.idle_ms or (now.mono_ms + SLOWER_TIMES * settings.idle_ms if there else None)
    return msgspec.structs.replace(live, visit=changed(visit, idle_ms=idle_ms))


def slower(choices: Choices) -> bool:
    """Whether this session needs more time."""
    return choices.audio or choices.size != "A"


def theme(choices: Choices, settings: Settings, now: Now) -> Theme:
    """Contrast where somebody or the site chose it, else by the sun."""
    if settings.theme == "contrast" if choices.contrast is None else choices.contrast:
        return "contrast"
    return "night" if _dark(choices, settings, now) else "day"


def _dark(choices: Choices, settings: Settings, now: Now) -> bool:
    if choices.dark is not None:
        return choices.dark
    if settings.theme in ("day", "night"):
        return settings.theme == "night"
    return now.trusted and is_dark(now.wall, settings.latitude, settings.longitude)


def quiet(settings: Settings, now: Now) -> bool:
    """Whether these are the hours in which cues and light are low; without a trusted clock they are not."""
    hour = now.wall.astimezone(ZoneInfo(settings.time_zone)).hour
    since, until = settings.quiet_from, settings.quiet_to
    return now.trusted and ((since <= hour < until) if since <= until else (hour >= since or hour < until))


def audio(live: Live) -> Audio:
    """What the page and the speech know of it."""
    choices = live.choices
    return Audio(on=choices.audio, private=live.headphones, volume=choices.volume, again=choices.again)


def data(name: str, live: Live, settings: Settings) -> dict[str, Any]:
    """The values of a choice."""
    match name:
        case "info.page":
            return {"topic": live.visit.topic}
        case "lang" | "l.attract":
            return {"languages": list(settings.languages)}
        case _:
            return {}


def _chosen(live: Live, **what: object) -> Live:
    return msgspec.structs.replace(live, choices=msgspec.structs.replace(live.choices, **what))
