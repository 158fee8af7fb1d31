"""Orders: what somebody may ask of a machine, and the signed envelope they travel in.

The envelope is an Ed25519 signature over the very bytes of the order, with a domain prefix. A broker may delay or drop it; it cannot
make, change, repeat or redirect one: the order names its machine, its own id, a growing counter, the nonce of the machine's boot and its
expiry.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

DOMAIN = b"kiosk-order-v1\x00"
MACHINE_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,47}")
ID_PATTERN = r"^[a-z0-9-]{1,64}$"
ORDER_BYTES_MAX = 4096


class OrderWrong(ValueError):
    """An envelope or order does not follow its contract or its signature is not ours; the text holds no content."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="verb"):
    """What is asked: one Struct a verb."""


class SetPin(Ask, frozen=True, tag="set_pin"):
    """Hold this PIN for the deposit until `until`; `hmac` is HMAC-SHA-256 of the six digits under the machine's PIN key, in hex."""

    deposit: str
    hmac: str
    until: datetime


class Load(Ask, frozen=True, tag="load"):
    """Open an empty compartment for the clerk at the machine; `case` is shown to the clerk and kept in the vault only."""

    deposit: str
    case: str
    low: bool = False


AnyAsk = SetPin | Load


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One order to one machine."""

    machine: str
    id: str
    counter: int
    nonce: str
    expires: datetime
    actor: str
    reason: str
    ask: AnyAsk


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The order's bytes and their signature, both base64url without padding."""

    order: str
    signature: str


def pin_mark(key: bytes, digits: str) -> bytes:
    """What machine and centre call a PIN by: HMAC-SHA-256 of its digits under the machine's PIN key."""
    return hmac.digest(key, digits.encode("ascii"), hashlib.sha256)


def sign(order: Order, key: Ed25519PrivateKey) -> bytes:
    """The envelope of an order, ready to publish."""
    body = msgspec.json.encode(order)
    return msgspec.json.encode(Envelope(order=_text(body), signature=_text(key.sign(DOMAIN + body))))


def open_envelope(payload: bytes, keys: tuple[Ed25519PublicKey, ...], machine: str) -> Order:
    """The order in an envelope signed by one of `keys` for `machine`; raises OrderWrong."""
    if len(payload) > ORDER_BYTES_MAX:
        raise OrderWrong("envelope: too long")
    try:
        envelope = msgspec.json.decode(payload, type=Envelope)
        body, signature = _bytes(envelope.order), _bytes(envelope.signature)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise OrderWrong("envelope: not readable") from None
    if not any(_signed_by(key, signature, body) for key in keys):
        raise OrderWrong("envelope: signature is not ours")
    try:
        order = msgspec.json.decode(body, type=Order)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise OrderWrong("order: not readable") from None
    _check(order, machine)
    return order


def _check(order: Order, machine: str) -> None:
    if order.machine != machine:
        raise OrderWrong("order: for another machine")
    if order.expires.tzinfo is None or not re.fullmatch(ID_PATTERN, order.id) or order.counter < 1 or len(order.actor) > 64:
        raise OrderWrong("order: a field is out of range")
    if not re.fullmatch(ID_PATTERN, order.ask.deposit):
        raise OrderWrong("order: a field is out of range")
    if isinstance(order.ask, SetPin) and (order.ask.until.tzinfo is None or not re.fullmatch(r"[0-9a-f]{64}", order.ask.hmac)):
        raise OrderWrong("order: a field is out of range")
    if isinstance(order.ask, Load) and not re.fullmatch(r"[0-9A-Za-z./ -]{1,32}", order.ask.case):
        raise OrderWrong("order: a field is out of range")


def _signed_by(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, DOMAIN + body)
    except InvalidSignature:
        return False
    return True


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(data) != text:  # the last letter has spare bits: one envelope has one spelling
        raise ValueError("not canonical")
    return data
