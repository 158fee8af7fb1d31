"""Brings the calls of the centre to its gateway, one task each, and the answers back; and what the gateway says by itself."""

import asyncio
from pathlib import Path
from typing import Protocol

import httpx

from central.blik.calls import AskStatus, Call, Charge, Refund, Register, Result, Verify
from central.blik.gateway import BlikGateway, GatewayWrong, Paid
from central.blik.przelewy24 import Przelewy24, Przelewy24Settings
from central.running import Running
from central.settings import BlikSettings
from contracts.small_files import read_small

NOTIFICATIONS = "/blik/notifications"
DESCRIPTION = "Postój"


class NotifyingGateway(BlikGateway, Protocol):
    """A gateway that says by itself when something is paid."""

    def paid(self, body: bytes) -> tuple[str, Paid] | None:
        """Attempt and payment of a notification that is the gateway's own; None for anything else."""
        ...


class BlikTasks:
    """Asks without waiting, once `gateway` and `running` are set; `failed` is the error of an answer that was not kept."""

    def __init__(self) -> None:
        self._going: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gateway: NotifyingGateway | None = None
        self.running: Running | None = None

    def ask(self, call: Call) -> None:
        """Ask without waiting."""
        task = asyncio.create_task(self._ask(call))
        self._going.add(task)
        task.add_done_callback(self._ended)

    def notified(self, body: bytes) -> bool:
        """A notification; false when it is not the gateway's own."""
        said = self.gateway.paid(body) if self.gateway is not None else None
        if said is None or self.running is None:
            return False
        attempt, paid = said
        self.running.turn(lambda centre, now: centre.blik_notified(attempt, paid, now))
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self.failed.done():
            self.failed.set_exception(error)

    async def _ask(self, call: Call) -> None:
        assert self.gateway is not None
        result = await perform(self.gateway, call)
        if self.running is not None and not self.running.closing:
            self.running.turn(lambda centre, now: centre.blik_answered(call, result, now))


async def perform(gateway: BlikGateway, call: Call) -> Result:
    """What the gateway says to one call."""
    match call:
        case Register():
            return await gateway.register(call.attempt, call.amount, DESCRIPTION)
        case Charge():
            return await gateway.charge(call.token, call.code)
        case AskStatus():
            return await gateway.status(call.attempt)
        case Verify():
            return await gateway.verify(call.attempt, call.amount, call.order)
        case Refund():
            return await gateway.refund(call.attempt, call.attempt, call.order, call.amount)


def read_gateway(settings: BlikSettings, folder: Path, public_url: str, client: httpx.AsyncClient) -> NotifyingGateway:
    """The gateway of the settings; raises GatewayWrong."""
    return Przelewy24(
        Przelewy24Settings(
            url=settings.url,
            merchant=settings.merchant,
            pos=settings.pos or settings.merchant,
            crc=_secret(folder, "crc", settings.crc),
            secret=_secret(folder, "secret", settings.secret),
            report_url=public_url + NOTIFICATIONS,
            return_url=public_url + "/",
            email=settings.email,
            ip=settings.ip,
        ),
        client,
    )


def _secret(folder: Path, name: str, path: str) -> str:
    try:
        return read_small(folder / path).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayWrong(f"blik.{name}: file cannot be read ({type(error).__name__})") from None
