"""What must hold for PINs and secrets: how often one may try, and that nothing confidential leaves the vault.

Each docstring of a function is a sentence, its body says what breaks it. The journal's tries are counted again here, from the facts alone.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from contracts.facts import (
    DepositForgotten,
    DepositStored,
    DepositTakenBack,
    DepositWithdrawn,
    DocumentHandedOver,
    Entry,
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
from sim.storm_machine import StormMachine

GUESSES_A_DAY = 900
NUMBER_TRIES = 3
WAIT_MS_MAX = 60_000
SETTLED_MS = 20_000
"""So long after its start or the world's healing a machine has seen its doors, and its coils have rested."""
AT_THE_MACHINE = (
    "bus_noise", "bus_unplugged", "bus_unplugged_at_pulse", "board_alone", "stuck_door", "broken_switch", "power_cut", "disk_full",
    "bystander", "burglar", "board_dead", "board_doubled", "odd_boards", "nobody_closes", "outage",
)  # fmt: skip
"""Faults with which a door may not open, whatever is typed."""
ZONE = ZoneInfo("Europe/Warsaw")
MOVING = re.compile(rb'"(mono_ms|left_ms|wait_ms|counter|seq|unacknowledged)":\d+')
"""Numbers that only count: one of them may look like a PIN by chance."""


