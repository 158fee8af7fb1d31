"""What the street says, in the languages of its catalogues; a fact of the machine in human words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts import money
from contracts.screen_messages import Language
from contracts.texts import languages, read_catalogues

FOLDER = Path(__file__).parent / "texts"


class Words:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        """Raises TextsWrong."""
        self.language: Language = language
        self._texts = read_catalogues(FOLDER)[language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values; raises KeyError for an unknown key."""
        return self._texts[key].format_map({name: str(value) for name, value in values.items()})

    def refusal(self, code: str) -> str:
        """Why something cannot be done."""
        return self._texts.get(f"no.{code}") or self.why(code) or self._texts["no.else"]

    def why(self, code: str) -> str:
        """A machine's reason as a sentence; empty when the street knows no words for it."""
        return self._texts.get(f"why.{code}", "")

    def fact(self, kind: str, fact: Mapping[str, Any]) -> str:
        """A fact in human words; its kind when the street knows no words for it."""
        text = self._texts.get(f"fact.{kind}", kind)
        try:
            return text.format_map({name: self._value(name, str(value)) for name, value in fact.items()})
        except KeyError:
            return kind

    def _value(self, name: str, value: str) -> str:
        if name == "where":
            kind, _, number = value.partition(" ")
            return self._texts.get(f"where.{kind}", value).format_map({"n": number})
        if name == "amount" and value.isdecimal():
            return money.told(int(value))
        return self._texts.get(f"fault.{value}", value) if name == "fault" else value

    def all(self) -> Mapping[str, str]:
        """Every text, for the page's template."""
        return self._texts


def language_of(asked: str | None, accepted: str) -> Language:
    """The language asked for, else the browser's first that we speak, else Polish."""
    for candidate in (asked or "", *(part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))):
        if candidate in languages(FOLDER):
            return candidate
    return "pl"
