"""The SMS provider and the phones behind it: what was really sent, whatever anybody was told.

Clockless: the caller moves the time. A message has an idx; the provider accepts each idx once, however often it is submitted.
"""

from random import Random
from typing import Literal

import msgspec

from sim.faults import SmsFaults

Kind = Literal["accepted", "unknown", "refused"]


class Text:
    """One text message as the phone shows it; holds a PIN, so it has no repr."""

    __slots__ = ("idx", "phone", "text")

    def __init__(self, idx: str, phone: str, text: str) -> None:
        self.idx = idx
        self.phone = phone
        self.text = text

    def __repr__(self) -> str:
        return f"Text({self.idx})"


class Reply(msgspec.Struct, frozen=True):
    """What the sender is told, and after how long."""

    after_ms: int
    kind: Kind
    code: str
    provider_id: str = ""


class Heard(msgspec.Struct, frozen=True):
    """A delivery report, and after how long the sender gets it."""

    after_ms: int
    status: str


class SmsNetwork:
    """One provider; `sent` holds every message that reached a phone, `undelivered` what the network gave up."""

    def __init__(self, random: Random, faults: SmsFaults | None = None) -> None:
        self.faults = faults or SmsFaults()
        self.sent: list[Text] = []
        self._random = random
        self._known: dict[str, str] = {}
        self._refused: set[str] = set()
        self.undelivered: set[str] = set()

    def submit(self, idx: str, phone: str, text: str) -> tuple[list[Text], list[Reply]]:
        """Take a submission: what goes out to phones because of it, and what its sender hears."""
        faults, chance = self.faults, self._random.random
        error, lost, slow, twice = (chance() < each for each in (faults.error, faults.answer_lost, faults.slow, faults.twice))
        after_ms = self._random.randrange(3_000, 80_000) if slow else self._random.randrange(30, 400)
        if error:
            return [], [Reply(after_ms, "unknown", "http_503")]
        going = [] if idx in self._known else [Text(idx, phone, text)]
        if idx in self._refused or (going and chance() < faults.refused):
            self._refused.add(idx)
            return [], [Reply(after_ms, "refused", "provider_13")]
        self._known.setdefault(idx, f"sms-{len(self._known) + 1}")
        if going and chance() < faults.undelivered:
            self.undelivered.add(idx)
        else:
            self.sent += going
        if lost:
            return going, [Reply(30_000, "unknown", "timeout")]
        reply = Reply(after_ms, "accepted", "", self._known[idx])
        return going, [reply, msgspec.structs.replace(reply, after_ms=after_ms + 500)] if twice else [reply]

    def on_the_air(self, text: Text, arrives: bool) -> None:
        """A message that a machine's own modem has sent."""
        self.sent += [text] if arrives else []

    def reports(self) -> list[Heard]:
        """What the sender hears of a message that went out: reports may be lost, late, double and in the wrong order."""
        after_ms, chance = self._random.randrange(1_000, 30_000), self._random.random
        if chance() < self.faults.report_lost:
            return []
        said = [Heard(after_ms, "SENT"), Heard(after_ms + 500, "DELIVERED")]
        if chance() < self.faults.report_late:
            said = [msgspec.structs.replace(each, after_ms=each.after_ms + 90_000) for each in said]
        if chance() < self.faults.report_wrong_order:
            said = [said[0], Heard(after_ms + 200, "UNDELIVERED"), said[1], Heard(said[1].after_ms + 300, "SENT")]
        return said * 2 if chance() < self.faults.report_twice else said

    def on_phone(self, phone: str) -> list[Text]:
        """What a phone has received, oldest first."""
        return [text for text in self.sent if text.phone == phone]
