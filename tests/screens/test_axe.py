"""axe finds nothing on any screen (screens.md H1)."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page

from contracts.screen_messages import ScreenMessage
from tests.screens.samples import LOOKS, SCREENS, sample
from tests.screens.shown_page import CHROMIUM, chromium, open_page, put

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]

LAYOUTS = ("l.attract", "lang", "l.pin full", "l.wrong", "l.found", "l.open small", "l.jam", "l.used")
"""One screen of each layout, for the other themes and languages."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def judge(shown: Page) -> list[str]:
    """What axe objects to: the rule and the first element."""
    if not shown.evaluate("typeof axe === 'object'"):
        shown.evaluate(AXE_FILE_PATH.read_text())
    return shown.evaluate("axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))")


def found(browser: Browser, messages: list[ScreenMessage]) -> dict[str, list[str]]:
    """What axe objects to, by screen."""
    shown = open_page(browser, LOOKS["7in"])
    objections: dict[str, list[str]] = {}
    for message in messages:
        put(shown, message, LOOKS["7in"])
        if objected := judge(shown):
            objections[f"{message.screen} {message.lang} {message.theme}"] = objected
    shown.close()
    return objections


def test_every_screen_in_polish_by_day(browser: Browser) -> None:
    assert found(browser, [sample(name) for name in SCREENS]) == {}


def test_every_layout_in_other_themes_and_languages(browser: Browser) -> None:
    at_night = [sample(name, "uk", theme="night") for name in LAYOUTS]
    in_contrast = [sample(name, "de", theme="contrast") for name in LAYOUTS]
    offline = [sample("l.attract", "en", banner="l.offline")]
    assert found(browser, at_night + in_contrast + offline) == {}


def test_every_screen_in_larger_text(browser: Browser) -> None:
    assert found(browser, [sample(name, "uk", size="A+", theme="night") for name in SCREENS]) == {}


def test_axe_can_object(browser: Browser) -> None:
    shown = open_page(browser, LOOKS["7in"])
    put(shown, sample("l.stop"), LOOKS["7in"])
    shown.evaluate("document.querySelector('[data-key=ok]').replaceChildren()")
    objections = judge(shown)
    shown.close()
    assert [one.split(":")[0] for one in objections] == ["button-name"]
