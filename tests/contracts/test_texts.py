"""Catalogues: every language has every text of the Polish master, or the error names the file and the key."""

from pathlib import Path

import pytest

from contracts.screen_messages import LANGUAGES
from contracts.texts import TextsWrong, read_catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def catalogues(folder: Path, **changed: str) -> Path:
    for language in LANGUAGES:
        texts = changed.get(language, f'msgid "hello"\nmsgstr "{language} ł"\n')
        (folder / f"{language}.po").write_text(HEADER + texts, "utf-8")
    return folder


def test_texts_by_language_and_key(tmp_path: Path) -> None:
    assert read_catalogues(catalogues(tmp_path)) == {language: {"hello": f"{language} ł"} for language in LANGUAGES}


@pytest.mark.parametrize("changed", ["", 'msgid "hello"\nmsgstr ""\n', 'msgid "other"\nmsgstr "x"\n'])
def test_a_missing_text_is_named(tmp_path: Path, changed: str) -> None:
    with pytest.raises(TextsWrong, match=r"/uk\.po: no text for hello"):
        read_catalogues(catalogues(tmp_path, uk=changed))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (catalogues(tmp_path) / "de.po").unlink()
    with pytest.raises(TextsWrong, match=r"de\.po: cannot be read"):
        read_catalogues(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", HEADER.encode() + b'msgid "hello"\nmsgstr "\xb3"\n'])
def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, content: bytes) -> None:
    (catalogues(tmp_path) / "en.po").write_bytes(content)
    with pytest.raises(TextsWrong, match=r"en\.po: "):
        read_catalogues(tmp_path)
