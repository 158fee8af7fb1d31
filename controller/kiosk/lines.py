"""Breaks a text into lines of a width. Pure."""

from collections.abc import Iterable, Iterator

import msgspec
from markupsafe import Markup

from controller.kiosk.glyphs import Weight, width
from controller.kiosk.words import Piece

Word = tuple[tuple[str, Piece], ...]
"""What stays on one line: runs without a blank between them."""


class Type(msgspec.Struct, frozen=True):
    """A size in pixels, a weight and a line height in ems."""

    size: float
    weight: Weight
    height: float

    def of(self, word: Word) -> float:
        """How wide a word is."""
        return sum(width(text, self.size, self.weight, piece.kind == "code") for text, piece in word)

    @property
    def blank(self) -> float:
        """How wide a blank is."""
        return width(" ", self.size, self.weight)


def broken(pieces: Iterable[Piece], kind: Type, room: float, first_room: float | None = None) -> tuple[Markup, ...]:
    """The lines as safe HTML; a word that is wider than a line is broken between letters. `first_room`: width of the first line."""
    lines: list[list[Word]] = [[]]
    left = room if first_room is None else first_room
    for word in _fitting(_words(pieces), kind, room if first_room is None else min(room, first_room)):
        needed = kind.of(word) + (kind.blank if lines[-1] else 0)
        if lines[-1] and needed > left:
            lines.append([])
            left, needed = room, kind.of(word)
        lines[-1].append(word)
        left -= needed
    return tuple(Markup(" ").join(_html(word) for word in line) for line in lines if line)


def widest(pieces: Iterable[Piece], kind: Type) -> float:
    """How wide the widest word is."""
    return max((kind.of(word) for word in _words(pieces)), default=0.0)


def _words(pieces: Iterable[Piece]) -> Iterator[Word]:
    word: list[tuple[str, Piece]] = []
    for piece in pieces:
        parts = [piece.text] if piece.kind else piece.text.split(" ")
        for index, part in enumerate(parts):
            if index and word:
                yield tuple(word)
                word = []
            if part:
                word.append((part, piece))
    if word:
        yield tuple(word)


def _fitting(words: Iterable[Word], kind: Type, room: float) -> Iterator[Word]:
    for word in words:
        while kind.of(word) > room:
            head, word = _cut(word, kind, room)
            yield head
        yield word


def _cut(word: Word, kind: Type, room: float) -> tuple[Word, Word]:
    """As many letters as there is room for, at least one; and the rest."""
    letters = [(letter, piece) for text, piece in word for letter in text]
    count = 1
    while count < len(letters) and kind.of(tuple(letters[: count + 1])) <= room:
        count += 1
    return tuple(letters[:count]), tuple(letters[count:])


def _html(word: Word) -> Markup:
    return Markup("").join(piece.html(text) for text, piece in word)
