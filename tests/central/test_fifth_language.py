"""A language more is one catalogue in each folder: nothing else of the centre is touched."""

import shutil
from pathlib import Path

import pytest

from central.dashboard import words
from central.deposits.rules import DeskRefused
from central.settings import MachineSettings, Settings, SettingsWrong
from central.sms import texts
from tests.central.paper_machine import House
from tests.central.test_pages import client_of


def one_more(folder: Path, copy: Path, name: str, **changed: str) -> Path:
    """A copy of a folder of catalogues with a language more, which says what German says but for what is changed."""
    shutil.copytree(folder, copy)
    text = (copy / "de.po").read_text(encoding="utf-8").replace("Language: de", f"Language: {name}")
    for german, own in changed.items():
        assert f'"{german}' in text
        text = text.replace(f'"{german}', f'"{own}')
    (copy / f"{name}.po").write_text(text, encoding="utf-8")
    return copy


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "FOLDER", one_more(texts.FOLDER, tmp_path / "sms", "fr", Deutsch="Français", Stadt="Ville de"))
    monkeypatch.setattr(words, "FOLDER", one_more(words.FOLDER, tmp_path / "pages", "fr", Überblick="Aperçu"))


@pytest.mark.usefixtures("french")
def test_a_resident_gets_messages_in_the_language_added() -> None:
    house = House()
    house.boot()
    key = house.centre.register("26004711", "601 234 123", house.machine.machine, "fr", False, "A. Nowak", house.at)
    house.work()
    house.centre.load(key, "A. Nowak", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    assert house.wire.messages[0].text.startswith("Ville de Poznan")
    assert not house.wire.messages[0].unicode


def test_a_language_without_a_catalogue_is_refused() -> None:
    house = House()
    with pytest.raises(DeskRefused, match="language_wrong"):
        house.centre.register("26004711", "601 234 123", house.machine.machine, "fr", False, "A. Nowak", house.at)


@pytest.mark.usefixtures("french")
def test_the_desk_offers_it_by_its_own_name_and_speaks_it() -> None:
    with client_of(House(), "k" * 32) as web:
        page = web.get("/clerk", headers={"accept-language": "fr-FR"}).text
    assert '<html lang="fr">' in page
    assert '<option value="fr">Français</option>' in page
    assert "Aperçu" in page


@pytest.mark.usefixtures("french")
def test_a_city_may_set_it_for_its_pages() -> None:
    words.check_language(Settings(machines={}, language="fr"))


def test_a_language_of_the_pages_that_nobody_wrote_is_named() -> None:
    with pytest.raises(SettingsWrong, match=r"^language: is none of pl, en, uk, de$"):
        words.check_language(Settings(machines={}, language="fr"))


def test_one_with_letters_of_its_own_needs_the_switch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "FOLDER", one_more(texts.FOLDER, tmp_path / "sms", "el", Deutsch="Ελληνικά", Stadt="Δήμος Πόζναν, Ж"))
    assert texts.is_unicode("el")
    assert (texts.language_of("el", True), texts.language_of("el", False)) == ("el", "en")
    texts.check_texts(Settings(machines={"m-1": MachineSettings(place="ul. Gronowa 22a")}))
