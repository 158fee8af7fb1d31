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

from contracts.locker_files import Size
from contracts.pin_facts import Told

DOMAIN = b"kiosk-order-v1\x00"
MACHINE_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,47}")
ID_PATTERN = r"^[a-z0-9-]{1,64}$"
IDX_PATTERN = r"^[a-z0-9_-]{1,64}$"
"""What a text message is called: its deposit, its purpose and its number."""
ORDER_BYTES_MAX = 4096
COMPARTMENT_MAX = 999


class OrderWrong(ValueError):
    """An envelope or order does not follow its contract or its signature is not ours; the text holds no content."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="verb"):
    """What is asked: one Struct a verb."""


class SetPin(Ask, frozen=True, tag="set_pin"):
    """Hold this PIN for the deposit until `until`: first issue, re-issue and extension alike.

    `hmac`, `phone` and `case` are marks (hex) of the six digits, of the last nine digits of the phone (or the number on the printed slip)
    and of the eight digits of the case code; an empty one is not known. `low`: wants a compartment within everybody's reach; `size`: the
    smallest that it fits into; `told`: how the resident hears of things.
    """

    deposit: str
    hmac: str
    until: datetime
    phone: str = ""
    case: str = ""
    low: bool = False
    size: Size = "S"
    told: Told = "sms"


class Load(Ask, frozen=True, tag="load"):
    """Open an empty compartment for the clerk at the machine; `case` is shown to the clerk and kept in the vault only."""

    deposit: str
    case: str
    low: bool = False


class AdmitClerk(Ask, frozen=True, tag="admit_clerk"):
    """Let the order's actor into clerk mode once with a one-time code until `until`; `code` is the mark (hex) of its eight digits."""

    code: str
    until: datetime


class ExtendAll(Ask, frozen=True, tag="extend_all"):
    """No document of this machine expires before `until`; a later deadline stays."""

    until: datetime


class Withdraw(Ask, frozen=True, tag="withdraw"):
    """The document is to be taken out by a clerk and collected at the office."""

    deposit: str


class Forget(Ask, frozen=True, tag="forget"):
    """The registration was withdrawn before a document was put in: erase what is held of it."""

    deposit: str


class Release(Ask, frozen=True, tag="release"):
    """Somebody has looked: the compartment is back in service; `empty` that a document that lay there has gone.

    `seen` is the seq of the machine's last fact that they could know: what happened at that door later, they have not seen.
    """

    compartment: int
    seen: int
    empty: bool = False


class SendSms(Ask, frozen=True, tag="send_sms"):
    """Send a text message through the machine's own modem: `sealed` (base64url) holds phone and text for this machine alone."""

    idx: str
    sealed: str


AnyAsk = SetPin | Load | AdmitClerk | ExtendAll | Withdraw | Forget | Release | SendSms


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


def phone_mark(key: bytes, digits: str) -> bytes:
    """What machine and centre call a phone by: of its last nine digits, or of the nine digits on a printed slip."""
    return hmac.digest(key, b"phone/" + digits.encode("ascii"), hashlib.sha256)


def case_mark(key: bytes, code: str) -> bytes:
    """What machine and centre call a case by: of its eight digits."""
    return hmac.digest(key, b"case/" + code.encode("ascii"), hashlib.sha256)


def clerk_mark(key: bytes, code: str) -> bytes:
    """What machine and centre call a clerk's one-time code by: of its eight digits."""
    return hmac.digest(key, b"clerk/" + code.encode("ascii"), hashlib.sha256)


def deposit_of(ask: AnyAsk) -> str:
    """The deposit that an order is about; empty when it is about the machine."""
    match ask:
        case SetPin() | Load() | Withdraw() | Forget():
            return ask.deposit
        case _:
            return ""


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
    if not _ask_fits(order.ask):
        raise OrderWrong("order: a field is out of range")


def _ask_fits(ask: AnyAsk) -> bool:
    if "deposit" in ask.__struct_fields__ and not re.fullmatch(ID_PATTERN, deposit_of(ask)):
        return False
    match ask:
        case SetPin():
            marks = (ask.phone, ask.case)
            return ask.until.tzinfo is not None and _is_mark(ask.hmac) and all(not mark or _is_mark(mark) for mark in marks)
        case Load():
            return re.fullmatch(r"[0-9A-Za-z./ -]{1,32}", ask.case) is not None
        case AdmitClerk():
            return ask.until.tzinfo is not None and _is_mark(ask.code)
        case ExtendAll():
            return ask.until.tzinfo is not None
        case Release():
            return 1 <= ask.compartment <= COMPARTMENT_MAX and ask.seen >= 0
        case SendSms():
            return re.fullmatch(IDX_PATTERN, ask.idx) is not None and re.fullmatch(r"[0-9A-Za-z_-]{1,2048}", ask.sealed) is not None
        case Withdraw() | Forget():
            return True


def _is_mark(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


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
