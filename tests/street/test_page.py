"""The street's page in a browser: whole, quiet, within the window, and it leaves the visitor's focus alone."""

from collections.abc import Generator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect

from contracts.screen_messages import LANGUAGES
from tests.screens.shown_page import CHROMIUM, chromium
from tests.street.running_street import RunningStreet, Visitor, running_street

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]
WITHIN_MS = 40_000
LABELS = {
    "pl": ("Od nowa", "Weź", "Włóż", "Zamknij drzwiczki", "Odetnij prąd", "Odetnij sieć", "Zatnij drzwiczki", "Zarejestruj"),
    "en": ("Start over", "Take", "Put in", "Close door", "Cut power", "Cut network", "Jam door", "Register"),
}
WORKSHOP = {
    "pl": ("Warsztat", "Wyważ drzwiczki", "Odłącz zamki", "SMS-y giną", "Dzień później", "Słuchawki", "Pomoc"),
    "en": ("Workshop", "Force door", "Unplug the locks", "Texts get lost", "A day later", "Headphones", "Help"),
}
SIZES = ((1280, 720), (390, 844))


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStreet]:
    with running_street(tmp_path_factory.mktemp("street")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


def open_page(browser: Browser, street: RunningStreet, lang: str, size: tuple[int, int]) -> tuple[Page, list[str]]:
    """The page with its message on the phone; and what the browser complains of."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{street.address}/?lang={lang}")
    expect(page.locator(".sms .pin")).to_have_count(1, timeout=WITHIN_MS)
    return page, complaints


def check(page: Page, size: tuple[int, int]) -> None:
    """Nothing that axe finds, and nothing that leaves the window."""
    assert page.evaluate("axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))") == []
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    if size[0] >= 1280:
        assert page.evaluate("document.documentElement.scrollHeight") == size[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["pl", "en"])
def test_it_is_whole_and_quiet(browser: Browser, street: RunningStreet, lang: str, size: tuple[int, int]) -> None:
    page, complaints = open_page(browser, street, lang, size)
    for label in LABELS[lang]:
        expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    expect(page.locator(".door")).to_have_count(24)
    expect(page.frame_locator("#screen").locator("[data-screen='l.attract']")).to_be_visible(timeout=WITHIN_MS)
    page.evaluate(AXE_FILE_PATH.read_text())
    check(page, size)
    page.get_by_role("button", name=WORKSHOP[lang][0], exact=True).click()
    for label in WORKSHOP[lang]:
        expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    check(page, size)
    assert complaints == []
    page.close()


def test_a_new_screen_of_the_machine_leaves_the_focus_alone(browser: Browser, street: RunningStreet) -> None:
    page, _ = open_page(browser, street, "en", SIZES[0])
    page.get_by_label("Case number").focus()
    expect(page.locator("body")).to_have_attribute("data-screen", "l.attract", timeout=WITHIN_MS)
    assert Visitor(street.address, "en").act(do="key", key="ok") == (200, {})
    expect(page.frame_locator("#screen").locator("[data-screen='l.pin']")).to_be_visible(timeout=WITHIN_MS)
    expect(page.get_by_label("Case number")).to_be_focused()
    page.close()


def test_a_message_shows_its_pin_on_the_phone_only(browser: Browser, street: RunningStreet) -> None:
    page, _ = open_page(browser, street, "pl", SIZES[0])
    pin = page.locator(".sms .pin").inner_text()
    others = page.locator("#guide, #cabinet-pane, #kiosk-pane, #desk-pane, #facts-pane").all_inner_texts()
    assert not any(pin in text for text in others)
    page.close()


def test_new_facts_are_seen_and_who_reads_is_left_alone(browser: Browser, street: RunningStreet) -> None:
    page, _ = open_page(browser, street, "en", SIZES[0])
    visitor, facts, jump = Visitor(street.address, "en"), page.locator("#facts"), page.get_by_role("button", name="New facts")
    facts.locator("summary").last.click()
    expect(jump).to_be_hidden()
    assert visitor.act(do="register", case="26004801", phone="601 234 123") == (200, {})
    jump.click(timeout=WITHIN_MS)
    expect(jump).to_be_hidden()
    assert facts.evaluate("(list) => list.scrollTop") == 0
    facts.evaluate("(list) => { list.scrollTop = 100; document.getElementById('case').focus(); }")
    before = facts.locator("li").count()
    assert visitor.act(do="register", case="26004802", phone="601 234 123") == (200, {})
    expect(facts.locator("li").nth(before)).to_be_attached(timeout=WITHIN_MS)
    assert facts.evaluate("(list) => list.scrollTop") == 0
    expect(jump).to_be_hidden()
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_can_be_chosen_on_a_phone(browser: Browser, street: RunningStreet, lang: str) -> None:
    page, _ = open_page(browser, street, lang, SIZES[1])
    assert page.evaluate("(() => { const nav = document.querySelector('nav'); return nav.scrollWidth - nav.clientWidth; })()") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[1][0]
    page.close()


def test_a_street_that_has_gone_is_asked_ever_more_seldom(browser: Browser, tmp_path: Path) -> None:
    with running_street(tmp_path) as street:
        page, _ = open_page(browser, street, "en", SIZES[0])
        page.clock.install()
        street.stop()
        expect(page.get_by_role("alert")).to_have_text("The street does not answer. Is the program still running?")
        expect(page.locator(".glow")).to_have_count(0)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for times, wait_s in enumerate((1, 2, 4, 8, 15, 15), 1):
            with page.expect_event("requestfailed"):
                page.clock.run_for(wait_s * 1000)
            assert len(asked) == times
        page.close()
