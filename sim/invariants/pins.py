"""What must hold for PINs and secrets: how often one may try, and that nothing confidential leaves the vault.

Each docstring of a function is a sentence, its body says what breaks it. The journal's tries are counted again here, from the facts alone.
"""

import re
from collections.abc import Iterator

from contracts.facts import DocumentHandedOver, Entry, PinAccepted, PinPaused, PinRejected, PinResumed, PinTrySpent, PinUnanswered

PIN_TRIES = 5
MOVING = re.compile(rb'"(mono_ms|left_ms|wait_ms|counter|seq|unacknowledged)":\d+')
"""Numbers that only count: one of them may look like a PIN by chance."""


class Tries:
    """What the journal says of PIN tries, counted again from its facts alone."""

    def __init__(self) -> None:
        self.open: int | None = None
        self.compared: int | None = None
        self.paused = False
        self.wrong = 0
        self.owes_pause = False
        self.pause: Entry | None = None
        self.resumed_early = ""

    def take(self, entry: Entry) -> None:
        """One more entry."""
        match entry.fact:
            case PinTrySpent():
                self.open, self.wrong = entry.seq, self.wrong + 1
            case PinAccepted():
                self.open, self.wrong = None, max(0, self.wrong - 1)
            case PinRejected() | PinUnanswered():
                self.open = None
                self.owes_pause = self.wrong >= PIN_TRIES and not self.paused
            case PinPaused():
                self.paused, self.owes_pause, self.pause = True, False, entry
            case PinResumed():
                self.paused, self.wrong = False, 0
                self._resumed(entry)
            case DocumentHandedOver():
                self.wrong = 0
            case _:
                pass

    def _resumed(self, entry: Entry) -> None:
        if self.pause is None or not isinstance(self.pause.fact, PinPaused):
            self.resumed_early = "without a pause"
        elif self.pause.boot != entry.boot:
            self.resumed_early = "in another boot"
        elif entry.mono_ms - self.pause.mono_ms < self.pause.fact.pause_ms:
            self.resumed_early = f"after {entry.mono_ms - self.pause.mono_ms} of {self.pause.fact.pause_ms} ms"


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
    if tries.open is None or tries.open == tries.compared:
        yield "digits were compared without a try of their own"


def nothing_is_compared_during_a_pause(tries: Tries) -> Iterator[str]:
    """Nothing is compared during a pause, restarts included."""
    if tries.paused:
        yield "digits were compared"


def five_wrong_tries_lead_to_a_pause(tries: Tries) -> Iterator[str]:
    """Five wrong tries lead to a pause, restarts included."""
    if tries.owes_pause:
        yield f"{tries.wrong} wrong tries"


def a_pause_runs_its_whole_time_in_one_boot(tries: Tries) -> Iterator[str]:
    """A pause runs its whole time in one boot: pulling the plug starts it again."""
    if tries.resumed_early:
        yield tries.resumed_early


def no_secret_leaves_the_vault(secrets: Secrets, where: str, data: bytes) -> Iterator[str]:
    """No PIN, phone or case number is in any journal, message, screen or log."""
    if secrets.stand_in(data):
        yield where
