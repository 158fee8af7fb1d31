"""kiosk-controller: the program on the machine."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from contracts.broker import LinkWrong, Proof
from contracts.cabinet_layouts import toml_text
from contracts.descriptions import read_layout
from contracts.key_files import KeysWrong, read_key
from contracts.small_files import NoRegularFile
from contracts.texts import TextsWrong
from contracts.typed_toml import TomlWrong
from controller.devices.frames.captures import PROTOCOLS, CaptureWrong, Protocol, decoded, is_file_name
from controller.devices.gpio_lines import LineWrong
from controller.devices.modem_process import ModemWrong, check_library
from controller.devices.open_port import PortWrong
from controller.devices.speaker import LogWrong
from controller.journal import JournalFailed, JournalWrong
from controller.kiosk.documents import DocumentsWrong, read_documents
from controller.kiosk.server import PortTaken
from controller.process import DataTaken, DataWrong, run
from controller.randomness import SystemRandomness
from controller.site import Site, make_keys, read_site

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
    CaptureWrong,
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
    decode = commands.add_parser("decode", help="say what captured frames are, one JSON object each; 1 when one of them is none")
    decode.add_argument("protocol", choices=PROTOCOLS)
    decode.add_argument(
        "capture", nargs="*", metavar="HEX", help="octets of one capture, or one file with a capture a line; otherwise standard input"
    )
    describe = commands.add_parser("describe", help="write the full description of a cabinet's front plan to standard output")
    describe.add_argument("file", type=Path, metavar="LAYOUT.toml")
    chosen = parser.parse_args(arguments)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        if chosen.command == "decode":
            return _decode(chosen.protocol, chosen.capture)
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
    if wrong := _findings(site, path.parent):
        print("\n".join(f"kiosk-controller: {type(error).__name__}: {error}" for error in wrong), file=sys.stderr)
        return 1
    settings = site.settings(path.parent)
    sizes = ", ".join(f"{count} {size}" for size, count in settings.cabinet.sizes().items())
    count = len(settings.cabinet.file.boards)
    boards = f"{count} lock board{'s' if count > 1 else ''}"
    print(f"{path}: {site.machine} ({site.number}) with {len(settings.cabinet.compartments())} compartments ({sizes}) on {boards}")
    return 0


def _findings(site: Site, folder: Path) -> list[Exception]:
    """All that is wrong with what a site file names."""
    keys = (site.keys.pin, site.keys.seal, *((site.keys.receipt,) if site.city.domain else ()))
    looks: list[Callable[[], object]] = [
        lambda: site.settings(folder),
        *(partial(read_key, folder / name) for name in keys),
        *(partial(read_key, folder / name, public=True) for name in site.keys.orders),
        lambda: Proof(site.mqtt, folder),
    ]
    if site.city.documents:
        looks.append(lambda: read_documents(folder / site.city.documents))
    if site.modem.port:
        looks.append(check_library)
    wrong: list[Exception] = []
    for look in looks:
        try:
            look()
        except NAMED as error:
            wrong.append(error)
    return wrong


def _decode(protocol: Protocol, given: list[str]) -> int:
    good = True
    for answer in decoded(protocol, _captures(given)):
        print(json.dumps(answer))
        good = good and answer["ok"]
    return 0 if good else 1


def _captures(given: list[str]) -> Iterable[str]:
    typed = bool(given) and given != ["-"]
    if typed and not (len(given) == 1 and is_file_name(given[0]) and _is_there(given[0])):
        return [" ".join(given)]
    try:
        lines = _content(Path(given[0])) if typed else sys.stdin.buffer.read()
    except OSError as error:
        raise CaptureWrong(f"{given[0]}: cannot be read ({type(error).__name__})") from None
    return [line for line in lines.decode("ascii", "replace").splitlines() if not line.startswith("#")]


def _content(path: Path) -> bytes:
    if path.is_char_device() or path.is_block_device():  # some of them have no end
        raise NoRegularFile(path)
    return path.read_bytes()


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _describe(path: Path) -> int:
    sys.stdout.write(toml_text(read_layout(path).file, "/".join(path.parts[-2:])))
    return 0


def _keys(path: Path) -> int:
    for made in make_keys(read_site(path), path.parent, SystemRandomness()):
        print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
