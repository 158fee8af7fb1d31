"""An MQTT broker (3.1.1) inside the street's own process: no system package is needed. The only file that knows amqtt."""

import logging

from amqtt.broker import Broker

logging.getLogger("amqtt").setLevel(logging.CRITICAL)
logging.getLogger("transitions").setLevel(logging.WARNING)


class EmbeddedBroker:
    """One broker on loopback; any user name will do, none will not."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._broker: Broker | None = None

    async def start(self) -> None:
        """Listen; retained messages of an earlier start are gone."""
        # Naming the plugins leaves out the ones that log; anonymous clients would lose their queue when they go offline.
        settings = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}},
        }
        self._broker = Broker(settings)
        await self._broker.start()

    async def stop(self) -> None:
        """Close every connection."""
        if self._broker is not None:
            await self._broker.shutdown()
            self._broker = None
