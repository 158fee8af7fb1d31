"""The kiosk page in the system's Chromium with a stopwatch inside: from the key to the painted screen."""

from collections.abc import Generator
from contextlib import contextmanager
from time import time_ns

from playwright.sync_api import Browser, Page, sync_playwright

from tests.screens.shown_page import CHROMIUM

STOPWATCH = """() => {
  const bench = window.bench = { struck: -1000, want: null, done: null };
  addEventListener("keydown", () => { bench.struck = performance.now(); }, true);
  const look = () => {
    if (shown !== bench.want) return;
    bench.want = null;
    requestAnimationFrame(() => {                 // the frame that shows it: then a task after its layout and paint
      const after = new MessageChannel();
      after.port1.onmessage = () => bench.done(performance.now() - bench.struck);
      after.port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document.getElementById("screen"), { childList: true });
  bench.expect = (name) => { bench.painted = new Promise((resolve) => { bench.done = resolve; bench.want = name; }); };
  bench.shows = (name) => { if (shown === name) { bench.want = null; bench.done(0); } return bench.painted; };
  bench.rested = () => new Promise((resolve) => setTimeout(resolve, Math.max(0, bench.struck + 170 - performance.now())));
  bench.paint = (html) => new Promise((resolve) => {
    const start = performance.now();
    document.getElementById("screen").innerHTML = html;
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => resolve(performance.now() - start);
      after.port2.postMessage(0);
    });
  });
}"""
KEYS = {"ok": "Enter", "cancel": "Escape"}


class TimedPage:
    """One page at a machine's screen."""

    def __init__(self, browser: Browser, port: int) -> None:
        self._page: Page = browser.new_page(viewport={"width": 1024, "height": 600})
        self._page.goto(f"http://127.0.0.1:{port}/")
        self._page.wait_for_selector("#screen > *")
        self._page.evaluate(STOPWATCH)

    def press(self, key: str, screen: str) -> float:
        """A key of the keypad, once the one before has bounced out; milliseconds until this screen is painted."""
        self._page.evaluate("bench.rested()")
        self._page.evaluate("(name) => bench.expect(name)", screen)
        self._page.keyboard.press(KEYS.get(key, key))
        return float(self._page.evaluate("bench.painted"))

    def strike(self, key: str) -> None:
        """A key after which nobody waits for the screen."""
        self._page.evaluate("bench.rested()")
        self._page.keyboard.press(KEYS.get(key, key))

    def type(self, digits: str) -> None:
        """Digits, all different."""
        for digit in digits:
            self._page.keyboard.press(digit)

    def until(self, screen: str) -> None:
        """Wait until this screen is painted."""
        self._page.evaluate("(name) => { bench.expect(name); return bench.shows(name); }", screen)

    def struck_us(self) -> float:
        """When the last key went down, in wall clock microseconds: by the shortest of 20 exchanges with the page's clock."""
        best_ns, offset_ns = 1 << 62, 0.0
        for _ in range(20):
            before = time_ns()
            page_ms = float(self._page.evaluate("performance.now()"))
            after = time_ns()
            if after - before < best_ns:
                best_ns, offset_ns = after - before, (before + after) / 2 - page_ms * 1e6
        return (offset_ns + float(self._page.evaluate("bench.struck")) * 1e6) / 1000

    def paint_ms(self, html: list[str], runs: int) -> list[float]:
        """Setting these contents in turn, until each is painted: the waiting for the next frame is in it."""
        return [float(self._page.evaluate("(html) => bench.paint(html)", html[run % len(html)])) for run in range(runs)]


@contextmanager
def browser() -> Generator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        yield made
        made.close()
