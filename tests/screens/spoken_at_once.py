"""How soon what went wrong is said: from the key that caused it to the words at the speaker, in virtual time (screens.md A4, H7)."""

import re

from contracts.screen_messages import ScreenMessage
from controller.kiosk.forms import form
from controller.kiosk.spoken import key_of
from controller.kiosk.words import PLACEHOLDER, text
from tests.controller.bench_machine import BenchMachine

WITHIN_MS = 500
TROUBLE = ("warning", "clock")
BUSY = ("l.checking", "l.opening", "k.opening")
"""Screens that say: one moment."""
LATE = frozenset(("l.wrong.phone", "l.locked", "l.unseen", "l.jam", "l.jam.last", "k.failed.jam", "k.failed.jam.here", "k.untaken.jam"))
"""What nobody can know, or nobody may learn, before the seconds of a busy screen are over; that screen is said at once instead."""


def is_error(message: ScreenMessage) -> bool:
    """Whether the screen says that something is not as the person wanted it."""
    return message.cue == "error" or (message.screen != "more_time" and form(message).icon in TROUBLE)


def errors(machine: BenchMachine) -> set[str]:
    """The text keys of the errors that were shown to somebody who listens; each was said within the limit after its key."""
    found: set[str] = set()
    before: ScreenMessage | None = None
    for index, (shown_ms, message) in enumerate(machine.shown):
        new = before is None or not before.audio.on or _told(message) != _told(before)
        before = message
        if not message.audio.on or not new or not (is_error(message) or message.screen in BUSY):
            continue
        key, said_ms = key_of(message), _said_ms(machine, message, shown_ms)
        assert said_ms - shown_ms <= WITHIN_MS, f"{key} was said {said_ms - shown_ms} ms after it was shown"
        if key not in LATE:
            waited_ms = said_ms - _pressed_ms(machine, index)
            assert waited_ms <= WITHIN_MS, f"{key} was said {waited_ms} ms after the key"
        found |= {key} if is_error(message) else set()
    return found


def _told(message: ScreenMessage) -> tuple[object, ...]:
    return message.say, key_of(message), message.lang, message.audio.again


def _said_ms(machine: BenchMachine, message: ScreenMessage, shown_ms: int) -> int:
    """When the heading of this screen was handed to the speaker."""
    heading = text(message.lang, f"{key_of(message)}.head").replace("\u00a0", " ")
    pattern = re.compile(".+".join(re.escape(part) for part in PLACEHOLDER.split(heading)[::2]))
    at = next((at for at, said in machine.said if at >= shown_ms and pattern.search(said.text)), None)
    assert at is not None, f"{message.say} was never said"
    return at


def _pressed_ms(machine: BenchMachine, index: int) -> int:
    """When the key was pressed that this screen answers, be it after a busy one; when it was shown, if no key led to it."""
    shown_ms, message = machine.shown[index]
    earlier = index - 1
    while earlier > 0 and machine.shown[earlier][1].screen in BUSY and message.screen not in BUSY:
        earlier -= 1
    before = machine.shown[max(earlier, 0)][1]
    return max((at for at, rev in machine.pressed if rev == before.rev and at <= shown_ms), default=shown_ms)
