"""Somebody who stands in front of the machine: sees what the real page shows and can press its keys."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

AGAIN_S = 0.15
ALIVE_S = 5.0


class Seen(msgspec.Struct, frozen=True):
    """What the screen shows; `screen` is empty while it is dark, `case` is the one that the clerk at it loads, `typed` a number."""

    screen: str = ""
    lang: str = "pl"
    rev: int = -1
    keys: tuple[str, ...] = ()
    filled: int = 0
    compartment: int = 0
    tries_left: int = 0
    case: str = ""
    moving: bool = False
    typed: int = 0
    banner: str = ""


class _Told(msgspec.Struct, frozen=True):
    rev: int
    screen: str
    lang: str
    keys: tuple[str, ...]
    data: dict[str, Any]
    banner: str | None = None


class _Frame(msgspec.Struct, frozen=True):
    message: _Told


class KioskEye:
    """One page's connection; `changed` is called for every new screen."""

    def __init__(self, port: int, changed: Callable[[], None]) -> None:
        self.seen = Seen()
        self._address = f"ws://127.0.0.1:{port}/ws"
        self._changed = changed
        self._socket: ClientConnection | None = None

    async def watch(self) -> None:
        """Look until cancelled; after a power cut look again."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with connect(self._address, proxy=None, open_timeout=2) as page:
                    self._socket = page
                    alive = asyncio.create_task(self._live(page))
                    try:
                        await self._look(page)
                    finally:
                        alive.cancel()
            self._socket = None
            self._see(Seen())
            await asyncio.sleep(AGAIN_S)

    async def press(self, key: str) -> bool:
        """Press a key; false when it is not active now."""
        if self._socket is None or key not in self.seen.keys:
            return False
        with contextlib.suppress(WebSocketException):
            await self._socket.send(msgspec.json.encode({"key": key, "rev": self.seen.rev}).decode())
            return True
        return False

    async def _look(self, page: ClientConnection) -> None:
        async for text in page:
            self._see(self._read(msgspec.json.decode(text, type=_Frame).message))

    def _read(self, told: _Told) -> Seen:
        data = told.data
        # The screen that asks whether the document is inside names no case: it is still the same one.
        case = str(data.get("case", "")) or (self.seen.case if told.screen.startswith("k.") else "")
        numbers = {name: int(data.get(name) or 0) for name in ("filled", "compartment", "tries_left", "typed")}
        moving, banner = bool(data.get("moving", False)), told.banner or ""
        return Seen(told.screen, told.lang, told.rev, told.keys, **numbers, case=case, moving=moving, banner=banner)

    async def _live(self, page: ClientConnection) -> None:
        with contextlib.suppress(WebSocketException):
            while True:
                await asyncio.sleep(ALIVE_S)
                await page.send(msgspec.json.encode({"alive": self.seen.rev}).decode())

    def _see(self, seen: Seen) -> None:
        if seen != self.seen:
            self.seen = seen
            self._changed()