class Tries:
    """What the journal says of PIN tries, counted again from its facts alone; a machine takes at most `tries_max` a day."""

    def __init__(self, tries_max: int = 20) -> None:
        self._tries_max = tries_max
        self.open: Entry | None = None
        self.compared: Entry | None = None
        self.stored: set[str] = set()
        self.stepped_up = False
        self.wrong = 0
        self.unsure = 0
        self.day = ""
        self.beyond = ""
        self.moved_back = ""
        self.numbers: dict[str, int] = {}
        self.paused: dict[str, Entry] = {}
        self.owed = ""
        self.resumed_early = ""
        self.expects = ""
        self.refused = ""

    def take(self, entry: Entry) -> None:
        """One more entry."""
        fact = entry.fact
        match fact:
            case PinTrySpent() | NumberTrySpent():
                self._spent(entry, fact)
            case PinAccepted() | PinRejected() | PinUnanswered():
                self._answered(fact)
            case PinDayBegun():
                self._day(entry, fact)
            case PinSteppedUp():
                self.stepped_up = True
            case PinStepUpEnded():
                self.stepped_up, self.numbers, self.paused = False, {}, {}
            case NumberPaused():
                self.paused[fact.number] = entry
                self.numbers[fact.number], self.owed = 0, ""
            case NumberResumed():
                self._resumed(entry, self.paused.pop(fact.number, None))
            case DepositStored():
                self.stored.add(fact.deposit)
            case DocumentHandedOver() | DepositWithdrawn() | DepositTakenBack():
                self.stored.discard(fact.deposit)
            case DepositForgotten() if fact.deposit == self.expects:
                self.expects = ""  # its PIN was erased while it was compared
            case _:
                pass

    def _spent(self, entry: Entry, fact: PinTrySpent | NumberTrySpent) -> None:
        self.open = entry
        if isinstance(fact, NumberTrySpent):
            self.numbers[fact.number] = self.numbers.get(fact.number, 0) + 1
            return
        most = max(1, min(self._tries_max, GUESSES_A_DAY // max(1, len(self.stored))))
        if self.wrong >= most or self.stepped_up:
            self.beyond = f"{self.wrong + 1} entries, {most} are borne"
        self.wrong += 1
        self.unsure += not entry.trusted

    def _answered(self, fact: PinAccepted | PinRejected | PinUnanswered) -> None:
        spent, self.open = self.open, None
        if spent is None:
            return
        number = spent.fact.number if isinstance(spent.fact, NumberTrySpent) else ""
        if isinstance(fact, PinAccepted):
            self.numbers.pop(number, None)
            self.wrong -= not number
            self.unsure -= not number and not spent.trusted
        elif number and self.numbers.get(number, 0) >= NUMBER_TRIES:
            self.owed = number
        if isinstance(fact, PinRejected) and self.expects:
            self.refused = self.expects[:6]
        self.expects = ""

    def _day(self, entry: Entry, fact: PinDayBegun) -> None:
        here = entry.wall.astimezone(ZONE).date()
        far_ahead = self.day != "" and date.fromisoformat(self.day) - here >= timedelta(days=2)
        if not entry.trusted or date.fromisoformat(fact.day) != here or (fact.day <= self.day and not far_ahead):
            self.moved_back = f"{fact.day} after {self.day}, at {here}"
        self.day, self.wrong, self.unsure = fact.day, self.wrong if far_ahead else self.unsure, 0

    def _resumed(self, entry: Entry, pause: Entry | None) -> None:
        if pause is None or not isinstance(pause.fact, NumberPaused) or pause.fact.pause_ms is None:
            self.resumed_early = "without a pause that ends by itself"
            return
        since_ms = pause.mono_ms if pause.boot == entry.boot else 0
        if entry.mono_ms - since_ms < pause.fact.pause_ms:
            self.resumed_early = f"after {entry.mono_ms - since_ms} of {pause.fact.pause_ms} ms"


class Secrets:
    """PINs, phones and case numbers that nobody may see outside."""

    def __init__(self) -> None:
        self._known: list[str] = []
        self._pattern: re.Pattern[bytes] | None = None

    def add(self, text: str) -> None:
        """One more; six characters are a PIN, which counts only where it stands alone."""
        self._known.append(text)
        pins = "|".join(rf"(?<![0-9A-Za-z.]){each}(?![0-9A-Za-z])" for each in self._known if len(each) == 6)
        others = "|".join(each for each in self._known if len(each) != 6)
        self._pattern = re.compile("|".join(each for each in (pins, others) if each).encode())

    def stand_in(self, data: bytes) -> bool:
        """Whether any of them stands in these bytes."""
        found = self._pattern
        return found is not None and found.search(data) is not None and found.search(MOVING.sub(b"", data)) is not None


def a_try_is_spent_before_anything_is_compared(tries: Tries) -> Iterator[str]:
    """A try is spent, and committed, before anything is compared."""
    if tries.open is None or tries.open is tries.compared:
        yield "digits were compared without a try of their own"


def nothing_is_compared_for_a_paused_number(tries: Tries) -> Iterator[str]:
    """Nothing is compared for a number that pauses, restarts included."""
    fact = tries.open.fact if tries.open is not None else None
    if isinstance(fact, NumberTrySpent) and fact.number in tries.paused:
        yield f"digits were compared for {fact.number[:6]}"


def a_pin_alone_is_tried_no_more_often_than_the_day_bears(tries: Tries) -> Iterator[str]:
    """A PIN alone is entered wrongly no more often in a day than the waiting documents bear, restarts included."""
    if tries.beyond:
        yield tries.beyond


def the_day_of_the_tries_only_moves_forward(tries: Tries) -> Iterator[str]:
    """The day of the tries moves forward, by a trusted clock only; back only from one days ahead, and then nothing is forgotten."""
    if tries.moved_back:
        yield tries.moved_back


def three_wrong_entries_pause_their_number(tries: Tries) -> Iterator[str]:
    """Three wrong entries with a number lead to its pause, restarts included."""
    if tries.owed:
        yield f"{tries.numbers.get(tries.owed, 0)} wrong entries with {tries.owed[:6]}"


def a_pause_runs_its_whole_time_in_one_boot(tries: Tries) -> Iterator[str]:
    """A pause runs its whole time in one boot: pulling the plug starts it again."""
    if tries.resumed_early:
        yield tries.resumed_early


def nobody_is_refused_for_what_others_typed(tries: Tries) -> Iterator[str]:
    """Whoever types the right PIN, with the right number where it is asked for, is never refused because of somebody else."""
    if tries.refused:
        yield f"the PIN of deposit {tries.refused}"


def nothing_is_accepted_that_is_not_right(right: str, fact: PinAccepted) -> Iterator[str]:
    """No PIN is accepted but the one of the document, typed as it is, with its number where that is asked for."""
    if fact.deposit != right:
        yield f"the PIN of deposit {fact.deposit[:6]}"


def wrong_entries_keep_nobody_with_the_right_pin_waiting(machine: StormMachine, deposit: str, since_ms: int) -> Iterator[str]:
    """Whatever others typed before, the right PIN opens its door within a minute at a machine that works."""
    stage = machine.stage
    works = stage.plan.heal_ms + SETTLED_MS <= since_ms or not any(stage.plan.has(name) for name in AT_THE_MACHINE)
    awake = machine.life is not None and machine.life.alive and machine.life.start_ms + SETTLED_MS <= since_ms
    if works and awake and stage.now_ms - since_ms > WAIT_MS_MAX:
        yield f"deposit {deposit[:6]} since {since_ms} ms"


def no_secret_leaves_the_vault(secrets: Secrets, where: str, data: bytes) -> Iterator[str]:
    """No PIN, phone or case number is in any journal, message, screen or log."""
    if secrets.stand_in(data):
        yield where
