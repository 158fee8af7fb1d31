"""The real server on a free port: what pages get, what they may say, who is let in."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from controller.inputs import KeyPressed, PageAlive, PageGone
from controller.kiosk.rendering import Look
from controller.kiosk.server import PAGES_MAX, KioskServer, PortTaken
from tests.screens.samples import LOOKS, sample
from tests.screens.shown_page import CHROMIUM

LOOK = LOOKS["7in"]
DEADLINE_S = 10


class Kiosk:
    """A running server and what came out of it."""

    def __init__(self, port: int = 0, look: Look = LOOK, **changed: Any) -> None:
        self.inputs: asyncio.Queue[object] = asyncio.Queue()
        self.server = KioskServer(self.inputs.put_nowait, look, port=port, **changed)
        self.server.bind()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def page(self, origin: str | None = "http://localhost") -> connect:
        """A page's connection."""
        return connect(f"ws://{self.address}/ws", origin=None if origin is None else Origin(origin), proxy=None)


@asynccontextmanager
async def running(**changed: Any) -> AsyncGenerator[Kiosk]:
    """A server that serves until the block ends."""
    kiosk = Kiosk(**changed)
    async with asyncio.timeout(DEADLINE_S):
        serving = asyncio.create_task(kiosk.server.serve())
        try:
            yield kiosk
        finally:
            kiosk.server.stop()
            await serving


async def told(page: ClientConnection) -> dict[str, Any]:
    """The next thing a page is told."""
    return msgspec.json.decode(await page.recv(), type=dict[str, Any])


def run(scene: Callable[[Kiosk], Awaitable[None]], **changed: Any) -> None:
    """Play a scene against a running server."""

    async def play() -> None:
        async with running(**changed) as kiosk:
            await scene(kiosk)

    asyncio.run(play())


def test_pages_are_told_once_to_load_themselves_again() -> None:
    async def scene(kiosk: Kiosk) -> None:
        kiosk.server.show(sample("l.attract"))
        async with kiosk.page() as first, kiosk.page() as second:
            assert {(await told(page))["message"]["rev"] for page in (first, second)} == {1}
            kiosk.server.reload()
            assert [await told(page) for page in (first, second)] == [{"reload": True}] * 2
            kiosk.server.show(sample("l.attract", rev=2))
            assert {(await told(page))["message"]["rev"] for page in (first, second)} == {2}
        kiosk.server.reload()
        async with kiosk.page() as later:
            assert (await told(later))["message"]["rev"] == 2

    run(scene)


def test_the_browser_is_restarted_by_whoever_runs_it() -> None:
    asked: list[str] = []
    kiosk = Kiosk(restart_browser=lambda: asked.append("restart"))
    kiosk.server.restart()
    kiosk.server.stop()
    assert asked == ["restart"]


def test_a_page_gets_the_newest_screen_and_its_keys_come_in() -> None:
    async def scene(kiosk: Kiosk) -> None:
        kiosk.server.show(sample("l.attract", rev=1))
        kiosk.server.show(sample("l.stop", rev=2))
        async with kiosk.page() as page:
            first = await told(page)
            assert (first["message"]["rev"], first["message"]["screen"]) == (2, "l.stop")
            assert "Zakończyć?" in first["html"]
            await page.send('{"key":"ok","rev":2}')
            await page.send('{"alive":2}')
            assert await kiosk.inputs.get() == KeyPressed("ok", 2)
            assert await kiosk.inputs.get() == PageAlive(2)
            kiosk.server.show(sample("l.pin", "en", rev=3))
            assert "Enter your PIN" in (await told(page))["html"]
        assert await kiosk.inputs.get() == PageGone()

    run(scene)


def test_every_page_gets_it_and_only_the_last_one_is_missed() -> None:
    async def scene(kiosk: Kiosk) -> None:
        async with kiosk.page() as one:
            async with kiosk.page() as other:
                kiosk.server.show(sample("l.checking", rev=7))
                assert (await told(one))["message"]["rev"] == (await told(other))["message"]["rev"] == 7
            await one.send('{"alive":7}')
            assert await kiosk.inputs.get() == PageAlive(7)
        assert await kiosk.inputs.get() == PageGone()

    run(scene)


