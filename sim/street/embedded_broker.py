"""An MQTT broker (3.1.1) inside the street's own process: no system package is needed. The only file that knows amqtt."""

import logging

from amqtt.broker import Broker

logging.getLogger("amqtt").setLevel(logging.CRITICAL)
logging.getLogger("transitions").setLevel(logging.WARNING)


class EmbeddedBroker:
    """One broker on loopback; any user name will do, and none."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._broker: Broker | None = None

    async def start(self) -> None:
        """Listen; retained messages of an earlier start are gone."""
        # Naming the plugins leaves out the ones that log. The plugin for anonymous clients would call everybody anonymous, and those lose
        # their queue when they go offline; the plugin all others are made of lets everybody in and calls them nothing.
        settings: dict[str, dict[str, dict[str, str]]] = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}"}},
            "plugins": {"amqtt.plugins.base.BaseAuthPlugin": {}},
        }
        self._broker = Broker(settings)
        await self._broker.start()

    async def stop(self) -> None:
        """Close every connection."""
        if self._broker is not None:
            await self._broker.shutdown()
            self._broker = None
