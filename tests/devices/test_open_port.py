"""Ports as texts: a pty and a socket carry bytes both ways, and are opened again when they break."""

import asyncio
import os
import pty
import select
import tty
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices import open_port
from controller.devices.open_port import OpenLine, PortWrong


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


class Ears:
    """Collects what arrives."""

    def __init__(self) -> None:
        self.data = b""
        self._news = asyncio.Event()

    def hear(self, data: bytes) -> None:
        self.data += data
        self._news.set()

    async def until(self, data: bytes) -> None:
        while self.data != data:
            await self._news.wait()
            self._news.clear()


@asynccontextmanager
async def serving(line: OpenLine) -> AsyncGenerator[None]:
    task = asyncio.create_task(line.serve())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def readable(handle: int) -> bytes:
    """The next bytes at a file descriptor."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, ready.set)
    await ready.wait()
    loop.remove_reader(handle)
    return os.read(handle, 100)


async def opened(line: OpenLine, other_end: int) -> None:
    """Say something until it is heard: what is written before the line is open is lost, and what lay there before it is thrown away."""
    while not select.select([other_end], [], [], 0)[0]:
        line.write(b"?")
        await asyncio.sleep(0)
    os.read(other_end, 100)


@pytest.mark.parametrize(
    "port",
    [
        "",
        "COM1",
        "socket://",
        "socket://127.0.0.1",
        "socket://:7001",
        "socket://host:none",
        "/dev/tty\0",
        "http://127.0.0.1:80",
        "dev/ttyS0",
    ],
)
def test_texts_that_name_no_port(port: str) -> None:
    with pytest.raises(PortWrong):
        OpenLine(port, 115200, lambda data: None)


@given(st.text(max_size=60))
def test_any_text_is_a_port_or_a_named_error(port: str) -> None:
    with suppress(PortWrong):
        OpenLine(port, 115200, lambda data: None)


def test_what_is_written_before_it_is_open_is_lost() -> None:
    async def story() -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        line = OpenLine(os.ttyname(theirs), 115200, lambda data: None)
        line.write(b"lost")
        async with serving(line):
            while not select.select([ours], [], [], 0)[0]:
                line.write(b"?")
                await asyncio.sleep(0)
            assert set(os.read(ours, 100)) == set(b"?")
        os.close(ours)
        os.close(theirs)

    run(story())


def test_a_pty_carries_bytes_both_ways() -> None:
    async def story() -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        ears = Ears()
        line = OpenLine(os.ttyname(theirs), 115200, ears.hear)
        async with serving(line):
            await opened(line, ours)
            os.write(ours, b"\x00\x01\xff")
            await ears.until(b"\x00\x01\xff")
            line.write(b"\x00\x02\xfe")
            assert await readable(ours) == b"\x00\x02\xfe"
        os.close(ours)
        os.close(theirs)

    run(story())


def test_a_socket_carries_bytes_both_ways_and_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_port, "REOPEN_S", 0)

    async def story() -> None:
        hosts: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        server = await asyncio.start_server(lambda reader, writer: hosts.put_nowait((reader, writer)), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ears = Ears()
        line = OpenLine(f"socket://127.0.0.1:{port}", 115200, ears.hear)
        async with serving(line):
            for connection in (1, 2):
                reader, writer = await hosts.get()
                writer.write(bytes([connection]))
                await ears.until(bytes(range(1, connection + 1)))
                line.write(b"there")
                assert await reader.readexactly(5) == b"there"
                writer.close()
        server.close()

    run(story())


def test_a_device_that_goes_away_is_opened_again_when_it_is_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(open_port, "REOPEN_S", 0)

    async def story() -> None:
        name, ears = tmp_path / "tty", Ears()
        line = OpenLine(str(name), 115200, ears.hear)
        async with serving(line):
            for life in (1, 2):
                ours, theirs = pty.openpty()
                tty.setraw(theirs)
                name.unlink(missing_ok=True)
                name.symlink_to(os.ttyname(theirs))
                await opened(line, ours)
                os.write(ours, bytes([life]))
                await ears.until(bytes(range(1, life + 1)))
                os.close(theirs)
                os.close(ours)
                line.write(b"into the void")

    run(story())
