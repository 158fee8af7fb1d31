"""The city's documents: what is missing says whom to ask, what is wrong is named."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import LANGUAGES
from controller.kiosk.documents import TOPICS, Documents, DocumentsWrong, read_documents
from controller.visit.choices import TOPICS as OFFERED


def test_the_product_brings_every_topic_in_every_language() -> None:
    assert TOPICS == OFFERED
    for topic in TOPICS:
        titles = {Documents().title(topic, language) for language in LANGUAGES}
        assert len(titles) == len(LANGUAGES)
        assert all("{hotline}" in " ".join(Documents().paragraphs(topic, language)) for language in LANGUAGES)


def test_a_city_s_text_comes_first_and_another_language_is_better_than_none(tmp_path: Path) -> None:
    (tmp_path / "rules.pl.txt").write_text("Regulamin\n\nPunkt 1.\nDalej.\n\nPunkt 2. {hotline}\n", "utf-8")
    found = read_documents(tmp_path)
    assert found.title("rules", "pl") == "Regulamin"
    assert found.paragraphs("rules", "pl") == ("Punkt 1. Dalej.", "Punkt 2. {hotline}")
    assert found.title("rules", "en") == "Rules"
    assert found.title("rules", "fr") == "Regulamin"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rule.pl.txt", "a\n\nb", "is named TOPIC.LANGUAGE.txt"),
        ("rules.txt", "a\n\nb", "is named TOPIC.LANGUAGE.txt"),
        ("rules.pl.txt", "only a title", "needs a title"),
        ("rules.pl.txt", "", "needs a title"),
        ("rules.pl.txt", "a\n\n{pin}", "knows no value {pin}"),
        ("rules.pl.txt", "a\n\n" + "b" * 40_001, "is longer"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DocumentsWrong, match=said.replace("{", r"\{")):
        read_documents(tmp_path)


def test_no_folder_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(DocumentsWrong, match="no folder"):
        read_documents(tmp_path / "nothing")
    (tmp_path / "rules.pl.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentsWrong, match="cannot be read"):
        read_documents(tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_document_or_one_named_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "rules.pl.txt").write_bytes(raw)
    with suppress(DocumentsWrong):
        assert len(read_documents(folder).paragraphs("rules", "pl")) >= 1
