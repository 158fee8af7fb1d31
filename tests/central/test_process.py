"""The centre as a process: it starts without a broker, says what is wrong, and ends when it is told to."""

import asyncio
import re
import socket
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy.exc import OperationalError

from central.ports import Sms
from central.process import SmsTasks
from central.randomness import SystemRandomness
from central.running import Running
from central.signer import make_keys
from tests.processes.centre import CentreProcess
from tests.processes.child import WITHIN_S, Child, free_port

CHROMIUM = "/usr/bin/chromium"
EVENTS_CLOSED = 2
"""EventSource.CLOSED (HTML, 9.2.2)."""


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[CentreProcess]:
    centre = CentreProcess(tmp_path / "with blank", free_port(), "http://127.0.0.1:9")
    centre.spawn().until_line("^centre: http://")
    yield centre
    centre.close()


@pytest.fixture
def page(centre: CentreProcess) -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        # People's browsers keep the pages that were left; one that is driven does not, unless it is told to.
        kept = ["--disable-back-forward-cache"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], ignore_default_args=kept)
        # An operator far away, whose computer has another zone and another way to write the time than the city.
        page = browser.new_page(
            base_url=f"http://127.0.0.1:{centre.port}",
            viewport={"width": 390, "height": 844},
            timezone_id="America/New_York",
            locale="en-US",
        )
        yield page
        browser.close()


@pytest.mark.process
def test_it_ends_when_it_is_told_to(centre: CentreProcess) -> None:
    assert centre.ask("/machines")[0]["online"] is False
    assert centre.running.stop() == 0


@pytest.mark.process
def test_a_taken_port_is_named(centre: CentreProcess) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        centre.close()
        port = other.getsockname()[1]
        centre.file.write_text(centre.file.read_text("utf-8").replace(f"{{ port = {centre.port} }}", f"{{ port = {port} }}"), "utf-8")
        child = Child([sys.executable, "-m", "central", "run", str(centre.file)])
        assert child.ended() == 1
        assert child.lines == [f"kiosk-central: http: 127.0.0.1 port {port} cannot be used (Address already in use)"]
        child.close()


@pytest.mark.process
@pytest.mark.browser
def test_a_clerk_registers_by_keyboard_on_a_phone(page: Page) -> None:
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/clerk?language=en")
    page.get_by_label("Case number").focus()
    page.keyboard.type("26004711")
    page.keyboard.press("Tab")
    page.keyboard.type("601 234 123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Case 26004711 is registered. The PIN is on its way to the machine.")
    expect(page.locator("#part-deposits")).to_contain_text("601 *** 123")
    expect(page.locator("html")).to_have_js_property("scrollWidth", 390)
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("No contact with machines")
    expect(page.locator("#part-orders")).to_contain_text("waiting for contact")
    assert wrong == []


@pytest.mark.process
@pytest.mark.browser
def test_an_open_page_follows_by_itself_and_says_when_it_cannot(page: Page, centre: CentreProcess) -> None:
    page.goto("/clerk?language=pl")
    expect(page.locator("#age")).to_contain_text("Dane sprzed")
    centre.register("26009999")
    expect(page.locator("#part-deposits")).to_contain_text("26009999")
    centre.running.kill()
    expect(page.locator("#age")).to_contain_text("brak danych od", timeout=30_000)
    now = datetime.now(ZoneInfo("Europe/Warsaw"))
    minutes = "|".join(f"{now - timedelta(minutes=n):%H:%M}" for n in range(2))
    expect(page.get_by_role("alert")).to_have_text(re.compile(rf"Brak łączności z centralą od ({minutes}):\d\d\."))


@pytest.mark.process
@pytest.mark.browser
def test_pages_that_were_left_hold_no_connection_and_listen_again_when_they_come_back(page: Page, centre: CentreProcess) -> None:
    page.goto("/?language=en")
    for place in ("/tasks", "/clerk", "/terms", "/counts", "/tasks", "/clerk", "/terms", "/clerk"):
        page.locator(f'nav a[href^="{place}"]').first.click(timeout=10_000)
        page.wait_for_url(f"**{place}*", timeout=10_000)
    page.go_back(wait_until="commit")
    page.go_forward(wait_until="commit")
    expect(page.locator("#age")).to_contain_text("Data")
    centre.register("26009998")
    expect(page.locator("#part-deposits")).to_contain_text("26009998")


TURN = (
    "(hidden) => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden }); "
    "document.dispatchEvent(new Event('visibilitychange')); }"
)
LISTED = (
    "window.sources = []; window.EventSource = class extends EventSource { constructor(...all) { super(...all); sources.push(this); } };"
)


@pytest.mark.process
@pytest.mark.browser
def test_a_page_behind_other_tabs_holds_no_connection_and_has_the_news_when_it_comes_back(page: Page, centre: CentreProcess) -> None:
    page.add_init_script(LISTED)
    page.goto("/clerk?language=en")
    expect(page.locator("#age")).to_contain_text("Data")
    page.evaluate(TURN, True)
    assert page.evaluate("window.sources.map((source) => source.readyState)") == [EVENTS_CLOSED]
    centre.register("26009997")
    page.evaluate(TURN, False)
    expect(page.locator("#part-deposits")).to_contain_text("26009997")
    assert page.evaluate("window.sources.length") == 2
    expect(page.get_by_role("alert")).to_contain_text("No contact with machines")


@pytest.mark.process
@pytest.mark.browser
def test_an_open_form_survives_a_new_key_of_the_centre(page: Page, centre: CentreProcess) -> None:
    page.goto("/clerk?language=pl")
    before = page.locator("form.register [name=_csrf_token]").input_value()
    centre.running.kill()
    (centre.keys / "http.key").unlink()
    make_keys(centre.keys, (), SystemRandomness())
    centre.spawn().until_line("^centre: http://")
    expect(page.locator("form.register [name=_csrf_token]")).not_to_have_value(before, timeout=30_000)
    page.get_by_label("Numer sprawy").fill("26004711")
    page.get_by_label("Telefon komórkowy").fill("601 234 123")
    page.get_by_role("button", name="Zarejestruj").click()
    expect(page.get_by_role("status")).to_contain_text("Zarejestrowano sprawę 26004711")


def test_an_answer_that_cannot_be_kept_ends_the_centre() -> None:
    class Full:
        closing = False

        def turn(self, act: object) -> None:
            raise OperationalError("UPDATE sms", {}, Exception("disk full"))

    async def answered() -> None:
        tasks = SmsTasks()
        tasks.running = cast(Running, Full())
        tasks.submit(Sms("d-ready", "48601234123", "PIN: 482913", "UM Poznan"))
        await asyncio.wait_for(tasks.failed, WITHIN_S)

    with pytest.raises(OperationalError):
        asyncio.run(answered())
