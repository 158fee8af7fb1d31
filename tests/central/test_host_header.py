"""A Host header that names no host is refused before the framework stumbles over it."""

import asyncio
from typing import Any

import pytest

from central.api.host_header import with_a_readable_host


def status(*hosts: bytes) -> int:
    """What comes back for a request with these Host headers; 200 is the app's own answer."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def keep(message: dict[str, Any]) -> None:
        sent.append(message)

    async def nothing() -> None:
        raise AssertionError("nothing is read")

    asyncio.run(with_a_readable_host(app)({"type": "http", "headers": [(b"host", host) for host in hosts]}, nothing, keep))
    return int(sent[0]["status"])


@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost:8090", b"[::1]:80", b"centre.example.org:443", b"a:65499"])
def test_a_host_is_let_through(host: bytes) -> None:
    assert status(host) == 200


@pytest.mark.parametrize("host", [b"", b"127.0.0.1:abc", b"a:99999999", b"a:70000", b"a b", b"a\x00", b"/", b"[::1", b"a@b", "ż".encode()])
def test_what_is_none_is_refused(host: bytes) -> None:
    assert status(host) == 400


def test_none_and_two_are_refused() -> None:
    assert status() == 400
    assert status(b"a", b"b") == 400
