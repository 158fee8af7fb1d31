"""The resident's page without a browser: the same WebSocket, the same keys."""

import json
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.processes.child import WITHIN_S

BY_KEY = ("screen", "lang", "size", "theme", "audio", "keys", "data")
"""What a key changes; a banner comes and goes by itself."""


class Page:
    """One connection; `message` is the screen shown now."""

    def __init__(self, port: int) -> None:
        self._socket: ClientConnection = connect(f"ws://127.0.0.1:{port}/ws", compression=None, proxy=None, open_timeout=WITHIN_S)
        self.message: dict[str, Any] = {}
        self.next()

    @property
    def screen(self) -> str:
        """The name of the screen shown now."""
        return str(self.message["screen"])

    def until(self, *screens: str, within_s: float = WITHIN_S) -> str:
        """Wait until one of these screens is shown; its name. Raises TimeoutError naming what is shown instead."""
        while self.screen not in screens:
            try:
                self.next(within_s)
            except TimeoutError:
                raise TimeoutError(f"the screen is {self.screen}, not one of {screens}") from None
        return self.screen

    def press(self, *keys: str) -> None:
        """Keys one after another, each on the screen that the one before made.

        The machine drops a key for a screen that has just changed, if only by its banner: then it is pressed again, as a person would.
        """
        for key in keys:
            taken = False
            while not taken:
                before = self.message
                self.send(json.dumps({"key": key, "rev": before["rev"]}))
                while self.message["rev"] == before["rev"]:
                    self.next()
                taken = self.message["banner"] == before["banner"] or any(self.message[what] != before[what] for what in BY_KEY)

    def catch_up(self) -> None:
        """Take in what has come already."""
        with suppress(TimeoutError):
            while True:
                self.next(0)

    def last_press(self, key: str) -> None:
        """A key after which nobody waits for the screen."""
        self.send(json.dumps({"key": key, "rev": self.message["rev"]}))

    def send(self, text: str | bytes) -> None:
        """Anything at all."""
        self._socket.send(text)

    def next(self, within_s: float = WITHIN_S) -> None:
        """Wait for the next message."""
        self.message = json.loads(self._socket.recv(within_s))["message"]

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.close()
