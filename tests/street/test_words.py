"""The street's texts are whole in every language, and every fact has words."""

import string

import pytest

from contracts.facts import KINDS
from contracts.faults import FAULTS
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
    values = {"compartment": 4, "fault": "door_jammed", "where": "door 4", "amount": 870, "zone": "SPP", "tries": 1}
    for language in LANGUAGES:
        assert Words(language).fact(kind, values) != kind


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_and_its_place_has_words(fault: str) -> None:
    for language in LANGUAGES:
        text = Words(language).fact("fault.raised", {"fault": fault, "where": "door 4"})
        assert fault not in text
        assert "4" in text
        assert language == "en" or "door" not in text
    assert Words("pl").fact("fault.raised", {"fault": "door_left_open", "where": "door 2"}) == (
        "Usterka: drzwiczki są otwarte zbyt długo (drzwiczki 2)"
    )


def test_a_fault_of_tomorrow_is_told_by_its_code() -> None:
    assert Words("en").fact("fault.raised", {"fault": "moon_full", "where": "roof 1"}) == "Fault: moon_full (roof 1)"


def test_a_machine_says_why_in_words() -> None:
    assert Words("en").refusal("busy") == "The machine is in use"
    assert Words("en").refusal("moon_full") == Words("en").refusal("else")


def test_a_fact_of_tomorrow_is_told_by_its_kind() -> None:
    assert Words("pl").fact("moon.risen", {}) == "moon.risen"
    assert Words("pl").fact("door.opened", {}) == "door.opened"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("en", "pl", "en"), (None, "en-US,en;q=0.9,pl", "en"), (None, "fr-FR,uk;q=0.5", "uk"), ("xx", "", "pl"), (None, "", "pl")],
)
def test_the_language_is_the_visitors(asked: str | None, accepted: str, language: Language) -> None:
    assert language_of(asked, accepted) == language


@pytest.mark.parametrize("deed", ["slip", "reissue", "extend", "withdraw", "scan"])
def test_every_deed_of_the_desk_has_words(deed: str) -> None:
    assert all(Words(language)(f"btn.{deed}") for language in LANGUAGES)


@pytest.mark.parametrize("fault", ["power", "network", "wire", "plug", "sms.lost", "sms.down", "jam", "stuck", "release"])
def test_every_chip_has_words(fault: str) -> None:
    assert all(Words(language)(f"chip.{fault}", n=4) for language in LANGUAGES)
