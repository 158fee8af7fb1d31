"""Checks receipts of collections: signed by which machine, and whether its journal, as the centre holds it, says the same."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from central.settings import Settings
from central.store import facts
from central.times import from_ms
from contracts.facts import DocumentHandedOver, Entry
from contracts.key_files import KeysWrong, read_key
from contracts.receipt import Receipt, ReceiptWrong, decode, deposit_mark, machine_mark, verify

TEXT_MAX = 400
SITE = "https://x/c#"
"""What stands before the `#` is not signed and says nothing."""


class Checked(msgspec.Struct, frozen=True):
    """A genuine receipt; `known` when the centre holds the fact that it speaks of, `contradicted` when it holds another in its place."""

    machine: str
    number: str
    place: str
    compartment: int
    opened: datetime
    closed: datetime
    known: bool
    contradicted: bool


class Receipts:
    """Knows the public receipt key of each machine that has one."""

    def __init__(self, settings: Settings, keys: Mapping[str, bytes]) -> None:
        """`keys` are Ed25519 public keys of 32 bytes by machine."""
        self._settings = settings
        self._keys = {machine_mark(machine): (machine, Ed25519PublicKey.from_public_bytes(key)) for machine, key in keys.items()}

    def check(self, t: Connection, text: str) -> Checked:
        """What a receipt is worth; raises ReceiptWrong for one that no machine of ours has signed."""
        said = SITE + text.strip().rpartition("#")[2][:TEXT_MAX]
        known = self._keys.get(decode(said).machine)
        if known is None:
            raise ReceiptWrong("receipt: of no machine of ours")
        machine, key = known
        receipt = verify(said, key)
        held = _held(t, machine, receipt)
        about = self._settings.machines[machine]
        opened, closed = from_ms(receipt.opened * 1000), from_ms(receipt.closed * 1000)
        return Checked(machine, about.number, about.place, receipt.compartment, opened, closed, held is True, held is False)


def _held(t: Connection, machine: str, receipt: Receipt) -> bool | None:
    """Whether the fact in that place is the hand-over that the receipt speaks of; None while the centre has none there."""
    found = [payload for epoch in facts.epochs_of(t, machine) for payload in facts.payloads(t, machine, epoch, receipt.seq)]
    return any(_says_the_same(payload, receipt) for payload in found) if found else None


def _says_the_same(payload: bytes, receipt: Receipt) -> bool:
    try:
        fact = msgspec.json.decode(payload, type=Entry).fact
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(fact, DocumentHandedOver):
        return False
    return fact.compartment == receipt.compartment and deposit_mark(fact.deposit) == receipt.deposit


def read_receipt_keys(settings: Settings, folder: Path) -> dict[str, bytes]:
    """The public keys that the settings name; raises KeysWrong."""
    named = {machine: folder / about.receipt_key for machine, about in settings.machines.items() if about.receipt_key}
    keys = {machine: read_key(path, public=True) for machine, path in named.items()}
    for machine, key in keys.items():
        try:
            Ed25519PublicKey.from_public_bytes(key)
        except ValueError:
            raise KeysWrong(f"{named[machine]}: is not a public key") from None
    return keys
