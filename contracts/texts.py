"""The languages of the product and how a catalogue of texts is read.

Catalogues are gettext files whose message ids are the keys of the copy deck; Polish is the master.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from contracts.screen_messages import LANGUAGES, Language


class TextsWrong(ValueError):
    """A catalogue is missing a file or a text; names the file and the key."""


@cache
def read_catalogues(folder: Path) -> Mapping[Language, Mapping[str, str]]:
    """Texts by language and key from `folder`/<language>.po; raises TextsWrong when a language lacks a text of the Polish master."""
    catalogues: dict[Language, dict[str, str]] = {language: _read(folder / f"{language}.po") for language in LANGUAGES}
    for language, texts in catalogues.items():
        for key in catalogues["pl"]:
            if not texts.get(key):
                raise TextsWrong(f"{folder.name}/{language}.po: no text for {key}")
    return catalogues


def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except OSError:
        raise TextsWrong(f"{path}: cannot be read") from None
    except ValueError:
        raise TextsWrong(f"{path}: is not a catalogue in UTF-8") from None
    return {str(message.id): str(message.string) for message in catalogue if message.id}
