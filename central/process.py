"""The centre as a process: database, broker, provider, web server and timer on one event loop."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Generator
from pathlib import Path

import httpx
import uvicorn

from central.api.app import make_app, reports_path
from central.api.host_header import with_a_readable_host
from central.blik.gateway_tasks import BlikTasks, read_gateway
from central.centre import Centre
from central.clock import SystemClock
from central.mqtt_link import MqttLink
from central.ports import Sms, SmsResult
from central.randomness import SystemRandomness
from central.receipts import Receipts, read_receipt_keys
from central.running import Running
from central.settings import Settings
from central.signer import read_signer
from central.sms.provider import SmsProvider
from central.store.database import Store, open_engine
from central.views import Views
from contracts.descriptions import Grid, read_locker
from contracts.key_files import read_key

LOG = logging.getLogger("kiosk.centre")
GRACE_S = 2


class PortTaken(OSError):
    """Somebody else listens where the pages should be served."""


class SmsTasks:
    """Gives messages to the provider, one task each, and brings the answers back; `failed` is the error of one that was not kept."""

    def __init__(self) -> None:
        self._going: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.provider: SmsProvider | None = None
        self.running: Running | None = None

    def submit(self, sms: Sms) -> None:
        """Send without waiting."""
        task = asyncio.create_task(self._send(sms))
        self._going.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self.failed.done():
            self.failed.set_exception(error)

    async def _send(self, sms: Sms) -> None:
        result = await self.provider.send(sms) if self.provider else SmsResult("unknown", code="no_provider")
        if self.running is not None and not self.running.closing:
            self.running.turn(lambda centre, now: centre.sms_answered(sms.idx, result, now))


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def read_grids(settings: Settings, folder: Path) -> dict[str, Grid]:
    """The cabinet pictures of the machines that name a description; raises DescriptionWrong."""
    return {name: read_locker(folder / about.description).grid() for name, about in settings.machines.items() if about.description}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ears = socket.socket(family, socket.SOCK_STREAM)
    ears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ears.bind((host, port))
        ears.listen(128)
    except OSError as error:
        ears.close()
        raise PortTaken(f"http: {host} port {port} cannot be used ({error.strerror})") from None
    return ears


async def run(settings: Settings, folder: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises PortTaken, StoreWrong, KeysWrong, LinkWrong, ProviderWrong, GatewayWrong, DescriptionWrong."""
    keys = folder / settings.keys
    signer, randomness = read_signer(keys, tuple(settings.machines)), SystemRandomness()
    link, messages, payments = MqttLink(settings.mqtt, folder, randomness), SmsTasks(), BlikTasks()
    grids, receipts = read_grids(settings, folder), Receipts(settings, read_receipt_keys(settings, folder))
    ears = listen(settings.http.host, settings.http.port)
    host, port = ears.getsockname()[:2]
    store = Store(open_engine(settings.database, folder))
    gateway = payments if settings.blik.url else None
    running = Running(Centre(store, link, messages, settings, signer, randomness, gateway), SystemClock())
    messages.running = payments.running = running
    secret = read_key(keys / "http.key").hex()
    app = make_app(running, Views(store, settings, grids, receipts), settings.http, secret, payments.notified)
    config = uvicorn.Config(
        with_a_readable_host(app),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="off",
        ws="none",
        backlog=64,
    )
    server = _Server(config)
    public_url = settings.http.public_url or f"http://{host}:{port}"
    async with httpx.AsyncClient() as client:
        if settings.sms.url:
            reports = public_url + reports_path(secret)
            messages.provider = SmsProvider(settings.sms, folder, reports, client, lambda: running.clock.now().wall)
        if settings.blik.url:
            payments.gateway = read_gateway(settings.blik, folder, public_url, client)
        print(f"centre: http://{host}:{port}/", flush=True)
        await _until_stopped(running, link, server, ears, (messages.failed, payments.failed))
    store.close()


async def _until_stopped(
    running: Running, link: MqttLink, server: _Server, ears: socket.socket, failed: tuple[asyncio.Future[None], ...]
) -> None:  # fmt: skip
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    running.turn(lambda centre, now: centre.link_down(now))  # until the broker answers there is no contact; what else is due starts
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [
        asyncio.create_task(server.serve(sockets=[ears])),
        asyncio.create_task(running.keep_time()),
        asyncio.create_task(
            link.run(
                lambda: running.turn(lambda centre, now: centre.link_up(now)),
                lambda: running.turn(lambda centre, now: centre.link_down(now)),
                lambda topic, payload: running.turn(lambda centre, now: centre.receive(topic, payload, now)),
            )
        ),
    ]
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*tasks, waiting, *failed], return_when=asyncio.FIRST_COMPLETED)
    running.close()
    server.should_exit = True
    await asyncio.wait(tasks[:1], timeout=GRACE_S + 1)
    waiting.cancel()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done - {waiting}:
        task.result()
