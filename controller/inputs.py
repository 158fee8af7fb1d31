"""Everything that can come into a turn: what people press, what devices say, what the centre sends, what a wish led to."""

from typing import Literal

import msgspec

from contracts.facts import DeliveryStatus
from contracts.orders import Order
from contracts.topics import BlikState
from controller.secret import Secret

ModemState = Literal["ready", "silent", "card", "no_network"]
SmsEnd = Literal["sent", "failed", "doubt"]
VoicePart = Literal["synthesiser", "player"]


class Input(msgspec.Struct, frozen=True):
    """One thing that came in."""


class KeyPressed(Input, frozen=True):
    """A key, pressed while the screen of `rev` was shown."""

    key: str
    rev: int


class PageAlive(Input, frozen=True):
    """The page lives and shows `rev`."""

    rev: int


class PageGone(Input, frozen=True):
    """The last page has closed its connection."""


class AnswerMalformed(Input, frozen=True):
    """A page sent something that is neither a key nor a sign of life."""


class HeadphonesPlugged(Input, frozen=True):
    """Somebody listens in private."""


class HeadphonesUnplugged(Input, frozen=True):
    """Nobody listens in private any more."""


class BytesArrived(Input, frozen=True):
    """Bytes from the lock bus."""

    data: bytes


class BlikHeard(Input, frozen=True):
    """What the centre says of an attempt by BLIK."""

    attempt: str
    state: BlikState
    reason: str


class TerminalRead(Input, frozen=True):
    """Bytes from the card terminal."""

    data: bytes


class LinkUp(Input, frozen=True):
    """The broker is connected; `connection` is new at every CONNECT."""

    connection: str


class LinkDown(Input, frozen=True):
    """The broker is gone."""


class MessageArrived(Input, frozen=True):
    """A message from the centre."""

    topic: str
    payload: bytes


class OrderSeen(Input, frozen=True):
    """A properly signed order for this machine.

    `pin_held`: the vault holds its PIN for another deposit; `sealed_wrong`: what it holds does not open here.
    """

    order: Order
    pin_held: bool = False
    sealed_wrong: bool = False


class FactsGone(Input, frozen=True):
    """The centre asks for facts that the journal has pruned: all up to `upto`, where the chain's head was `head` (hex)."""

    upto: int
    head: str


class PinCompared(Input, frozen=True):
    """The vault compared the digits of try `match`: the deposit they belong to, or none."""

    match: int
    deposit: str | None


class CodeCompared(Input, frozen=True):
    """The vault compared the digits of try `match` with the clerk's code."""

    match: int
    right: bool


class ScannerRead(Input, frozen=True):
    """Bytes from the code scanner."""

    data: bytes


class CodeScanned(Input, frozen=True):
    """The scanner read eight digits."""

    code: Secret


class CasesKnown(Input, frozen=True):
    """What the vault says of the deposits' case numbers, after a start."""

    cases: dict[str, str]


class ModemSeen(Input, frozen=True):
    """What the modem can do from now on."""

    state: ModemState


class VoiceSeen(Input, frozen=True):
    """Whether a part of the voice does its work from now on."""

    part: VoicePart
    works: bool


class SmsAnswered(Input, frozen=True):
    """How handing a text message over ended; `reference` is the network's, `code` why it failed."""

    wish: int
    end: SmsEnd
    code: str = ""
    reference: int = 0


class SmsReported(Input, frozen=True):
    """The network reports what became of the message with this reference."""

    reference: int
    status: DeliveryStatus


class InputsDropped(Input, frozen=True):
    """More came in than can be taken; some of it was dropped since the start."""


class TimerFired(Input, frozen=True):
    """The deadline that the state named has come."""
