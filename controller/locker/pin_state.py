"""All of what the facts say about PIN tries, and nothing else.

Rules of this file:
- A try is spent before anything is compared; what is compared later can only give it back.
- Wrong entries count for a calendar day, and the day moves forward; back only from one that a clock days ahead had named, and then
  nothing that was counted is forgotten.
- A number is an opaque key; what it stands for can be told from nothing here.
"""

from datetime import datetime
from typing import Literal

import msgspec

from contracts.facts import (
    Entry,
    NumberPaused,
    NumberResumed,
    NumberTrySpent,
    PinAccepted,
    PinDayBegun,
    PinPaused,
    PinRejected,
    PinResumed,
    PinSteppedUp,
    PinStepUpEnded,
    PinTrySpent,
    PinUnanswered,
)

NUMBERS_MAX = 1_000
"""So many numbers are remembered. Whoever types more to get rid of one needs three wrong entries of five seconds for each of them first."""


class Try(msgspec.Struct, frozen=True):
    """A spent try whose digits are being compared; `seq` names it, `sure` says that its day is known."""

    seq: int
    boot: str
    number: str = ""
    sure: bool = True


class StepUp(msgspec.Struct, frozen=True):
    """A PIN alone opens nothing until `until`; None while nobody knows the time."""

    until: datetime | None
    asks: Literal["phone", "nothing"]


class Pause(msgspec.Struct, frozen=True):
    """`pause_ms` of running time since `mono_ms` of `boot`, or since the start of any later boot; None: until the step-up ends."""

    pause_ms: int | None
    mono_ms: int
    boot: str


class Number(msgspec.Struct, frozen=True):
    """Wrong entries with one number since its last pause, how many pauses it had, and the seq of its last try."""

    wrong: int = 0
    level: int = 0
    seq: int = 0
    pause: Pause | None = None


class Pins(msgspec.Struct, frozen=True):
    """Wrong entries of a PIN alone on `day`, those of them whose day nobody knows, and what has become of it.

    `stepped` is the last day whose wrong entries led to a step-up.
    """

    wrong: int = 0
    unsure: int = 0
    day: str = ""
    trying: Try | None = None
    step_up: StepUp | None = None
    stepped: str = ""
    numbers: dict[str, Number] = {}

    def paused(self, number: str) -> bool:
        """Whether nothing is compared for this number."""
        return number in self.numbers and self.numbers[number].pause is not None


PinFact = (
    PinTrySpent | NumberTrySpent | PinAccepted | PinRejected | PinUnanswered | PinDayBegun | PinSteppedUp | PinStepUpEnded | NumberPaused
    | NumberResumed | PinPaused | PinResumed
)  # fmt: skip


def carried(pins: Pins, day: str) -> int:
    """How many wrong entries count for this new day already: what was entered while nobody knew the day may have been entered today."""
    return pins.unsure if day > pins.day else pins.wrong


def fold(pins: Pins, entry: Entry, fact: PinFact) -> Pins:
    """The tries after this fact."""
    match fact:
        case PinTrySpent():
            spent = Try(entry.seq, entry.boot, sure=entry.trusted)
            return msgspec.structs.replace(pins, wrong=pins.wrong + 1, unsure=pins.unsure + (not entry.trusted), trying=spent)
        case PinAccepted():
            return _given_back(pins)
        case PinRejected() | PinUnanswered():
            return msgspec.structs.replace(pins, trying=None)
        case PinDayBegun():
            return msgspec.structs.replace(pins, day=fact.day, wrong=carried(pins, fact.day), unsure=0)
        case PinSteppedUp():
            numbers = {} if pins.step_up is None else pins.numbers
            step_up = StepUp(fact.until, fact.asks)
            return msgspec.structs.replace(pins, step_up=step_up, stepped=fact.day or pins.stepped, numbers=numbers)
        case PinStepUpEnded():
            return msgspec.structs.replace(pins, step_up=None, numbers={})
        case NumberTrySpent() | NumberPaused() | NumberResumed():
            return _number(pins, entry, fact)
        case PinPaused() | PinResumed():
            return pins


def _given_back(pins: Pins) -> Pins:
    spent = pins.trying
    if spent is None:
        return pins
    if spent.number:
        others = {key: one for key, one in pins.numbers.items() if key != spent.number}
        return msgspec.structs.replace(pins, trying=None, numbers=others)
    unsure = pins.unsure if spent.sure else max(0, pins.unsure - 1)
    return msgspec.structs.replace(pins, trying=None, wrong=max(0, pins.wrong - 1), unsure=unsure)


def _number(pins: Pins, entry: Entry, fact: NumberTrySpent | NumberPaused | NumberResumed) -> Pins:
    known = pins.numbers.get(fact.number, Number())
    match fact:
        case NumberTrySpent():
            spent = Try(entry.seq, entry.boot, fact.number, entry.trusted)
            tried = msgspec.structs.replace(known, wrong=known.wrong + 1, seq=entry.seq)
            numbers = _bounded({**pins.numbers, fact.number: tried})
            return msgspec.structs.replace(pins, trying=spent, numbers=numbers)
        case NumberPaused():
            changed = msgspec.structs.replace(known, level=fact.level, wrong=0, pause=Pause(fact.pause_ms, entry.mono_ms, entry.boot))
        case NumberResumed():
            changed = msgspec.structs.replace(known, pause=None)
    return msgspec.structs.replace(pins, numbers={**pins.numbers, fact.number: changed})


def _bounded(numbers: dict[str, Number]) -> dict[str, Number]:
    """The least tried goes, the oldest of several: a pause is not washed away by typing many numbers once."""
    if len(numbers) <= NUMBERS_MAX:
        return numbers
    least = min(numbers, key=lambda key: (numbers[key].level, numbers[key].wrong, numbers[key].seq))
    return {key: one for key, one in numbers.items() if key != least}
