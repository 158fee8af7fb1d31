"""What must hold for money: nobody is charged without a right, nobody has a right without payment.

Each docstring of a function is a sentence, its body says what breaks it. Each price is asked for once in a world.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from contracts.facts import AttemptMade, AttemptManual, Entry, RightActive, RightProvisional, RightVoid
from sim.bank import Bank, Charge


def nobody_is_charged_before_the_right_is_on_disk(entries: Iterable[Entry], charge: Charge) -> Iterator[str]:
    """Nobody is charged before the right that they pay for is on the machine's disk."""
    attempts = {entry.fact.attempt for entry in entries if isinstance(entry.fact, AttemptMade) and entry.fact.amount == charge.amount}
    rights = {entry.fact.attempt for entry in entries if isinstance(entry.fact, RightProvisional)}
    if not attempts & rights:
        yield f"{charge.amount} grosz, charge {charge.id}"


def nobody_is_charged_twice(bank: Bank) -> Iterator[str]:
    """Nobody is charged twice for one attempt."""
    for amount, count in Counter(bank.charged).items():
        if count > 1:
            yield f"{amount} grosz {count} times"


def money_and_rights_agree(entries: list[Entry], bank: Bank) -> Iterator[str]:
    """In the end whoever was charged has a right, whoever was not has none, and nothing is held or open."""
    made = {entry.fact.attempt: entry.fact.amount for entry in entries if isinstance(entry.fact, AttemptMade)}
    active = {entry.fact.attempt for entry in entries if isinstance(entry.fact, RightActive)}
    void = {entry.fact.attempt for entry in entries if isinstance(entry.fact, RightVoid)}
    by_people = {entry.fact.attempt for entry in entries if isinstance(entry.fact, AttemptManual)}
    if held := [charge.amount for charge in bank.charges if charge.state == "held"]:
        yield f"held: {held}"
    for attempt, amount in made.items():
        paid = amount in bank.charged
        if attempt in by_people:
            continue
        if paid != (attempt in active) or paid == (attempt in void):
            right = "a right" if attempt in active else "no right"
            yield f"attempt {attempt}, {amount} grosz: {'charged' if paid else 'not charged'}, {right}"


def no_attempt_is_given_to_people(entries: Iterable[Entry]) -> Iterator[str]:
    """No attempt needs a person, while terminal, gateway and clocks can be believed."""
    for entry in entries:
        if isinstance(entry.fact, AttemptManual):
            yield f"attempt {entry.fact.attempt}: {entry.fact.reason}"
