"""One message of every screen of the locker, with the longest values that a site can have."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.receipt import Receipt, deposit_mark, encode, machine_mark
from contracts.screen_messages import LANGUAGES, Deadline, Language, ScreenMessage
from controller.kiosk.documents import TOPICS
from controller.kiosk.forms import text_key
from controller.kiosk.panels import PanelName
from controller.kiosk.rendering import Look
from controller.live import Choices
from controller.visit import choices
from controller.visit.screen_table import LAST

LOOKS: dict[PanelName, Look] = {panel.panel: panel for panel in (Look(city="Miasto Poznań"), Look(city="Miasto Poznań", panel="10in"))}
SIZES = {"7in": (1024, 600), "10in": (1280, 800)}

DIGITS = tuple("0123456789")
MENU = ("up", "down", "ok")
COMMON: dict[str, Any] = {
    "machine": "U-01",
    "place": "ul. Gronowa 22a",
    "time": "14:05",
    "hotline": "61 646 33 44",
    "city": "Miasto Poznań",
}
CODE = "K7M2-94QX-3F"


def cabinet(number: int, state: str, columns: int = 12, rows: int = 8, hinge: str = "left") -> dict[str, Any]:
    """The data of a cabinet screen: doors numbered from the top left, row by row."""
    cells = [
        {"n": (rows - row) * columns + col, "row": row, "col": col, "size": "S", "state": "closed"}
        for row in range(rows, 0, -1)
        for col in range(1, columns + 1)
    ]
    target = next(cell for cell in cells if cell["n"] == number)
    target["state"] = state
    place = {"compartment": number, "row": target["row"], "col": target["col"]}
    return place | {"rows": rows, "cols": columns, "cells": cells, "hinge": hinge}


def _small(number: int, state: str) -> dict[str, Any]:
    return cabinet(number, state, columns=4, rows=6) | {"columns_mm": [250] * 4, "rows_mm": [360, 220, 150, 150, 150, 220]}


CLERK = "A. Nowak-Kowalska"
PADS = (*DIGITS, "cancel", "lang")
CLERKS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "k.opening rests": ((), cabinet(93, "lit") | {"rests": True}),
    "k.load only": ((), cabinet(93, "open") | {"case": "", "only": True, "clerk": ""}),
    "k.loaded": (("ok", "cancel", "lang"), {"busy": 66, "all": 93}),
    "k.loaded slip": (("ok", "cancel", "lang"), {"busy": 66, "all": 93, "told": "slip"}),
    "k.login": (PADS, {"filled": 3, "length": 8, "problem": "", "clerk": ""}),
    "k.login wrong": (PADS, {"filled": 0, "length": 8, "problem": "wrong", "tries_left": 4, "clerk": ""}),
    "k.nocode": (("ok", "lang"), {"clerk": ""}),
    "k.menu": (("1", "2", "3", "4", *MENU, "cancel"), {"focus": 0, "busy": 66, "all": 93, "expired": 12}),
    "k.scan": ((*PADS, "ok"), {"filled": 8, "length": 8, "problem": ""}),
    **{
        f"k.scan {problem}": (PADS, {"filled": 0, "length": 8, "problem": problem, "compartment": 93})
        for problem in ("unknown", "dup", "ended", "full")
    },
    "k.other": ((*PADS, "ok"), {"filled": 0, "typed": 93, "problem": "", "compartment": 12}),
    "k.other unknown": (PADS, {"filled": 0, "typed": "", "problem": "unknown", "compartment": 12}),
    "k.which": ((*PADS, "ok"), {"filled": 0, "typed": 93, "problem": ""}),
    "k.which unknown": (PADS, {"filled": 0, "typed": "", "problem": "unknown"}),
    "k.quar": (("1", "2", "3", "4", *MENU, "cancel"), {"focus": 0, "compartment": 93}),
    "k.quarantined": (("ok", "lang"), {"compartment": 93}),
    "k.expired": (("ok", "up", "down", "cancel"), cabinet(93, "lit") | {"left": 12, "problem": ""}),
    "k.expired not_ready": (("ok", "cancel"), cabinet(93, "lit") | {"left": 12, "problem": "not_ready"}),
    "k.none": (("ok", "lang"), {}),
    "k.take": (("1", "lang"), cabinet(93, "open")),
    "k.taken": (("1", "2", "3", *MENU), {"focus": 0, "compartment": 93}),
    "k.sheet": (PADS, {"filled": 0, "length": 8, "problem": "", "compartment": 93}),
    "k.sheet other_case": (PADS, {"filled": 0, "length": 8, "problem": "other_case", "compartment": 93}),
    **{
        f"k.untaken {reason}": (("ok", "cancel", "lang"), {"reason": reason, "compartment": 93})
        for reason in ("not_there", "jam", "no_close", "refused")
    },
    "k.audit": (("1", "2", "3", "4", *MENU, "cancel"), {"focus": 0, "compartment": 93, "state": "quarantined_document", "open": True}),
    "k.audit.last": (("1", "2", "3", *MENU, "cancel"), {"focus": 0, "compartment": 1, "state": "empty", "open": False}),
    "k.close": (("1", "lang"), cabinet(93, "open")),
    "k.audited": (("ok", "lang"), {"same": 90, "diff": 2, "skipped": 0}),
    "k.audited skipped": (("ok", "lang"), {"same": 90, "diff": 2, "skipped": 1}),
    "k.loaded.last": (("ok", "lang"), {"busy": 66, "all": 93, "clerk": ""}),
    "k.failed.last": (("ok", "lang"), {"compartment": 93, "reason": "refused", "clerk": ""}),
}
RECEIPT_KEY = bytes(range(32))
THEMES = ("day", "night", "contrast")
RECEIPT = encode(
    Receipt(machine_mark("urzedomat-gronowa-1"), 93, 1_795_439_100, 1_795_439_130, deposit_mark("d-1"), 123_456),
    "parkuj.poznan.pl",
    Ed25519PrivateKey.from_private_bytes(RECEIPT_KEY),
)
DONE: dict[str, Any] = {"collected_at": "14:05", "when": "23.11 14:05", "reopens": True, "left_ms": 118_000}

SCREENS: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "l.attract": ("l.attract", ("ok", "lang"), {"free": 17, "languages": list(LANGUAGES)}),
    "lang": ("lang", ("1", "2", "3", "4", *MENU, "cancel"), {"focus": 0, "languages": list(LANGUAGES)}),
    "lang five": ("lang", ("1", "2", "3", "4", "5", *MENU, "cancel"), {"focus": 0, "languages": [*LANGUAGES, "pl"]}),
    "help": ("help", (*DIGITS[1:7], *MENU, "cancel"), {"focus": 0}),
    "info": ("info", (*DIGITS[1:5], *MENU, "cancel"), {"focus": 0}),
    **{f"info.page {topic}": ("info.page", ("up", "down", "ok", "cancel"), {"topic": topic}) for topic in TOPICS},
    "l.pin": ("l.pin", (*DIGITS, "cancel", "lang"), {"filled": 0}),
    "l.pin full": ("l.pin", (*DIGITS, "cancel", "ok", "lang"), {"filled": 6}),
    "l.checking": ("l.checking", (), {}),
    "l.wrong": ("l.wrong", (*DIGITS, "cancel", "lang"), {"filled": 0}),
    "l.phone": ("l.phone", (*DIGITS, "cancel", "lang"), {"filled": 4, "last": "4", "length": 9}),
    "l.phone.last": ("l.phone.last", (*DIGITS, "cancel", "lang"), {"filled": 0, "last": "", "length": 9}),
    "l.wrong.phone": ("l.wrong.phone", (*DIGITS, "cancel", "lang"), {"filled": 0, "left": 2, "length": 9}),
    "l.locked": ("l.locked", ("cancel", "lang"), {"left_ms": 899_000}),
    "l.locked long": ("l.locked", ("cancel", "lang"), {"left_ms": 57_599_000}),
    "l.locked untimed": ("l.locked", ("cancel", "lang"), {}),
    "l.spent": ("l.spent", ("cancel", "lang"), {}),
    "l.found": ("l.found", ("ok", "1", "cancel"), cabinet(93, "lit") | {"lit": True}),
    "l.found small": ("l.found", ("ok", "1", "cancel"), _small(7, "lit")),
    "l.opening": ("l.opening", (), cabinet(93, "lit") | {"phase": "pulse"}),
    "l.opening waiting": ("l.opening", (), cabinet(93, "lit") | {"phase": "waiting", "left_ms": 5_000}),
    "l.open": ("l.open", ("1", "lang"), cabinet(93, "open")),
    "l.open small": ("l.open", ("1", "lang"), _small(7, "open")),
    "l.close": ("l.close", ("1", "lang"), cabinet(93, "open", hinge="right")),
    "l.noclose": ("l.noclose", ("ok", "lang"), {"compartment": 93, "code": CODE}),
    "l.report": ("l.report", ("1", "2", "3", *MENU), {"compartment": 93, "focus": 2}),
    "l.reported": ("l.reported", ("lang",), {"code": CODE, "open": True}),
    "l.reported closed": ("l.reported", ("ok", "lang"), {"code": CODE, "open": False}),
    "l.done": ("l.done", ("1", "ok"), DONE | {"receipt": RECEIPT, "domain": "parkuj.poznan.pl", "compartment": 93, "code": CODE}),
    "l.done.late": ("l.done.late", ("1", "ok"), DONE),
    "l.done.late plain": ("l.done.late", ("ok", "lang"), DONE | {"reopens": False}),
    "l.done.late untimed": ("l.done.late", ("1", "ok"), DONE | {"collected_at": ""}),
    "l.done.late untimed plain": ("l.done.late", ("ok", "lang"), DONE | {"collected_at": "", "reopens": False}),
    "l.grace": ("l.grace", (*DIGITS, "cancel", "lang"), {"compartment": 93, "filled": 3, "left_ms": 96_000}),
    "l.jam": ("l.jam", ("1", "2", *MENU, "cancel"), {"compartment": 93, "tries_left": 2, "focus": 0}),
    "l.jam.last": ("l.jam.last", ("2", *MENU, "cancel"), {"compartment": 93, "tries_left": 0, "focus": 0}),
    "l.jam sent": ("l.jam", ("1", "2", *MENU, "cancel"), {"compartment": 93, "tries_left": 2, "focus": 0, "sent": True}),
    "l.unseen": ("l.unseen", ("2", *MENU, "cancel"), {"compartment": 93, "focus": 0}),
    "l.unsure": ("l.unsure", ("ok", "lang"), {"compartment": 93, "code": CODE}),
    "l.office sent": ("l.office", ("ok", "lang"), {"code": CODE, "sent": True}),
    "l.office": ("l.office", ("ok", "lang"), {"code": CODE}),
    "l.office slip": ("l.office", ("ok", "lang"), {"code": CODE, "told": "slip"}),
    "l.expired": ("l.expired", ("ok", "lang"), {}),
    "l.expired.office": ("l.expired.office", ("ok", "lang"), {"office": "ul. 28 Czerwca 1956 r. 404"}),
    "l.moved": ("l.moved", ("ok", "lang"), {"office": "ul. 28 Czerwca 1956 r. 404"}),
    "l.notready": ("l.notready", ("ok", "lang"), {}),
    "l.used": ("l.used", ("ok", "lang"), {"when": "23.11 14:05"}),
    "l.used untimed": ("l.used", ("ok", "lang"), {"when": ""}),
    "l.stop": ("l.stop", ("ok", "cancel"), {}),
    "more_time": ("more_time", (*DIGITS, "ok", "cancel", "up", "down", "lang"), {"left_ms": 20_000}),
    "l.oos.forced": ("l.oos.forced", ("lang",), {}),
    "l.oos": ("l.oos", ("lang",), {}),
    "k.load": ("k.load", ("1", "2"), cabinet(93, "open") | {"case": "26004711", "open": True}),
    "k.load restarted": ("k.load", (), cabinet(93, "closed") | {"case": "", "open": False}),
    "k.load moving": ("k.load", (), cabinet(93, "open") | {"case": "26004711", "moving": True, "open": True}),
    "k.check": ("k.check", ("1", "2", "3", *MENU), {"compartment": 93, "focus": 0}),
    "k.loaded plain": ("k.loaded", ("ok", "lang"), {"busy": 66, "all": 93}),
    "k.loaded plain slip": ("k.loaded", ("ok", "lang"), {"busy": 66, "all": 93, "told": "slip"}),
    "k.opening": ("k.opening", (), cabinet(93, "lit")),
    **{
        f"k.failed {reason}{' here' if clerk else ''}": ("k.failed", ("ok", "lang"), {"compartment": 93, "reason": reason, "clerk": clerk})
        for reason in ("refused", "jam", "elsewhere", "unconfirmed", "no_compartment")
        for clerk in ("", CLERK)
    },
    "l.attract clerk": ("l.attract", ("ok", "lang", "0"), {"free": 17, "languages": list(LANGUAGES)}),
    **{name: (name.split()[0], keys, {"clerk": CLERK} | data) for name, (keys, data) in CLERKS.items()},
}
"""Screen, active keys and data by the sample's name."""


def with_shared_keys(screen: str, keys: tuple[str, ...], size: str) -> tuple[str, ...]:
    """The keys of a screen and those that the machine offers on every screen."""
    return choices.keys(screen, keys, Choices(size=size))  # type: ignore[arg-type]


def sample(name: str, language: Language = "pl", rev: int = 1, **changed: Any) -> ScreenMessage:
    """The named sample as a message; `changed` replaces fields of the message."""
    screen, keys, data = SCREENS[name]
    deadline = Deadline("fact" if screen == "l.locked" else "idle", data["left_ms"]) if "left_ms" in data else Deadline()
    keys = with_shared_keys(screen, keys, changed.get("size", "A"))
    fields: dict[str, Any] = {"rev": rev, "screen": screen.removesuffix(LAST), "say": screen, "lang": language, "keys": keys}
    fields |= {"data": COMMON | data, "deadline": deadline}
    return ScreenMessage(**(fields | changed))


TEXT_KEYS = frozenset(text_key(sample(name)) for name in SCREENS) - {"lang", "info.page"}
"""The key of every heading and body in the catalogues; the two have words of their own."""
