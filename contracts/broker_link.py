"""One end's connection to the broker, kept for as long as its program runs: the only file that speaks MQTT."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contracts.broker import BrokerSettings, Proof
from contracts.topics import qos

LOG = logging.getLogger("kiosk.broker")
BACK_OFF_S_MAX = 60
BACK_OFF_S_MIN = 0.1
DOUBLINGS_MAX = 6
ANSWER_S = 10
GOODBYE_S = 1.0
HEADER_MAX = 1_024
"""Topic, packet id and properties of a message of ours."""


class Randomness(Protocol):
    """Where connection ids and the shares of a pause come from."""

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        ...


class End(msgspec.Struct, frozen=True):
    """What one end hears and does; `connection` is new at every CONNECT. `receive` is also given topics that nobody asked for.

    `will` is the topic and the payload that the broker keeps when this end is gone, with a word or without.
    """

    topics: tuple[str, ...]
    up: Callable[[str], None]
    down: Callable[[], None]
    receive: Callable[[str, bytes], None]
    name: str | None = None
    will: Callable[[str], tuple[str, bytes]] | None = None


class BrokerLink:
    """Publishes while the broker is there; what is given meanwhile is dropped, because whoever gave it gives it again."""

    def __init__(self, broker: BrokerSettings, folder: Path, randomness: Randomness, queue_max: int, payload_max: int) -> None:
        """A broker of MQTT 5 is asked for no message longer than `payload_max` and its topic. Raises LinkWrong."""
        self._broker = broker
        self._proof = Proof(broker, folder)
        self._randomness = randomness
        self._payload_max = payload_max
        self._going: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue(queue_max)
        self._up = False

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand a message over; never waits."""
        if self._up and not self._going.full():
            self._going.put_nowait((topic, payload, retain))

    async def run(self, end: End) -> None:
        """Keep the connection until cancelled."""
        failures = 0
        while True:
            connection = self._randomness.token(8)
            will = _will(end, connection)
            try:
                async with self._client(end.name, will) as client:
                    await client.subscribe([(topic, 1) for topic in end.topics])
                    failures = 0
                    await self._while_up(client, end, connection, will)
            except (aiomqtt.MqttError, OSError) as error:
                LOG.warning("broker: no contact (%s)", ": ".join(str(each) for each in (error, error.__cause__) if each))
            failures = min(failures + 1, DOUBLINGS_MAX)
            # Full jitter: after an outage not everybody comes back in the same second.
            share = int(self._randomness.token(2), 16) / 0xFFFF
            await asyncio.sleep(BACK_OFF_S_MIN + share * min(BACK_OFF_S_MAX, 2**failures))

    async def _while_up(self, client: aiomqtt.Client, end: End, connection: str, will: aiomqtt.Will | None) -> None:
        while not self._going.empty():
            self._going.get_nowait()
        self._up = True
        LOG.info("broker: connected")
        # Whichever ends first ends the connection: a broker that takes nothing any more is as good as gone.
        halves = [asyncio.create_task(self._send(client)), asyncio.create_task(_receive(client, end.receive))]
        try:
            end.up(connection)
            ended, _ = await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await _say_goodbye(client, will)
            raise
        finally:
            self._up = False
            for half in halves:
                half.cancel()
            await asyncio.gather(*halves, return_exceptions=True)
            end.down()
        for half in ended:
            half.result()

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            topic, payload, retain = await self._going.get()
            await client.publish(topic, payload, qos=qos(topic), retain=retain)

    def _client(self, name: str | None, will: aiomqtt.Will | None) -> aiomqtt.Client:
        broker, version5 = self._broker, self._broker.version == 5
        return CarefulClient(
            broker.host,
            broker.port,
            identifier=name,
            username=broker.user or None,
            password=self._proof.password,
            protocol=aiomqtt.ProtocolVersion.V5 if version5 else aiomqtt.ProtocolVersion.V311,
            clean_start=True if version5 else 3,
            clean_session=None if version5 else True,
            keepalive=broker.keepalive_s,
            timeout=ANSWER_S,
            tls_context=self._proof.tls,
            will=will,
            properties=_longest(self._payload_max) if version5 else None,
            # Nagle would hold every message back for 40 ms.
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )


class CarefulClient(aiomqtt.Client):
    """Watches its socket for writing only while it is open."""

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        # aiomqtt 2.5.1 remembers the number of the socket until the loop's next round. If the broker hangs up in this round, the
        # number is nobody's or another file's by then.
        def watch() -> None:
            if sock.fileno() > -1:
                self._loop.add_writer(sock.fileno(), write)

        def write() -> None:
            try:
                client.loop_write()
            except (OSError, ValueError) as error:
                if not self._disconnected.done():
                    self._disconnected.set_exception(error)

        self._loop.call_soon_threadsafe(watch)


def _longest(payload_max: int) -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.MaximumPacketSize = payload_max + HEADER_MAX
    return properties


async def _receive(client: aiomqtt.Client, receive: Callable[[str, bytes], None]) -> None:
    async for message in client.messages:
        receive(message.topic.value, message.payload)


def _will(end: End, connection: str) -> aiomqtt.Will | None:
    if end.will is None:
        return None
    topic, payload = end.will(connection)
    return aiomqtt.Will(topic, payload, qos=qos(topic), retain=True)


async def _say_goodbye(client: aiomqtt.Client, will: aiomqtt.Will | None) -> None:
    # A clean DISCONNECT leaves no will behind, so whoever has one says it.
    if will is not None:
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            await asyncio.wait_for(client.publish(will.topic, will.payload, qos=will.qos, retain=True), GOODBYE_S)
