"""What the controller tells the screen and what the screen answers (screens.md A6)."""

from typing import Any, Literal

import msgspec

Language = Literal["pl", "en", "uk", "de"]
LANGUAGES: tuple[Language, ...] = ("pl", "en", "uk", "de")
KEYS: tuple[str, ...] = (*"0123456789", "ok", "cancel", "up", "down", "help", "lang", "audio")
ANSWER_BYTES_MAX = 256


class AnswerWrong(ValueError):
    """The page sent something that is neither a key nor a sign of life."""


class Deadline(msgspec.Struct, frozen=True):
    """`idle` can be extended by any key, `fact` is set from outside; `left_ms` counts from the moment of sending."""

    kind: Literal["none", "idle", "fact"] = "none"
    left_ms: int = 0


class Audio(msgspec.Struct, frozen=True):
    """Speech: on, with headphones (`private`), volume 1 to 5."""

    on: bool = False
    private: bool = False
    volume: int = 3


class ScreenMessage(msgspec.Struct, frozen=True):
    """The whole screen; `rev` only grows. `keys` are the active ones, `data` the values in braces."""

    rev: int
    screen: str
    lang: Language
    keys: tuple[str, ...]
    data: dict[str, Any]
    deadline: Deadline = Deadline()
    cue: str = ""
    say: str = ""
    banner: str | None = None
    theme: Literal["day", "night", "contrast"] = "day"
    size: Literal["A", "A+", "A++"] = "A"
    audio: Audio = Audio()
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
