"""Every screen fits on both panels in every language: nothing clipped, nothing overlapping, nothing too small (screens.md A1, A2)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from contracts.screen_messages import LANGUAGES, Language, ScreenMessage, Size
from controller.kiosk.panels import PanelName
from controller.kiosk.rendering import render
from tests.screens.record import CAP_MIN, FIT, PX_MM
from tests.screens.samples import LOOKS, SCREENS, sample
from tests.screens.shown_page import CHROMIUM, SET, chromium, open_page, put

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]

PAGES_MAX = 40
EACH = f"""({{ html, lang, theme, size, limits, pages_max }}) => html.map((one) => {{
    ({SET})([one, lang, theme, size]);
    const count = document.querySelector("#screen .count");
    const unsaid = document.querySelector("#screen .entry .up") ? pages_max : 1;
    return [({FIT.rstrip().rstrip(";")})(limits), count ? Number(count.textContent.split("/")[1]) : unsaid];
}})"""
"""Shows and measures many; how many pages there are the screen says itself, but the page with the digits has no room to say it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_every_screen_fits(browser: Browser, panel: PanelName, language: Language) -> None:
    messages = {name: sample(name, language) for name in SCREENS}
    hours = {"days": [1, 5], "from": "7:30", "until": "20:00"}
    messages |= {f"{name}, nobody answers": sample(name, language, data=one.data | {"hours": hours}) for name, one in messages.items()}
    messages["l.attract offline"] = sample("l.attract", language, banner="l.offline")
    shown = open_page(browser, LOOKS[panel])
    wrong = {name: found for name, (found, _) in measured(shown, panel, messages).items() if found}
    shown.close()
    assert wrong == {}


@pytest.mark.parametrize("size", ["A+", "A++"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_every_page_of_large_text_fits(browser: Browser, panel: PanelName, language: Language, size: Size) -> None:
    shown = open_page(browser, LOOKS[panel])
    wrong: dict[str, list[str]] = {}
    names = list(SCREENS)
    page = 0
    while names:
        messages = {name: sample(name, language, size=size, theme="contrast", page=page) for name in names}
        found = measured(shown, panel, messages)
        wrong |= {f"{name} {page}": objections for name, (objections, _) in found.items() if objections}
        page += 1
        names = [name for name, (_, pages) in found.items() if page < pages]
    shown.close()
    assert wrong == {}
    assert page < PAGES_MAX


def measured(shown: Page, panel: PanelName, messages: dict[str, ScreenMessage]) -> dict[str, tuple[list[str], int]]:
    """What does not fit of each message, and how many pages it has; what looks the same is measured once."""
    drawn = {name: render(message, LOOKS[panel]) for name, message in messages.items()}
    html = list(dict.fromkeys(drawn.values()))
    one = next(iter(messages.values()))
    look = {"html": html, "lang": one.lang, "theme": one.theme, "size": one.size, "pages_max": PAGES_MAX}
    found = shown.evaluate(EACH, {**look, "limits": {"px_mm": PX_MM[panel], "cap_min": CAP_MIN[panel, one.size]}})
    of = dict(zip(html, found, strict=True))
    return {name: (of[looks][0], of[looks][1]) for name, looks in drawn.items()}


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
