"""Opens ports: the one file that does. A port is a text: `/dev/ttyAMA0`, `socket://127.0.0.1:7001`, a pty.

A line that cannot be opened, or breaks, is opened again every second; what is written meanwhile is lost, as on a broken wire.
"""

import asyncio
import contextlib
from collections.abc import Callable
from urllib.parse import urlsplit

import serial

from contracts.addresses import is_host_name

REOPEN_S = 1.0
READ_BYTES = 4096


class PortWrong(ValueError):
    """A text that names no port."""


class OpenLine:
    """One serial line or socket; what arrives goes to `received`, in whatever pieces."""

    def __init__(self, port: str, baud: int, received: Callable[[bytes], None]) -> None:
        """Raises PortWrong."""
        if "\0" in port or not (port.startswith("/") or _is_socket(port)):
            raise PortWrong(f"{port[:80]}: neither a device nor socket://host:port")
        self._port = port
        self._baud = baud
        self._received = received
        self._writer: Callable[[bytes], object] | None = None

    def write(self, data: bytes) -> None:
        """Put bytes on the line; lost while it is not open."""
        if self._writer is not None:
            try:
                self._writer(data)
            except (OSError, serial.SerialException):
                self._writer = None

    async def serve(self) -> None:
        """Keep the line open until cancelled."""
        while True:
            with contextlib.suppress(OSError, serial.SerialException):
                if self._port.startswith("/"):
                    await self._device()
                else:
                    await self._socket()
            self._writer = None
            await asyncio.sleep(REOPEN_S)

    async def _socket(self) -> None:
        parts = urlsplit(self._port)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            self._writer = writer.write
            while data := await reader.read(READ_BYTES):
                self._received(data)
        finally:
            writer.close()

    async def _device(self) -> None:
        device = serial.Serial(self._port, self._baud, timeout=0, write_timeout=0, exclusive=True)
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def readable() -> None:
            try:
                data = device.read(READ_BYTES)
            except (OSError, serial.SerialException):
                data = b""
            if data:
                self._received(bytes(data))
            else:
                ended.set()

        loop.add_reader(device.fileno(), readable)
        try:
            self._writer = device.write
            await ended.wait()
        finally:
            loop.remove_reader(device.fileno())
            device.close()


def _is_socket(port: str) -> bool:
    try:
        parts = urlsplit(port)
        return parts.scheme == "socket" and is_host_name(parts.hostname or "") and bool(parts.port)
    except ValueError:
        return False
