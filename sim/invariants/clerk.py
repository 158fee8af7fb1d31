"""What must hold for clerk mode: each docstring is a sentence, its body says what breaks it."""

from collections.abc import Iterable, Iterator

from contracts import facts as f
from contracts.facts import Entry
from controller.state import State
from sim.documents import Document


class Sessions:
    """What the journal says of codes and sessions so far."""

    def __init__(self) -> None:
        self.actor = ""
        self.codes = 0
        self.order = ""
        self.boot = ""
        self.typed = ""
        self.used: set[str] = set()

    def compared(self, digits: str) -> None:
        """The vault compares these digits with the code."""
        self.typed = digits

    def take(self, entry: Entry) -> None:
        """One more entry."""
        match entry.fact:
            case f.ClerkExpected():
                self.codes, self.boot = 1, entry.boot
            case f.ClerkCodeEnded():
                self.codes = 0
            case f.ClerkEntered():
                self.actor, self.codes = entry.fact.actor, 0
                self.used.add(self.typed)
            case f.ClerkLeft():
                self.actor = ""
            case f.DepositLoading():
                self.order = entry.fact.order
            case _:
                pass


def a_code_opens_one_session(before: Sessions, entry: Entry) -> Iterator[str]:
    """A clerk's code opens one session, in the boot that expects it, and no other session is open then."""
    if not isinstance(entry.fact, f.ClerkEntered):
        return
    if not before.codes or before.actor or before.boot != entry.boot:
        yield f"entry {entry.seq}, {before.codes} codes of boot {before.boot[:4]}, {'a' if before.actor else 'no'} clerk inside"
    if before.typed in before.used:
        yield f"entry {entry.seq}, a code that has opened one before"


def no_door_opens_in_clerk_mode_without_a_session(before: Sessions, entry: Entry) -> Iterator[str]:
    """No lock is made due for a clerk's errand while no clerk is in."""
    if not isinstance(entry.fact, f.DoorUnlockDue) or before.actor:
        return
    if entry.fact.cause in ("takeback", "audit") or (entry.fact.cause == "deposit" and not before.order):
        yield f"entry {entry.seq}, door {entry.fact.compartment} for {entry.fact.cause}"


def what_an_audit_says_is_what_lay_there(documents: Iterable[Document], fact: f.AuditAnswered) -> Iterator[str]:
    """What an audit says of a compartment is what lies there."""
    lies = "document" if any(document.compartment == fact.compartment for document in documents) else "empty"
    if lies != fact.contents:
        yield f"compartment {fact.compartment}: {fact.contents} said, {lies} true"


def a_document_that_was_taken_back_is_out(documents: Iterable[Document], fact: f.DepositTakenBack) -> Iterator[str]:
    """A document that is journaled as taken back lies in no compartment."""
    for document in documents:
        if document.deposit == fact.deposit and document.compartment is not None:
            yield f"deposit {fact.deposit[:6]} lies in {document.compartment}"


def a_document_is_where_the_machine_says_or_somebody_must_look(documents: Iterable[Document], state: State) -> Iterator[str]:
    """A document lies where the machine says, or a compartment in question is out of use."""
    for document in documents:
        here = state.locker.deposits.get(document.deposit)
        said = here.compartment if here is not None and here.phase in ("stored", "withdrawn") else None
        questioned = {number for number in (said, document.compartment) if number is not None and state.doors.door(number).quarantine}
        if here is not None and said != document.compartment and not questioned and not document.left_inside:
            yield f"deposit {document.deposit[:6]}: {said} said, {document.compartment} true"
