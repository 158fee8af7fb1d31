"""Every screen in every language becomes HTML that has its targets, its values and nothing else."""

import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import LANGUAGES, Language, Size
from controller.kiosk.cabinet_picture import HEIGHT, WIDTH, draw
from controller.kiosk.forms import FORMS, ScreenWrong
from controller.kiosk.panels import PanelName
from controller.kiosk.rendering import page, render
from controller.visit.screen_table import SCREENS as TABLE
from tests.screens.samples import COMMON, LOOKS, SCREENS, cabinet, sample

LOOK = LOOKS["7in"]
NOT_ALL_DRAWN = {"more_time", "l.report", "k.check", "k.taken", "k.audit.last", "k.expired", "help", "lang five"}
EVERY_KEY_DRAWN = set(SCREENS) - NOT_ALL_DRAWN - {name for name in SCREENS if name.startswith("info.page")}
KEYPAD_ONLY = {"audio", "help"}
"""Speech is for whoever finds the keys by touch; help finds room on most screens, but no way leads on through it."""


class Targets(HTMLParser):
    """The keys of a page's targets, in reading order, and whether all tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.keys: list[str] = []
        self.open: list[str] = []
        self.words: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.open.append(tag)
        if key := values.get("data-key"):
            self.keys.append(key)
            self.words[key] = values.get("aria-label") or ""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs

    def handle_data(self, data: str) -> None:
        if "button" in self.open:
            self.words[self.keys[-1]] += data.strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_every_active_key_is_a_named_target(name: str, language: Language) -> None:
    message = sample(name, language)
    targets = Targets(render(message, LOOK))
    assert targets.open == []
    assert len(targets.keys) == len(set(targets.keys))
    assert set(targets.keys) <= set(message.keys)
    assert name not in EVERY_KEY_DRAWN or set(message.keys) - set(targets.keys) <= KEYPAD_ONLY
    assert all(targets.words[key] for key in targets.keys)


def test_every_screen_has_a_sample() -> None:
    assert {screen for screen, _, _ in SCREENS.values()} == set(FORMS)


def test_every_screen_of_the_locker_can_be_drawn() -> None:
    named = set(TABLE)
    assert named <= set(FORMS)


@pytest.mark.parametrize("name", SCREENS)
def test_the_same_message_gives_the_same_page(name: str) -> None:
    assert render(sample(name), LOOK) == render(sample(name), LOOK)


def test_position_in_words() -> None:
    data = cabinet(47, "lit", columns=12, rows=8)
    words = {language: render(sample("l.found", language, data=COMMON | data), LOOK) for language in LANGUAGES}
    assert "5. rząd od dołu, 11. kolumna od lewej. Zielony klawisz" in words["pl"]
    assert "Row 5 from the bottom, column 11 from the left. The green key" in words["en"]
    assert "5-й ряд знизу, 11-та колонка зліва." in words["uk"]
    assert "5. Reihe von unten, 11. Spalte von links." in words["de"]
    assert 'aria-label="Rysunek automatu: świeci skrytka 47, 5. rząd od dołu, 11. kolumna od lewej"' in words["pl"]


def test_countdowns_carry_what_is_left() -> None:
    assert 'data-left="899000" data-shape="mmss">14:59<' in render(sample("l.locked"), LOOK)
    assert 'data-left="20000" data-shape="s">20<' in render(sample("more_time"), LOOK)


def test_red_deletes_or_ends() -> None:
    assert "Zakończ" in render(sample("l.pin"), LOOK)
    assert "Kasuj" in render(sample("l.pin full"), LOOK)


def test_focus_starts_on_what_green_does_and_never_where_it_would_stop() -> None:
    def focused(html: str) -> list[str]:
        return re.findall(r'data-key="(\w+)"[^>]* data-focus', html)

    assert focused(render(sample("l.stop"), LOOK)) == []
    assert '<h1 tabindex="-1" data-focus>' in render(sample("l.stop"), LOOK)
    assert focused(render(sample("l.locked"), LOOK)) == ["lang"]
    assert focused(render(sample("l.pin full"), LOOK)) == ["ok"]
    assert '<h1 tabindex="-1" data-focus>' in render(sample("l.pin"), LOOK)
    second = COMMON | {"compartment": 1, "tries_left": 1, "focus": 1}
    assert focused(render(sample("l.jam", data=second), LOOK)) == ["2"]


def test_the_first_screen_says_it_in_every_language() -> None:
    html = render(sample("l.attract"), LOOK)
    assert re.findall(r'<div lang="(\w\w)"', html) == ["pl", "en", "uk", "de"]
    assert "PIN-y działają jak zwykle" in render(sample("l.attract", banner="l.offline"), LOOK)


def test_the_line_at_the_foot_is_the_citys() -> None:
    gables = render(sample("l.attract"), msgspec.structs.replace(LOOK, line="gables"))
    horizon = render(sample("l.attract"), msgspec.structs.replace(LOOK, line="horizon"))
    assert (gables.count('class="arcade"'), horizon.count('class="arcade"')) == (27, 0)
    assert 'class="river"' in horizon


def test_languages_are_marked_as_themselves() -> None:
    assert '<span lang="uk">Українська</span>' in render(sample("lang"), LOOK)


def test_values_are_escaped() -> None:
    html = render(sample("l.used", data=COMMON | {"when": "<b>&", "machine": "<script>"}), LOOK)
    assert "&lt;b&gt;&amp;" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("name", "data", "missing"),
    [
        ("l.used", COMMON, "when"),
        ("l.found", COMMON | {"compartment": 1, "row": 1, "col": 1}, "cols"),
        ("l.report", COMMON, "compartment"),
    ],
)
def test_a_missing_value_is_named(name: str, data: dict[str, object], missing: str) -> None:
    with pytest.raises(ScreenWrong, match=rf"{name}.*{missing}"):
        render(sample(name, data=data), LOOK)


def test_an_unknown_screen_is_named() -> None:
    with pytest.raises(ScreenWrong, match=r"m\.plate"):
        render(sample("l.pin", screen="m.plate", say="m.plate"), LOOK)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    html = page(LOOK)
    assert re.findall(r'(?:src|href)="([^"]+)"', html) == ["kiosk.css", "large.css", "accent.css", "sounds.js", "kiosk.js"]
    assert "style=" not in html
    assert not any("style=" in render(sample(name), LOOK) for name in SCREENS)


@given(columns=st.integers(1, 20), rows=st.integers(1, 20), data=st.data())
def test_the_picture_stays_in_its_frame(columns: int, rows: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, columns * rows))
    picture = draw(cabinet(number, "lit", columns, rows))
    assert len(picture.doors) == columns * rows
    assert picture.target is not None
    for door in (*picture.doors, picture.target):
        assert 0 <= door.x <= door.x + door.width <= WIDTH
        assert -40 <= door.y <= door.y + door.height <= HEIGHT
    x, y, width, height = picture.plate
    assert 0 <= x <= x + width <= WIDTH
    assert y + height <= HEIGHT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_whoever_needs_help_finds_it_beside_the_clerks_key(panel: PanelName, language: Language) -> None:
    html = render(sample("l.attract clerk", language), LOOKS[panel])
    assert all(f'data-key="{key}"' in html for key in ("0", "help", "lang", "ok"))


@pytest.mark.parametrize("size", ["A", "A+", "A++"])
@pytest.mark.parametrize("name", ["k.other", "k.which"])
def test_the_number_of_a_compartment_is_seen_while_it_is_typed(name: str, size: Size) -> None:
    html = render(sample(name, "de", size=size), LOOKS["7in"])
    assert '<p class="typed">93</p>' in html
    assert "slots" not in html
