"""The page script in Chromium at the real server: what a finger, a keypad and a repaint do to each other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

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


@pytest.mark.parametrize("name", ["l.stop", "l.grace", "info.page privacy", "l.pin"])
def test_a_screen_reader_hears_whole_sentences_with_one_mark_each(name: str) -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        said = await page.locator("#say").text_content()
        assert said is not None
        assert said[-1:] in set(".,;:?!")  # a text that goes on ends where its page does
        assert [wrong for wrong in ("..", "?.", "!.", ",.", ". .", "  ") if wrong in said] == []

    run(scene, name=name)


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


PLAYED = """
window.played = [];
window.AudioContext = class { state = "running"; currentTime = 0; destination = {}; resume() { return Promise.resolve(); } };
window.GainNode = class { constructor(_, how) { this.gain = how.gain; } connect(to) { return to; } };
window.OscillatorNode = class {
  constructor(_, how) { this.pitch = how.frequency; }
  connect(to) { this.gain = to.gain; return to; }
  start(at) { window.played.push([this.pitch, Math.round(this.gain * 1000), Math.round(at * 1000)]); }
  stop() {}
};
"""
"""Instead of sounding, each tone is written down: Hz, thousandths of full scale, milliseconds."""


async def tones(page: Page) -> list[list[int]]:
    """The tones since the last call."""
    return await page.evaluate("window.played.splice(0)")


def listened(scene: Scene, **changed: Any) -> None:
    """Play a scene at a page whose tones are written down and whose time stands still until the scene moves it."""

    async def play() -> None:
        async with async_playwright() as playwright, running() as kiosk:
            kiosk.server.show(sample("l.pin"))
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page(viewport={"width": 1024, "height": 600})
            await page.clock.install(time=datetime(2026, 11, 23, 9, tzinfo=UTC))
            await page.add_init_script(PLAYED)
            await page.goto(f"http://{kiosk.address}/")
            await page.wait_for_selector("[data-screen]")
            await page.clock.pause_at(datetime(2026, 11, 23, 10, tzinfo=UTC))
            kiosk.server.show(sample("l.close", rev=2, cue="door", **changed))
            await page.wait_for_selector("[data-screen='l.close']")
            await scene(kiosk, page)
            await browser.close()

    asyncio.run(play())


def test_the_door_s_sound_comes_again_while_it_stays_open() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        assert [pitch for pitch, _, _ in await tones(page)] == [523, 659, 784]
        await page.clock.run_for(9_900)
        assert await tones(page) == []
        await page.clock.run_for(200)
        assert [pitch for pitch, _, _ in await tones(page)] == [523, 659, 784]
        kiosk.server.show(sample("l.done", rev=3))
        await page.wait_for_selector("[data-screen='l.done']")
        await page.clock.run_for(60_000)
        assert await tones(page) == []

    listened(scene, cue_every_s=10)


def test_in_quiet_hours_sounds_are_ten_decibels_lower() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        assert [loud for _, loud, _ in await tones(page)] == [28, 28, 28]
        assert await page.evaluate("document.documentElement.dataset.light") == "low"

    listened(scene, quiet=True)


def test_an_arrow_that_is_held_repeats_after_two_seconds_and_no_other_key_does() -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await page.keyboard.down("5")
        assert await pressed(kiosk) == "5"
        await page.clock.run_for(10_000)
        await page.keyboard.up("5")
        await page.keyboard.down("ArrowDown")
        assert await pressed(kiosk) == "down"
        await page.clock.run_for(1_900)
        await page.keyboard.down("ArrowDown")  # the keypad's own repetition
        await page.clock.run_for(1_200)
        await page.keyboard.up("ArrowDown")
        await page.clock.run_for(5_000)
        await page.keyboard.press("1")
        keys = [await pressed(kiosk) for _ in range(4)]
        assert keys == ["down", "down", "down", "1"]

    listened(scene)


STRIKES = """async (apart) => {
    const strike = (at) => {
        const event = new KeyboardEvent("keydown", { key: "7", bubbles: true });
        Object.defineProperty(event, "timeStamp", { value: at });
        document.dispatchEvent(event);
    };
    strike(10000);
    strike(10000 + apart);
    const last = new KeyboardEvent("keydown", { key: "8", bubbles: true });
    document.dispatchEvent(last);
}"""


@pytest.mark.parametrize(("slow", "apart", "counted"), [(False, 149, 1), (False, 151, 2), (True, 499, 1), (True, 501, 2)])
def test_a_double_strike_counts_once_and_slower_keys_forgive_longer_ones(slow: bool, apart: int, counted: int) -> None:
    async def scene(kiosk: Kiosk, page: Page) -> None:
        await page.evaluate(STRIKES, apart)
        keys = [await pressed(kiosk)]
        while keys[-1] != "8":
            keys.append(await pressed(kiosk))
        assert keys == ["7"] * counted + ["8"]

    listened(scene, slow_keys=slow)
