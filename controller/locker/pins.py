"""What becomes of typed digits: tries of a PIN alone, of a number with a PIN, and what too many of them lead to.

A stranger's chance: with `guesses_a_day` over the waiting documents as the day's tries it stays below `guesses_a_day` in a million.
"""

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from contracts.facts import (
    CollectionResumed,
    Fact,
    NumberPaused,
    NumberResumed,
    NumberTrySpent,
    PinAccepted,
    PinDayBegun,
    PinRejected,
    PinSteppedUp,
    PinStepUpEnded,
    PinTrySpent,
    PinUnanswered,
)
from controller.clock import Now
from controller.locker.collection import reopens_until_ms
from controller.locker.pin_state import Pause, Pins, Try, carried
from controller.locker.state import Locker
from controller.refused import Refused
from controller.wishes import RECOVERY, MatchPin, Wish

PINS = 1_000_000
"""Six digits."""

NUMBER_TRIES = 3
PAUSES_MS: tuple[int, ...] = (900_000, 1_800_000, 3_600_000)
"""Pauses of one number; the next one lasts until the step-up ends."""

ENDS_AT = time(6)
"""A step-up lasts over the night in which nobody looks at the alarm."""

RESUMED_MAX = 8
"""So many pauses end in one turn; the others in the next."""

AHEAD_MAX = timedelta(days=2)
"""A day or an end so far ahead was named by a clock that was wrong then: it would keep the machine from its days for years."""

LOOK_AGAIN_MS = 3_600_000
"""Somebody may have set the clock."""


