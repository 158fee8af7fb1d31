"""kiosk-controller: the program on the machine."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from contracts.broker import LinkWrong
from contracts.key_files import KeysWrong
from contracts.texts import TextsWrong
from contracts.typed_toml import TomlWrong
from controller.devices.gpio_lines import LineWrong
from controller.devices.open_port import PortWrong
from controller.devices.speaker import LogWrong
from controller.journal import JournalFailed, JournalWrong
from controller.kiosk.documents import DocumentsWrong, read_documents
from controller.kiosk.server import PortTaken
from controller.process import DataTaken, DataWrong, run
from controller.randomness import SystemRandomness
from controller.site import make_seal, read_order_keys, read_site, read_vault_keys

NAMED = (
    TomlWrong,
    KeysWrong,
    TextsWrong,
    PortTaken,
    PortWrong,
    LinkWrong,
    JournalWrong,
    JournalFailed,
    DataTaken,
    DataWrong,
    DocumentsWrong,
    LineWrong,
    LogWrong,
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 when it went well, 1 with one line on standard error when not, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="kiosk-controller", description="The program on the machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("run", "run the machine of a site file"),
        ("check", "check a site file, its description and its keys"),
        ("keys", "make the machine's own sealing key if it is missing"),
    ):
        commands.add_parser(name, help=words).add_argument("site", type=Path, metavar="SITE.toml")
    chosen = parser.parse_args(arguments)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        return {"run": _run, "check": _check, "keys": _keys}[chosen.command](chosen.site)
    except NAMED as error:
        print(f"kiosk-controller: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _run(path: Path) -> int:
    os.umask(0o077)
    asyncio.run(run(read_site(path), path.parent))
    return 0


def _check(path: Path) -> int:
    site = read_site(path)
    settings = site.settings()
    read_vault_keys(site, path.parent)
    read_order_keys(site, path.parent)
    if site.city.documents:
        read_documents(path.parent / site.city.documents)
    print(f"{path}: {site.machine} ({site.number}) with {len(settings.cabinet.compartments())} compartments")
    return 0


def _keys(path: Path) -> int:
    made = make_seal(read_site(path), path.parent, SystemRandomness())
    if made is not None:
        print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
