"""The lines of a Pi outside its own process: a headphone socket that the street can plug into.

`GpioPanel` holds the levels and offers them at a TCP port; the controller runs with its `environment`, so that gpiozero loads
the pin factory of `sim/gpio_pins.py`, which follows them.
"""

import asyncio
import re

FACTORY = "kiosk-sim"
"""The name under which pyproject.toml registers the factory."""
PLACE = "KIOSK_SIM_GPIO"
"""The environment variable with the panel's host and port."""
READY = "ready"
LINE = re.compile(r"([0-9]{1,2}) ([01])")


class PanelLineWrong(ValueError):
    """A line from the panel that names no level of a line."""


def level_line(gpio: int, high: bool) -> str:
    """What the panel sends of one line."""
    return f"{gpio} {int(high)}"


def read_level(text: str) -> tuple[int, bool]:
    """The line and its level; raises PanelLineWrong."""
    found = LINE.fullmatch(text)
    if found is None:
        raise PanelLineWrong("neither a line with its level nor the end of the list")
    return int(found[1]), found[2] == "1"


class GpioPanel:
    """Switches to ground on the Pi's lines; open until closed. A controller that starts later finds each as it is then."""

    def __init__(self) -> None:
        self._levels: dict[int, bool] = {}
        self._server: asyncio.Server | None = None
        self._hosts: set[asyncio.StreamWriter] = set()
        self._port = 0

    async def serve(self) -> dict[str, str]:
        """Listen at a free port; what the controller needs in its environment."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return {"GPIOZERO_PIN_FACTORY": FACTORY, PLACE: f"127.0.0.1:{self._port}"}

    def switch(self, gpio: int, closed: bool) -> None:
        """Close a switch to ground, or open it: headphones in their socket are a closed one."""
        self._levels[gpio] = not closed
        for host in self._hosts:
            host.write(f"{level_line(gpio, not closed)}\n".encode())

    def closed(self, gpio: int) -> bool:
        """Whether that switch is closed."""
        return not self._levels.get(gpio, True)

    async def close(self) -> None:
        """No more connections; those that there are end."""
        if self._server is not None:
            self._server.close()
            for host in tuple(self._hosts):
                host.close()
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [level_line(gpio, high) for gpio, high in self._levels.items()]
        writer.write("".join(f"{line}\n" for line in (*lines, READY)).encode())
        self._hosts.add(writer)
        try:
            while await reader.read(256):
                pass
        except ConnectionError:
            pass
        finally:
            self._hosts.discard(writer)
            writer.close()
