"""The page script in Chromium at the real server: what a finger, a keypad and a repaint do to each other."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, async_playwright, expect

from controller.inputs import KeyPressed
from tests.kiosk.test_server import Kiosk, running
from tests.screens.samples import sample
from tests.screens.shown_page import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]
Scene = Callable[[Kiosk, Page], Awaitable[None]]


def run(scene: Scene, *, name: str = "l.pin") -> None:
    """Play a scene at a page that shows this sample as rev 1."""

    async def play() -> None:
        async with async_playwright() as playwright, running() as kiosk:
            kiosk.server.show(sample(name))
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1024, "height": 600}, reduced_motion="reduce")
            await page.goto(f"http://{kiosk.address}/")
            await page.wait_for_selector("[data-screen]")
            await scene(kiosk, page)
            await browser.close()

    asyncio.run(play())


async def pressed(kiosk: Kiosk) -> str:
    """The next key that the page sends."""
    while not isinstance(heard := await kiosk.inputs.get(), KeyPressed):
        pass
    return heard.key


async def shown(kiosk: Kiosk, page: Page, name: str, rev: int, filled: int) -> None:
    """The page has painted this."""
    message = sample(name, rev=rev)
    kiosk.server.show(sample(name, rev=rev, data={**message.data, "filled": filled}))
    await expect(page.locator("[data-screen]")).to_have_attribute("data-screen", message.screen)
    await expect(page.locator(".slot.full")).to_have_count(filled)


async def held_down(page: Page, key: str) -> None:
    """A finger goes down on this key and stays."""
    box = await page.locator(f"[data-key='{key}']").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()


def test_a_finger_that_is_down_while_the_screen_is_painted_anew_still_presses_its_key() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await held_down(page, "2")
        await shown(kiosk, page, "l.pin", 2, filled=1)
        await page.mouse.up()
        assert await pressed(kiosk) == "2"
        await held_down(page, "9")
        await shown(kiosk, page, "l.pin full", 3, filled=6)  # a target comes into the row below
        await page.mouse.up()
        assert await pressed(kiosk) == "9"

    run(scene)


def test_a_finger_that_is_down_while_another_screen_comes_presses_nothing_there() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await held_down(page, "cancel")
        kiosk.server.show(sample("l.stop", rev=2))
        await page.wait_for_selector("[data-screen='l.stop']")
        await page.mouse.up()
        await page.keyboard.press("Enter")
        assert await pressed(kiosk) == "ok"

    run(scene)


def test_two_strikes_of_one_key_count_once_and_other_keys_between_them_part_them() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        strike = """(keys) => {
            const strikes = keys.map((key) => new KeyboardEvent('keydown', { key }));  // all struck before the page comes to the first
            for (const each of strikes) document.dispatchEvent(each);
        }"""
        await page.evaluate(strike, ["1", "1", "2", "1", "3"])
        assert [await pressed(kiosk) for _ in range(4)] == ["1", "2", "1", "3"]

    run(scene)


def test_enter_is_the_green_key_until_somebody_went_elsewhere_by_tab() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await page.keyboard.press("Enter")
        assert await pressed(kiosk) == "ok"
        while await page.evaluate("document.activeElement.dataset.key") != "cancel":
            await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        assert await pressed(kiosk) == "cancel"

    run(scene, name="l.pin full")


def test_where_there_is_no_green_target_enter_presses_what_has_the_focus() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await page.keyboard.press("Enter")
        assert await pressed(kiosk) == "1"

    run(scene, name="l.open")


def test_where_green_would_stop_nothing_is_marked() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        assert await page.evaluate("document.activeElement.tagName") == "H1"
        await page.keyboard.press("Enter")
        assert await pressed(kiosk) == "ok"

    run(scene, name="l.stop")


def test_a_repaint_leaves_the_focus_where_somebody_put_it() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        while await page.evaluate("document.activeElement.dataset.key") != "5":
            await page.keyboard.press("Tab")
        await shown(kiosk, page, "l.pin", 2, filled=1)
        assert await page.evaluate("document.activeElement.dataset.key") == "5"
        await shown(kiosk, page, "l.pin full", 3, filled=6)
        assert await page.evaluate("document.activeElement.dataset.key") == "ok"

    run(scene)


def test_what_is_painted_over_an_older_screen_is_what_a_new_page_shows() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        browser = page.context.browser
        assert browser is not None
        for rev, (name, filled) in enumerate([("l.pin full", 6), ("l.pin", 2), ("l.wrong", 0), ("l.pin full", 6), ("l.attract", 0)], 2):
            await shown(kiosk, page, name, rev, filled)
            grown = await page.inner_html("#screen")
            fresh = await browser.new_page(viewport={"width": 1024, "height": 600}, reduced_motion="reduce")
            await fresh.goto(f"http://{kiosk.address}/")
            await fresh.wait_for_selector("[data-screen]")
            assert grown == await fresh.inner_html("#screen")
            await fresh.close()

    run(scene)
