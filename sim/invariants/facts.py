"""What must hold for facts and all that is said of them: answers, acknowledgements, text messages; and for the code itself.

Each docstring of a function is a sentence, its body says what breaks it.
"""

import re
import traceback
from collections.abc import Collection, Iterator

import msgspec

from central.signer import Signer
from contracts.facts import DepositStored, DepositTakenBack, DepositWithdrawn, DocumentHandedOver, Fact, PinSet
from contracts.topics import Ack
from controller.state import State, fold
from sim.sms_network import Text
from sim.storm_centre import StormCentre
from sim.storm_machine import StormMachine

ENDS = ("done", "refused", "failed", "expired")
"""The states of an order that nothing follows."""


def the_state_is_the_fold_of_the_journal(machine: StormMachine, state: State) -> Iterator[str]:
    """The state is the fold of the whole journal, whatever snapshots there are."""
    folded = State()
    for entry in machine.entries:
        folded = fold(folded, entry)
    if msgspec.json.encode(folded) != msgspec.json.encode(state):
        yield f"at seq {state.seq}"


def every_order_has_one_answer(order: str, ends: Collection[str]) -> Iterator[str]:
    """Every order ends in exactly one answer, the same everywhere."""
    if len(ends) > 1:
        yield f"order {order}: {' and '.join(ends)}"


def an_ack_is_never_above_what_is_committed(centre: StormCentre, machine: str, ack: Ack) -> Iterator[str]:
    """The centre acknowledges nothing that is not committed at that moment."""
    held = centre.committed.get((machine, ack.epoch), 0)
    if ack.upto > held:
        yield f"acknowledged {ack.upto}, committed {held}"


def at_most_one_text_of_each_kind(deposit: str, texts: Collection[Text]) -> Iterator[str]:
    """A text message of one kind goes out once for each deposit, unless there is something new to say."""
    if len(texts) > 1:
        yield f"deposit {deposit[:6]} has {len(texts)}"


def no_text_before_the_machine_holds_pin_and_document(machine: StormMachine, signer: Signer, deposit: str, text: Text) -> Iterator[str]:
    """No text message goes out before the machine holds the PIN and the document."""
    kinds = [type(entry.fact) for entry in machine.entries if getattr(entry.fact, "deposit", "") == deposit]
    if DepositStored not in kinds or PinSet not in kinds[kinds.index(DepositStored) :]:
        yield f"deposit {deposit[:6]}"
        return
    found = re.search(r"(?:PIN|Urzedomatu): (\d{6})", text.text)
    row = machine.disk.execute("SELECT hmac FROM vault WHERE deposit = ?", (deposit,)).fetchone()
    if found is None or row is None or bytes(row[0]).hex() != signer.pin_mark(machine.name, found[1]):
        yield f"deposit {deposit[:6]}: the machine holds another PIN than the text names"


AFTER: dict[str, tuple[type[Fact], ...]] = {
    "collected": (DocumentHandedOver,),
    "office": (DepositWithdrawn,),
    "reach": (DepositWithdrawn,),
    "expired": (DepositTakenBack,),
    "at_office": (DepositTakenBack,),
}
"""What a text of this kind says has happened."""


def a_text_says_what_is_so(machine: StormMachine, deposit: str, purpose: str) -> Iterator[str]:
    """A text message says only what has happened at the machine."""
    kinds = {type(entry.fact) for entry in machine.entries if getattr(entry.fact, "deposit", "") == deposit}
    wanted = AFTER.get(purpose.partition("-")[0])
    if wanted is not None and not kinds.intersection(wanted):
        yield f"deposit {deposit[:6]}: {purpose} before {wanted[0].__name__}"


def nothing_raises(where: str, error: BaseException) -> Iterator[str]:
    """No code of ours raises what it does not name."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    yield f"{where}: {type(error).__name__}: {str(error)[:120]} at {places}"
