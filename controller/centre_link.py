"""The broker: the only file of the machine that speaks MQTT."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import aiomqtt

from contracts.topics import Presence, down, encode, up
from controller.inputs import LinkDown, LinkUp, MessageArrived
from controller.randomness import Randomness
from controller.site import MqttSite

LOG = logging.getLogger("kiosk.link")
BACK_OFF_S_MAX = 60
QUEUE_MAX = 1_000
GOODBYE_S = 1.0
PAYLOAD_BYTES_MAX = 65_536


class LinkWrong(OSError):
    """The site's broker cannot be used: a certificate or password file cannot be read."""


class CentreLink:
    """Publishes while the broker is there; what is handed over meanwhile is dropped, because the outbox sends it again."""

    def __init__(
        self,
        site: MqttSite,
        folder: Path,
        machine: str,
        boot: str,
        randomness: Randomness,
        put: Callable[[LinkUp | LinkDown | MessageArrived], None],
    ) -> None:
        """Raises LinkWrong."""
        self._site = site
        self._machine = machine
        self._boot = boot
        self._randomness = randomness
        self._put = put
        self._going: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue(QUEUE_MAX)
        self._up = False
        try:
            self._tls = _tls(site, folder)
            self._password = (folder / site.password).read_text("utf-8").strip() if site.password else None
        except (OSError, UnicodeDecodeError) as error:
            raise LinkWrong(f"mqtt: certificate or password file cannot be used ({type(error).__name__})") from None

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand a message over; never waits."""
        if self._up and not self._going.full():
            self._going.put_nowait((topic, payload, retain))

    async def serve(self) -> None:
        """Keep the connection until cancelled."""
        failures = 0
        while True:
            connection = self._randomness.token(8)
            try:
                async with self._client(connection) as client:
                    own = up(self._machine, "presence")
                    await client.subscribe([(down(self._machine, "ack"), 1), (down(self._machine, "orders"), 1), (own, 1)])
                    failures = 0
                    await self._while_up(client, connection)
            except (aiomqtt.MqttError, OSError) as error:
                LOG.warning("broker: no contact (%s)", type(error).__name__)
            failures = min(failures + 1, 6)
            # Full jitter: after an outage not every machine comes back in the same second.
            share = int(self._randomness.token(2), 16) / 0xFFFF
            await asyncio.sleep(0.1 + share * min(BACK_OFF_S_MAX, 2**failures))

    async def _while_up(self, client: aiomqtt.Client, connection: str) -> None:
        while not self._going.empty():
            self._going.get_nowait()
        self._up = True
        # Whichever ends first ends the connection: a broker that takes nothing any more is as good as gone.
        both = [asyncio.create_task(self._send(client)), asyncio.create_task(self._receive(client))]
        self._put(LinkUp(connection=connection))
        try:
            ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # A clean DISCONNECT leaves no will behind, so the machine says itself that it goes.
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                await asyncio.wait_for(client.publish(up(self._machine, "presence"), self._will(connection), qos=1, retain=True), GOODBYE_S)
            raise
        finally:
            self._up = False
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            self._put(LinkDown())
        for task in ended:
            task.result()

    async def _receive(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            # One that is too long is not read, only counted.
            payload = message.payload if len(message.payload) <= PAYLOAD_BYTES_MAX else b""
            self._put(MessageArrived(topic=message.topic.value, payload=payload))

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            topic, payload, retain = await self._going.get()
            await client.publish(topic, payload, qos=1, retain=retain)

    def _will(self, connection: str) -> bytes:
        return encode(Presence(online=False, boot=self._boot, connection=connection))

    def _client(self, connection: str) -> aiomqtt.Client:
        version5 = self._site.version == 5
        return aiomqtt.Client(
            self._site.host,
            self._site.port,
            identifier=self._machine,
            username=self._site.user or None,
            password=self._password,
            protocol=aiomqtt.ProtocolVersion.V5 if version5 else aiomqtt.ProtocolVersion.V311,
            clean_start=True if version5 else 3,
            clean_session=None if version5 else True,
            keepalive=self._site.keepalive_s,
            timeout=10,
            tls_context=self._tls,
            will=aiomqtt.Will(up(self._machine, "presence"), self._will(connection), qos=1, retain=True),
            # Nagle would hold every message back for 40 ms.
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )


def _tls(site: MqttSite, folder: Path) -> ssl.SSLContext | None:
    if not site.ca:
        return None
    context = ssl.create_default_context(cafile=str(folder / site.ca))
    if site.certificate:
        context.load_cert_chain(str(folder / site.certificate), str(folder / site.key) if site.key else None)
    return context
