"""What each screen says: in the order shown, with values as a voice reads them rightly, in every language."""

import re

import pytest

from contracts.screen_messages import LANGUAGES, Language
from controller.kiosk.documents import Documents
from controller.kiosk.spoken import duration, focused, parts, spoken
from tests.screens.samples import SCREENS, sample

POLISH = {
    "l.found": "Skrytka 93. Pierwszy rząd od dołu, dziewiąta kolumna od lewej. Świeci i gra. Zielony klawisz ją otworzy. "
    "Czerwony klawisz: Wstecz. Klawisz 1: Nie dosięgnę. Klawisz ze znakiem zapytania: Pomoc. Zielony klawisz: Otwórz.",
    "l.jam": "Drzwiczki się nie otworzyły. Pomoc: 61, 646, 33, 44. Klawisz 1: Spróbuj jeszcze raz. Klawisz 2: Odbiór w urzędzie. "
    "Czerwony klawisz: Zakończ. Klawisz ze znakiem zapytania: Pomoc. Zielony klawisz: Dalej.",
    "more_time": "Potrzebujesz więcej czasu? Naciśnij zielony klawisz. Inaczej za 20 sekund wrócimy do początku. "
    "Czerwony klawisz: Zakończ. Zielony klawisz: Więcej czasu.",
    "l.noclose": "Możesz już iść. Zabierz dokument. Drzwiczkami zajmie się serwis. Kod K 7 M 2, 9 4 Q X, 3 F. "
    "Klawisz ze znakiem zapytania: Pomoc. Klawisz z globusem: Język. Zielony klawisz: Gotowe.",
}


@pytest.mark.parametrize("name", POLISH)
def test_in_polish_word_for_word(name: str) -> None:
    assert spoken(sample(name), Documents()) == POLISH[name]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_said_that_only_eyes_understand(name: str, language: Language) -> None:
    said = spoken(sample(name, language), Documents())
    assert said
    assert not re.search(r"[{}<>\u00a0]|\.\.|\d{5}|\d\d:\d\d:", said), said
    assert said == " ".join(said.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_named_in_itself(language: Language) -> None:
    runs = parts(sample("lang", language), Documents())
    assert {own for own, _ in runs} == set(LANGUAGES)
    assert any("Key 2: English." in text for own, text in runs if own == "en")
    assert any("Клавіша 3: Українська." in text for own, text in runs if own == "uk")


def test_a_day_is_said_with_its_month() -> None:
    said = [spoken(sample("l.used", language), Documents()) for language in LANGUAGES]
    assert "23 listopada, 14:05" in said[0]
    assert "23 листопада, 14:05" in said[2]


@pytest.mark.parametrize(
    ("language", "ms", "words"),
    [
        ("pl", 1_000, "1 sekunda"),
        ("pl", 22_000, "22 sekundy"),
        ("pl", 899_000, "14 minut 59 sekund"),
        ("pl", 60_000, "1 minuta"),
        ("uk", 21_000, "21 секунда"),
        ("uk", 12_000, "12 секунд"),
        ("de", 61_000, "1 Minute 1 Sekunde"),
        ("en", 0, "0 seconds"),
    ],
)
def test_counted_words(language: Language, ms: int, words: str) -> None:
    assert duration(language, ms) == words


def test_the_line_that_has_the_focus() -> None:
    message = sample("l.jam")
    assert focused(message) == "Klawisz 1: Spróbuj jeszcze raz."


def test_the_arrow_is_named_where_it_leads_to_another_compartment() -> None:
    several, one = sample("k.expired"), sample("k.expired", data=sample("k.expired").data | {"left": 1})
    assert "Klawisz ze strzałką w dół: następna skrytka." in spoken(several, Documents())
    assert "strzałką" not in spoken(one, Documents())


def test_what_is_switched_on_and_off_is_named_before_the_screen() -> None:
    message = sample("help")
    assert "Klawisz 5: Głośność: 3." in spoken(message, Documents())
