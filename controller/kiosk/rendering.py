"""From a screen message to what the page shows. Pure: the same message gives the same HTML."""

from pathlib import Path
from typing import Any, Literal

import jinja2
import msgspec
from markupsafe import Markup

from contracts.screen_messages import Language, ScreenMessage
from contracts.texts import languages
from controller.kiosk import cabinet_picture, qr_picture, words
from controller.kiosk.documents import Documents
from controller.kiosk.flow import Content, Layout, Target
from controller.kiosk.forms import Form, ScreenWrong, form, text_key
from controller.kiosk.panels import PANELS, PanelName
from controller.kiosk.targets import bar_words, digits, line_target, targets

PIN_DIGITS = 6
PLACE_LETTERS_MAX = 20
"""A longer place would not fit beside the number and the time; it is on the machine's own plate."""

THREE_LINES = 3
CLERK_LETTERS_MAX = 28
"""The words of clerk mode and a name; a longer name is cut, so that all of it stays in the bar."""

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
    """What the site decides about the screen: the city's name, accent and line under the first screen, the panel, its documents."""

    city: str
    panel: PanelName = "7in"
    line: Literal["gables", "horizon"] = "gables"
    documents: Documents = Documents()
    accent: str = ""


class Saying(msgspec.Struct, frozen=True):
    """A heading and a body in one language."""

    language: Language
    head: Markup
    body: Markup


def render(message: ScreenMessage, look: Look) -> str:
    """The screen's HTML; raises ScreenWrong when the message names no screen or lacks a value."""
    shape = form(message)
    if message.size != "A" or shape.layout == "pages":
        return _large(message, shape, look)
    if "hours" in message.data and (
        message.screen == "help" or (shape.layout == "pad" and shape.icon)
    ):  # beside the digits they have no room in the text: the bar has
        message = msgspec.structs.replace(message, data=message.data | {"narrow": True})
    body, lines = _body(message, shape)
    focused = _focused(message, shape, lines)
    saying = _saying(message, message.lang, body)
    columns = len(lines) + (1 if len(lines) == THREE_LINES and (body or "cancel" in message.keys) else 0)
    return _PAGES.get_template(f"{shape.layout}.html").render(
        **_parts(message, shape, look),
        saying=saying,
        sayings=[saying, *(_saying(message, language, None) for language in _others(message, shape))],
        lines=tuple(line_target(message, line, focused) for line in lines),
        targets=targets(message, shape, focused, columns, PANELS[look.panel]),
        columns=columns,
        clerk=_clerk(message),
        digits=digits(message) if shape.layout == "pad" else (),
        place=_place(message),
        hours=words.hours(message.lang, message.data["hours"]) if "narrow" in message.data else "",
        banner=words.text(message.lang, message.banner) if message.banner and shape.layout == "attract" else "",
        focused=focused,
    )


def _large(message: ScreenMessage, shape: Form, look: Look) -> str:
    """The same screen as pages of large text."""
    body, lines = _body(message, shape)
    pad, panel = shape.layout == "pad", PANELS[look.panel]
    focus = "ok" if shape.safest == "ok" else ""
    content = Content(
        head=_head(message, look),
        body=_paragraphs(message, look, body) if shape.layout != "menu" else (),
        lines=tuple(line_target(message, line, "") for line in lines),
        after=(words.pieces(message.lang, body, message) if shape.layout == "menu" else (), *bar_words(message)),
        targets=tuple(target for target in targets(message, shape, focus, 0, None) if target.key not in ("up", "down")),
        icon=shape.icon,
        pad=pad,
        digit=bool(message.data.get("last")) or not shape.slots,
        picture=shape.layout == "cabinet" or (shape.layout == "receipt" and "receipt" in message.data),
    )
    shown = Layout(content, panel, message.size).page(message.page)
    names = {key: words.text(message.lang, f"btn.{key}") for key in ("up", "down", "lang", "help")}
    return _PAGES.get_template("flow.html").render(
        **_parts(message, shape, look),
        saying=Saying(message.lang, Markup("").join(piece.html() for piece in content.head), Markup("")),
        page=shown,
        arrows=(Target("up", names["up"]), Target("down", names["down"])),
        names=names,
        digits=digits(message, arrows=shown.arrows) if pad else (),
    )


