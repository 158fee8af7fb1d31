"""The kiosk page in the system's Chromium, fed with rendered messages instead of a WebSocket."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import controller.kiosk
from contracts.screen_messages import ScreenMessage
from controller.kiosk.rendering import Look, page, render
from tests.screens.samples import SIZES

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium")
PAGE = Path(controller.kiosk.__file__).parent / "page"
STYLE = (PAGE / "kiosk.css").read_text() + (PAGE / "large.css").read_text()
SET = """([html, lang, theme, size]) => {
    Object.assign(document.documentElement, { lang });
    Object.assign(document.documentElement.dataset, { theme, size });
    document.getElementById("screen").innerHTML = html;
}"""


@contextmanager
def chromium() -> Generator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser: Browser, look: Look) -> Page:
    """The empty page at the panel's size, without motion."""
    width, height = SIZES[look.panel]
    shown = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    html = page(look).replace('<link rel="stylesheet" href="kiosk.css">', f"<style>{STYLE}</style>")
    shown.set_content(html.replace('<div id="wait" role="status">', '<div id="wait" hidden>'))
    shown.evaluate("document.fonts.ready.then(() => true)")
    return shown


def put(shown: Page, message: ScreenMessage, look: Look) -> None:
    """Show this message."""
    shown.evaluate(SET, [render(message, look), message.lang, message.theme, message.size])
