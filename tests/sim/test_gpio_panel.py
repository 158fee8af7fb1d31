"""Headphones plugged in from outside: the real Switch in a process of its own, on pins that the panel drives."""

import asyncio
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gpio_panel import FACTORY, PLACE, GpioPanel, PanelLineWrong, level_line, read_level

ROOT = Path(__file__).parents[2]
LINE = 17
WATCH = f"""
import asyncio
from controller.devices.gpio_lines import Switch
async def main():
    switch = Switch({LINE}, lambda closed: print(int(closed), flush=True))
    print("watching", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
ONCE = f"""
import asyncio
from controller.devices.gpio_lines import LineWrong, Switch
async def main():
    try:
        Switch({LINE}, print)
    except LineWrong as error:
        print(error)
asyncio.run(main())
"""


def registered(folder: Path) -> Path:
    """A folder in which Python finds the factory under the name that pyproject.toml gives it."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    held = folder / "panel-1.0.dist-info"
    held.mkdir()
    (held / "METADATA").write_text("Metadata-Version: 2.1\nName: panel\nVersion: 1.0\n")
    lines = [f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in names.items()) for group, names in groups.items()]
    (held / "entry_points.txt").write_text("\n".join(lines))
    return folder


async def started(folder: Path, program: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    paths = os.pathsep.join((str(ROOT), str(folder)))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environment, "PYTHONPATH": paths}
    )


async def said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def ended(process: asyncio.subprocess.Process) -> None:
    process.kill()
    await process.wait()


def test_plugged_in_and_out_again(tmp_path: Path) -> None:
    async def run() -> list[str]:
        panel = GpioPanel()
        process = await started(registered(tmp_path), WATCH, await panel.serve())
        heard = [await said(process)]
        for closed in (True, False):
            panel.switch(LINE, closed)
            assert panel.closed(LINE) == closed
            heard.append(await said(process))
        await ended(process)
        await panel.close()
        return heard

    assert asyncio.run(run()) == ["watching", "1", "0"]


def test_headphones_that_are_in_when_the_controller_starts(tmp_path: Path) -> None:
    async def run() -> list[str]:
        panel = GpioPanel()
        panel.switch(LINE, True)
        process = await started(registered(tmp_path), WATCH, await panel.serve())
        heard = [await said(process), await said(process)]
        await ended(process)
        await panel.close()
        return heard

    assert asyncio.run(run()) == ["1", "watching"]


@pytest.mark.parametrize("place", ["", "nowhere", "127.0.0.1:1"])
def test_without_a_panel_the_line_is_named(tmp_path: Path, place: str) -> None:
    async def run() -> str:
        process = await started(registered(tmp_path), ONCE, {"GPIOZERO_PIN_FACTORY": FACTORY, PLACE: place})
        answer = await said(process)
        await process.wait()
        return answer

    assert asyncio.run(run()).startswith(f"gpio {LINE}: cannot be used")


@given(st.integers(0, 27), st.booleans())
def test_a_level_is_read_as_it_was_written(gpio: int, high: bool) -> None:
    assert read_level(level_line(gpio, high)) == (gpio, high)


@given(st.text(max_size=10))
def test_anything_else_is_refused(text: str) -> None:
    try:
        read_level(text)
    except PanelLineWrong:
        assert not re.fullmatch(r"[0-9]{1,2} [01]", text)
