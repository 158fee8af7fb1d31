"""kiosk-controller: the program on the machine."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from contracts.broker import LinkWrong
from contracts.cabinet_layouts import toml_text
from contracts.descriptions import read_layout
from contracts.key_files import KeysWrong
from contracts.texts import TextsWrong
from contracts.typed_toml import TomlWrong
from controller.devices.gpio_lines import LineWrong
from controller.devices.modem_process import ModemWrong, check_library
from controller.devices.open_port import PortWrong
from controller.devices.speaker import LogWrong
from controller.journal import JournalFailed, JournalWrong
from controller.kiosk.documents import DocumentsWrong, read_documents
from controller.kiosk.server import PortTaken
from controller.process import DataTaken, DataWrong, run
from controller.randomness import SystemRandomness
from controller.site import make_keys, read_order_keys, read_receipt_signer, read_site, read_vault_keys

NAMED = (
    TomlWrong,
    KeysWrong,
    TextsWrong,
    PortTaken,
    PortWrong,
    ModemWrong,
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
        ("keys", "make the machine's own keys if they are missing"),
    ):
        commands.add_parser(name, help=words).add_argument("file", type=Path, metavar="SITE.toml")
    describe = commands.add_parser("describe", help="write the full description of a cabinet's front plan to standard output")
    describe.add_argument("file", type=Path, metavar="LAYOUT.toml")
    chosen = parser.parse_args(arguments)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        return {"run": _run, "check": _check, "keys": _keys, "describe": _describe}[chosen.command](chosen.file)
    except NAMED as error:
        print(f"kiosk-controller: {type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _run(path: Path) -> int:
    os.umask(0o077)
    asyncio.run(run(read_site(path), path.parent))
    return 0


def _check(path: Path) -> int:
    site = read_site(path)
    settings = site.settings(path.parent)
    read_vault_keys(site, path.parent)
    read_order_keys(site, path.parent)
    if site.city.documents:
        read_documents(path.parent / site.city.documents)
    if settings.modem:
        check_library()
    read_receipt_signer(site, path.parent)
    sizes = ", ".join(f"{count} {size}" for size, count in settings.cabinet.sizes().items())
    count = len(settings.cabinet.file.boards)
    boards = f"{count} lock board{'s' if count > 1 else ''}"
    print(f"{path}: {site.machine} ({site.number}) with {len(settings.cabinet.compartments())} compartments ({sizes}) on {boards}")
    return 0


def _describe(path: Path) -> int:
    sys.stdout.write(toml_text(read_layout(path).file, "/".join(path.parts[-2:])))
    return 0


def _keys(path: Path) -> int:
    for made in make_keys(read_site(path), path.parent, SystemRandomness()):
        print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
