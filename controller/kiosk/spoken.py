"""What a screen says: heading, body, values in words, then its keys in the order shown (screens.md A4). Pure.

A digit of a PIN or a telephone number is said in headphones only; it comes as an argument and is in no message.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from babel.dates import format_skeleton

from contracts.screen_messages import Language, ScreenMessage
from contracts.texts import read_plurals
from controller.kiosk import words
from controller.kiosk.documents import Documents
from controller.kiosk.flow import Target
from controller.kiosk.forms import Form, ScreenWrong, form, text_key
from controller.kiosk.targets import line_target, targets

SECONDS_WITH_UNIT = re.compile(r"\{s\} \w\b")
MOMENT = re.compile(r"\b(\d{2})\.(\d{2})(?= \d{1,2}:\d{2})")
LEAP_YEAR = 2024
"""Has every day of any year."""
ENDS = (".", "?", "!")
HOW_MANY = re.compile(r"(\d+)/(\d+)")
"""A count in a label, as eyes read it."""


def spoken(message: ScreenMessage, documents: Documents) -> str:
    """The whole screen in words; raises ScreenWrong."""
    return " ".join(text for _, text in parts(message, documents))


def parts(message: ScreenMessage, documents: Documents) -> tuple[tuple[Language, str], ...]:
    """The whole screen in words, each run in its language: a choice of languages names each in itself. Raises ScreenWrong."""
    shape = form(message)
    first = _joined((*_texts(message, shape, documents), *_entered(message, shape)))
    listed = (_text(message, "say.next"),) if message.screen == "k.expired" and message.data["left"] > 1 else ()
    last = _joined((*listed, *(target_words(message.lang, target) for target in _shown_targets(message, shape))))
    lines = _lines(message) if shape.layout == "menu" else ()
    own = [(line.language or message.lang, target_words(line.language or message.lang, line)) for line in lines]
    runs = [(message.lang, first), *own, (message.lang, last)]
    return _merged(run for run in runs if run[1])


def key_of(message: ScreenMessage) -> str:
    """The key of what is said; aloud it is without the number of a case."""
    aloud = not message.audio.private and "case" in message.data
    return text_key(msgspec.structs.replace(message, data=message.data | {"case": ""}) if aloud else message)


def is_secret(message: ScreenMessage) -> bool:
    """Whether the whole screen in words belongs into no log: it names a case."""
    return "{case}" in words.body(message, key_of(message)) if form(message).layout == "cabinet" else False


def entered(message: ScreenMessage, digit: str = "") -> str:
    """What a typed or deleted digit says: the digit itself, where it may be said, else how many there are; a door's number is said.

    With the last digit gone red does something else from now on, which is said too.
    """
    typed, filled = message.data.get("typed"), message.data.get("filled", 0)
    count = f"{typed}." if typed else digit or _count(message, filled)
    if "ok" in message.keys:
        return f"{count} {_text(message, 'say.full')}"
    if typed or filled or digit:
        return count
    shape = form(message)
    return _joined((count, *(target_words(message.lang, target) for target in _shown_targets(message, shape) if target.key == "cancel")))


def focused(message: ScreenMessage) -> str:
    """The numbered line that has the focus; raises ScreenWrong."""
    lines = _lines(message)
    line = lines[min(int(message.data.get("focus", 0)), len(lines) - 1)]
    return target_words(line.language or message.lang, line)


def door(message: ScreenMessage) -> str:
    """Whether the door that the screen asks about is open."""
    return _text(message, f"say.door.{'open' if message.data['open'] else 'closed'}")


def switched(before: ScreenMessage, message: ScreenMessage) -> str:
    """What somebody has just changed about size, contrast, keys and volume."""
    said: list[str] = []
    if before.size != message.size:
        said.append(_text(message, "say.size").replace("{n}", str(("A", "A+", "A++").index(message.size) + 1)))
    if (before.theme == "contrast") != (message.theme == "contrast"):
        said.append(_text(message, f"say.contrast.{'on' if message.theme == 'contrast' else 'off'}"))
    if before.slow_keys != message.slow_keys:
        said.append(_text(message, f"say.slower.{'on' if message.slow_keys else 'off'}"))
    if before.audio.volume != message.audio.volume:
        said.append(_text(message, "say.volume").replace("{n}", str(message.audio.volume)))
    return " ".join(said)


def stopped(message: ScreenMessage) -> str:
    """The last words before speech is off."""
    return _text(message, "say.off")


def private_hint(message: ScreenMessage) -> str:
    """Why digits are not said."""
    return f"{_text(message, 'private.head')}. {_text(message, 'private.body')}"


def counts_down(message: ScreenMessage) -> bool:
    """Whether the screen shows how much time is left."""
    shape = form(message)
    if shape.layout == "pages":
        return False
    return bool({"s", "mmss"} & set(words.PLACEHOLDER.findall(words.body(message, text_key(message)))))


def left(message: ScreenMessage, left_ms: int) -> str:
    """How much time is left."""
    return _text(message, "say.left").replace("{left}", duration(message.lang, left_ms))


def voice(language: Language) -> str:
    """The name of the voice that reads this language."""
    return words.text(language, "say.voice")


def duration(language: Language, ms: int) -> str:
    """Minutes and seconds in words, rounded up."""
    plurals = read_plurals(words.TEXTS)[language]
    minutes, seconds = divmod(-(-ms // 1000), 60)
    parts = [plurals.counted("say.minutes", minutes)] if minutes else []
    return " ".join([*parts, *([plurals.counted("say.seconds", seconds)] if seconds or not minutes else [])])


def _texts(message: ScreenMessage, shape: Form, documents: Documents) -> Iterator[str]:
    if shape.layout == "pages":
        topic = str(message.data.get("topic", ""))
        yield documents.title(topic, message.lang)
        yield from (_filled(message, part) for part in documents.paragraphs(topic, message.lang))
        return
    key = key_of(message)
    yield _filled(message, words.text(message.lang, f"{key}.head"))
    body = words.body(message, key)
    if shape.layout == "menu" or message.screen == "k.load":
        body = words.split_lines(body)[0]
    if message.screen == "l.wrong.phone":  # how many tries are left comes first
        body = " ".join(sorted(re.split(r"(?<=[.?]) ", body), key=lambda sentence: "{left}" not in sentence))
    yield _filled(message, body)
    if shape.layout == "cabinet" and "{pos}" not in body:
        yield words.capital(_position(message))
    if message.screen == "k.audit" and "open" in message.data:
        yield door(message)
    if shape.layout == "receipt":
        yield _filled(message, words.text(message.lang, "say.receipt"))
    if message.data.get("sent"):
        yield _text(message, "sent")
    if message.banner and message.screen == "l.attract":
        yield _text(message, message.banner)


def _entered(message: ScreenMessage, shape: Form) -> Iterator[str]:
    if shape.layout == "pad" and (message.data.get("filled") or message.data.get("typed")):
        yield entered(message)


def _joined(sentences: Iterable[str]) -> str:
    return " ".join(said if said.endswith(ENDS) else f"{said}." for said in sentences if said)


def _merged(runs: Iterable[tuple[Language, str]]) -> tuple[tuple[Language, str], ...]:
    merged: list[tuple[Language, str]] = []
    for language, text in runs:
        if merged and merged[-1][0] == language:
            merged[-1] = (language, f"{merged[-1][1]} {text}")
        else:
            merged.append((language, text))
    return tuple(merged)


def _shown_targets(message: ScreenMessage, shape: Form) -> Iterator[Target]:
    return (target for target in targets(message, shape, "", 0, None) if target.key not in ("up", "down"))


def _lines(message: ScreenMessage) -> tuple[Target, ...]:
    body = words.body(message, text_key(message))
    return tuple(line_target(message, line, "") for line in words.split_lines(body)[1] if line.key in message.keys)


def target_words(language: Language, target: Target) -> str:
    """A key and what it does."""
    name = "number" if target.key.isdigit() else target.key
    label = HOW_MANY.sub(words.text(language, "say.how_many").replace("{n}", r"\1").replace("{all}", r"\2"), target.words)
    said = words.text(language, f"say.{name}").replace("{key}", target.key).replace("{words}", label)
    return said.replace("\u00a0", " ")


def _count(message: ScreenMessage, filled: int) -> str:
    wanted = message.data.get("length", 6)
    return _text(message, f"say.of.{wanted}").replace("{filled}", str(filled))


def _text(message: ScreenMessage, key: str) -> str:
    return words.text(message.lang, key).replace("\u00a0", " ")


def _filled(message: ScreenMessage, template: str) -> str:
    """A text with its values as a voice reads them rightly; raises ScreenWrong."""
    template = SECONDS_WITH_UNIT.sub("{s}", template.replace("\u00a0", " "))
    parts = words.PLACEHOLDER.split(template)
    said = "".join(part if index % 2 == 0 else _value(message, part, "".join(parts[:index])) for index, part in enumerate(parts))
    return MOMENT.sub(lambda found: _day(message.lang, int(found[1]), int(found[2])), said)


def _value(message: ScreenMessage, name: str, before: str) -> str:
    data = message.data
    try:
        match name:
            case "s" | "mmss":
                return duration(message.lang, words.left_ms(message))
            case "pos":
                said = _position(message)
                return words.capital(said) if not before.strip() or before.rstrip().endswith(ENDS) else said
            case "machine" | "code":
                return ", ".join(" ".join(group) for group in str(data[name]).split("-"))
            case "hotline":
                hours = f", {words.hours(message.lang, data['hours'])}" if "hours" in data else ""
                return ", ".join(str(data["hotline"]).split()) + hours
            case "case":
                return " ".join(str(data["case"]))
            case "state":
                return _text(message, f"audit.{data['state']}")
            case "n":
                return str(data["compartment"])
            case "time":
                return str(data["collected_at"])
            case _:
                return str(data[name])
    except KeyError as missing:
        raise ScreenWrong(f"screen {message.screen}: no value {missing.args[0]!r}") from None


def _position(message: ScreenMessage) -> str:
    row, column = (_ordinal(message.lang, f"say.{name}", int(message.data[name])) for name in ("row", "col"))
    return words.text(message.lang, "say.pos").replace("{row}", row).replace("{col}", column)


def _ordinal(language: Language, key: str, number: int) -> str:
    known = words.text(language, key).split()
    return known[number - 1] if 1 <= number <= len(known) else str(number)


def _day(language: Language, day: int, month: int) -> str:
    try:
        return f"{format_skeleton('MMMMd', date(LEAP_YEAR, month, day), locale=language)},"
    except ValueError:
        return f"{day}.{month}"
