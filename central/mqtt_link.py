"""The centre's end of MQTT: it hears every machine and has no will."""

from collections.abc import Callable
from pathlib import Path

from central.centre import PAYLOAD_MAX, SUBSCRIPTIONS
from central.ports import Randomness
from contracts.broker import BrokerSettings
from contracts.broker_link import BrokerLink, End
from contracts.topics import machine_of

QUEUE_MAX = 10_000


class MqttLink:
    """Publishes what the centre gives it while the broker is there; what is given meanwhile is dropped, for the centre sends it again."""

    def __init__(self, broker: BrokerSettings, folder: Path, randomness: Randomness) -> None:
        """Raises LinkWrong."""
        self._link = BrokerLink(broker, folder, randomness, QUEUE_MAX, PAYLOAD_MAX)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send without waiting."""
        self._link.publish(topic, payload, retain)

    async def run(self, up: Callable[[], None], down: Callable[[], None], receive: Callable[[str, bytes], None]) -> None:
        """Keep the connection; runs until cancelled."""

        def hear(topic: str, payload: bytes) -> None:
            # Some brokers deliver retained messages nobody asked for.
            if machine_of(topic, "up") is not None:
                receive(topic, payload)

        await self._link.run(End(SUBSCRIPTIONS, up=lambda _: up(), down=down, receive=hear))