class PinPolicy(msgspec.Struct, frozen=True):
    """How a site guards its PINs: what is asked for, the guesses a day that it bears, and the zone whose days count."""

    auth: Literal["stepup", "always", "pin"] = "stepup"
    guesses_a_day: int = 900
    tries_max: int = 20
    zone: str = "Europe/Warsaw"

    def tries(self, waiting: int) -> int:
        """Wrong entries of a PIN alone that a machine with so many waiting documents takes in a day."""
        return max(1, min(self.tries_max, self.guesses_a_day // max(1, waiting)))

    def chance(self, compartments: int) -> float:
        """The best chance that a stranger has in a day to open any door of a cabinet of this size by guessing a PIN alone."""
        return max(self.tries(waiting) * waiting for waiting in range(1, compartments + 1)) / PINS


class PinEntered(msgspec.Struct, frozen=True):
    """Six digits were confirmed; they stay in the visit. `number` is the key of the number typed before, `again` the deposit of a grace."""

    number: str = ""
    again: str = ""


class PinMatched(msgspec.Struct, frozen=True):
    """The vault compared the digits of try `match`; `again` is the one deposit that counts where somebody wants back into it."""

    match: int
    deposit: str | None
    again: str = ""


def waiting(locker: Locker) -> int:
    """Documents that a right PIN could open a door to."""
    return sum(1 for one in locker.deposits.values() if one.phase == "stored")


def entered(locker: Locker, request: PinEntered, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """The try that is spent; raises Refused."""
    if locker.trying is not None:
        raise Refused("pin_being_compared")
    if locker.collection is not None or locker.loading is not None:
        raise Refused("busy")
    if request.again and reopens_until_ms(locker.deposits.get(request.again), now) is None:
        raise Refused("grace_over")
    if locker.pins.step_up is not None:
        return (NumberTrySpent(number=_tried(locker.pins, request)),)
    day = _new_day(locker.pins, policy, now)
    wrong = locker.pins.wrong if day is None else carried(locker.pins, day)
    begun = () if day is None else (PinDayBegun(day=day),)
    if wrong >= policy.tries(waiting(locker)):  # more documents came: nothing was compared, and both are asked for from here on
        return (*begun, _stepped_up(locker.pins, policy, day or locker.pins.day, now))
    return (*begun, PinTrySpent())


def _tried(pins: Pins, request: PinEntered) -> str:
    """The key that a try counts for; where a door is asked for again, its deposit, because only its PIN counts there."""
    number = request.again or request.number
    if pins.step_up is not None and pins.step_up.asks == "nothing" and not request.again:
        raise Refused("pins_closed")
    if not number:
        raise Refused("number_missing")
    if pins.paused(number):
        raise Refused("number_paused")
    return number


def matched(locker: Locker, request: PinMatched, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """What a comparison makes; raises Refused when its try is not the present one."""
    spent = locker.trying
    if spent is None or spent.seq != request.match:
        raise Refused("late_outcome")
    key = request.deposit
    if key is None or key not in locker.deposits or (request.again and key != request.again):
        return (PinRejected(match=request.match), *_consequence(locker, spent, policy, now))
    accepted = PinAccepted(match=request.match, deposit=key)
    if reopens_until_ms(locker.deposits[key], now) is None:
        return (accepted,)
    return (accepted, CollectionResumed(deposit=key, compartment=locker.deposits[key].compartment))


def _consequence(locker: Locker, spent: Try, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """What a wrong entry leads to, its try counted already."""
    pins = locker.pins
    if not spent.number:
        full = pins.step_up is None and pins.wrong >= policy.tries(waiting(locker))
        return (_stepped_up(pins, policy, pins.day, now),) if full else ()
    number = pins.numbers.get(spent.number)
    if number is None or number.wrong < NUMBER_TRIES:
        return ()
    level = number.level + 1
    pause_ms = PAUSES_MS[level - 1] if level <= len(PAUSES_MS) else None
    return (NumberPaused(number=spent.number, level=level, pause_ms=pause_ms),)


def left(pins: Pins, number: str) -> int:
    """Wrong entries that this number has left before its next pause."""
    return NUMBER_TRIES - (pins.numbers[number].wrong if number in pins.numbers else 0)


def _new_day(pins: Pins, policy: PinPolicy, now: Now) -> str | None:
    """The calendar day, when it is later than the one that counts or days before it; a clock that nobody trusts begins none."""
    if not now.trusted:
        return None
    today = now.wall.astimezone(ZoneInfo(policy.zone)).date()
    later = not pins.day or today > date.fromisoformat(pins.day)
    return today.isoformat() if later or date.fromisoformat(pins.day) - today >= AHEAD_MAX else None


def _stepped_up(pins: Pins, policy: PinPolicy, day: str, now: Now) -> PinSteppedUp:
    known = day if now.trusted else ""
    again = bool(known and pins.stepped) and date.fromisoformat(known) - date.fromisoformat(pins.stepped) == timedelta(days=1)
    asks = "nothing" if policy.auth == "pin" else "phone"
    return PinSteppedUp(until=ends_at(policy, now), asks=asks, day=known, again=again)


def _always(policy: PinPolicy, now: Now) -> PinSteppedUp:
    return PinSteppedUp(until=ends_at(policy, now), asks="phone", day="", again=False)


def ends_at(policy: PinPolicy, now: Now) -> datetime | None:
    """Six o'clock of the next day where the machine stands; None while nobody knows the day."""
    if not now.trusted:
        return None
    zone = ZoneInfo(policy.zone)
    tomorrow = now.wall.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, ENDS_AT, zone).astimezone(now.wall.tzinfo)


def quiet(pins: Pins, day: str) -> bool:
    """Whether the day before this one was not one of a step-up."""
    return not pins.stepped or abs(date.fromisoformat(day) - date.fromisoformat(pins.stepped)) > timedelta(days=1)


def restarted(locker: Locker, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """What a restart settles at once: a try without an answer stays spent, and the site may ask for something else than before."""
    pins, facts = locker.pins, list[Fact]()
    if pins.trying is not None:
        facts = [PinUnanswered(match=pins.trying.seq), *_consequence(locker, pins.trying, policy, now)]
    wanted = "nothing" if policy.auth == "pin" else "phone"
    if pins.step_up is not None and pins.step_up.asks != wanted:
        facts.append(PinStepUpEnded())
        if policy.auth == "always":
            facts.append(_always(policy, now))
    elif pins.step_up is None and policy.auth == "always":
        facts.append(_always(policy, now))
    return tuple(facts)


def overdue(pins: Pins, policy: PinPolicy, now: Now) -> tuple[Fact, ...]:
    """A step-up whose time has come or has become known, and pauses that ran out."""
    step_up = pins.step_up
    if step_up is not None and now.trusted:
        if step_up.until is None or _is_too_far(step_up.until, now):
            day = _new_day(pins, policy, now) if step_up.until is not None else None  # that clock may have named the day as well
            begun = () if day is None else (PinDayBegun(day=day),)
            return (*begun, PinSteppedUp(until=ends_at(policy, now), asks=step_up.asks, day="", again=False))
        if now.wall >= step_up.until:
            return (PinStepUpEnded(), *((_always(policy, now),) if policy.auth == "always" else ()))
    over = [key for key, number in pins.numbers.items() if _is_over(number.pause, now)]
    return tuple(NumberResumed(number=key) for key in over[:RESUMED_MAX])


def deadline(pins: Pins, now: Now) -> int | None:
    """When a step-up or a pause ends, in mono_ms of this boot."""
    times = [ends for number in pins.numbers.values() if (ends := resumes_ms(number.pause, now)) is not None]
    if pins.step_up is not None:
        times.append(_step_up_ms(pins.step_up.until, now))
    return min(times, default=None)


def _step_up_ms(until: datetime | None, now: Now) -> int:
    look_again_ms = (now.mono_ms // LOOK_AGAIN_MS + 1) * LOOK_AGAIN_MS
    if not now.trusted:
        return look_again_ms
    left_ms = 0 if until is None or _is_too_far(until, now) else -((now.wall - until) // timedelta(milliseconds=1))
    return min(now.mono_ms + max(0, left_ms), look_again_ms)


def _is_too_far(until: datetime, now: Now) -> bool:
    return until - now.wall > AHEAD_MAX


def resumes_ms(pause: Pause | None, now: Now) -> int | None:
    """When a pause ends by running time, in mono_ms of this boot; one of an earlier boot counts from the start of this one."""
    if pause is None or pause.pause_ms is None:
        return None
    return pause.pause_ms + (pause.mono_ms if pause.boot == now.boot else 0)


def _is_over(pause: Pause | None, now: Now) -> bool:
    resumes = resumes_ms(pause, now)
    return resumes is not None and now.mono_ms >= resumes


def pause_left_ms(pins: Pins, number: str, now: Now) -> int | None:
    """How long this number still waits: its pause or the end of the step-up, what comes first; None when nobody can say."""
    pause, step_up = pins.numbers[number].pause, pins.step_up
    ends = resumes_ms(pause, now)
    times = [] if ends is None else [ends - now.mono_ms]
    if step_up is not None and step_up.until is not None and now.trusted:
        times.append((step_up.until - now.wall) // timedelta(milliseconds=1))
    return max(0, min(times)) if times else None


def due(pins: Pins, boot: str) -> tuple[Wish, ...]:
    """The comparison of the digits of a spent try; digits of an earlier boot are gone."""
    if pins.trying is None or (pins.trying.boot != boot and RECOVERY[MatchPin] == "mute"):
        return ()
    return (Wish(pins.trying.seq, MatchPin(pins.trying.number)),)
