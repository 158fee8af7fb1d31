"""The cable passes bytes on, breaks what runs through it when cut, and lets nothing through until it is mended."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from sim.street.cable import Cable

DEADLINE_S = 10
BROKEN = (ConnectionError, asyncio.IncompleteReadError)


@asynccontextmanager
async def cable() -> AsyncGenerator[tuple[Cable, int]]:
    """A cable to a server that answers every line in capitals."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    laid = Cable("127.0.0.1", int(server.sockets[0].getsockname()[1]))
    try:
        yield laid, await laid.start(0)
    finally:
        await laid.stop()
        server.close()


def run(scene: Callable[[Cable, int], Awaitable[None]]) -> None:
    async def play() -> None:
        async with asyncio.timeout(DEADLINE_S), cable() as (laid, port):
            await scene(laid, port)

    asyncio.run(play())


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"hello\n")
    return await reader.readline()


def test_bytes_pass_both_ways() -> None:
    async def scene(_: Cable, port: int) -> None:
        assert await asked(*await asyncio.open_connection("127.0.0.1", port)) == b"HELLO\n"

    run(scene)


def test_a_cut_breaks_and_a_mended_cable_carries_again() -> None:
    async def scene(laid: Cable, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asked(reader, writer) == b"HELLO\n"
        laid.cut()
        with pytest.raises(BROKEN):
            await reader.readexactly(1)
        late_reader, _ = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises(BROKEN):
            await late_reader.readexactly(1)
        laid.mend()
        assert await asked(*await asyncio.open_connection("127.0.0.1", port)) == b"HELLO\n"

    run(scene)
