"""The machine's end of MQTT: its own topics, and a will that says it is gone."""

from collections.abc import Callable
from pathlib import Path

from contracts.broker import BrokerSettings
from contracts.broker_link import BrokerLink, End
from contracts.topics import Presence, down, encode, up
from controller.inputs import LinkDown, LinkUp, MessageArrived
from controller.randomness import Randomness

QUEUE_MAX = 1_000
PAYLOAD_BYTES_MAX = 65_536


class CentreLink:
    """Publishes while the broker is there; what is handed over meanwhile is dropped, because the outbox sends it again."""

    def __init__(
        self,
        broker: BrokerSettings,
        folder: Path,
        machine: str,
        boot: str,
        randomness: Randomness,
        put: Callable[[LinkUp | LinkDown | MessageArrived], None],
    ) -> None:
        """Raises LinkWrong."""
        self._link = BrokerLink(broker, folder, randomness, QUEUE_MAX, PAYLOAD_BYTES_MAX)
        self._machine = machine
        self._boot = boot
        self._put = put

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hand a message over; never waits."""
        self._link.publish(topic, payload, retain)

    async def serve(self) -> None:
        """Keep the connection until cancelled."""
        own = up(self._machine, "presence")
        await self._link.run(
            End(
                (down(self._machine, "ack"), down(self._machine, "orders"), down(self._machine, "blik"), own),
                up=lambda connection: self._put(LinkUp(connection=connection)),
                down=lambda: self._put(LinkDown()),
                receive=self._receive,
                name=self._machine,
                will=lambda connection: (own, encode(Presence(online=False, boot=self._boot, connection=connection))),
            )
        )

    def _receive(self, topic: str, payload: bytes) -> None:
        # One that is too long is not read, only counted.
        self._put(MessageArrived(topic=topic, payload=payload if len(payload) <= PAYLOAD_BYTES_MAX else b""))
