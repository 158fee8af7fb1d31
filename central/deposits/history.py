"""What machines say about one document, for whoever is asked about it: its facts, and the code that a screen showed."""

import re

from sqlalchemy import Connection

from central.settings import Settings
from central.store import deposit_facts, deposits
from central.store.deposits import DepositRow
from contracts import facts as f
from contracts.facts import Entry

TOLD = (
    f.DepositLoading, f.DepositStored, f.DepositNotStored, f.PinAccepted, f.DocumentHandedOver, f.CollectionReopened, f.CollectionEnded,
    f.CollectionAbandoned, f.DepositReported, f.DepositWithdrawn, f.DepositTakenBack,
)  # fmt: skip
"""The facts of a document that a clerk or the hotline is asked about."""
CODE = re.compile(r"(.{1,12})-([0-9]{1,12})")
"""What a screen says to be told on the telephone: the machine's number and the fact's (controller/visit/visits.py)."""
KEY_BEGINS = re.compile(r"[0-9a-f]{6,64}")


def note(t: Connection, machine: str, epoch: str, entry: Entry) -> None:
    """Remember that this fact is about a document of ours."""
    fact = entry.fact
    if not isinstance(fact, TOLD):
        return
    deposit = deposits.read(t, fact.deposit)
    if deposit is not None and deposit.machine == machine:
        deposit_facts.note(t, machine, epoch, entry.seq, fact.deposit)


def code(settings: Settings, machine: str, seq: int) -> str:
    """The code of a fact as the screen showed it."""
    about = settings.machines.get(machine)
    return f"{about.number if about else machine}-{seq}"


def find(t: Connection, settings: Settings, text: str, mask: str, limit: int) -> list[DepositRow]:
    """Documents of a case number, of phones that look like `mask`, of a screen's code, or whose key begins so; newest first."""
    keys: set[str] = set()
    if said := CODE.fullmatch(text):
        numbers = [machine for machine, about in settings.machines.items() if about.number.casefold() == said[1].casefold()]
        keys |= {key for machine in numbers for key in deposit_facts.of_seq(t, machine, int(said[2]))}
    begins = text.lower() if KEY_BEGINS.fullmatch(text.lower()) else ""
    return deposits.found(t, case_no=text, mask=mask, begins=begins, keys=sorted(keys), limit=limit)
