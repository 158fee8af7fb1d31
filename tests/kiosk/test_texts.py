"""The catalogues of the resident's screen: the same keys and values in four languages, short enough, each used."""

import re

import pytest

from contracts.screen_messages import LANGUAGES, Language
from contracts.texts import read_catalogues
from controller.kiosk.forms import FORMS
from controller.kiosk.words import PLACEHOLDER, TEXTS, capital, clock, split_lines, text
from tests.screens.samples import TEXT_KEYS

HEAD_MAX, BODY_MAX = 60, 120
CATALOGUES = read_catalogues(TEXTS)
BLAMING = re.compile(r"\b(należy|nieprawidłow\w*|błędn\w*|illegal|invalid)\b", re.IGNORECASE)


SPOKEN = {
    *(
        f"say.{key}"
        for key in ("ok", "cancel", "number", "help", "lang", "audio", "full", "left", "pos", "row", "col", "voice", "off", "receipt")
    ),
    *(f"say.{key}" for key in ("of.6", "of.8", "of.9", "volume", "size", "contrast.on", "contrast.off", "slower.on", "slower.off")),
    *(f"say.{key}" for key in ("door.open", "door.closed", "how_many", "next")),
    *("private.head", "private.body"),
}
"""What only the voice says."""


def used_keys() -> set[str]:
    """Every key that a screen can ask for."""
    keys = {f"{key}.{part}" for key in TEXT_KEYS for part in ("head", "body")}
    for form in FORMS.values():
        keys |= set(form.numbers.values()) | {form.ok, form.cancel}
    keys |= {"lang.head", "lang.own", *SPOKEN}
    keys |= {"btn.cancel.delete", "btn.cancel.finish", "btn.up", "btn.down", "btn.lang", "btn.help", "btn.audio"}
    keys |= {f"audit.{books}" for books in ("empty", "document", "quarantined_empty", "quarantined_document")}
    keys |= {"sent", "qr", "hours", "hours.day", *(f"day.{day}" for day in range(1, 8))}
    return keys | {"bar.clerk", "pos", "slots", "wait", "l.offline", "cabinet.lit", "cabinet.open", "cabinet.closed"}


def test_every_used_text_exists_and_every_text_is_used() -> None:
    assert set(CATALOGUES["pl"]) == used_keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_keys_and_values_everywhere(language: Language) -> None:
    polish, texts = CATALOGUES["pl"], CATALOGUES[language]
    assert set(texts) == set(polish)
    differing = [key for key in texts if sorted(PLACEHOLDER.findall(texts[key])) != sorted(PLACEHOLDER.findall(polish[key]))]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_and_plain(language: Language) -> None:
    for key, words in CATALOGUES[language].items():
        if key not in ("say.row", "say.col"):  # lists of words, one of which is said
            assert len(words) <= (HEAD_MAX if key.endswith(".head") else BODY_MAX), key
        assert not BLAMING.search(words), key
        assert words == " ".join(words.split()), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        *(("help", "123456"), ("info", "1234"), ("l.jam", "12"), ("l.jam.last", "2"), ("l.unseen", "2")),
        *(("l.report", "123"), ("k.check", "123"), ("k.load", "12")),
        *(("k.menu", "1234"), ("k.taken", "123"), ("k.audit", "1234"), ("k.quar", "1234")),
    ],
)
def test_numbered_lines_are_found(language: Language, key: str, numbers: str) -> None:
    rest, lines = split_lines(CATALOGUES[language][f"{key}.body"])
    assert "".join(line.key for line in lines) == numbers
    assert all(line.words == capital(line.words) for line in lines)
    assert not re.search(r"\b[1-9] ", rest)


def test_a_text_without_numbered_lines_stays_whole() -> None:
    assert split_lines("Nic. Koniec.") == ("Nic. Koniec.", ())


def test_one_letter_words_do_not_end_a_line() -> None:
    assert text("pl", "l.attract.body") == "Naciśnij zielony klawisz i\u00a0wpisz PIN z\u00a0SMS-a."
    assert text("pl", "l.jam.body").startswith("1 spróbuj")


def test_a_number_stays_beside_its_unit_and_a_key_beside_its_name() -> None:
    assert text("en", "l.done.body").endswith("Key\u00a01 ({s}\u00a0s).")
    assert text("uk", "l.close.body").endswith("Клавіша\u00a01.")
    assert text("de", "l.done.head").endswith("{time}\u00a0Uhr")


def test_minutes_and_seconds() -> None:
    assert [clock(0), clock(1), clock(59_001), clock(899_000)] == ["0:00", "0:01", "1:00", "14:59"]
    assert [clock(5_999_000), clock(6_000_000), clock(57_600_000)] == ["99:59", "1:40:00", "16:00:00"]
