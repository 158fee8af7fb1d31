"""Which keys of a screen are drawn, in which order and with which words. Pure."""

from collections.abc import Iterator

import msgspec

from contracts.screen_messages import ScreenMessage
from controller.kiosk import words
from controller.kiosk.flow import CAP, ICON, Target
from controller.kiosk.forms import Form
from controller.kiosk.glyphs import width
from controller.kiosk.panels import Panel

FULL_MENUS = (3, 5, 6)
"""A menu of so many lines fills the 7 inch panel: its arrows and green stay on the keypad, a finger takes the line itself."""
SIDES_PX = 48
BARE_PX = 110
COUNTS = {"1": "{busy}/{all}", "2": "{expired}"}
COUNT_LETTERS_MAX = 12
"""The last word of a longer label and the count behind it; where there is no room for it the count is left out."""
SWITCHES = {"1": "audio", "3": "contrast", "4": "slow_keys"}
"""The lines of `help` that switch something on and off."""


def line_target(message: ScreenMessage, line: words.MenuLine, focused: str) -> Target:
    """A numbered line; in `help` with the state of what it switches, in `lang` in its own language."""
    own = message.data["languages"][int(line.key) - 1] if message.screen == "lang" else None
    if message.screen != "help":
        return Target(line.key, _counted(message, line), line.key == focused, own)
    states = {"audio": message.audio.on, "contrast": message.theme == "contrast", "slow_keys": message.slow_keys}
    on = states[SWITCHES[line.key]] if line.key in SWITCHES else None
    said = f"{line.words}: {message.audio.volume}" if line.key == "5" else line.words
    return Target(line.key, said, line.key == focused, on=on)


def _counted(message: ScreenMessage, line: words.MenuLine) -> str:
    """The words of a line; in the clerk's menu with how full the machine is, and how much is to be taken out."""
    if message.screen != "k.menu" or line.key not in COUNTS:
        return line.words
    count = COUNTS[line.key].format(**message.data)
    *before, last = line.words.split()
    room = not before or len(last) + len(count) <= COUNT_LETTERS_MAX
    return f"{line.words} {count}" if room else line.words


def targets(message: ScreenMessage, shape: Form, focused: str, lines: int, panel: Panel | None) -> tuple[Target, ...]:
    """The action row from left to right: red, numbers, arrows, help, language, green; within `panel` only what finds room there."""
    labels = {"cancel": shape.cancel, **shape.numbers, "up": "btn.up", "down": "btn.down"}
    labels |= {"audio": "btn.audio", "help": "btn.help", "lang": "btn.lang", "ok": shape.ok}
    hidden = set(_hidden(message, shape, lines))
    drawn = {key: label for key, label in labels.items() if key in message.keys and key not in hidden}
    named = {key: words.text(message.lang, label) for key, label in drawn.items()}
    if "0" in named and "lang" in named:  # the clerk's key needs the room: the language says its own name, as on the pad
        named["lang"] = message.lang.upper()
    found = tuple(Target(key, label, key == focused) for key, label in named.items())
    return found if panel is None else _with_room(found, panel)


def _hidden(message: ScreenMessage, shape: Form, lines: int) -> Iterator[str]:
    if shape.layout == "pad" or message.screen == "more_time":
        yield from ("lang", "help")  # on the pad they are the keys beside the zero; any key gives more time
    if message.screen != "l.oos":
        yield "audio"
    if shape.layout != "menu" or lines in FULL_MENUS:
        yield from ("up", "down")
    if lines in FULL_MENUS:
        yield "ok"
    if lines == min(FULL_MENUS):
        yield "help"


def _with_room(found: tuple[Target, ...], panel: Panel) -> tuple[Target, ...]:
    """Help with its word, else as its sign, else on the keypad alone: everything else leads further and comes first."""
    if any(target.key == "help" for target in found):
        for shown in (True, False):
            tried = tuple(msgspec.structs.replace(target, shown=shown) if target.key == "help" else target for target in found)
            if sum(_wide(target, panel) for target in tried) + (len(tried) - 1) * panel.unit <= panel.inner:
                return tried
    return tuple(target for target in found if target.key != "help")


def _wide(target: Target, panel: Panel) -> float:
    if not target.shown or target.key in ("up", "down"):
        return BARE_PX
    size = panel.body["A"]
    mark = (CAP if target.key.isdigit() else ICON) * size
    return max(2.0 * panel.row, SIDES_PX + mark + panel.unit + width(target.words, size, 700))


def digits(message: ScreenMessage, arrows: bool = False) -> tuple[str, ...]:
    """The pad in rows of three, as on a telephone; a blank keeps the place of what is missing."""
    wanted = (*"123456789", "lang", "0", "help")
    keys = tuple(key if key in message.keys else " " for key in wanted)
    return (*keys, "up", " ", "down") if arrows else keys


def bar_words(message: ScreenMessage) -> tuple[tuple[words.Piece, ...], ...]:
    """What the bar says on a screen that has room for one."""
    data = message.data
    place = words.text(message.lang, "sent").rstrip(".") if data.get("sent") else data.get("domain") or data.get("place")
    said = [str(value) for value in (data.get("machine"), place, data.get("time")) if value]
    return ((words.Piece(", ".join(said)),),) if said else ()
