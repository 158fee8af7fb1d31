"""The one queue of inputs: in order, bounded, with the loop's one timer."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from controller.inbox import INPUTS_MAX, Inbox
from controller.inputs import BytesArrived, Input, InputsDropped, KeyPressed


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


def key(number: int) -> KeyPressed:
    return KeyPressed(key="ok", rev=number)


def test_inputs_come_in_their_order() -> None:
    async def story() -> None:
        inbox = Inbox()
        for number in range(3):
            inbox.put(key(number))
        assert [await inbox.get(None) for _ in range(3)] == [key(0), key(1), key(2)]

    run(story())


def test_without_an_input_the_time_comes() -> None:
    async def story() -> None:
        inbox = Inbox()
        assert await inbox.get(0) is None
        assert await inbox.get(5) is None
        inbox.put(key(1))
        assert await inbox.get(0) == key(1)

    run(story())


def test_an_input_wakes_whoever_waits() -> None:
    async def story() -> None:
        inbox = Inbox()
        waiting = asyncio.create_task(inbox.get(None))
        await asyncio.sleep(0)
        inbox.put(BytesArrived(data=b"1"))
        inbox.put(BytesArrived(data=b"2"))
        assert await waiting == BytesArrived(data=b"1")
        assert await inbox.get(None) == BytesArrived(data=b"2")

    run(story())


def test_who_stops_waiting_loses_nothing() -> None:
    async def story() -> None:
        inbox = Inbox()
        waiting = asyncio.create_task(inbox.get(None))
        await asyncio.sleep(0)
        inbox.put(key(1))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await inbox.get(0) == key(1)

    run(story())


def test_a_flood_is_bounded_and_counted() -> None:
    async def story() -> None:
        inbox = Inbox()
        for number in range(INPUTS_MAX + 5):
            inbox.put(key(number))
        assert inbox.dropped == 5
        taken: list[Input | None] = [await inbox.get(0) for _ in range(INPUTS_MAX)]
        assert taken[-1] == key(INPUTS_MAX - 1)
        assert await inbox.get(0) == InputsDropped()  # told once, whatever their number
        assert await inbox.get(0) is None

    run(story())
