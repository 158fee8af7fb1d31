"""Texts of the catalogues with their values put in, as safe HTML. Pure."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from markupsafe import Markup, escape

from contracts.screen_messages import Language, ScreenMessage
from contracts.texts import read_catalogues
from controller.kiosk.forms import ScreenWrong

TEXTS = Path(__file__).parent / "texts"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LINE = re.compile(r"(?:^|(?<= ))([1-9]) (.+?)(?=, [1-9] |\.)")
"""A numbered line inside a body: "1 spróbuj jeszcze raz, 2 odbiór w urzędzie."."""
INTRODUCTION = re.compile(r"\s*[^.?!]*:$")
"""What introduces numbered lines inside a body; drawn, the lines speak for themselves."""
ONE_LETTER = re.compile(r"(?<![\w{-])([^\W\d_]) (?=\S)")
"""No line ends with "w" or "z" (Polish and Ukrainian typography)."""
UNIT = re.compile(r"(\{s\}|\{time\}|Klawisz|Key|Клавіша|Taste) (?=(?:[sс1-9]|Uhr)\b)")
"""A number stays beside its unit, and a key beside its name."""

KEPT_TOGETHER = frozenset({"hotline", "when", "time", "case"})

HOURS_FROM_MIN = 100
"""From here on minutes alone are hard to read."""


class Piece(msgspec.Struct, frozen=True):
    """A run of text: plain, kept together on one line (`whole`), a code, or a countdown (`s`, `mmss`) with its milliseconds left."""

    text: str
    kind: Literal["", "whole", "code", "s", "mmss"] = ""
    left: int = 0

    def html(self, text: str | None = None) -> Markup:
        """The run, or a part of it, as safe HTML."""
        shown = self.text if text is None else text
        match self.kind:
            case "":
                return escape(shown)
            case "whole" | "code":
                return Markup('<span class="{}">{}</span>').format(self.kind, shown)
            case _:
                return Markup('<span class="left" data-left="{}" data-shape="{}">{}</span>').format(self.left, self.kind, shown)


class MenuLine(msgspec.Struct, frozen=True):
    """One numbered choice."""

    key: str
    words: str


def text(language: Language, key: str) -> str:
    """A text of the catalogue, its one-letter words and numbers tied to what they belong to; raises ScreenWrong."""
    try:
        found = read_catalogues(TEXTS)[language][key]
    except KeyError:
        raise ScreenWrong(f"no text {key!r}") from None
    together = UNIT.sub("\\1\u00a0", found)
    return ONE_LETTER.sub("\\1\u00a0", together) if language in ("pl", "uk") else together


def body(message: ScreenMessage, key: str) -> str:
    """The body of a screen; a choice of languages names each in itself. Raises ScreenWrong."""
    if message.screen != "lang":
        return text(message.lang, f"{key}.body")
    return ", ".join(f"{index} {text(language, 'lang.own')}" for index, language in enumerate(message.data["languages"], 1)) + "."


def split_lines(body: str) -> tuple[str, tuple[MenuLine, ...]]:
    """A body without its sentence of numbered lines, and those lines with a capital letter."""
    found = list(LINE.finditer(body))
    if not found:
        return body, ()
    rest = f"{body[: found[0].start()]}{body[found[-1].end() + 1 :]}".strip()
    return INTRODUCTION.sub("", rest), tuple(MenuLine(match[1], capital(match[2])) for match in found)


def fill(language: Language, template: str, message: ScreenMessage) -> Markup:
    """The text with values in place of {names}; raises ScreenWrong naming the screen and the missing value."""
    return Markup("").join(piece.html() for piece in pieces(language, template, message))


def pieces(language: Language, template: str, message: ScreenMessage) -> tuple[Piece, ...]:
    """The runs of a text with its values put in; raises ScreenWrong."""
    parts = PLACEHOLDER.split(template)
    done: list[Piece] = []
    for index, part in enumerate(parts):
        before = "".join(parts[:index]).strip()
        starts = not before or before.endswith((".", "?"))
        done += (Piece(part),) if index % 2 == 0 else _value(language, part, message, starts)
    return tuple(done)


def position(language: Language, data: Mapping[str, Any]) -> str:
    """Where the compartment is, in words."""
    return text(language, "pos").replace("{row}", str(data["row"])).replace("{col}", str(data["col"]))


def hours(language: Language, told: Mapping[str, Any]) -> str:
    """When the hotline is answered, in words: "pn.–pt. 7:30–20:00"."""
    first, last = (text(language, f"day.{day}") for day in told["days"])
    pattern = text(language, "hours" if first != last else "hours.day")
    return pattern.replace("{first}", first).replace("{last}", last).replace("{from}", told["from"]).replace("{until}", told["until"])


def capital(words: str) -> str:
    """The words with a capital first letter."""
    return words[:1].upper() + words[1:]


def clock(left_ms: int) -> str:
    """Minutes and seconds left, rounded up: "14:59"; of a longer time the hours too."""
    minutes, seconds = divmod(-(-left_ms // 1000), 60)
    if minutes < HOURS_FROM_MIN:
        return f"{minutes}:{seconds:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def left_ms(message: ScreenMessage) -> int:
    """Milliseconds to the end that the screen counts down to."""
    left = message.data.get("left_ms", message.deadline.left_ms)
    return max(0, int(left))


def _value(language: Language, name: str, message: ScreenMessage, starts_sentence: bool) -> tuple[Piece, ...]:
    data = message.data
    try:
        match name:
            case "s":
                return (Piece(str(-(-left_ms(message) // 1000)), "s", left_ms(message)),)
            case "mmss":
                return (Piece(clock(left_ms(message)), "mmss", left_ms(message)),)
            case "pos":
                words = position(language, data)
                return (Piece(capital(words) if starts_sentence else words),)
            case "code":
                return (Piece(str(data["code"]), "code"),)
            case "n":
                return (Piece(str(data["compartment"])),)
            case "state":
                return (Piece(text(language, f"audit.{data['state']}")),)
            case "time":
                return (Piece(str(data["collected_at"])),)
            case "hotline" if "hours" in data and not data.get("narrow"):  # nobody answers now: the text says when somebody does
                return Piece(str(data[name]), "whole"), Piece(", "), Piece(hours(language, data["hours"]), "whole")
            case _:
                return (Piece(str(data[name]), "whole" if name in KEPT_TOGETHER else ""),)
    except KeyError as missing:
        raise ScreenWrong(f"screen {message.screen}: no value {missing.args[0]!r}") from None
