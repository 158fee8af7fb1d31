"""The commands of the centre."""

import argparse
import asyncio
import json
import logging
import os
import sys
from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from central.blik.gateway import GatewayWrong
from central.books.settlement import settlement
from central.contract_document import document
from central.dashboard.words import check_language
from central.process import PortTaken, read_grids, run
from central.randomness import SystemRandomness
from central.receipts import read_receipt_keys
from central.settings import read_settings
from central.signer import make_keys, read_signer
from central.sms.provider import ProviderWrong
from central.sms.texts import check_texts
from central.store.database import Store, StoreWrong, open_engine
from contracts.broker import LinkWrong, Proof
from contracts.key_files import KeysWrong
from contracts.typed_toml import TomlWrong

NAMED = (TomlWrong, KeysWrong, PortTaken, StoreWrong, LinkWrong, ProviderWrong, GatewayWrong)


def main() -> int:
    """0 when all went well, 1 after a named error, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="kiosk-central", description="the operators' centre")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (("run", "run the centre"), ("check", "read settings, keys and descriptions, start nothing")):
        commands.add_parser(name, help=about).add_argument("settings", type=Path, metavar="CENTRE.toml")
    keys = commands.add_parser("keys", help="make the key files that are missing")
    keys.add_argument("folder", type=Path)
    keys.add_argument("machines", nargs="*", metavar="MACHINE", help="also a PIN key for this machine")
    settled = commands.add_parser("settlement", help="print the settlement of one day as CSV (docs/settlement.md)")
    settled.add_argument("settings", type=Path, metavar="CENTRE.toml")
    settled.add_argument("--day", type=date.fromisoformat, required=True, help="the local day, as 2026-12-01")
    commands.add_parser("contract", help="print the AsyncAPI document of the topics")
    asked = parser.parse_args()
    try:
        return _do(asked)
    except NAMED as error:
        print(f"kiosk-central: {error}", file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        # What was not committed was not acknowledged: after a restart the machines send it again. The text could quote a row.
        print(f"kiosk-central: database: {type(error).__name__}", file=sys.stderr)
        return 1


def _do(asked: argparse.Namespace) -> int:
    if asked.command == "keys":
        for path in make_keys(asked.folder, tuple(asked.machines), SystemRandomness()):
            print(path)
    elif asked.command == "contract":
        print(json.dumps(document(), indent=2, sort_keys=True))
    elif asked.command == "settlement":
        settings = read_settings(asked.settings)
        with Store(open_engine(settings.database, asked.settings.parent)).transaction() as t:
            print(settlement(t, asked.day, settings.city.timezone), end="")
    elif asked.command == "check":
        settings = read_settings(asked.settings)
        check_texts(settings)
        check_language(settings)
        folder = asked.settings.parent
        read_signer(folder / settings.keys, tuple(settings.machines))
        read_grids(settings, folder)
        read_receipt_keys(settings, folder)
        Proof(settings.mqtt, folder)
        print(f"{asked.settings}: good, {len(settings.machines)} machines")
    else:
        settings = read_settings(asked.settings)
        check_texts(settings)
        check_language(settings)
        os.umask(0o077)
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
        logging.getLogger("httpx").setLevel(logging.WARNING)
        asyncio.run(run(settings, asked.settings.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
