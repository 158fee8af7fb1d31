"""What the machine certifies: who has the receipt can prove when the document left, to anybody who has the machine's public key."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.receipt import Receipt, deposit_mark, encode, machine_mark
from controller.locker.collection import is_prompt
from controller.locker.state import Deposit

LAST_SECOND = 1 << 32
"""A receipt has four bytes for a moment, enough until 2106."""


class ReceiptSigner:
    """The machine's own signing key; no repr."""

    __slots__ = ("_key", "_machine", "_site")

    def __init__(self, key: bytes, machine: str, site: str) -> None:
        """`key` is an Ed25519 private key of 32 bytes; `site` the domain of the page that checks receipts."""
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._machine = machine
        self._site = site

    def __repr__(self) -> str:
        return "ReceiptSigner(…)"

    def text(self, key: str, deposit: Deposit) -> str:
        """The receipt of this collection; empty when the machine cannot say who took what and when."""
        if deposit.taken is None or deposit.ended is None or not is_prompt(deposit.taken):
            return ""
        taken = deposit.taken
        if not 0 <= deposit.ended.timestamp() <= taken.closed.timestamp() < LAST_SECOND:  # somebody set the clock while the door was open
            return ""
        receipt = Receipt(
            machine=machine_mark(self._machine),
            compartment=deposit.compartment,
            opened=int(deposit.ended.timestamp()),
            closed=int(taken.closed.timestamp()),
            deposit=deposit_mark(key),
            seq=taken.seq,
        )
        return encode(receipt, self._site, self._key)
