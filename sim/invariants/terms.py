"""What must hold for terms: each docstring is a sentence, its body says what breaks it."""

from collections.abc import Collection, Iterator
from datetime import datetime

from contracts.facts import CollectionBegun, Entry, PinSet, TermsExtended


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
