"""Everything that can come into a turn: what people press, what devices say, what the centre sends, what a wish led to."""

import msgspec

from contracts.orders import Order
from controller.secret import Secret


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


class BytesArrived(Input, frozen=True):
    """Bytes from the lock bus."""

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
    """A properly signed order for this machine; `pin_held` says that the vault holds its PIN for another deposit."""

    order: Order
    pin_held: bool = False


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


class InputsDropped(Input, frozen=True):
    """More came in than can be taken; some of it was dropped since the start."""


class TimerFired(Input, frozen=True):
    """The deadline that the state named has come."""
