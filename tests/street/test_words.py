"""The street's texts are whole in every language, and every fact has words."""

import string

import pytest

from contracts.facts import KINDS
from contracts.screen_messages import LANGUAGES, Language
from contracts.texts import read_catalogues
from sim.street.words import FOLDER, Words, language_of


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_same_keys_and_values_in_every_language() -> None:
    catalogues = read_catalogues(FOLDER)
    for language in LANGUAGES:
        assert catalogues[language].keys() == catalogues["pl"].keys()
        assert {key: fields(text) for key, text in catalogues[language].items()} == {k: fields(t) for k, t in catalogues["pl"].items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_has_words(kind: str) -> None:
    for language in LANGUAGES:
        assert Words(language).fact(kind, {"compartment": 4, "fault": "door_jammed", "where": "door 4"}) != kind


def test_a_fact_of_tomorrow_is_told_by_its_kind() -> None:
    assert Words("pl").fact("moon.risen", {}) == "moon.risen"
    assert Words("pl").fact("door.opened", {}) == "door.opened"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("en", "pl", "en"), (None, "en-US,en;q=0.9,pl", "en"), (None, "fr-FR,uk;q=0.5", "uk"), ("xx", "", "pl"), (None, "", "pl")],
)
def test_the_language_is_the_visitors(asked: str | None, accepted: str, language: Language) -> None:
    assert language_of(asked, accepted) == language
