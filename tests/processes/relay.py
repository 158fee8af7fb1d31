"""A wire with ears between controller and board: bytes pass both ways, and each frame to the board can be acted upon before its reply."""

import os
import select
import socket
import threading
from collections.abc import Callable, Sequence

from contracts import lock_bus as bus


class Relay:
    """Listens at a TCP port of the loopback, speaks to the board's pty. `heard` is called after a frame has reached the board."""

    def __init__(self, board_port: str, heard: Callable[[bus.Frame], None] = lambda _: None) -> None:
        self.heard = heard
        self.passes = True
        self._board = os.open(board_port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._host: socket.socket | None = None
        self._decoder = bus.Decoder()
        self._leave, self._left = os.pipe()
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while True:
                ends = [self._leave, self._board, self._listener, *([self._host] if self._host else [])]
                readable, _, _ = select.select(ends, [], [])
                if self._leave in readable:
                    return
                self._turn(readable)
        except BaseException as error:
            self.error = error
            raise

    def _turn(self, readable: Sequence[object]) -> None:
        if self._host is not None and self._host in readable:
            self._from_host(self._host)
        if self._board in readable:
            data = os.read(self._board, 4096)
            if self._host is not None and self.passes:
                self.inject(data)
        if self._listener in readable:
            self._drop()
            self._host, _ = self._listener.accept()
            self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._decoder = bus.Decoder()

    def _from_host(self, host: socket.socket) -> None:
        try:
            data = host.recv(4096)
        except ConnectionError:
            data = b""
        if not data:
            self._drop()
            return
        os.write(self._board, data)
        for frame in self._decoder.feed(data):
            self.heard(frame)

    def inject(self, data: bytes) -> None:
        """Bytes that the controller reads as if a board had sent them."""
        if self._host is not None:
            try:
                self._host.sendall(data)
            except ConnectionError:
                self._drop()

    def _drop(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None

    def close(self) -> None:
        """Take the wire away."""
        os.write(self._left, b"x")
        self._thread.join()
        self._drop()
        self._listener.close()
        for end in (self._board, self._leave, self._left):
            os.close(end)
