"""The street's broker: whoever comes is let in, and what came while a client was away is kept for it."""

import asyncio

import aiomqtt
import pytest

from sim.street.embedded_broker import EmbeddedBroker
from tests.processes.child import free_port

V311 = aiomqtt.ProtocolVersion.V311


async def kept(port: int, user: str | None) -> bytes:
    """What a client of this name hears when it is back."""

    def client() -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", port, username=user, identifier="away", clean_session=False, protocol=V311)

    async with client() as away:
        await away.subscribe("kiosk/#", qos=1)
    async with aiomqtt.Client("127.0.0.1", port, protocol=V311) as speaker:
        await speaker.publish("kiosk/v1/u-01/up/state", b"{}", qos=1)
    async with client() as back, asyncio.timeout(10):
        return bytes((await anext(aiter(back.messages))).payload)


@pytest.mark.parametrize("user", [None, "anything"])
def test_with_or_without_a_user_name(user: str | None) -> None:
    async def story() -> bytes:
        broker = EmbeddedBroker(port := free_port())
        await broker.start()
        try:
            return await kept(port, user)
        finally:
            await broker.stop()

    assert asyncio.run(story()) == b"{}"
