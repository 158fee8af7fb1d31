"""Street, dashboard and clerk's desk with a day's life on them: axe finds nothing, and nothing sticks out at the side."""

from collections.abc import Generator

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize

from tests.screens.shown_page import CHROMIUM, chromium
from tests.street.running_street import RunningStreet, Visitor, running_street

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]
SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 720}, {"width": 390, "height": 844})
WORDS = {
    "pl": ("Dokument leży w skrytce 1", "Telefon", "Zatnij drzwiczki", "Zacięte drzwiczki 1 ✕"),
    "en": ("A document lies in compartment 1", "Phone", "Jam door", "Jammed door 1 ✕"),
}
CASES = {"pl": "26009001", "en": "26009002"}
TOO_WIDE = """() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > edge);
    return out.map((one) => `sticks out: ${one.outerHTML.slice(0, 99)}`);
}"""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStreet]:
    with running_street(tmp_path_factory.mktemp("street")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, size: ViewportSize) -> Generator[Page]:
    page = browser.new_page(viewport=size, reduced_motion="reduce")
    yield page
    page.close()


def objections(page: Page) -> list[str]:
    """What axe objects to, and what sticks out."""
    page.evaluate(AXE_FILE_PATH.read_text())
    found: list[str] = page.evaluate("axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))")
    return found + page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", ["pl", "en"])
def test_the_street(page: Page, street: RunningStreet, lang: str) -> None:
    fact, phone, jam, jammed = WORDS[lang]
    page.goto(f"{street.address}/?lang={lang}")
    page.get_by_role("log", name=phone).get_by_text("PIN:").wait_for(timeout=40_000)
    page.get_by_text(fact).first.click()
    page.get_by_text('"kind": "deposit.stored"').wait_for()
    page.get_by_role("button", name=jam, exact=True).click()
    page.get_by_role("button", name=jammed).wait_for()
    found = objections(page)
    page.get_by_role("button", name=jammed).click()
    page.get_by_role("button", name=jammed).wait_for(state="hidden")
    assert found == []


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("place", ["/", "/clerk"])
def test_the_centre(page: Page, street: RunningStreet, lang: str, place: str) -> None:
    centre = street.said[1].removeprefix("dashboard: ").rstrip("/")
    Visitor(street.address, lang).act(do="register", case=CASES[lang], phone="601 234 999")
    page.goto(f"{centre}{place}?language={lang}")
    page.get_by_text(CASES[lang] if place == "/clerk" else "ul. Gronowa 22a").first.wait_for()
    assert page.locator("html").get_attribute("lang") == lang
    assert objections(page) == []
