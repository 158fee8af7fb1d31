"""What each screen is made of: its layout, its texts and the words on its keys. All of that and nothing else."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from contracts.screen_messages import ScreenMessage

Layout = Literal["attract", "words", "menu", "pad", "cabinet", "receipt", "pages"]


class ScreenWrong(ValueError):
    """A message that cannot be drawn; names the screen and what is missing."""


class Form(msgspec.Struct, frozen=True):
    """A screen's layout and the text keys of its targets; `numbers` are the digits in the action row.

    What is typed on a pad is drawn as dots in `slots`, else as a number.
    """

    layout: Layout
    ok: str = "btn.ok.done"
    cancel: str = "btn.cancel.back"
    numbers: Mapping[str, str] = {}
    icon: Literal["", "warning", "done", "clock"] = ""
    arrow: Literal["none", "still", "blinking"] = "none"
    safest: str = "ok"
    slots: bool = True


FORMS: Mapping[str, Form] = {
    "l.attract": Form("attract", ok="btn.ok.collect", numbers={"0": "btn.num.clerk"}),
    "lang": Form("menu", ok="btn.ok.next"),
    "help": Form("menu", ok="btn.ok.next"),
    "info": Form("menu", ok="btn.ok.next"),
    "info.page": Form("pages"),
    "l.phone": Form("pad", ok="btn.ok.next"),
    "l.pin": Form("pad", ok="btn.ok.next"),
    "l.phone.last": Form("pad", ok="btn.ok.next", icon="warning"),
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
    "k.loaded": Form("words", ok="btn.ok.next"),
    "k.loaded.last": Form("words", icon="done"),
    "k.opening": Form("cabinet", arrow="still"),
    "k.failed": Form("words", ok="btn.ok.next", icon="warning"),
    "k.failed.last": Form("words", icon="warning"),
    "k.login": Form("pad", ok="btn.ok.next"),
    "k.nocode": Form("words", icon="clock"),
    "k.menu": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish"),
    "k.scan": Form("pad", ok="btn.ok.next"),
    "k.other": Form("pad", ok="btn.ok.next", slots=False),
    "k.expired": Form("cabinet", ok="btn.ok.open", arrow="still"),
    "k.none": Form("words", ok="btn.ok.next"),
    "k.take": Form("cabinet", numbers={"1": "btn.num.noclose"}, arrow="still"),
    "k.taken": Form("menu"),
    "k.sheet": Form("pad", ok="btn.ok.next"),
    "k.untaken": Form("words", ok="btn.ok.next", icon="warning"),
    "k.audit": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish"),
    "k.audit.last": Form("menu", ok="btn.ok.next", cancel="btn.cancel.finish"),
    "k.close": Form("cabinet", numbers={"1": "btn.num.noclose"}, arrow="blinking"),
    "k.audited": Form("words", ok="btn.ok.next", icon="done"),
    "k.which": Form("pad", ok="btn.ok.next", slots=False),
    "k.quar": Form("menu", ok="btn.ok.next"),
    "k.quarantined": Form("words", ok="btn.ok.next"),
}

REASONS_OF_FAILURE = ("jam", "elsewhere", "unconfirmed", "no_compartment")
"""Reasons with words of their own; every other one is told in general words."""


def form(message: ScreenMessage) -> Form:
    """The form of a message's screen; raises ScreenWrong."""
    try:
        found = FORMS[message.say]
    except KeyError:
        raise ScreenWrong(f"no screen {message.say!r}") from None
    if message.screen in ("k.loaded", "k.failed") and not message.data.get("clerk"):  # the desk had one opened: nothing follows
        found = msgspec.structs.replace(found, ok="btn.ok.done")
    if message.data.get("problem"):
        found = msgspec.structs.replace(found, icon="warning")
    if found.layout != "pad":
        return found
    if message.data.get("filled") or message.data.get("typed"):
        return msgspec.structs.replace(found, cancel="btn.cancel.delete")
    # On the first empty field red ends the visit; a clerk goes one step back.
    back = message.screen.startswith("k.") or message.data.get("back")
    return found if back else msgspec.structs.replace(found, cancel="btn.cancel.finish")


PROBLEMS: Mapping[str, Mapping[str, str]] = {
    "k.login": {"": "k.login.code", "wrong": "k.login.wrong"},
    "k.scan": {problem: f"k.scan.{problem}" for problem in ("unknown", "dup", "ended", "full")},
    "k.sheet": {"other_case": "k.sheet.wrong"},
    "k.other": {"unknown": "k.other.unknown"},
    "k.which": {"unknown": "k.which.unknown"},
    "k.expired": {"not_ready": "k.expired.not_ready"},
}
"""What a screen of the clerk says instead when the last entry was not taken."""

REASONS_OF_TAKING = ("not_there", "jam", "no_close")
"""Why a document was not taken out, with words of their own."""


def text_key(message: ScreenMessage) -> str:
    """The key of a screen's heading and body in the catalogues."""
    screen, data = message.say, message.data
    if screen.startswith("k."):
        return _clerk_key(screen.removesuffix(".last"), data)
    match screen:
        case "l.done.late":
            return _done_key(data)
        case "l.locked" if "left_ms" not in data:
            return "l.locked.untimed"
        case "l.opening" if data.get("phase") == "waiting":
            return "l.opening.waiting"
        case "l.office" if data.get("told") == "slip":
            return "l.office.slip"
        case "l.reported" if not data.get("open"):
            return "l.reported.closed"
        case "l.used" if data.get("when") == "":
            return "l.used.untimed"
        case "l.found" if not data.get("lit"):
            return "l.found.plain"
        case _:
            return screen


def _done_key(data: Mapping[str, Any]) -> str:
    """Without a receipt: whether the time is known, and whether the door opens once more."""
    if data.get("collected_at") == "":
        return "l.done.untimed" if data.get("reopens") else "l.done.untimed.plain"
    return "l.done.late" if data.get("reopens") else "l.done.plain"


def _clerk_key(screen: str, data: Mapping[str, Any]) -> str:
    match screen:
        case "k.load" if data.get("moving"):
            return "k.load.moving"
        case "k.load" if data.get("only"):
            return "k.load.only"
        case "k.load" if not data.get("case"):
            return "k.load.nocase"
        case "k.loaded":
            return f"k.loaded{'' if data.get('clerk') else '.plain'}{'.slip' if data.get('told') == 'slip' else ''}"
        case "k.opening" if data.get("rests"):
            return "k.opening.rests"
        case "k.opening" | "k.close":
            return screen.replace("k.", "l.")
        case "k.failed":
            return _failed_key(data)
        case "k.untaken" if data.get("reason") in REASONS_OF_TAKING:
            return f"k.untaken.{data['reason']}"
        case "k.audited" if data.get("skipped"):
            return "k.audited.skipped"
        case _:
            return PROBLEMS.get(screen, {}).get(data.get("problem", ""), screen)


def _failed_key(data: Mapping[str, Any]) -> str:
    named = data.get("reason") in REASONS_OF_FAILURE and (data.get("compartment") or data["reason"] == "no_compartment")
    return f"k.failed{'.' + data['reason'] if named else ''}{'.here' if data.get('clerk') else ''}"
