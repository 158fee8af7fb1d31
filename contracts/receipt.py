"""The receipt of a collection, as its QR code says it: who can check it needs the machine's public key and nothing else.

    https://{domain}/c#{base64url without padding of the fields and their Ed25519 signature}

Fields, big-endian, 31 bytes: version 1, machine 4, compartment 2, opened 4, closed 4, deposit 8, seq 8. What follows `#` reaches no server.
"""

import base64
import hashlib
import re
import struct

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOMAIN = b"kiosk-receipt-v1\x00"
VERSION = 1
FIELDS = struct.Struct(">B4sHII8sQ")
TEXT_BYTES_MAX = 180
SITE_PATTERN = r"^[a-z0-9]([a-z0-9.-]{0,18}[a-z0-9])?\Z"
_TEXT = re.compile(r"https://[a-z0-9.-]{1,20}/c#([0-9A-Za-z_-]{127})")


class ReceiptWrong(ValueError):
    """A text is no receipt, or its signature is not this machine's; says nothing of its content."""


class Receipt(msgspec.Struct, frozen=True):
    """One collection: `machine` and `deposit` are marks, `opened` and `closed` seconds since 1970, `seq` the entry of the hand-over."""

    machine: bytes
    compartment: int
    opened: int
    closed: int
    deposit: bytes
    seq: int


def machine_mark(machine: str) -> bytes:
    """What a receipt calls a machine: the first four bytes of the SHA-256 of its id."""
    return hashlib.sha256(machine.encode()).digest()[:4]


def deposit_mark(deposit: str) -> bytes:
    """What a receipt calls a deposit: the first eight bytes of the SHA-256 of its opaque key."""
    return hashlib.sha256(deposit.encode()).digest()[:8]


def encode(receipt: Receipt, site: str, key: Ed25519PrivateKey) -> str:
    """The text of the QR code, signed by the machine; raises ReceiptWrong when a field or the site does not fit."""
    if not re.fullmatch(SITE_PATTERN, site) or len(receipt.machine) != 4 or len(receipt.deposit) != 8:
        raise ReceiptWrong("receipt: a field is out of range")
    moment = (receipt.opened, receipt.closed)
    try:
        body = FIELDS.pack(VERSION, receipt.machine, receipt.compartment, *moment, receipt.deposit, receipt.seq)
    except struct.error:
        raise ReceiptWrong("receipt: a field is out of range") from None
    signed = base64.urlsafe_b64encode(body + key.sign(DOMAIN + body)).rstrip(b"=").decode()
    return f"https://{site}/c#{signed}"


def decode(text: str) -> Receipt:
    """What a text says, whoever signed it; raises ReceiptWrong."""
    return _parts(text)[0]


def verify(text: str, key: Ed25519PublicKey) -> Receipt:
    """What a text says that this machine has signed; raises ReceiptWrong."""
    receipt, body, signature = _parts(text)
    try:
        key.verify(signature, DOMAIN + body)
    except InvalidSignature:
        raise ReceiptWrong("receipt: the signature is not this machine's") from None
    return receipt


def _parts(text: str) -> tuple[Receipt, bytes, bytes]:
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ReceiptWrong("receipt: not readable")
    data = base64.urlsafe_b64decode(found[1] + "=")
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != found[1]:  # the last letter has spare bits: one receipt has one spelling
        raise ReceiptWrong("receipt: not readable")
    body, signature = data[: FIELDS.size], data[FIELDS.size :]
    version, *fields = FIELDS.unpack(body)
    if version != VERSION:
        raise ReceiptWrong("receipt: of another version")
    return Receipt(*fields), body, signature