@pytest.mark.parametrize(
    "nonsense", ["", "{}", "[1]", '{"key":"rm","rev":1}', '{"key":"ok"}', '{"key":"ok","rev":"1"}', "\x00", b"\xff\xfe", "{" * 200]
)
def test_nonsense_is_counted_and_the_page_stays(nonsense: str | bytes) -> None:
    async def scene(kiosk: Kiosk) -> None:
        async with kiosk.page() as page:
            await page.send(nonsense)
            await page.send('{"key":"5","rev":1}')
            while not isinstance(heard := await kiosk.inputs.get(), KeyPressed):
                assert not isinstance(heard, PageAlive | PageGone)
            assert heard == KeyPressed("5", 1)
        assert kiosk.server.wrong_answers == 1

    run(scene)


def test_an_oversized_frame_ends_the_connection() -> None:
    async def scene(kiosk: Kiosk) -> None:
        async with kiosk.page() as page:
            await page.send("x" * 5000)
            with pytest.raises(ConnectionClosed) as closed:
                await page.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        assert await kiosk.inputs.get() == PageGone()

    run(scene)


def test_no_more_pages_than_seats() -> None:
    async def scene(kiosk: Kiosk) -> None:
        pages = [await kiosk.page() for _ in range(PAGES_MAX)]
        with pytest.raises(InvalidStatus):
            await kiosk.page()
        for page in pages:
            await page.close()

    run(scene)


@pytest.mark.parametrize(
    ("origin", "welcome"), [(None, True), ("http://localhost:1", True), ("http://evil.example", False), ("null", False)]
)
def test_only_pages_of_our_own_may_connect(origin: str | None, welcome: bool) -> None:
    async def scene(kiosk: Kiosk) -> None:
        kiosk.server.show(sample("l.attract"))
        if welcome:
            async with kiosk.page(origin=origin) as page:
                assert await told(page)
        else:
            with pytest.raises(InvalidStatus):
                await kiosk.page(origin=origin)

    run(scene)


def test_pages_are_guarded() -> None:
    async def scene(kiosk: Kiosk) -> None:
        async with httpx.AsyncClient(base_url=f"http://{kiosk.address}", trust_env=False) as client:
            for path in ("/", "/kiosk.css", "/large.css", "/accent.css", "/sounds.js", "/kiosk.js"):
                answer = await client.get(path)
                assert answer.status_code == 200
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert "frame-ancestors http://localhost:8080" in answer.headers["content-security-policy"]
                assert answer.headers["x-content-type-options"] == "nosniff"
            assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
            assert (await client.get("/", headers={"host": "kiosk.local"})).status_code == 200
            assert (await client.get("/etc/passwd")).status_code == 404

    run(scene, hosts=frozenset({"kiosk.local"}), frame_ancestors=("http://localhost:8080",))


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")
def test_the_citys_accent_is_the_days_alone() -> None:
    from playwright.async_api import async_playwright

    async def scene(kiosk: Kiosk) -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page()
            await page.goto(f"http://{kiosk.address}/")
            seen: dict[str, str] = {}
            for rev, theme in enumerate(("day", "night", "contrast"), 1):
                kiosk.server.show(sample("l.pin full", rev=rev, theme=theme))
                await page.locator(f'html[data-theme="{theme}"] .slot.full').first.wait_for()
                seen[theme] = await page.evaluate("getComputedStyle(document.querySelector('.slot.full')).backgroundColor")
            assert seen == {"day": "rgb(90, 30, 100)", "night": "rgb(140, 196, 255)", "contrast": "rgb(255, 230, 0)"}
            await browser.close()

    run(scene, look=msgspec.structs.replace(LOOK, accent="#5A1E64"))


