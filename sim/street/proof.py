"""What the centre's facts say of the last visit to a compartment: how it ended, and the facts that prove it."""

from collections.abc import Mapping

import msgspec

from sim.street.centre_desk import FactSeen
from sim.street.sight import Ending, Unopened

ENDINGS: Mapping[str, Ending] = {
    "document.handed_over": "handed_over",
    "deposit.reported": "reported",
    "deposit.withdrawn": "withdrawn",
    "collection.abandoned": "",
}
UNOPENED: Mapping[str, Unopened] = {
    "door.jammed": "jammed",
    "door.in_doubt": "doubt",
    "door.refused": "refused",
    "door.unlock_due": "",
    "door.opened": "",
    "door.closed": "",
}


class Proof(msgspec.Struct, frozen=True):
    """The last visit's end, its document, and for a hand-over the facts that prove it.

    `begun` is the id of the fact it began with, `booted` of the machine's last start.
    """

    ending: Ending = ""
    deposit: str = ""
    compartment: int = 0
    documents: tuple[FactSeen, ...] = ()
    openings: tuple[FactSeen, ...] = ()
    begun: int = 0
    booted: int = 0


def prove(facts: list[FactSeen]) -> Proof:
    """Hand-overs of the document of the last visit, and openings of its door for a collection since it was stored."""
    last = next((fact for fact in reversed(facts) if fact.kind in ENDINGS), None)
    if last is None or not ENDINGS[last.kind]:
        return Proof()
    deposit, compartment = str(last.fact.get("deposit")), int(last.fact.get("compartment") or 0)
    again = {fact.id for fact in facts if fact.kind == "collection.reopened"}  # the fact after an opening by whoever had left something
    begun, stored = (_newest(facts, kind, deposit) for kind in ("collection.begun", "deposit.stored"))
    return Proof(
        ending=ENDINGS[last.kind],
        deposit=deposit,
        compartment=compartment,
        documents=tuple(fact for fact in facts if fact.kind == "document.handed_over" and fact.fact.get("deposit") == deposit),
        openings=tuple(
            fact for fact in facts if fact.id > stored and fact.id + 1 not in again and _opened_for_collection(fact, compartment)
        ),
        begun=begun,
        booted=max((fact.id for fact in facts if fact.kind == "boot.started"), default=0),
    )


def why_unopened(facts: list[FactSeen], compartment: int) -> Unopened:
    """The newest word about a door that did not open."""
    told = [fact.kind for fact in facts if fact.kind in UNOPENED and fact.fact.get("compartment") == compartment]
    return UNOPENED[told[-1]] if told else ""


def _newest(facts: list[FactSeen], kind: str, deposit: str) -> int:
    return max((fact.id for fact in facts if fact.kind == kind and fact.fact.get("deposit") == deposit), default=0)


def _opened_for_collection(fact: FactSeen, compartment: int) -> bool:
    return fact.kind == "door.opened" and (fact.fact.get("compartment"), fact.fact.get("cause")) == (compartment, "collection")
