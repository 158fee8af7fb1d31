"""A wire between an MQTT client and the broker: each piece can be looked at, and held back for ever, before it goes on."""

import os
import select
import socket
import threading
from collections.abc import Callable

from tests.processes.child import WITHIN_S


class TcpRelay:
    """Listens on a free port of the loopback. `lets_pass(piece)` is asked for what the client sends; false ends that connection."""

    def __init__(self, target_port: int, lets_pass: Callable[[bytes], bool]) -> None:
        self._target_port = target_port
        self._lets_pass = lets_pass
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: dict[socket.socket, tuple[socket.socket, bool]] = {}
        self._leave, self._left = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            readable, _, _ = select.select([self._leave, self._listener, *self._pairs], [], [])
            if self._leave in readable:
                return
            for end in readable:
                if end is self._listener:
                    self._accept()
                elif isinstance(end, socket.socket) and end in self._pairs:
                    self._pass(end)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            broker = socket.create_connection(("127.0.0.1", self._target_port), WITHIN_S)
        except OSError:
            client.close()
            return
        for end in (client, broker):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs[client] = (broker, True)
        self._pairs[broker] = (client, False)

    def _pass(self, end: socket.socket) -> None:
        other, from_client = self._pairs[end]
        try:
            data = end.recv(65536)
            if data and (not from_client or self._lets_pass(data)):
                other.sendall(data)
                return
        except ConnectionError:
            pass
        for one in (end, other):
            del self._pairs[one]
            one.close()

    def close(self) -> None:
        """Take the wire away."""
        os.write(self._left, b"x")
        self._thread.join()
        for end in (*self._pairs, self._listener):
            end.close()
        os.close(self._leave)
        os.close(self._left)
