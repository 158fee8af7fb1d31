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
CASE_DIGITS = 8
"""The digits of a case code, and of a clerk's one-time code."""

CLERK_MS = 180_000
"""A clerk has papers in hand (screens.md B, k.*)."""


class Screen(msgspec.Struct, frozen=True):
    """One screen; a menu's lines are its digits, and its arrows and green are active with them.

    `idle_ms` is how long it waits for a key; 0 for as long as the site says.
    """

    keys: tuple[str, ...] = OK_AND_LANG
    menu: tuple[str, ...] = ()
    wait: Literal["idle", "ending", "device", "first"] = "idle"
    ending_ms: int = 60_000
    idle_ms: int = 0
    cue: Literal["", "ok", "error", "attention", "door"] = ""
    cue_every_s: int = 0
    cabinet: bool = False


def menu(
    lines: int, *more: str, cue: Literal["", "error"] = "", wait: Literal["idle", "device"] = "idle", idle_ms: int = 0
) -> Screen:  # fmt: skip
    """A screen with lines numbered from 1."""
    numbers = tuple(str(line) for line in range(1, lines + 1))
    return Screen(keys=(*numbers, "up", "down", "ok", *more), menu=numbers, cue=cue, wait=wait, idle_ms=idle_ms)


def ends(ms: int, *keys: str) -> Screen:
    """A screen that goes away by itself."""
    return Screen(keys=keys or OK_AND_LANG, wait="ending", ending_ms=ms)


RESIDENT: Mapping[str, Screen] = {
    "l.attract": Screen(wait="first"),
    "l.oos": Screen(keys=("lang",), wait="first"),
    "l.oos.forced": Screen(keys=("lang",), wait="first"),
    "l.phone": Screen(keys=PAD),
    f"l.phone{LAST}": Screen(keys=PAD, cue="error"),
    "l.pin": Screen(keys=PAD),
    "l.wrong": Screen(keys=PAD, cue="error"),
    "l.wrong.phone": Screen(keys=(*PAD, "lang"), cue="error"),
    "l.checking": Screen(keys=(), wait="device"),
    "l.locked": ends(30_000, "cancel", "lang"),
    "l.spent": ends(30_000, "cancel", "lang"),
    "l.found": Screen(keys=("ok", "1", "cancel"), cue="door", cue_every_s=10, cabinet=True),
    "l.opening": Screen(keys=(), wait="device", cabinet=True),
    "l.open": Screen(keys=("1", "lang"), wait="device", cue="door", cabinet=True),
    "l.close": Screen(keys=("1", "lang"), wait="device", cue="door", cue_every_s=10, cabinet=True),
    "l.noclose": ends(30_000),
    "l.report": menu(3),
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
    "k.login": Screen(keys=PAD),
    "k.nocode": ends(30_000),
    "k.menu": menu(4, "cancel", idle_ms=CLERK_MS),
    "k.scan": Screen(keys=PAD, idle_ms=CLERK_MS),
    "k.load": Screen(keys=("1", "2"), wait="device", cabinet=True),
    "k.check": menu(3, idle_ms=CLERK_MS),
    "k.other": Screen(keys=PAD, idle_ms=CLERK_MS),
    "k.loaded": Screen(keys=("ok", "cancel", "lang"), idle_ms=CLERK_MS, cue="ok"),
    f"k.loaded{LAST}": ends(30_000),
    "k.failed": Screen(keys=("ok", "cancel", "lang"), idle_ms=CLERK_MS, cue="error"),
    f"k.failed{LAST}": ends(60_000),
    "k.expired": Screen(keys=("ok", "up", "down", "cancel"), idle_ms=CLERK_MS, cabinet=True),
    "k.none": Screen(idle_ms=CLERK_MS),
    "k.take": Screen(keys=("1", "lang"), wait="device", cue="door", cabinet=True),
    "k.taken": menu(3, idle_ms=CLERK_MS),
    "k.sheet": Screen(keys=PAD, idle_ms=CLERK_MS),
    "k.untaken": Screen(keys=("ok", "cancel", "lang"), idle_ms=CLERK_MS, cue="error"),
    "k.audit": menu(4, "cancel", idle_ms=CLERK_MS),
    f"k.audit{LAST}": menu(3, "cancel", idle_ms=CLERK_MS),
    "k.close": Screen(keys=("1", "lang"), wait="device", cue="door", cabinet=True),
    "k.audited": Screen(idle_ms=CLERK_MS),
    "k.which": Screen(keys=PAD, idle_ms=CLERK_MS),
    "k.quar": menu(4, "cancel", idle_ms=CLERK_MS),
    "k.quarantined": Screen(idle_ms=CLERK_MS),
}

SHARED: Mapping[str, Screen] = {
    "lang": menu(9, "cancel"),  # as many of them as there are languages
    "help": menu(6, "cancel"),
    "info": menu(4, "cancel"),
    "info.page": Screen(keys=("up", "down", "ok", "cancel")),
    "more_time": Screen(keys=KEYS, cue="attention"),
}

SCREENS: Mapping[str, Screen] = {**RESIDENT, **CLERK, **SHARED}
