"""What must hold for terms: each docstring is a sentence, its body says what breaks it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from contracts.facts import CollectionBegun, Entry, PinSet, TermsExtended

NOTICED = timedelta(minutes=2)
"""So late may a will tell the centre that a machine is gone."""
ANSWERED_MS = 60_000


class Outage:
    """No power for `length` up to boot of `end_ms`; `until` are the deadlines of the documents that waited."""

    def __init__(self, end_ms: int, length: timedelta, until: dict[str, datetime]) -> None:
        self.end_ms = end_ms
        self.length = length
        self.until = until


class Terms:
    """Until when each document may be collected, by the facts alone."""

    def __init__(self) -> None:
        self.until: dict[str, datetime] = {}

    def take(self, entry: Entry, stored: Collection[str]) -> None:
        """One more entry; `stored` are the documents that wait in the machine."""
        match entry.fact:
            case PinSet(deposit=deposit, until=until):
                self.until[deposit] = until
            case TermsExtended(until=until):
                self.until |= {deposit: max(self.until[deposit], until) for deposit in stored if deposit in self.until}
            case _:
                pass


def no_door_is_asked_for_after_the_term(terms: Terms, entry: Entry) -> Iterator[str]:
    """No resident's door is asked for once the term of its document is over by a trusted clock."""
    fact = entry.fact
    if isinstance(fact, CollectionBegun) and entry.trusted and entry.wall >= terms.until[fact.deposit]:
        yield f"entry {entry.seq}, deposit {fact.deposit[:6]}, over since {terms.until[fact.deposit]}"


def who_waited_through_an_outage_has_more_time(outage: Outage, entries: Iterable[Entry], ended_ms: dict[str, int]) -> Iterator[str]:
    """Whose document waited while there was no power for over a quarter of an hour has so much more time; `ended_ms` when it was over."""
    for deposit, until in outage.until.items():
        given = [entry.fact.until for entry in entries if isinstance(entry.fact, PinSet) and entry.fact.deposit == deposit]
        if ended_ms.get(deposit, outage.end_ms + ANSWERED_MS) < outage.end_ms + ANSWERED_MS:
            continue
        if max(given) < until + outage.length - NOTICED:
            yield f"deposit {deposit[:6]}: until {max(given)} after an outage of {outage.length}, {until} before"
