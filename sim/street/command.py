"""`kiosk-sim street`: starts the street, says where it is, and leaves nothing behind."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from central.signer import KeysWrong
from contracts.descriptions import DescriptionWrong
from contracts.texts import TextsWrong
from sim.clock import RealClock
from sim.street.children import ChildFailed
from sim.street.own_addresses import own_addresses, own_names
from sim.street.places import (
    ANYWHERE,
    LOOPBACK,
    AddressTaken,
    FolderTaken,
    FolderWrong,
    Places,
    choose_ports,
    claim,
    listen,
    read_description,
    url,
)
from sim.street.server import StreetServer, WebServer
from sim.street.street import Street

NAMED = (AddressTaken, FolderTaken, FolderWrong, ChildFailed, DescriptionWrong, TextsWrong, KeysWrong, OSError)


def run_options(options: argparse.Namespace) -> int:
    """The command with its parsed arguments."""
    return run(options.host, options.port, options.data)


def run(host: str, port: int, data: Path) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 1 with one line on standard error when it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # a visitor's page that is still open at the end is no error
    try:
        with claim(data.absolute()):
            asyncio.run(_street(host, port, data.absolute()))
    except NAMED as error:
        print(f"kiosk-sim: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


async def _street(host: str, port: int, data: Path) -> None:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    ears = listen(host, port)
    own_port = int(ears.getsockname()[1])
    places = Places(data, host, choose_ports(host, port))
    street = Street(places, read_description(), RealClock())
    server = StreetServer(street)
    page, provider = WebServer(server.app()), WebServer(street.sms.app())
    provider.start(listen(LOOPBACK, places.ports.sms))
    page.start(ears)
    opening = asyncio.create_task(street.open())
    leaving = asyncio.create_task(told.wait())
    try:
        await asyncio.wait((opening, leaving), return_when=asyncio.FIRST_COMPLETED)
        if opening.done():
            opening.result()
            _say(places, own_port)
            await leaving
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        server.leaving = True
        street.changed()
        await asyncio.gather(street.shut(), page.stop(), provider.stop())


def _say(places: Places, port: int) -> None:
    centre = places.centre_url()
    lines = (
        f"street: {url(places.near_host, port)}/",
        f"dashboard: {centre}/",
        f"clerk desk: {centre}/clerk",
        f"mqtt: mqtt://{LOOPBACK}:{places.ports.broker} (this computer only, MQTT 3.1.1, with or without a user name)",
        "stop: Ctrl-C",
        'reset: button "Od nowa", or start it again',
        *([f"from other computers: {' '.join(_far(places.host, port))}"] if places.host in ANYWHERE else []),
    )
    print("\n".join(lines), flush=True)


def _far(host: str, port: int) -> list[str]:
    served = [one for one in own_addresses() if ":" in host or ":" not in one]
    return [f"{url(one, port)}/" for one in (*served, *own_names()[:1])]
