"""Every fact, fault, state and count has its words in every language."""

import re

import pytest

from central.dashboard.words import FOLDER, Words
from contracts.facts import KINDS
from contracts.faults import FAULTS
from contracts.screen_messages import LANGUAGES, Language
from contracts.texts import read_catalogues


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: Language) -> None:
    words = Words(language, "Europe/Warsaw")
    wanted = [f"fact.{kind}" for kind in KINDS] + [f"fault.{fault}" for fault in FAULTS]
    assert [key for key in wanted if not words.has(key)] == []


def test_languages_have_the_same_keys_and_values() -> None:
    catalogues = read_catalogues(FOLDER)
    for language in LANGUAGES:
        assert catalogues[language].keys() == catalogues["pl"].keys()
        for key, text in catalogues["pl"].items():
            assert sorted(re.findall(r"\{\w+\}", catalogues[language][key])) == sorted(re.findall(r"\{\w+\}", text)), key
