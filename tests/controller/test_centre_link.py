"""The machine's end of MQTT, at a broker inside the test: it connects, subscribes, gives and takes, and says when it is gone."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from amqtt.broker import Broker

from contracts import broker_link
from contracts.broker import BrokerSettings
from contracts.topics import down, up
from controller.centre_link import PAYLOAD_BYTES_MAX, CentreLink
from controller.inputs import LinkDown, LinkUp, MessageArrived
from controller.randomness import SystemRandomness

MACHINE = "urzedomat-test-1"
ANYBODY = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
logging.getLogger("amqtt").setLevel(logging.CRITICAL)
logging.getLogger("transitions").setLevel(logging.WARNING)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


class Inputs:
    """What the link puts into the inbox."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[LinkUp | LinkDown | MessageArrived] = asyncio.Queue()
        self.put: Callable[[LinkUp | LinkDown | MessageArrived], None] = self._queue.put_nowait

    async def next(self) -> LinkUp | LinkDown | MessageArrived:
        return await self._queue.get()


@asynccontextmanager
async def broker(port: int = 0) -> AsyncGenerator[int]:
    made = Broker({"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": ANYBODY})
    await made.start()
    (server,) = made._servers.values()  # pyright: ignore[reportPrivateUsage] - it tells its port in no other way
    assert server.instance is not None
    try:
        (ears,) = server.instance.sockets
        yield int(ears.getsockname()[1])
    finally:
        await made.shutdown()


def link(port: int, inputs: Inputs) -> CentreLink:
    return CentreLink(BrokerSettings(port=port, version=3), Path(), MACHINE, "boot-1", SystemRandomness(), inputs.put)


@asynccontextmanager
async def serving(one: CentreLink) -> AsyncGenerator[None]:
    task = asyncio.create_task(one.serve())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_it_gives_and_takes() -> None:
    async def story() -> None:
        inputs = Inputs()
        async with broker() as port, aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V311) as centre:
            await centre.subscribe("kiosk/v1/+/up/#", qos=1)
            one = link(port, inputs)
            async with serving(one):
                came = await inputs.next()
                assert isinstance(came, LinkUp)
                one.publish(up(MACHINE, "facts"), b"facts")
                heard = await anext(centre.messages)
                assert (heard.topic.value, heard.payload) == (up(MACHINE, "facts"), b"facts")
                await centre.publish(down(MACHINE, "orders"), b"x" * (PAYLOAD_BYTES_MAX + 1), qos=1)
                await centre.publish(down(MACHINE, "orders"), b"order", qos=1)
                # What is too long is not read, but it is not passed over in silence either.
                assert await inputs.next() == MessageArrived(topic=down(MACHINE, "orders"), payload=b"")
                assert await inputs.next() == MessageArrived(topic=down(MACHINE, "orders"), payload=b"order")
            assert isinstance(await inputs.next(), LinkDown)

    run(story())


def test_it_comes_back_under_a_new_name_when_the_broker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_link, "BACK_OFF_S_MAX", 0)

    async def story() -> None:
        inputs = Inputs()
        names: list[str] = []
        async with broker() as port:
            task = asyncio.create_task(link(port, inputs).serve())
            names.append(await name_of_connection(inputs))
        assert isinstance(await inputs.next(), LinkDown)
        async with broker(port):
            names.append(await name_of_connection(inputs))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert len(set(names)) == 2

    run(story())


async def name_of_connection(inputs: Inputs) -> str:
    came = await inputs.next()
    assert isinstance(came, LinkUp)
    return came.connection
