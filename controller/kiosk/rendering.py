"""From a screen message to what the page shows. Pure: the same message gives the same HTML."""

from pathlib import Path
from typing import Literal

import jinja2
import msgspec
from markupsafe import Markup

from contracts.screen_messages import LANGUAGES, Language, ScreenMessage
from controller.kiosk import cabinet_picture, qr_picture, words
from controller.kiosk.forms import Form, ScreenWrong, form, text_key

PIN_DIGITS = 6
PLACE_LETTERS_MAX = 20
"""A longer place would not fit beside the number and the time; it is on the machine's own plate."""

THREE_LINES = 3
"""A menu of three lines fills the 7 inch panel: its arrows and green stay on the keypad, a finger takes the line itself."""

_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
for _name in _PAGES.list_templates():
    _PAGES.get_template(_name)  # from here on no screen needs a file


class Look(msgspec.Struct, frozen=True):
    """What the site decides about the screen: the city's name, its line at the foot of the first screen, the panel."""

    city: str
    panel: Literal["7in", "10in"] = "7in"
    line: Literal["gables", "horizon"] = "gables"


class Target(msgspec.Struct, frozen=True):
    """A touch target: the key it sends and the words on it."""

    key: str
    words: str
    focused: bool = False
    language: str | None = None
    """The language of the words where it is not the screen's."""


class Saying(msgspec.Struct, frozen=True):
    """A heading and a body in one language."""

    language: Language
    head: Markup
    body: Markup


def render(message: ScreenMessage, look: Look) -> str:
    """The screen's HTML; raises ScreenWrong when the message names no screen or lacks a value."""
    shape = form(message)
    if shape.layout == "pad" and "hours" in message.data and shape.icon:  # beside the digits they have no room in the text: the bar has
        message = msgspec.structs.replace(message, data=message.data | {"narrow": True})
    body, lines = _body(message, shape)
    focused = _focused(message, shape, lines)
    saying = _saying(message, message.lang, body)
    return _PAGES.get_template(f"{shape.layout}.html").render(
        form=shape,
        look=look,
        message=message,
        data=message.data,
        saying=saying,
        sayings=[saying, *(_saying(message, language, None) for language in _others(message, shape))],
        lines=tuple(_line_target(message, line, focused) for line in lines),
        targets=_targets(message, shape, focused, len(lines)),
        digits=_digits(message) if shape.layout == "pad" else (),
        place=_place(message),
        hours=words.hours(message.lang, message.data["hours"]) if "narrow" in message.data else "",
        picture=_picture(message) if shape.layout == "cabinet" else None,
        picture_name=_picture_name(message) if shape.layout == "cabinet" else "",
        banner=words.text(message.lang, message.banner) if message.banner and shape.layout == "attract" else "",
        slots=_slots(message) if shape.layout == "pad" else "",
        pad_digits=int(message.data.get("length", PIN_DIGITS)),
        qr=qr_picture.draw(message.data["receipt"]) if shape.layout == "receipt" and "receipt" in message.data else None,
        qr_name=words.text(message.lang, "qr"),
        focused=focused,
    )


def page(look: Look) -> str:
    """The one HTML page: empty until the first message comes."""
    wait: list[tuple[Language, str]] = [(language, words.text(language, "wait")) for language in LANGUAGES]
    return _PAGES.get_template("page.html").render(look=look, wait=wait)


def _body(message: ScreenMessage, shape: Form) -> tuple[str, tuple[words.MenuLine, ...]]:
    body = words.text(message.lang, f"{text_key(message.screen, message.data)}.body")
    if shape.layout == "menu":
        rest, lines = words.split_lines(body)
        return rest, tuple(line for line in lines if line.key in message.keys)
    if message.screen == "k.load":  # its two numbered lines are targets in the action row, and only while the door is open
        return words.split_lines(body)[0], ()
    return body, ()


def _saying(message: ScreenMessage, language: Language, body: str | None) -> Saying:
    key = text_key(message.screen, message.data)
    body = words.text(language, f"{key}.body") if body is None else body
    head = words.text(language, f"{key}.head")
    return Saying(language, words.fill(language, head, message), words.fill(language, body, message))


def _others(message: ScreenMessage, shape: Form) -> tuple[Language, ...]:
    offered: tuple[Language, ...] = tuple(message.data.get("languages", LANGUAGES)) if shape.layout == "attract" else ()
    return tuple(language for language in LANGUAGES if language in offered and language != message.lang)


def _focused(message: ScreenMessage, shape: Form, lines: tuple[words.MenuLine, ...]) -> str:
    """The key whose target has the focus at first: the safest one, never the one that stops."""
    if lines:
        return lines[min(int(message.data.get("focus", 0)), len(lines) - 1)].key
    if shape.layout == "pad":  # no digit is safer than another: the heading has the focus until green is active
        return "ok" if "ok" in message.keys else ""
    if shape.safest != "ok":  # green would stop: nothing is marked, so that nobody takes the mark for what green does
        return ""
    wanted = ("ok", *shape.numbers, "lang", "cancel")
    return next((key for key in wanted if key in message.keys), "")


def _line_target(message: ScreenMessage, line: words.MenuLine, focused: str) -> Target:
    own = LANGUAGES[int(line.key) - 1] if message.screen == "lang" else None
    return Target(line.key, line.words, line.key == focused, own)


def _targets(message: ScreenMessage, shape: Form, focused: str, lines: int) -> tuple[Target, ...]:
    """The action row from left to right: red, numbers, arrows, language, green."""
    labels = {"cancel": shape.cancel, **shape.numbers, "up": "btn.up", "down": "btn.down", "lang": "btn.lang", "ok": shape.ok}
    drawn = {key: label for key, label in labels.items() if key in message.keys}
    if shape.layout == "pad" or message.screen == "more_time":
        drawn.pop("lang", None)  # on the pad it is the key beside the zero; any key gives more time
    if shape.layout != "menu" or lines == THREE_LINES:
        drawn.pop("up", None)
        drawn.pop("down", None)
    if lines == THREE_LINES:
        drawn.pop("ok", None)
    return tuple(Target(key, words.text(message.lang, label), key == focused) for key, label in drawn.items())


def _digits(message: ScreenMessage) -> tuple[str, ...]:
    """The pad in rows of three, as on a telephone; a blank keeps the place of what is missing."""
    return tuple(key if key in message.keys else " " for key in (*"123456789", "lang", "0"))


def _place(message: ScreenMessage) -> str:
    if message.data.get("sent"):
        return words.text(message.lang, "sent")
    place = str(message.data.get("domain") or message.data.get("place", ""))
    return place if len(place) <= PLACE_LETTERS_MAX else ""


def _slots(message: ScreenMessage) -> str:
    return (
        words.text(message.lang, "slots")
        .replace("{filled}", str(message.data.get("filled", 0)))
        .replace("{length}", str(message.data.get("length", PIN_DIGITS)))
    )


def _picture(message: ScreenMessage) -> cabinet_picture.Picture:
    try:
        return cabinet_picture.draw(message.data)
    except (KeyError, IndexError) as wrong:
        raise ScreenWrong(f"screen {message.screen}: the cabinet cannot be drawn: {wrong}") from None


def _picture_name(message: ScreenMessage) -> str:
    data = message.data
    state = next((cell["state"] for cell in data["cells"] if cell["n"] == data["compartment"]), "closed")
    pattern = words.text(message.lang, f"cabinet.{state}")
    return pattern.replace("{n}", str(data["compartment"])).replace("{pos}", words.position(message.lang, data))
