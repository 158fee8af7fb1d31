"""The broker: the only file that speaks MQTT."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import aiomqtt

from central.centre import SUBSCRIPTIONS
from central.ports import Randomness
from central.settings import Mqtt
from contracts.topics import machine_of

LOG = logging.getLogger("kiosk.centre.mqtt")
BACK_OFF_MAX_MS = 60_000
QUEUE_MAX = 10_000


class LinkWrong(OSError):
    """The settings of the broker cannot be used: a certificate or password file cannot be read."""


class MqttLink:
    """Publishes what the centre gives it while the broker is there; what is given meanwhile is dropped, for the centre sends it again."""

    def __init__(self, settings: Mqtt, folder: Path, randomness: Randomness) -> None:
        """Raises LinkWrong."""
        self._settings = settings
        self._randomness = randomness
        self._going: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue(QUEUE_MAX)
        self._up = False
        try:
            self._tls = _tls(settings, folder)
            self._password = (folder / settings.password).read_text("utf-8").strip() if settings.password else None
        except (OSError, UnicodeDecodeError) as error:
            raise LinkWrong(f"mqtt: certificate or password file cannot be used ({type(error).__name__})") from None

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send without waiting."""
        if self._up and not self._going.full():
            self._going.put_nowait((topic, payload, retain))

    async def run(self, up: Callable[[], None], down: Callable[[], None], receive: Callable[[str, bytes], None]) -> None:
        """Keep the connection; runs until cancelled."""
        failures = 0
        while True:
            try:
                async with self._client() as client:
                    await client.subscribe([(topic, 1) for topic in SUBSCRIPTIONS])
                    failures = 0
                    await self._while_up(client, up, down, receive)
            except (aiomqtt.MqttError, OSError) as error:
                LOG.warning("broker: no contact (%s)", type(error).__name__)
            failures = min(failures + 1, 6)
            # Full jitter: after an outage not everybody comes back in the same second.
            await asyncio.sleep(self._randomness.below(min(BACK_OFF_MAX_MS, 1000 * 2**failures)) / 1000)

    async def _while_up(
        self, client: aiomqtt.Client, up: Callable[[], None], down: Callable[[], None], receive: Callable[[str, bytes], None]
    ) -> None:  # fmt: skip
        while not self._going.empty():
            self._going.get_nowait()
        self._up = True
        LOG.info("broker: connected")
        # Whichever ends first ends the connection: a broker that takes nothing any more is as good as gone.
        both = [asyncio.create_task(self._send(client)), asyncio.create_task(_receive(client, receive))]
        try:
            up()
            ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._up = False
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            down()
        for task in ended:
            task.result()

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            topic, payload, retain = await self._going.get()
            # An acknowledgement is cumulative and repeated: losing one costs nothing.
            await client.publish(topic, payload, qos=0 if topic.endswith("/ack") else 1, retain=retain)

    def _client(self) -> aiomqtt.Client:
        version5 = self._settings.version == 5
        return aiomqtt.Client(
            self._settings.host,
            self._settings.port,
            username=self._settings.user or None,
            password=self._password,
            protocol=aiomqtt.ProtocolVersion.V5 if version5 else aiomqtt.ProtocolVersion.V311,
            clean_start=True if version5 else 3,
            clean_session=None if version5 else True,
            keepalive=self._settings.keepalive_s,
            timeout=10,
            tls_context=self._tls,
            # Nagle would hold every answer back for 40 ms.
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )


async def _receive(client: aiomqtt.Client, receive: Callable[[str, bytes], None]) -> None:
    async for message in client.messages:
        topic = message.topic.value
        # Some brokers deliver retained messages nobody asked for.
        if machine_of(topic, "up") is not None:
            receive(topic, message.payload)


def _tls(settings: Mqtt, folder: Path) -> ssl.SSLContext | None:
    if not settings.ca:
        return None
    context = ssl.create_default_context(cafile=str(folder / settings.ca))
    if settings.certificate:
        context.load_cert_chain(str(folder / settings.certificate), str(folder / settings.key) if settings.key else None)
    return context
