"""The clerks' pages in a browser: axe finds nothing, nothing sticks out, and every deed can be done with the keyboard alone."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, Route, ViewportSize

from central.deposits.registration import NewDocument
from central.settings import DocumentType
from contracts.facts import AuditAnswered, AuditEnded, CompartmentQuarantined, DepositWithdrawn
from tests.central.paper_machine import MACHINE, House
from tests.central.test_pages import client_of
from tests.screens.shown_page import CHROMIUM, chromium

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]

SIZES: tuple[ViewportSize, ...] = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
ADDRESS = "http://127.0.0.1:8090"
JUDGED = ("pl", "uk")
"""Languages in which axe looks: what it sees is the same in all, but for the letters."""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TYPES = {
    "registration": DocumentType(name="Dowód rejestracyjny"),
    "plates": DocumentType(name="Tablice", hours=96, size="M"),
}


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def house() -> House:
    """A desk in the middle of a day: something of every kind to do."""
    house = House(documents=TYPES)
    told = house.told()
    house.centre.delivery_reported(f"{told}-ready", "UNDELIVERED", house.at)
    house.machine.fact(CompartmentQuarantined(compartment=3, reason="reported_foreign"))
    house.machine.fact(CompartmentQuarantined(compartment=5, reason="no_close"))
    house.machine.fact(AuditAnswered(compartment=9, contents="other", same=False))
    jammed = stored(house, "26004713", 8)
    house.machine.fact(DepositWithdrawn(deposit=jammed, compartment=8, reason="jam"))
    house.machine.fact(AuditEnded(same=22, diff=1, skipped=0, left=1))
    house.sync()
    for new in (
        NewDocument("26004714", "602 234 123", MACHINE, low=True),
        NewDocument("26004715", "", MACHINE, "uk", slip=True, kind="plates"),
        NewDocument("B/12", "+380 44 123 45 67", MACHINE, "en"),
    ):
        house.centre.at_desk(lambda t, new=new: house.centre.registration.register(t, new, "A. Wójcik", house.at), house.at)
    house.work()
    until_ms = int(house.at.wall.timestamp() * 1000) + 80 * 3_600_000
    house.centre.at_desk(lambda t: house.centre.machines.extend_all(t, "", until_ms, "A. Wójcik", house.at), house.at)
    return house


def stored(house: House, case: str, compartment: int) -> str:
    """Another document in its compartment."""
    key = house.register(case)
    house.work()
    house.centre.load(key, "A. Nowak", house.at)
    (load,) = house.orders()
    house.machine.store(load, compartment)
    house.sync()
    house.work()
    house.accept(house.wire.messages[-1])
    return key


@contextmanager
def desk(browser: Browser, house: House, size: ViewportSize = SIZES[0]) -> Generator[Page]:
    """A page whose requests the centre answers without a network; what stays open for news is not asked for."""
    page = browser.new_page(viewport=size, reduced_motion="reduce")
    with client_of(house, "k" * 32) as client:

        def answer(route: Route) -> None:
            request = route.request
            if "/live/" in request.url:
                route.abort()
                return
            headers: dict[str, Any] = {k: v for k, v in request.all_headers().items() if k.lower() not in ("content-length", "host")}
            client.cookies.clear()  # the browser's are the ones that count
            replied = client.request(request.method, request.url, content=request.post_data_buffer, headers=headers, follow_redirects=False)
            told = {name: "\n".join(replied.headers.get_list(name)) for name in replied.headers}
            route.fulfill(status=replied.status_code, headers=told, body=replied.content)

        page.route("**/*", answer)
        yield page
    page.close()


def objections(page: Page) -> list[str]:
    """What axe objects to, and whether the page is wider than its window."""
    page.evaluate(AXE_FILE_PATH.read_text())
    found: list[str] = page.evaluate("axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))")
    return found + too_wide(page)


def too_wide(page: Page) -> list[str]:
    """Whether the page is wider than its window."""
    return ["wider than its window"] if page.evaluate(OVERFLOW) > 0 else []


def key_of(house: House, case: str) -> str:
    from central.store import deposits

    with house.centre.store.transaction() as t:
        row = deposits.live_with_case(t, case)
    assert row is not None
    return row.key


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["pl", "en", "uk", "de"])
def test_every_page_is_for_everybody(browser: Browser, house: House, language: str, size: ViewportSize) -> None:
    places = [
        "/", "/tasks", "/clerk", "/counts", "/c", "/clerk/code", "/terms", "/round", f"/clerk/label/{key_of(house, '26004714')}",
        f"/tasks/release/{MACHINE}/9", *(f"/clerk/document?key={key_of(house, case)}" for case in ("26004711", "26004715", "B/12")),
    ]  # fmt: skip
    with desk(browser, house, size) as page:
        found: dict[str, list[str]] = {}
        for place in places:
            shown = page.goto(f"{ADDRESS}{place}{'&' if '?' in place else '?'}language={language}")
            assert shown is not None
            assert shown.ok, place
            assert page.locator("html").get_attribute("lang") == language
            found[place] = objections(page) if language in JUDGED else too_wide(page)
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.parametrize("width", [1366, 1280, 1024, 390])
@pytest.mark.parametrize("language", ["pl", "en", "uk", "de"])
def test_a_long_label_leaves_its_box_as_large_as_the_others(browser: Browser, house: House, language: str, width: int) -> None:
    with desk(browser, house, {"width": width, "height": 800}) as page:
        page.goto(f"{ADDRESS}/clerk?language={language}")
        for name in ("slip", "low"):
            box = page.locator(f"#{name}").bounding_box()
            assert box is not None
            assert (box["width"], box["height"]) == (24, 24)


def test_a_one_time_code_is_shown_once_with_its_time(browser: Browser, house: House) -> None:
    with desk(browser, house) as page:
        page.goto(f"{ADDRESS}/clerk/code?language=en")
        page.get_by_label("Your name").fill("Żaneta Wójcik")
        page.get_by_role("button", name="Show the code").press("Enter")
        code = page.locator(".code strong").inner_text()
        assert len(code.replace(" ", "")) == 8
        page.get_by_text("4:5").wait_for()
        assert objections(page) == []
        page.goto(f"{ADDRESS}/clerk/code")
        assert code not in page.content()
        assert page.get_by_label("Your name").input_value() == "Żaneta Wójcik"


def test_a_slip_is_printed_once_and_fits_a6(browser: Browser, house: House) -> None:
    with desk(browser, house) as page:
        page.goto(f"{ADDRESS}/clerk/document?key={key_of(house, '26004715')}&language=pl")
        page.get_by_role("button", name="Drukuj karteczkę").press("Enter")
        page.locator(".slip").wait_for()
        pin = page.locator(".slip strong").first.inner_text()
        assert page.locator(".slip").get_attribute("lang") == "uk"
        assert objections(page) == []
        printed = page.pdf(prefer_css_page_size=True)
        assert printed.count(b"/Type /Page\n") == 1
        page.goto(f"{ADDRESS}/clerk/document?key={key_of(house, '26004715')}")
        assert pin not in page.content()
        assert page.get_by_role("button", name="Drukuj karteczkę").count() == 0


def test_deeds_by_keyboard_end_where_they_say(browser: Browser, house: House) -> None:
    with desk(browser, house) as page:
        page.goto(f"{ADDRESS}/tasks?language=en")
        page.get_by_role("row", name="Compartment out of use").get_by_role("link").press("Enter")
        page.get_by_label("Why it may be used again").fill("hinge repaired")
        page.get_by_label("Your name").fill("A. Nowak")
        page.get_by_role("button", name="Put back into service").press("Enter")
        page.wait_for_url("**/tasks")
        page.goto(f"{ADDRESS}/terms")
        page.get_by_role("button", name="Agree", exact=True).press("Enter")
        assert page.url.endswith("/terms")  # the browser asks for the name first
        page.locator("#agree-1").fill("A. Wójcik")
        page.get_by_role("button", name="Agree", exact=True).press("Enter")
        page.get_by_role("alert").get_by_text("Somebody else").wait_for()
        page.locator("#agree-1").fill("B. Kowal")
        page.get_by_role("button", name="Agree", exact=True).press("Enter")
        page.get_by_text("Nothing waits for a second person.").wait_for()
    assert {order.reason for order in house.orders()} >= {"hinge repaired", "extend_all"}
