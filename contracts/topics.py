"""Topics of machine and centre, and the messages on them.

Every message is JSON. The contract carries its own acknowledgements, expiry and ids, so that it runs on MQTT 5 and 3.1.1 and on any broker.
"""

import re
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from contracts.orders import MACHINE_PATTERN

M = TypeVar("M", bound="Message")
PREFIX = "kiosk/v1"
_PLACE = re.compile(r" - at `(\$[^`]{0,100})`$")
Up = Literal["facts", "state", "presence", "answers", "blik", "enquiries"]
CompartmentUse = Literal["free", "loading", "occupied", "expired", "collecting", "quarantined"]
Service = Literal["open", "out", "forced"]
Down = Literal["ack", "orders", "documents", "blik"]
BlikState = Literal["pending", "paid", "declined", "refunding", "manual"]


class MessageWrong(ValueError):
    """A message does not follow its contract; the text names the place and holds none of the content."""


def up(machine: str, what: Up) -> str:
    """The topic on which a machine publishes."""
    return f"{PREFIX}/{machine}/up/{what}"


def down(machine: str, what: Down) -> str:
    """The topic on which the centre speaks to a machine."""
    return f"{PREFIX}/{machine}/down/{what}"


def qos(topic: str) -> Literal[0, 1]:
    """How a message on one of our topics is sent."""
    # An acknowledgement is cumulative and repeated: losing one costs nothing.
    return 0 if topic.endswith("/ack") else 1


def machine_of(topic: str, direction: Literal["up", "down"]) -> tuple[str, str] | None:
    """Machine id and last level of one of our topics; None for any other topic."""
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != PREFIX or parts[3] != direction or not MACHINE_PATTERN.fullmatch(parts[2]):
        return None
    return parts[2], parts[4]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One MQTT payload."""


class FactBatch(Message, frozen=True):
    """Facts in order, each as the stored bytes; `previous` is the chain head before the first, in hex.

    Each head is SHA-256(previous head, stored bytes); the first fact of an epoch follows 32 zero bytes.
    """

    machine: str
    epoch: str
    previous: str
    facts: list[msgspec.Raw]


class Presence(Message, frozen=True):
    """Birth (`online` true) or last will; `connection` is new at every CONNECT, `nonce` at every boot.

    A will whose connection is not that of the current birth says nothing. `number` grows with every birth of one epoch, so that a late
    one is known; 0 when it is not counted.
    """

    online: bool
    boot: str
    connection: str
    epoch: str = ""
    nonce: str = ""
    number: int = 0


class Answer(Message, frozen=True):
    """What became of an order: the same answer however often it is asked."""

    order: str
    state: Literal["taken", "done", "refused", "failed", "expired"]
    code: str


class Ack(Message, frozen=True):
    """The centre's database holds every fact of `epoch` up to `upto`; `missing` are gaps above it, first to last."""

    epoch: str
    upto: int
    missing: list[tuple[int, int]] = []


class CompartmentReport(Message, frozen=True):
    """One compartment as the machine knows it: what its switch says now, and what it is used for."""

    n: int
    door: Literal["open", "closed", "unknown"]
    use: CompartmentUse


class MachineReport(Message, frozen=True):
    """`up/state`: the retained picture of one machine, for any MQTT dashboard.

    `screen` is what people see now; `service` is `out` while no lock board answers, whatever the screen shows over it, and `forced` when
    the machine does not call its documents safe besides.
    """

    machine: str
    product: Literal["urzedomat", "parkomat"]
    boot: str
    epoch: str
    seq: int
    unacknowledged: int
    wall: datetime
    clock_trusted: bool
    screen: str
    free: int
    occupied: int
    open_doors: int
    faults: list[str]
    software: str
    description: str
    compartments: list[CompartmentReport]
    service: Service = "open"
    counts: dict[str, int] = {}


class BlikAsked(Message, frozen=True):
    """`up/blik`: ask for `amount` grosz with the code that is sealed here (contracts/sealed.py), once, and not after `until`.

    The centre owes a BlikWord. An attempt that it knows already is answered and never charged again.
    """

    attempt: str
    amount: int
    until: datetime
    sealed: str


class BlikEnquiry(Message, frozen=True):
    """`up/enquiries`: what became of the attempt? One that the centre has never heard of is declined from then on."""

    attempt: str
    amount: int


class BlikWord(Message, frozen=True):
    """`down/blik`: what the centre knows of an attempt. `pending` is followed by another, any other state is final.

    `reason` says why it was declined: code, expired, user, timeout, funds, bank or net.
    """

    attempt: str
    state: BlikState
    reason: str = ""


def encode(message: Message) -> bytes:
    """The payload of a message."""
    return msgspec.json.encode(message)


def decode(payload: bytes, kind: type[M]) -> M:
    """Read a payload; raises MessageWrong."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageWrong(f"{kind.__name__}: {_where(error)}") from None


def _where(error: Exception) -> str:
    # The text of a decoding error can quote values and unknown names; its place holds only our own.
    place = _PLACE.search(str(error))
    return f"wrong at {place[1]}" if place else type(error).__name__


def schema(kind: type[Message]) -> dict[str, Any]:
    """JSON Schema of a message, for the published contract."""
    return msgspec.json.schema(kind)
