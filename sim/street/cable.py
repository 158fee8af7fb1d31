"""The network cable between machine and broker: carries TCP both ways until it is cut."""

import asyncio

CHUNK = 65_536


class Cable:
    """Listens on loopback and passes everything on; a cut ends what runs through it and lets nothing new through."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self.connected = True
        self._target = (target_host, target_port)
        self._server: asyncio.Server | None = None
        self._through: set[asyncio.StreamWriter] = set()

    async def start(self, port: int) -> int:
        """Listen, with port 0 on a free one, and return the port. Raises OSError when it is taken."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        self.cut()
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def cut(self) -> None:
        """Nothing gets through any more."""
        self.connected = False
        for writer in list(self._through):
            writer.transport.abort()

    def mend(self) -> None:
        """The next connection gets through."""
        self.connected = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.connected:
            writer.transport.abort()
            return
        self._through.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            self._through.discard(writer)
            writer.transport.abort()
            return
        self._through.add(far_writer)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            for one in (writer, far_writer):
                self._through.discard(one)
                one.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()
