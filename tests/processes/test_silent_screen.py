"""A real page that falls silent: one reload by the controller; when that does not help, the service manager is asked for a new browser."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from controller.health import RESTART_BROWSER
from tests.processes.child import free_port
from tests.processes.closing import Keep
from tests.processes.machine import Machine
from tests.screens.shown_page import CHROMIUM, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]
NOWHERE = "socket://127.0.0.1:9"
SILENCE_MS = 30_000
NO_TIMERS = "() => { const last = setTimeout(() => {}, 0); for (let one = 0; one <= last; one++) clearInterval(one); }"
FROZEN = "() => { setTimeout(() => { for (;;); }, 0); }"


@pytest.fixture
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def machine(tmp_path: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose service manager gave it a runtime folder."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    made = keep(Machine(tmp_path / "machine", NOWHERE, free_port()))
    made.start(watchdog_us=4_000_000)
    return made


def test_a_page_without_a_heartbeat_is_loaded_again_and_shows_the_same(machine: Machine, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{machine.screen_port}/")
    page.locator("[data-screen]").wait_for()
    shown = page.locator("[data-screen]").get_attribute("data-screen")
    with page.expect_event("load", timeout=SILENCE_MS):
        page.evaluate(NO_TIMERS)
    page.locator(f"[data-screen='{shown}']").wait_for()
    for _ in range(3):
        machine.notified.until("WATCHDOG=1")
    assert list((tmp_path / "run").iterdir()) == []


def test_a_page_that_hangs_costs_its_browser(machine: Machine, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{machine.screen_port}/")
    page.locator("[data-screen]").wait_for()
    page.evaluate(FROZEN)
    wish = tmp_path / "run" / RESTART_BROWSER
    for _ in range(60):
        machine.notified.until("WATCHDOG=1")
        if wish.exists():
            break
    assert wish.exists()
    assert [line for line in machine.running.lines if "silent" in line] == []
