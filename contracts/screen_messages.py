"""What the controller tells the screen and what the screen answers (screens.md A6)."""

from typing import Any, Literal

import msgspec

Language = str
"""Two letters; which languages there are, the catalogues say (contracts/texts.py)."""
Theme = Literal["day", "night", "contrast"]
Size = Literal["A", "A+", "A++"]
LANGUAGES: tuple[Language, ...] = ("pl", "en", "uk", "de")
"""Those that the product brings, in the order in which they are offered; Polish is the master."""
KEYS: tuple[str, ...] = (*"0123456789", "ok", "cancel", "up", "down", "help", "lang", "audio")
ANSWER_BYTES_MAX = 256


class AnswerWrong(ValueError):
    """The page sent something that is neither a key nor a sign of life."""


class Deadline(msgspec.Struct, frozen=True):
    """`idle` can be extended by any key, `fact` is set from outside; `left_ms` counts from the moment of sending."""

    kind: Literal["none", "idle", "fact"] = "none"
    left_ms: int = 0


class Audio(msgspec.Struct, frozen=True):
    """Speech: on, with headphones (`private`), volume 1 to 5; `again` grows with each wish to hear the screen once more."""

    on: bool = False
    private: bool = False
    volume: int = 3
    again: int = 0


class ScreenMessage(msgspec.Struct, frozen=True):
    """The whole screen; `rev` only grows. `keys` are the active ones, `data` the values in braces.

    `say` is the screen's form and texts: `screen` itself, or a variant of it such as `l.phone.last`, which is the same to whoever follows.

    `page` counts steps of the arrows through a text that has several pages, backwards below zero; the page takes it modulo their number.
    `cue_every_s` repeats the cue while the screen stays; `quiet` are the hours in which cues and light are low.
    """

    rev: int
    screen: str
    lang: Language
    keys: tuple[str, ...]
    data: dict[str, Any]
    say: str
    deadline: Deadline = Deadline()
    cue: str = ""
    banner: str | None = None
    theme: Theme = "day"
    size: Size = "A"
    audio: Audio = Audio()
    page: int = 0
    slow_keys: bool = False
    quiet: bool = False
    cue_every_s: int = 0
    v: int = 1


class KeyAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key was pressed while the screen of `rev` was shown."""

    key: str
    rev: int


class AliveAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page lives and shows `alive`; sent every 5 s."""

    alive: int


def read_answer(text: str | bytes) -> KeyAnswer | AliveAnswer:
    """Read what the page sent; raises AnswerWrong."""
    if len(text) > ANSWER_BYTES_MAX:
        raise AnswerWrong("too long")
    try:
        answer = msgspec.json.decode(text, type=dict[str, str | int])
        if "alive" in answer:
            return msgspec.convert(answer, AliveAnswer)
        key = msgspec.convert(answer, KeyAnswer)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise AnswerWrong("neither a key nor a sign of life") from None
    if key.key not in KEYS:
        raise AnswerWrong("no such key")
    return key
