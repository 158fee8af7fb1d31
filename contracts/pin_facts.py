"""The kinds of fact about PINs: one that is held, tries with typed ones; they belong to `facts.py` and follow its rules."""

from datetime import datetime
from typing import Literal

from contracts.fact import Fact
from contracts.locker_files import Size

Told = Literal["sms", "slip"]


class PinSet(Fact, frozen=True, tag="pin.set"):
    """The vault holds the PIN of this deposit; the document may be collected until `until`.

    `low`: it wants a compartment within everybody's reach; `size`: the smallest that it fits into. `told`: how
    the resident hears of things: by a text message, or from a printed slip and by asking.
    """

    deposit: str
    until: datetime
    low: bool = False
    size: Size = "S"
    told: Told = "sms"


class PinTrySpent(Fact, frozen=True, tag="pin.try_spent"):
    """One try was spent, before anything was compared."""


class PinAccepted(Fact, frozen=True, tag="pin.accepted"):
    """The typed PIN belongs to this deposit; `match` is the seq of the try."""

    match: int
    deposit: str


class PinRejected(Fact, frozen=True, tag="pin.rejected"):
    """The typed PIN belongs to no deposit, or to none of the typed number."""

    match: int


class PinUnanswered(Fact, frozen=True, tag="pin.unanswered"):
    """The power failed between try and comparison: the digits are gone, the try stays spent."""

    match: int


class PinDayBegun(Fact, frozen=True, tag="pin.day_begun"):
    """By a trusted clock a later calendar day of the site has come: wrong entries of the days before do not count any more."""

    day: str


class PinSteppedUp(Fact, frozen=True, tag="pin.stepped_up"):
    """Until `until` a PIN alone opens nothing: phone and PIN are asked for together, or nothing at all.

    `until` is unknown while the clock is not trusted. `day` is the calendar day whose wrong entries made it, empty when nobody can say
    or when the site always asks for both; `again`: the day before was such a day too.
    """

    until: datetime | None
    asks: Literal["phone", "nothing"]
    day: str
    again: bool


class PinStepUpEnded(Fact, frozen=True, tag="pin.step_up_ended"):
    """A PIN alone counts again; the pauses of all numbers are over and nothing of a number is held any more."""


class NumberTrySpent(Fact, frozen=True, tag="number.try_spent"):
    """One try with this number was spent, before anything was compared.

    `number` is an opaque key that means nothing once the step-up is over, or the deposit whose door is asked for a second time.
    """

    number: str


class NumberPaused(Fact, frozen=True, tag="number.paused"):
    """Nothing is compared for this number for `pause_ms` of running time, counted again from each start; None: until the step-up ends."""

    number: str
    level: int
    pause_ms: int | None


class NumberResumed(Fact, frozen=True, tag="number.resumed"):
    """The pause of this number ran out."""

    number: str


class PinPaused(Fact, frozen=True, tag="pin.paused"):
    """Release 0.1 only: PIN entry paused for `pause_ms` of running time."""

    level: int
    pause_ms: int


class PinResumed(Fact, frozen=True, tag="pin.resumed"):
    """Release 0.1 only: the pause ran out."""
