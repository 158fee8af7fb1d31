"""What each screen is made of: its layout, its texts and the words on its keys. All of that and nothing else."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from contracts.screen_messages import ScreenMessage

Layout = Literal["attract", "words", "menu", "pad", "cabinet", "receipt", "pages"]


class ScreenWrong(ValueError):
    """A message that cannot be drawn; names the screen and what is missing."""


class Form(msgspec.Struct, frozen=True):
    """A screen's layout and the text keys of its targets; `numbers` are the digits in the action row."""

    layout: Layout
    ok: str = "btn.ok.done"
    cancel: str = "btn.cancel.back"
    numbers: Mapping[str, str] = {}
    icon: Literal["", "warning", "done", "clock"] = ""
    arrow: Literal["none", "still", "blinking"] = "none"
    safest: str = "ok"


FORMS: Mapping[str, Form] = {
    "l.attract": Form("attract", ok="btn.ok.collect"),
    "lang": Form("menu", ok="btn.ok.next"),
    "help": Form("menu", ok="btn.ok.next"),
    "info": Form("menu", ok="btn.ok.next"),
    "info.page": Form("pages"),
    "l.phone": Form("pad", ok="btn.ok.next"),
    "l.pin": Form("pad", ok="btn.ok.next"),
    "l.checking": Form("words"),
    "l.wrong": Form("pad", ok="btn.ok.next", icon="warning"),
    "l.wrong.phone": Form("pad", ok="btn.ok.next", icon="warning"),
    "l.locked": Form("words", cancel="btn.cancel.finish", icon="clock"),
    "l.spent": Form("words", cancel="btn.cancel.finish", icon="clock"),
    "l.found": Form("cabinet", ok="btn.ok.open", numbers={"1": "btn.num.reach"}, arrow="blinking"),
    "l.opening": Form("cabinet", arrow="still"),
    "l.open": Form("cabinet", numbers={"1": "btn.num.wrong"}, arrow="still"),
    "l.close": Form("cabinet", numbers={"1": "btn.num.noclose"}, arrow="blinking"),
    "l.noclose": Form("words"),
    "l.report": Form("menu"),
    "l.reported": Form("words"),
    "l.done": Form("receipt", numbers={"1": "btn.num.left"}),
    "l.done.late": Form("words", numbers={"1": "btn.num.left"}, icon="done"),
    "l.grace": Form("pad", ok="btn.ok.next"),
    "l.jam": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish", icon="warning"),
    "l.jam.last": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish", icon="warning"),
    "l.unseen": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish", icon="warning"),
    "l.unsure": Form("words", icon="warning"),
    "l.office": Form("words"),
    "l.expired": Form("words", icon="clock"),
    "l.expired.office": Form("words", icon="clock"),
    "l.moved": Form("words"),
    "l.notready": Form("words"),
    "l.used": Form("words", icon="warning"),
    "l.stop": Form("words", ok="btn.ok.yes", safest="cancel"),
    "more_time": Form("words", ok="btn.ok.more", cancel="btn.cancel.finish"),
    "l.oos": Form("words", icon="warning"),
    "l.oos.forced": Form("words", icon="warning"),
    "k.load": Form("cabinet", numbers={"1": "btn.num.busy", "2": "btn.num.lower"}, arrow="still"),
    "k.check": Form("menu"),
    "k.loaded": Form("words", icon="done"),
    "k.opening": Form("cabinet", arrow="still"),
    "k.failed": Form("words", icon="warning"),
}

REASONS_OF_FAILURE = ("jam", "elsewhere", "unconfirmed", "no_compartment")
"""Reasons with words of their own; every other one is told in general words."""


def form(message: ScreenMessage) -> Form:
    """The form of a message's screen; raises ScreenWrong."""
    try:
        found = FORMS[message.screen]
    except KeyError:
        raise ScreenWrong(f"no screen {message.screen!r}") from None
    if found.layout == "pad" and (
        message.data.get("filled") or not message.data.get("back")
    ):  # on the first empty field red ends the visit
        return msgspec.structs.replace(found, cancel="btn.cancel.delete" if message.data.get("filled") else "btn.cancel.finish")
    return found


def text_key(screen: str, data: Mapping[str, Any]) -> str:
    """The key of a screen's heading and body in the catalogues."""
    match screen:
        case "k.load" if data.get("moving"):
            return "k.load.moving"
        case "k.load" if not data.get("case"):
            return "k.load.nocase"
        case "l.done.late":
            return _done_key(data)
        case "l.locked" if "left_ms" not in data:
            return "l.locked.untimed"
        case "l.opening" if data.get("phase") == "waiting":
            return "l.opening.waiting"
        case "l.used" if data.get("when") == "":
            return "l.used.untimed"
        case "k.loaded" | "l.found":
            return f"{screen}.plain"
        case "k.opening":
            return "l.opening"
        case "k.failed" if data.get("reason") in REASONS_OF_FAILURE and (data.get("compartment") or data["reason"] == "no_compartment"):
            return f"k.failed.{data['reason']}"
        case _:
            return screen


def _done_key(data: Mapping[str, Any]) -> str:
    """Without a receipt: whether the time is known, and whether the door opens once more."""
    if data.get("collected_at") == "":
        return "l.done.untimed" if data.get("reopens") else "l.done.untimed.plain"
    return "l.done.late" if data.get("reopens") else "l.done.plain"


TEXT_KEYS: tuple[str, ...] = (
    *(name for name in FORMS if name not in {"info.page", "lang", "l.found", "k.loaded", "k.opening"}),
    *("k.load.moving", "k.load.nocase", "l.found.plain", "l.done.plain", "l.done.untimed", "l.done.untimed.plain", "k.loaded.plain"),
    *("l.used.untimed", "l.locked.untimed", "l.opening.waiting"),
    *(f"k.failed.{reason}" for reason in REASONS_OF_FAILURE),
)
"""Every key that text_key can answer."""
