"""The code scanner that hangs at the machine: a hand holds a sheet before it."""

from collections.abc import Callable

from sim.code_scanner import CodeScanner
from sim.port_server import PortServer


class ScannerAtHand:
    """The scanner at its port."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._scanner = CodeScanner()
        self._port = PortServer(self._scanner, clock)

    async def start(self, port: int) -> None:
        """Serve it on loopback. Raises OSError when the port is taken."""
        await self._port.start_tcp("127.0.0.1", port)

    async def stop(self) -> None:
        """Close the port."""
        await self._port.stop()

    def scan(self, code: str) -> None:
        """Hold a code before it."""
        self._scanner.scan(code)
        self._port.moved()
