"""The resident's screen on the network: one page, its WebSocket, and a web server without a tick of its own."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import resources
from urllib.parse import urlsplit

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from contracts.screen_messages import AnswerWrong, KeyAnswer, ScreenMessage, read_answer
from controller.inputs import AnswerMalformed, KeyPressed, PageAlive, PageGone
from controller.kiosk.colours import style_sheet
from controller.kiosk.rendering import Look, page, render

PAGES_MAX = 8
"""The kiosk's own browser, a street page, a technician's look; more would be a mistake or an attack."""
FRAME_BYTES_MAX = 1024
"""A longer WebSocket frame ends the connection; an answer is at most 256 bytes."""
STALE_MS = 250
"""A message older than this is drawn again with what is left of its countdown."""
RELOAD = '{"reload":true}'
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

ASSETS = {"kiosk.css": "text/css", "large.css": "text/css", "sounds.js": "text/javascript", "kiosk.js": "text/javascript"}


class PortTaken(OSError):
    """Another program listens on the screen's address; names host and port."""


class KioskServer:
    """Serves the page, sends every new message to all pages and puts what they answer into the inbox."""

    def __init__(
        self,
        inbox: Callable[[AnswerMalformed | KeyPressed | PageAlive | PageGone], None],
        look: Look,
        *,
        host: str = "127.0.0.1",
        port: int = 8071,
        hosts: frozenset[str] = frozenset(),
        frame_ancestors: tuple[str, ...] = (),
        mono_ms: Callable[[], int] | None = None,
        restart_browser: Callable[[], None] = lambda: None,
    ) -> None:
        """`hosts`: names besides loopback that requests may use; `frame_ancestors`: origins that may frame the page; port 0: any."""
        self.wrong_answers = 0
        self._inbox = inbox
        self._look = look
        self._address = (host, port)
        self._hosts = LOOPBACK | hosts
        self._headers = _security_headers(frame_ancestors)
        self._mono_ms = mono_ms or _loop_ms
        self._shown: _Shown | None = None
        self._seats: set[asyncio.Event] = set()
        self._reloading: set[asyncio.Event] = set()
        self._restart_browser = restart_browser
        self._socket: socket.socket | None = None
        self._web = _Web(_config(self._app()))

    @property
    def port(self) -> int:
        """The port in use, once bound."""
        return self._address[1] if self._socket is None else int(self._socket.getsockname()[1])

    def bind(self) -> None:
        """Take the port; raises PortTaken. `serve` does it when nobody has."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, port))
            taken.listen(PAGES_MAX * 2)
        except OSError as wrong:
            taken.close()
            raise PortTaken(f"screen: {host}:{port} cannot be used: {wrong.strerror}") from None
        self._socket = taken

    async def serve(self) -> None:
        """Serve until `stop`; raises PortTaken."""
        if self._socket is None:
            self.bind()
        assert self._socket is not None
        await self._web.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Let `serve` end; open pages are closed."""
        self._web.leave()

    def show(self, message: ScreenMessage) -> None:
        """Show this screen on all pages; the newest wins. Raises ScreenWrong."""
        self._shown = _Shown(message, render(message, self._look), self._mono_ms())
        for fresh in self._seats:
            fresh.set()

    def reload(self) -> None:
        """Have all pages load themselves again."""
        self._reloading = set(self._seats)
        for fresh in self._seats:
            fresh.set()

    def restart(self) -> None:
        """Have the browser started again."""
        self._restart_browser()

    def _app(self) -> Starlette:
        folder = resources.files("controller.kiosk").joinpath("page")
        answers = {"/": (page(self._look).encode(), "text/html; charset=utf-8")}
        answers["/accent.css"] = (style_sheet(self._look.accent).encode(), "text/css")
        answers |= {f"/{name}": (folder.joinpath(name).read_bytes(), kind) for name, kind in ASSETS.items()}

        async def answer(request: Request) -> Response:
            if not self._expected(request.headers):
                return PlainTextResponse("unknown host", 421, self._headers)
            body, kind = answers[request.url.path]
            return Response(body, media_type=kind, headers=self._headers)

        return Starlette(routes=[*(Route(path, answer) for path in answers), WebSocketRoute("/ws", self._talk)])

    async def _talk(self, page_socket: WebSocket) -> None:
        if not self._expected(page_socket.headers) or len(self._seats) >= PAGES_MAX:
            await page_socket.close(1008)
            return
        fresh = asyncio.Event()
        self._seats.add(fresh)
        sender: asyncio.Task[None] | None = None
        try:
            await page_socket.accept()
            fresh.set()
            sender = asyncio.create_task(self._send(page_socket, fresh))
            await self._receive(page_socket)
        except WebSocketDisconnect:
            pass
        finally:
            if sender is not None:
                sender.cancel()
            self._seats.discard(fresh)
            if not self._seats:
                self._inbox(PageGone())

    async def _send(self, page_socket: WebSocket, fresh: asyncio.Event) -> None:
        try:
            while await fresh.wait():
                fresh.clear()
                if fresh in self._reloading:
                    self._reloading.discard(fresh)
                    await page_socket.send_text(RELOAD)
                elif self._shown is not None:
                    await page_socket.send_text(self._shown.packed(self._look, self._mono_ms()))
        except (WebSocketDisconnect, RuntimeError):  # the page has gone while we were sending: its receiver says so
            return

    async def _receive(self, page_socket: WebSocket) -> None:
        while (event := await page_socket.receive())["type"] == "websocket.receive":
            try:
                answer = read_answer(event.get("text") or event.get("bytes") or b"")
            except AnswerWrong:
                self.wrong_answers += 1
                self._inbox(AnswerMalformed())
                continue
            self._inbox(KeyPressed(answer.key, answer.rev) if isinstance(answer, KeyAnswer) else PageAlive(answer.alive))

    def _expected(self, headers: Headers) -> bool:
        """Whether the request names us and comes from a page of ours; a program that is no browser states no origin."""
        origin = headers.get("origin")
        names = [_host_of(f"//{headers.get('host', '')}"), *([] if origin is None else [_host_of(origin)])]
        return all(name in self._hosts for name in names)


