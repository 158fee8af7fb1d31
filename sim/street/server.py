"""The street's web servers: its page, what visitors do, the machine's real screen passed through, and the SMS provider."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator, Mapping
from importlib import resources
from urllib.parse import urlsplit

import httpx
import jinja2
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from contracts.addresses import is_host_name
from contracts.texts import languages
from sim.street.cabinet import HandRefused
from sim.street.centre_desk import CentreRefused
from sim.street.picture import cabinet_shape, picture
from sim.street.places import url
from sim.street.street import Deed, Street
from sim.street.words import FOLDER, Words, language_of

BEAT_S = 5.0
FILE_WAITS_S, FILE_AGAIN_S = 30, 0.3
DEED_BYTES_MAX = 2048
PAGES_MAX = 12
FILES: Mapping[str, str] = {
    "street.css": "text/css",
    "panes.css": "text/css",
    "street.js": "text/javascript",
    "cabinet.js": "text/javascript",
    "panes.js": "text/javascript",
    "workshop.css": "text/css",
    "workshop.js": "text/javascript",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
KIOSK_FILES = ("", "kiosk.css", "large.css", "accent.css", "sounds.js", "kiosk.js")
PASSED_ON = ("content-type", "content-security-policy", "x-content-type-options", "referrer-policy", "cache-control", "permissions-policy")


class StreetServer:
    """The web application over one street."""

    def __init__(self, street: Street) -> None:
        self.leaving = False
        self._street = street
        self._words = {language: Words(language) for language in languages(FOLDER)}
        self._client = httpx.AsyncClient(trust_env=False, timeout=3, transport=httpx.AsyncHTTPTransport(retries=3))
        self._passed_on: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._kiosk = f"127.0.0.1:{street.places.ports.kiosk}"
        folder = resources.files("sim.street").joinpath("page")
        self._files = {name: folder.joinpath(name).read_bytes() for name in FILES}
        environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
        self._page = environment.from_string(folder.joinpath("street.html").read_text("utf-8"))

    def app(self) -> Starlette:
        """Routes of the street."""
        return Starlette(
            routes=[
                Route("/", self._show),
                Route("/favicon.ico", _nothing),
                Route("/kiosk", _to_the_screen),
                *(Route(f"/{name}", self._file) for name in FILES),
                *(Route(f"/kiosk/{name}", self._kiosk_file) for name in KIOSK_FILES),
                Route("/events", self._events),
                Route("/deeds", self._deed, methods=["POST"]),
                WebSocketRoute("/kiosk/ws", self._kiosk_talk),
            ]
        )

    async def _show(self, request: Request) -> Response:
        language = language_of(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        shape = msgspec.json.encode(cabinet_shape(self._street)).decode()
        words = self._words[language]
        centre = self._centre_for(request.url.hostname or "")
        html = self._page.render(t=words.all(), lang=language, languages=tuple(self._words), shape=shape, centre=centre)
        return Response(html, media_type="text/html; charset=utf-8", headers=HEADERS)

    def _centre_for(self, host: str) -> str:
        """The centre's address for a visitor who reached the street under this name."""
        places = self._street.places
        return url(host if is_host_name(host) else places.near_host, places.ports.centre)

    async def _file(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return Response(self._files[name], media_type=FILES[name], headers=HEADERS)

    async def _events(self, request: Request) -> Response:
        if len(self._street.watchers) >= PAGES_MAX:
            return PlainTextResponse("too many pages", 503, HEADERS)
        words = self._words[language_of(request.query_params.get("lang"), "")]
        return StreamingResponse(self._stream(words), media_type="text/event-stream", headers=HEADERS)

    async def _stream(self, words: Words) -> AsyncIterator[bytes]:
        street, told = self._street, b""
        with street.watched(words.language):
            while not self.leaving:
                revision = street.revision
                now = msgspec.json.encode(picture(street, words))
                yield b"data: " + now + b"\n\n" if now != told else b": beat\n\n"
                told = now
                await street.next_change(revision, BEAT_S)

    async def _deed(self, request: Request) -> Response:
        words = self._words[language_of(request.query_params.get("lang"), "")]
        if not _from_here(request.headers) or request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"error": "not_from_here"}, 403, HEADERS)
        try:
            body = await request.body()
            deed = msgspec.json.decode(body[: DEED_BYTES_MAX + 1], type=Deed)
            await self._street.act(deed)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return JSONResponse({"error": "deed_wrong", "text": words.refusal("deed_wrong")}, 400, HEADERS)
        except (HandRefused, CentreRefused) as refused:
            return JSONResponse({"error": refused.code, "text": words.refusal(refused.code)}, 409, HEADERS)
        return JSONResponse({}, 200, HEADERS)

    async def _kiosk_file(self, request: Request) -> Response:
        """The machine's own page, under the street's address so that a visitor needs one address only.

        A page that was seen once is shown while the machine has no power, too: its frame then waits for the machine by itself. One that
        was never seen waits here: a day that begins anew would leave a page without its script, which waits for ever.
        """
        path = request.url.path.removeprefix("/kiosk")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FILE_WAITS_S):  # a machine begins its day in a few seconds; a browser waits longer than this
                await self._asked_until(path)
        if path not in self._passed_on:
            return PlainTextResponse("", 503, HEADERS)
        content, headers = self._passed_on[path]
        return Response(content, 200, headers)

    async def _asked_until(self, path: str) -> None:
        """Ask the machine for a file until one is known; only what it really gave is kept."""
        while not self.leaving:
            with contextlib.suppress(httpx.HTTPError):
                answer = await self._client.get(f"http://{self._kiosk}{path}")
                if answer.is_success:
                    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
                    self._passed_on[path] = (answer.content, headers)
            if path in self._passed_on:
                return
            await asyncio.sleep(FILE_AGAIN_S)

    async def _kiosk_talk(self, page: WebSocket) -> None:
        if not _from_here(page.headers):
            await page.close(1008)
            return
        await page.accept()
        with contextlib.suppress(OSError, WebSocketException, TimeoutError):
            async with connect(f"ws://{self._kiosk}/ws", proxy=None, open_timeout=2) as machine:
                down, up = asyncio.create_task(_down(machine, page)), asyncio.create_task(_up(page, machine))
                await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
                for one in (down, up):
                    one.cancel()
                await asyncio.gather(down, up, return_exceptions=True)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await page.close(1012)


