"""Time jumps to the next timer, in order, and never waits."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import pytest

from sim.virtual_time_loop import VirtualTimeLoop, WorldStuck


def run(work: Coroutine[Any, Any, Any]) -> VirtualTimeLoop:
    loop = VirtualTimeLoop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()
    return loop


def test_an_hour_passes_at_once() -> None:
    async def work() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3600)

    assert run(work()).now_ms == 3_600_000


def test_timers_come_in_the_order_of_their_times() -> None:
    seen: list[str] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        for name, after in (("c", 0.003), ("a", 0.001), ("b", 0.002), ("b2", 0.002), ("b3", 0.002), ("b4", 0.002)):
            loop.call_later(after, seen.append, name)
        ended = asyncio.Event()
        loop.call_later(0.004, ended.set)
        await ended.wait()

    loop = run(work())
    assert seen == ["a", "b", "b2", "b3", "b4", "c"]
    assert loop.now_ms == 4


def test_a_world_without_a_timer_is_stuck() -> None:
    with pytest.raises(WorldStuck):
        run(asyncio.Event().wait())
