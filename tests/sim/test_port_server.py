"""The cabinet at a real port: TCP and pty, real bytes, real time, and no waiting but for events."""

import asyncio
import os
import random
import time

import pytest

from contracts import lock_bus as bus
from sim.byte_link import ByteLink
from sim.cabinet_line import CabinetLine
from sim.lock_cabinet import LockCabinet
from sim.port_server import PortServer
from tests.sim.lock_world import LOCKER

WITHIN_S = 10


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def server() -> tuple[PortServer, LockCabinet]:
    cabinet = LockCabinet(LOCKER, now_ms())
    return PortServer(CabinetLine(ByteLink(random.Random(0)), cabinet), now_ms), cabinet


async def answer(reader: asyncio.StreamReader, decoder: bus.Decoder) -> bus.Frame:
    while True:
        data = await asyncio.wait_for(reader.read(100), WITHIN_S)
        assert data, "the port was closed"
        for frame in decoder.feed(data):
            return frame


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: int, body: bytes = b"") -> bytes:
    writer.write(bus.Frame(0, 1, kind, body).encode())
    return (await answer(reader, bus.Decoder())).body


async def open_door_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    order = bus.UnlockOrder(bus.wish_id(b"epoc", 1), 1, 6, 300).encode()
    assert bus.decode_unlocked(await ask(reader, writer, bus.UNLOCK, order)) == (bus.STARTED, 0)
    while True:
        states = bus.decode_states(await ask(reader, writer, bus.STATES, bus.encode_ack(0)))
        if states.known >> 6 & 1 and not states.closed >> 6 & 1:
            return


def test_a_door_opens_over_tcp_and_a_new_host_replaces_the_old() -> None:
    async def scene() -> None:
        port_server, cabinet = server()
        port = await port_server.start_tcp("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await open_door_over(reader, writer)
        assert [opening.number for opening in cabinet.openings] == [7]
        reader2, writer2 = await asyncio.open_connection("127.0.0.1", port)
        assert bus.decode_identity(await ask(reader2, writer2, bus.IDENTIFY)).boot == 1
        assert await asyncio.wait_for(reader.read(), WITHIN_S) == b""
        cabinet.cut_power(now_ms())
        cabinet.restore_power(now_ms())
        port_server.moved()
        assert bus.decode_identity(await ask(reader2, writer2, bus.IDENTIFY)).boot == 2
        writer.close()
        writer2.close()
        await port_server.stop()

    asyncio.run(scene())


def test_a_door_opens_over_a_pty_also_for_the_second_host() -> None:
    async def scene() -> None:
        port_server, cabinet = server()
        path = port_server.start_pty()
        for _ in range(2):
            line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            loop = asyncio.get_running_loop()
            reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(reader)
            transport, _ = await loop.connect_read_pipe(lambda protocol=protocol: protocol, os.fdopen(line, "rb", 0))
            os.write(line, bus.Frame(0, 1, bus.IDENTIFY, b"").encode())
            assert bus.decode_identity((await answer(reader, bus.Decoder())).body).boot == 1
            transport.close()
        assert cabinet.violations == []
        await port_server.stop()

    asyncio.run(scene())


def test_a_taken_port_is_an_os_error() -> None:
    async def scene() -> None:
        first, _ = server()
        second, _ = server()
        port = await first.start_tcp("127.0.0.1", 0)
        with pytest.raises(OSError, match="address already in use"):
            await second.start_tcp("127.0.0.1", port)
        await second.stop()
        await first.stop()

    asyncio.run(scene())