def _parts(message: ScreenMessage, shape: Form, look: Look) -> dict[str, Any]:
    cabinet = shape.layout == "cabinet"
    return {
        "form": shape,
        "look": look,
        "message": message,
        "data": message.data,
        "picture": _picture(message) if cabinet else None,
        "picture_name": _picture_name(message) if cabinet else "",
        "slots": _slots(message) if shape.layout == "pad" else "",
        "pad_digits": int(message.data.get("length", PIN_DIGITS)),
        "qr": qr_picture.draw(message.data["receipt"]) if shape.layout == "receipt" and "receipt" in message.data else None,
        "qr_name": words.text(message.lang, "qr"),
        "help_name": words.text(message.lang, "btn.help"),
    }


def _head(message: ScreenMessage, look: Look) -> tuple[words.Piece, ...]:
    if message.screen == "info.page":
        return (words.Piece(look.documents.title(str(message.data.get("topic", "")), message.lang)),)
    return words.pieces(message.lang, words.text(message.lang, f"{text_key(message)}.head"), message)


def _paragraphs(message: ScreenMessage, look: Look, body: str) -> tuple[tuple[words.Piece, ...], ...]:
    if message.screen == "info.page":
        parts = look.documents.paragraphs(str(message.data.get("topic", "")), message.lang)
        return tuple(words.pieces(message.lang, part, message) for part in parts)
    banner = (words.text(message.lang, message.banner),) if message.banner and message.screen == "l.attract" else ()
    return tuple(words.pieces(message.lang, part, message) for part in (body, *banner))


def page(look: Look) -> str:
    """The one HTML page: empty until the first message comes."""
    wait: list[tuple[Language, str]] = [(language, words.text(language, "wait")) for language in languages(words.TEXTS)]
    return _PAGES.get_template("page.html").render(look=look, wait=wait)


def _body(message: ScreenMessage, shape: Form) -> tuple[str, tuple[words.MenuLine, ...]]:
    if shape.layout == "pages":
        return "", ()
    body = words.body(message, text_key(message))
    if shape.layout == "menu":
        rest, lines = words.split_lines(body)
        return rest, tuple(line for line in lines if line.key in message.keys)
    if message.screen == "k.load":  # its two numbered lines are targets in the action row, and only while the door is open
        return words.split_lines(body)[0], ()
    return body, ()


def _saying(message: ScreenMessage, language: Language, body: str | None) -> Saying:
    key = text_key(message)
    body = words.text(language, f"{key}.body") if body is None else body
    head = words.text(language, f"{key}.head")
    return Saying(language, words.fill(language, head, message), words.fill(language, body, message))


def _others(message: ScreenMessage, shape: Form) -> tuple[Language, ...]:
    offered: tuple[Language, ...] = tuple(message.data.get("languages", ())) if shape.layout == "attract" else ()
    return tuple(language for language in offered if language != message.lang)


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


def _place(message: ScreenMessage) -> str:
    if message.data.get("sent"):
        return words.text(message.lang, "sent")
    place = str(message.data.get("domain") or message.data.get("place", ""))
    return place if len(place) <= PLACE_LETTERS_MAX else ""


def _clerk(message: ScreenMessage) -> str:
    """Who is in clerk mode, for the bar; empty for everybody else."""
    name = str(message.data.get("clerk", ""))
    if not name:
        return ""
    mode = words.text(message.lang, "bar.clerk")
    room = CLERK_LETTERS_MAX - len(f"{mode} · ")
    return f"{mode} · {name if len(name) <= room else f'{name[: room - 1].rstrip()}…'}"


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