async def _nothing(_: Request) -> Response:
    return Response(status_code=204)


async def _to_the_screen(_: Request) -> Response:
    return RedirectResponse("/kiosk/")


async def _down(machine: ClientConnection, page: WebSocket) -> None:
    with contextlib.suppress(WebSocketException, WebSocketDisconnect, RuntimeError):
        async for text in machine:
            await page.send_text(text if isinstance(text, str) else text.decode())


async def _up(page: WebSocket, machine: ClientConnection) -> None:
    with contextlib.suppress(WebSocketException, WebSocketDisconnect, RuntimeError, KeyError):
        while True:
            await machine.send(await page.receive_text())


def _from_here(headers: Mapping[str, str]) -> bool:
    """Whether the request comes from a page of the street and not from another site's; a program that is no browser states no origin."""
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False


class WebServer(uvicorn.Server):
    """One web server on a socket; signals belong to the program."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app, http="h11", ws="websockets-sansio", lifespan="off", log_config=None, access_log=False, server_header=False,
                timeout_graceful_shutdown=1, ws_max_size=4096,
            )
        )  # fmt: skip
        self._serving: asyncio.Task[None] | None = None

    def start(self, ears: socket.socket) -> None:
        """Serve from now on."""
        self._serving = asyncio.create_task(self.serve(sockets=[ears]))

    async def stop(self) -> None:
        """Let every connection go."""
        self.should_exit = True
        if self._serving is not None:
            await asyncio.gather(self._serving, return_exceptions=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
