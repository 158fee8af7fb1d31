"""What each screen of the locker waits for: its keys, its numbered lines, its time and its cue. All of that and nothing else.

`wait` says how a screen ends: `idle` asks whether anybody is still there before it goes; `ending` goes back to the start after
`ending_ms`, because nothing is lost by it; `device` waits for a door or a device; `first` is where nobody is.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from contracts.screen_messages import KEYS

LAST = ".last"
"""A screen that is shown under its plain name, with fewer keys."""

OK_AND_LANG = ("ok", "lang")
PAD = (*"1234567890", "cancel")


class Screen(msgspec.Struct, frozen=True):
    """One screen; a menu's lines are its digits, and its arrows and green are active with them."""

    keys: tuple[str, ...] = OK_AND_LANG
    menu: tuple[str, ...] = ()
    wait: Literal["idle", "ending", "device", "first"] = "idle"
    ending_ms: int = 60_000
    cue: Literal["", "ok", "error", "attention", "door"] = ""
    cue_every_s: int = 0
    cabinet: bool = False


def menu(lines: int, *more: str, cue: Literal["", "error"] = "", wait: Literal["idle", "device"] = "idle") -> Screen:
    """A screen with lines numbered from 1."""
    numbers = tuple(str(line) for line in range(1, lines + 1))
    return Screen(keys=(*numbers, "up", "down", "ok", *more), menu=numbers, cue=cue, wait=wait)


def ends(ms: int, *keys: str) -> Screen:
    """A screen that goes away by itself."""
    return Screen(keys=keys or OK_AND_LANG, wait="ending", ending_ms=ms)


RESIDENT: Mapping[str, Screen] = {
    "l.attract": Screen(wait="first"),
    "l.oos": Screen(keys=("lang",), wait="first"),
    "l.oos.forced": Screen(keys=("lang",), wait="first"),
    "l.phone": Screen(keys=PAD),
    "l.pin": Screen(keys=PAD),
    "l.wrong": Screen(keys=PAD, cue="error"),
    "l.wrong.phone": Screen(keys=(*PAD, "lang"), cue="error"),
    "l.checking": Screen(keys=(), wait="device"),
    "l.locked": ends(30_000, "cancel", "lang"),
    "l.spent": ends(30_000, "cancel", "lang"),
    "l.found": Screen(keys=("ok", "1", "cancel"), cue="door", cabinet=True),
    "l.opening": Screen(keys=(), wait="device", cabinet=True),
    "l.open": Screen(keys=("1", "lang"), wait="device", cue="door", cabinet=True),
    "l.close": Screen(keys=("1", "lang"), wait="device", cue="door", cue_every_s=10, cabinet=True),
    "l.noclose": ends(30_000),
    "l.report": menu(3, wait="device"),
    "l.reported": ends(60_000),
    "l.done": ends(60_000),
    "l.done.late": ends(60_000),
    "l.grace": Screen(keys=PAD, wait="device"),
    "l.jam": menu(2, "cancel", cue="error"),
    f"l.jam{LAST}": Screen(keys=("2", "up", "down", "ok", "cancel"), menu=("2",), cue="error"),
    "l.unseen": Screen(keys=("2", "up", "down", "ok", "cancel"), menu=("2",), cue="error"),
    "l.unsure": ends(30_000),
    "l.office": ends(30_000),
    "l.expired": ends(30_000),
    "l.expired.office": ends(30_000),
    "l.moved": ends(30_000),
    "l.notready": ends(30_000),
    "l.used": ends(30_000),
    "l.stop": Screen(keys=("ok", "cancel")),
}

CLERK: Mapping[str, Screen] = {
    "k.opening": Screen(keys=(), wait="device", cabinet=True),
    "k.load": Screen(keys=("1", "2"), wait="device", cabinet=True),
    "k.check": menu(3),
    "k.loaded": ends(30_000),
    "k.failed": ends(60_000),
}

SHARED: Mapping[str, Screen] = {
    "lang": menu(9, "cancel"),  # as many of them as there are languages
    "help": menu(6, "cancel"),
    "info": menu(4, "cancel"),
    "info.page": Screen(keys=("up", "down", "ok", "cancel")),
    "more_time": Screen(keys=KEYS, cue="attention"),
}

SCREENS: Mapping[str, Screen] = {**RESIDENT, **CLERK, **SHARED}
