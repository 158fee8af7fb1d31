"""The city's documents that `info` shows: a folder with one text file for each topic and language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from contracts.small_files import read_small
from controller.kiosk.words import PLACEHOLDER

NEUTRAL = Path(__file__).parent / "documents"
MASTER = "pl"
TOPICS = ("privacy", "rules", "complaints", "accessibility")
VALUES = ("hotline", "place", "machine")
"""What a document may name in braces."""
BYTES_MAX = 40_000
"""A longer text is for paper: nobody reads it standing."""


class DocumentsWrong(ValueError):
    """A document of the city that cannot be used; names the file and what is wrong with it."""


class Documents(msgspec.Struct, frozen=True):
    """The city's own documents by topic and language: a title and paragraphs. What a city has not written says whom to ask."""

    texts: Mapping[str, Mapping[str, tuple[str, ...]]] = {}

    def title(self, topic: str, language: str) -> str:
        """The first line of a document."""
        return self._parts(topic, language)[0]

    def paragraphs(self, topic: str, language: str) -> tuple[str, ...]:
        """Everything after the title."""
        return self._parts(topic, language)[1:]

    def _parts(self, topic: str, language: str) -> tuple[str, ...]:
        own, neutral = self.texts.get(topic, {}), _neutral().get(topic, {})
        return own.get(language) or neutral.get(language) or own.get(MASTER) or neutral[MASTER]


def read_documents(folder: Path) -> Documents:
    """The documents of a folder, named TOPIC.LANGUAGE.txt; a missing one is no error, a wrong one raises DocumentsWrong."""
    texts: dict[str, dict[str, tuple[str, ...]]] = {}
    try:
        found = sorted(folder.glob("*.txt"))
        if not folder.is_dir():
            raise NotADirectoryError(folder)
    except OSError as error:
        raise DocumentsWrong(f"{folder}: is no folder that can be read ({type(error).__name__})") from None
    for path in found:
        topic, _, language = path.stem.partition(".")
        if topic not in TOPICS or not language.isalpha():
            raise DocumentsWrong(f"{path}: is named TOPIC.LANGUAGE.txt, the topics are {', '.join(TOPICS)}")
        texts.setdefault(topic, {})[language] = _read(path)
    return Documents(texts)


def _read(path: Path) -> tuple[str, ...]:
    try:
        text = read_small(path)
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentsWrong(f"{path}: cannot be read ({type(error).__name__})") from None
    parts = tuple(" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())
    if len(text.encode()) > BYTES_MAX:
        raise DocumentsWrong(f"{path}: is longer than {BYTES_MAX} bytes")
    if len(parts) < 2:
        raise DocumentsWrong(f"{path}: needs a title, an empty line and a text")
    if unknown := set(PLACEHOLDER.findall(text)) - set(VALUES):
        raise DocumentsWrong(f"{path}: knows no value {{{min(unknown)}}}, only {', '.join(VALUES)}")
    return parts


@cache
def _neutral() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return read_documents(NEUTRAL).texts