class _Shown(msgspec.Struct):
    """The newest message with its HTML and when it was made."""

    message: ScreenMessage
    html: str
    made_ms: int

    def packed(self, look: Look, now_ms: int) -> str:
        """What is sent to a page; for one that comes later with what is left of the countdown."""
        gone_ms = now_ms - self.made_ms
        message, html = self.message, self.html
        if gone_ms > STALE_MS and (message.deadline.left_ms or "left_ms" in message.data):
            message = _aged(message, gone_ms)
            html = render(message, look)
        return msgspec.json.encode({"message": message, "html": html}).decode()


class _Web(uvicorn.Server):
    """Stock uvicorn wakes ten times a second to look at the clock; this one waits for an event."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._left = asyncio.Event()

    def leave(self) -> None:
        self.should_exit = True
        self._left.set()

    async def main_loop(self) -> None:
        await self._left.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield  # signals belong to the program, not to its screen


def _loop_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=FRAME_BYTES_MAX,
        ws_ping_interval=None,  # the page says every 5 s that it lives
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        backlog=PAGES_MAX * 2,  # without files left, each turn of the loop tries to accept so many
    )


def _security_headers(frame_ancestors: tuple[str, ...]) -> dict[str, str]:
    ancestors = " ".join(frame_ancestors) or "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _aged(message: ScreenMessage, gone_ms: int) -> ScreenMessage:
    deadline = msgspec.structs.replace(message.deadline, left_ms=max(0, message.deadline.left_ms - gone_ms))
    data = dict(message.data)
    if "left_ms" in data:
        data["left_ms"] = max(0, data["left_ms"] - gone_ms)
    return msgspec.structs.replace(message, deadline=deadline, data=data)
