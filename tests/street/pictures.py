"""Draws the README's pictures from a running street: `python -m tests.street.pictures` from the root of the repository."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.screens.shown_page import chromium
from tests.street.running_street import Visitor, running_street

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WITHIN_MS = 40_000


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running_street(Path(data)) as street, chromium() as browser:
        visitor = Visitor(street.address, "en")
        page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        page.goto(f"{street.address}/?lang=en")
        screen = page.frame_locator("#screen")
        expect(screen.locator("[data-screen='l.attract']")).to_be_visible(timeout=WITHIN_MS)
        visitor.follow(lambda seen: seen["kiosk"]["screen"] == "l.found")
        expect(screen.locator("[data-screen='l.found']")).to_be_visible(timeout=WITHIN_MS)
        page.locator("#screen").screenshot(path=FOLDER / "found.png")
        visitor.follow(lambda seen: seen["kiosk"]["screen"] == "l.open")
        expect(screen.locator("[data-screen='l.open']")).to_be_visible(timeout=WITHIN_MS)
        page.screenshot(path=FOLDER / "street.png")
        visitor.follow(lambda seen: seen["kiosk"]["screen"] == "l.done")
        dashboard = next(line.split()[1] for line in street.said if line.startswith("dashboard:"))
        _dashboard(browser, dashboard)


def _dashboard(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}?lang=en")
    expect(page.get_by_text("document.handed_over").first).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator("svg .is-closed")).to_have_count(page.locator("svg .door").count(), timeout=WITHIN_MS)
    page.screenshot(path=FOLDER / "dashboard.png")


if __name__ == "__main__":
    main()
