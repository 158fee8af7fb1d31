"""The languages of the product and how a catalogue of texts is read.

Catalogues are gettext files whose message ids are the keys of the copy deck; Polish is the master.
"""

from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py
from pathlib import Path

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from contracts.screen_messages import LANGUAGES, Language

MASTER: Language = "pl"


class TextsWrong(ValueError):
    """A catalogue is missing a file or a text; names the file and the key."""


def languages(folder: Path) -> tuple[Language, ...]:
    """The languages of a folder: those of the product, then every other catalogue by its name."""
    return (*LANGUAGES, *sorted({path.stem for path in folder.glob("*.po")} - set(LANGUAGES)))


@cache
def read_catalogues(folder: Path) -> Mapping[Language, Mapping[str, str]]:
    """Texts by language and key from `folder`/<language>.po; raises TextsWrong when a language lacks a text of the Polish master."""
    catalogues: dict[Language, dict[str, str]] = {language: _read(folder / f"{language}.po") for language in languages(folder)}
    for language, texts in catalogues.items():
        for key in catalogues[MASTER]:
            if not texts.get(key):
                raise TextsWrong(f"{folder.name}/{language}.po: no text for {key}")
    return catalogues


class Plurals(msgspec.Struct, frozen=True):
    """The forms of counted texts in one language, and which of them a number takes."""

    form_of: Callable[[int], int]
    forms: Mapping[str, tuple[str, ...]]

    def counted(self, key: str, number: int) -> str:
        """The text for this number, with the number in place of {n}; raises KeyError."""
        return self.forms[key][self.form_of(number)].replace("{n}", str(number))


@cache
def read_plurals(folder: Path) -> Mapping[Language, Plurals]:
    """Counted texts by language; raises TextsWrong when a language lacks one of the Polish master or one of its own forms."""
    plurals: dict[Language, Plurals] = {language: _plurals(folder / f"{language}.po") for language in languages(folder)}
    for language, own in plurals.items():
        for key in plurals[MASTER].forms:
            if not own.forms.get(key) or not all(own.forms[key]):
                raise TextsWrong(f"{folder.name}/{language}.po: no counted text for {key}")
    return plurals


def _plurals(path: Path) -> Plurals:
    catalogue = _catalogue(path)
    counted = [message for message in catalogue if isinstance(message.id, tuple | list)]
    forms = {str(message.id[0]): tuple(str(form) for form in message.string or ()) for message in counted}
    wrong = next((key for key, own in forms.items() if len(own) != catalogue.num_plurals), None)
    if wrong is not None:
        raise TextsWrong(f"{path}: {wrong} has not {catalogue.num_plurals} forms")
    try:
        return Plurals(c2py(catalogue.plural_expr), forms)
    except ValueError:
        raise TextsWrong(f"{path}: Plural-Forms cannot be read") from None


def _read(path: Path) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in _catalogue(path) if message.id and not isinstance(message.id, tuple | list)}


def _catalogue(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file)
    except OSError:
        raise TextsWrong(f"{path}: cannot be read") from None
    except ValueError:
        raise TextsWrong(f"{path}: is not a catalogue in UTF-8") from None
