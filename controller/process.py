"""The controller as a process: builds the machine from its site, opens the ports, and feeds the loop until it is told to stop."""

import asyncio
import fcntl
import gc
import logging
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import IO, Any

from controller.centre_link import CentreLink
from controller.clock import Clock, SystemClock
from controller.devices.gpio_lines import Switch
from controller.devices.modem_process import ModemProcess, command
from controller.devices.open_port import OpenLine
from controller.devices.speaker import Speaker
from controller.health import Watchdog, restart_browser
from controller.inbox import Inbox
from controller.inputs import BytesArrived, CasesKnown, HeadphonesPlugged, HeadphonesUnplugged, ScannerRead, TimerFired
from controller.journal import Journal, connect
from controller.kiosk.documents import Documents, read_documents
from controller.kiosk.rendering import Look
from controller.kiosk.server import KioskServer
from controller.loop import Loop
from controller.randomness import SystemRandomness
from controller.settings import Settings
from controller.site import Site, read_order_keys, read_receipt_signer, read_vault_keys
from controller.speech import Speech
from controller.turns import restart
from controller.vault import Vault

LEAVING_S = 3.0
SCANNER_BAUD = 9_600
"""What scanners speak as they come from the factory; one on USB takes any speed."""
LOG = logging.getLogger("kiosk")


class DataTaken(RuntimeError):
    """Another controller runs on this data folder."""


class DataWrong(OSError):
    """The data folder cannot be made or written."""


async def run(site: Site, folder: Path) -> None:
    """Run the machine until SIGTERM or SIGINT; raises the named error of whatever cannot be used."""
    settings, keys, order_keys = site.settings(folder), read_vault_keys(site, folder), read_order_keys(site, folder)
    receipts = read_receipt_signer(site, folder)
    data = folder / site.data
    lock = _lock(data)
    randomness, inbox = SystemRandomness(), Inbox()
    boot = randomness.token(8)
    clock = SystemClock(boot, site.clock.not_before, Path(site.clock.synchronised) if site.clock.synchronised else None)
    kiosk = site.kiosk
    documents = read_documents(folder / site.city.documents) if site.city.documents else Documents()
    look = Look(site.city.name, settings.cabinet.file.panel.model, site.city.line, documents, site.city.accent)
    page = KioskServer(
        inbox.put,
        look,
        host=kiosk.host,
        port=kiosk.port,
        hosts=frozenset(kiosk.hosts),
        frame_ancestors=kiosk.frame_ancestors,
        restart_browser=restart_browser,
    )
    page.bind()
    link = CentreLink(site.mqtt, folder, site.machine, boot, randomness, inbox.put)
    line = OpenLine(site.bus.port, settings.cabinet.file.bus.baud, lambda data: inbox.put(BytesArrived(data=data)))
    scanner = OpenLine(site.scanner.port, SCANNER_BAUD, lambda data: inbox.put(ScannerRead(data=data))) if site.scanner.port else None
    modem = _modem(site, settings, inbox)
    connection = connect(data / "journal.db")
    vault = Vault(connection, keys, randomness)
    turns = restart(Journal(connection, randomness), vault, settings, randomness.token(16), clock.now(), receipts)
    speaker = Speaker(site.speech.player, folder / site.speech.log if site.speech.log else None, inbox.put)
    loop = Loop(turns, clock, line, link, page, inbox.put, order_keys, modem, speaker, Speech(documents))
    socket = _headphones(settings.cabinet.file.panel.headphone_gpio, inbox)
    inbox.put(CasesKnown(cases=vault.cases()))
    gc.freeze()
    watchdog = Watchdog()
    try:
        more = [each.serve() for each in (modem, scanner) if each is not None]
        work = (line.serve(), link.serve(), speaker.serve(), *more, feed(loop, inbox, clock, watchdog))
        await _until_told(page, *work)
    finally:
        if socket is not None:
            socket.close()
        watchdog.close()
        connection.close()
        lock.close()


def _headphones(gpio: int | None, inbox: Inbox) -> Switch | None:
    """The switch in the headphone socket, where the cabinet has one; raises LineWrong."""
    if gpio is None:
        return None
    return Switch(gpio, lambda there: inbox.put(HeadphonesPlugged() if there else HeadphonesUnplugged()))


def _modem(site: Site, settings: Settings, inbox: Inbox) -> ModemProcess | None:
    described = settings.cabinet.file.modem
    return ModemProcess(command(site.modem.port, described.baud), inbox.put) if settings.modem and described is not None else None


async def feed(loop: Loop, inbox: Inbox, clock: Clock, watchdog: Watchdog) -> None:
    """One turn after another; the only place of the controller's core that waits."""
    loop.start()
    watchdog.ready()
    while True:
        now = clock.now()
        due = loop.deadline(now)
        item = await inbox.get(None if due is None else max(0, due - now.mono_ms))
        loop.take(TimerFired() if item is None else item)
        watchdog.turn_completed(now.mono_ms)


async def _until_told(page: KioskServer, *work: Coroutine[Any, Any, None]) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    serving = asyncio.create_task(page.serve())
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(told.wait()), *(asyncio.create_task(one) for one in work)]
    done, _ = await asyncio.wait((serving, *tasks), return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    page.stop()  # it closes its pages itself; a task that is cancelled would leave them in the middle of a word
    # A library may swallow a cancellation that meets its result: whoever stays is cancelled once more when the loop is closed.
    await asyncio.wait((serving, *tasks), timeout=LEAVING_S)
    for task in done:
        task.result()


def _lock(data: Path) -> IO[bytes]:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "lock").open("wb")
    except OSError as error:
        raise DataWrong(f"{data}: cannot be used ({type(error).__name__})") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise DataTaken(f"{data}: another controller runs on this folder") from None
    return lock
