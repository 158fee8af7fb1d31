"""Every screen fits on both panels in every language: nothing clipped, nothing overlapping, nothing too small (screens.md A1, A2)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from contracts.screen_messages import LANGUAGES, Language, Size
from controller.kiosk.panels import PanelName
from tests.screens.record import CAP_MIN, FIT, PX_MM
from tests.screens.samples import LOOKS, SCREENS, sample
from tests.screens.shown_page import CHROMIUM, chromium, open_page, put

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]

PAGES_MAX = 40


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_every_screen_fits(browser: Browser, panel: PanelName, language: Language) -> None:
    shown = open_page(browser, LOOKS[panel])
    wrong: dict[str, list[str]] = {}
    messages = {name: sample(name, language) for name in SCREENS}
    hours = {"days": [1, 5], "from": "7:30", "until": "20:00"}
    messages |= {f"{name}, nobody answers": sample(name, language, data=one.data | {"hours": hours}) for name, one in messages.items()}
    messages["l.attract offline"] = sample("l.attract", language, banner="l.offline")
    for name, message in messages.items():
        put(shown, message, LOOKS[panel])
        if found := shown.evaluate(FIT, {"px_mm": PX_MM[panel], "cap_min": CAP_MIN[panel, "A"]}):
            wrong[name] = found
    shown.close()
    assert wrong == {}


@pytest.mark.parametrize("size", ["A+", "A++"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_every_page_of_large_text_fits(browser: Browser, panel: PanelName, language: Language, size: Size) -> None:
    shown = open_page(browser, LOOKS[panel])
    wrong: dict[str, list[str]] = {}
    for name in SCREENS:
        for page in range(PAGES_MAX):
            put(shown, sample(name, language, size=size, theme="contrast", page=page), LOOKS[panel])
            if found := shown.evaluate(FIT, {"px_mm": PX_MM[panel], "cap_min": CAP_MIN[panel, size]}):
                wrong[f"{name} {page}"] = found
            if page + 1 >= pages_of(shown):
                break
        else:
            wrong[name] = ["has no end"]
    shown.close()
    assert wrong == {}


def pages_of(shown: Page) -> int:
    """How many pages the screen has, as it says itself; the page with the digits has no room to say it."""
    if shown.locator("#screen .count").count():
        return int(shown.locator("#screen .count").inner_text().split("/")[1])
    return PAGES_MAX if shown.locator("#screen .entry .up").count() else 1


def test_the_measure_finds_what_does_not_fit(browser: Browser) -> None:
    shown = open_page(browser, LOOKS["7in"])
    put(shown, sample("l.stop"), LOOKS["7in"])
    spoil = """() => {
        document.querySelector("#screen p").setAttribute("style", "font-size: 40px; position: relative; top: 200px");
        const ok = document.querySelector("[data-key=ok]");
        ok.style.minWidth = "20px";
        ok.replaceChildren();
    }"""
    shown.evaluate(spoil)
    found = " ".join(shown.evaluate(FIT, {"px_mm": 6.675, "cap_min": 40.8}))
    shown.close()
    assert "has capitals of 29" in found
    assert "runs into target" in found
    assert "target ok is" in found
