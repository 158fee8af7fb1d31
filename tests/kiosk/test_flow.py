"""Large texts: every line has room, nothing is lost between pages, arrows go round."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from contracts.screen_messages import LANGUAGES, Language, Size
from controller.kiosk.flow import Content, Layout, Target
from controller.kiosk.glyphs import width
from controller.kiosk.lines import Type, broken
from controller.kiosk.panels import PANELS, PanelName
from controller.kiosk.rendering import render
from controller.kiosk.words import Piece
from tests.screens.samples import LOOKS, SCREENS, sample

BODY = Type(114, 500, 1.16)
WORDS = st.lists(st.text(alphabet="abcdefghijłśżійїшßW0-9.", min_size=1, max_size=24), min_size=1, max_size=20)


def plain(row: Markup) -> str:
    return row.striptags()


@given(WORDS, st.integers(130, 1200))
def test_every_line_has_room_and_every_letter_stays(words: list[str], room: int) -> None:
    rows = broken((Piece(" ".join(words)),), BODY, room)
    assert all(width(plain(row), BODY.size) <= room + BODY.blank for row in rows)
    assert "".join(plain(row) for row in rows).replace(" ", "") == "".join(words)


def test_what_is_kept_together_is_not_broken_between_its_words() -> None:
    rows = broken((Piece("Telefon: "), Piece("61 646 33 44", "whole"), Piece(".")), BODY, 720)
    assert [plain(row) for row in rows] == ["Telefon:", "61 646 33 44."]


@pytest.mark.parametrize("size", ["A", "A+", "A++"])
@given(words=WORDS, labels=st.lists(st.sampled_from(("cancel", "1", "2", "help", "lang", "ok")), unique=True))
def test_all_pages_together_say_everything(size: Size, words: list[str], labels: list[str]) -> None:
    targets = tuple(Target(key, f"Klawisz {key}") for key in labels)
    content = Content(head=(Piece("Nagłówek"),), body=((Piece(" ".join(words)),),), lines=(), after=(), targets=targets)
    for panel in PANELS.values():
        layout = Layout(content, panel, size)
        pages = [layout.page(number) for number in range(layout.page(0).count)]
        said = "".join(plain(row) for page in pages for block in page.blocks if block.kind == "body" for row in block.rows)
        assert said.replace(" ", "") == "".join(words)
        offered = {target.key for page in pages for target in page.row}
        offered |= {block.target.key for page in pages for block in page.blocks if block.target is not None}
        assert offered == set(labels)
        assert layout.page(-1) == pages[-1]
        assert layout.page(len(pages)) == pages[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("panel", PANELS)
def test_every_way_on_is_drawn_on_some_page(panel: PanelName, name: str, language: Language) -> None:
    keys: set[str] = set()
    message = sample(name, language, size="A++")
    for number in range(40):
        html = render(sample(name, language, size="A++", page=number), LOOKS[panel])
        keys |= set(re.findall(r'data-key="(\w+)"', html))
    unreachable = set(message.keys) - keys - {"audio", "up", "down"}
    assert unreachable <= ({"lang", "help"} | set("0123456789") if name == "more_time" else set())