def test_a_taken_port_is_named() -> None:
    async def scene(kiosk: Kiosk) -> None:
        second = KioskServer(kiosk.inputs.put_nowait, LOOK, port=kiosk.server.port)
        with pytest.raises(PortTaken, match=f"127.0.0.1:{kiosk.server.port}"):
            await second.serve()

    run(scene)


def test_the_server_sets_no_timers_of_its_own() -> None:
    class Watched(asyncio.SelectorEventLoop):
        timers = 0

        def call_at(self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.TimerHandle:
            self.timers += 1
            return super().call_at(when, callback, *args, context=context)

    async def scene() -> int:
        async with running() as kiosk, kiosk.page() as page:
            kiosk.server.show(sample("l.attract"))
            await told(page)
            before = watched.timers
            for _ in range(50):
                kiosk.server.show(sample("l.attract"))
                await told(page)
            return watched.timers - before

    watched = Watched()
    with asyncio.Runner(loop_factory=lambda: watched) as runner:
        assert runner.run(scene()) == 0


def test_stopping_closes_open_pages() -> None:
    async def scene(kiosk: Kiosk) -> None:
        page = await kiosk.page()
        kiosk.server.stop()
        with pytest.raises(ConnectionClosed):
            await page.recv()
        assert await kiosk.inputs.get() == PageGone()

    run(scene)


def test_a_late_page_gets_what_is_left_of_the_countdown() -> None:
    times = iter((1_000, 13_400))

    async def scene(kiosk: Kiosk) -> None:
        kiosk.server.show(sample("more_time"))
        async with kiosk.page() as page:
            late = await told(page)
        assert late["message"]["deadline"]["left_ms"] == 7_600
        assert 'data-left="7600" data-shape="s">8<' in late["html"]

    run(scene, mono_ms=lambda: next(times))


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")
def test_the_page_in_a_browser() -> None:
    from playwright.async_api import async_playwright

    async def scene(kiosk: Kiosk) -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1024, "height": 600})
            complaints: list[str] = []
            page.on("console", lambda said: complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(f"http://{kiosk.address}/")
            await page.locator("#wait").wait_for(state="visible")
            kiosk.server.show(sample("l.stop", "uk", rev=4))
            await page.get_by_role("heading", name="Завершити?").wait_for()
            assert await page.locator("#wait").is_hidden()
            assert await page.locator("html").get_attribute("lang") == "uk"
            assert await kiosk.inputs.get() == PageAlive(4)
            assert await page.evaluate("document.activeElement.tagName") == "H1"
            await page.keyboard.press("Enter")
            assert await kiosk.inputs.get() == KeyPressed("ok", 4)
            await page.get_by_role("button", name="Назад").click()
            assert await kiosk.inputs.get() == KeyPressed("cancel", 4)
            kiosk.server.show(sample("l.pin", rev=5))
            await page.get_by_role("button", name="7", exact=True).dblclick()
            await page.keyboard.press("F2")
            inputs = [await kiosk.inputs.get() for _ in range(3)]
            assert inputs == [PageAlive(5), KeyPressed("7", 5), KeyPressed("lang", 5)]
            kiosk.server.show(sample("l.locked", rev=6))
            await page.locator(".left", has_text="14:58").wait_for()
            assert complaints == []
            await browser.close()

    run(scene)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")
def test_the_page_comes_back_by_itself() -> None:
    from playwright.async_api import async_playwright

    async def play() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page()
            async with running() as first:
                port = first.server.port
                first.server.show(sample("l.attract"))
                await page.goto(f"http://{first.address}/")
                await page.get_by_role("heading", name="Odbierz swój dokument").wait_for()
            await page.locator("#wait").wait_for(state="visible")
            async with running(port=port) as second:
                second.server.show(sample("l.found small"))
                await page.get_by_role("heading", name="Skrytka 7").wait_for()
                assert await page.locator("#wait").is_hidden()
            await browser.close()

    asyncio.run(play())
