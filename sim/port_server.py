"""Serves a simulated line in real time, at a TCP port or a pty, for a controller in another process."""

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from typing import Protocol


class SimulatedLine(Protocol):
    """What is at the other end: a cabinet, a modem."""

    def write(self, data: bytes, now_ms: int) -> None:
        """What the host sends."""
        ...

    def read(self, now_ms: int) -> bytes:
        """What has arrived at the host by now."""
        ...

    def deadline(self) -> int | None:
        """When read has something."""
        ...


class PortServer:
    """One host at a time; a new one replaces the old. `clock` gives integer monotonic milliseconds.

    After touching what is behind the line (a push, a power cut) call `moved`, so that the next thing to happen is waited for.
    """

    def __init__(self, line: SimulatedLine, clock: Callable[[], int]) -> None:
        self._line = line
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None
        self._host: asyncio.StreamWriter | None = None
        self._pty: list[int] = []

    async def start_tcp(self, host: str, port: int) -> int:
        """Listens, with port 0 on a free one, and returns the port: `socket://host:port`. Raises OSError when it is taken."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.moved()
        return int(self._server.sockets[0].getsockname()[1])

    def start_pty(self) -> str:
        """The path of a new pty whose other end is the line."""
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._pty = [ours, theirs]  # theirs stays open: a host that closes must not hang the line up
        asyncio.get_running_loop().add_reader(ours, self._read_pty)
        self.moved()
        return os.ttyname(theirs)

    async def stop(self) -> None:
        """Closes the port and every connection."""
        if self._timer:
            self._timer.cancel()
        if self._host:
            self._host.close()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        if self._pty:
            asyncio.get_running_loop().remove_reader(self._pty[0])
        while self._pty:
            os.close(self._pty.pop())

    def moved(self) -> None:
        """Lets happen what is due, sends what came of it, and waits for the next."""
        now_ms = self._clock()
        data = self._line.read(now_ms)
        if data:
            self._write(data)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self._line.deadline()
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(due - now_ms, 0) / 1000, self.moved)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._host:
            self._host.close()
        self._host = writer
        try:
            while data := await reader.read(1024):
                self._hear(data)
        except ConnectionError:
            pass
        finally:
            if self._host is writer:
                self._host = None
            writer.close()

    def _hear(self, data: bytes) -> None:
        self._line.write(data, self._clock())
        self.moved()

    def _read_pty(self) -> None:
        try:
            data = os.read(self._pty[0], 1024)
        except BlockingIOError:
            return
        self._hear(data)

    def _write(self, data: bytes) -> None:
        if self._host:
            self._host.write(data)
        if self._pty:
            os.write(self._pty[0], data)
