"""What the web framework cannot read of a request is refused before it gets there."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

App = Callable[[Any, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Coroutine[Any, Any, None]]

HOST = re.compile(rb"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,4}|:[1-5][0-9]{4}|:6[0-4][0-9]{3}|:65[0-4][0-9]{2})?")


def with_a_readable_host(app: App) -> App:
    """The app behind a look at the Host header: one that names no host and port gets 400, in plain words."""

    async def looked_at(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] == "http" and not _readable(scope["headers"]):
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
            await send({"type": "http.response.start", "status": 400, "headers": headers})
            await send({"type": "http.response.body", "body": b"host_unknown\n"})
        else:
            await app(scope, receive, send)

    return looked_at


def _readable(headers: list[tuple[bytes, bytes]]) -> bool:
    hosts = [value for name, value in headers if name == b"host"]
    return len(hosts) == 1 and HOST.fullmatch(hosts[0]) is not None
