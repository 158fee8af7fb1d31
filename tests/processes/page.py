"""The resident's page without a browser: the same WebSocket, the same keys."""

import json
from contextlib import suppress
from types import TracebackType
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.processes.child import WITHIN_S

BY_ITSELF = ("rev", "banner", "deadline")
"""What changes when a banner comes or goes, which it does without any key."""


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

        A banner that comes in the meantime is no answer: the key is on its way still, and struck again it would count twice.
        """
        for key in keys:
            before = self.message
            self.send(json.dumps({"key": key, "rev": before["rev"]}))
            while self.message["rev"] == before["rev"] or self._just_a_banner(before):
                self.next()

    def _just_a_banner(self, before: dict[str, Any]) -> bool:
        same = all(self.message[what] == before[what] for what in before if what not in BY_ITSELF)
        return same and self.message["banner"] != before["banner"]

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
