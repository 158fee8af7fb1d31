"""What must hold for text messages, whichever way they go: each docstring is a sentence, its body says what breaks it."""

import re
from collections.abc import Collection, Iterator

from central.signer import Signer
from contracts.facts import (
    DepositStored,
    DepositTakenBack,
    DepositWithdrawn,
    DocumentHandedOver,
    Fact,
    PinSet,
    SmsFailed,
    SmsInDoubt,
    SmsSent,
    SmsTrySpent,
)
from sim.sms_network import Text
from sim.storm_machine import StormMachine

SmsEnd = SmsSent | SmsFailed | SmsInDoubt


def a_message_goes_to_the_modem_once_for_each_try(machine: StormMachine, wish: int, before: Collection[int]) -> Iterator[str]:
    """A text message goes to the modem once for each try, and only after the try was spent in this boot."""
    spent = next((entry for entry in reversed(machine.entries) if entry.seq == wish and isinstance(entry.fact, SmsTrySpent)), None)
    if spent is None or machine.life is None or spent.boot != machine.life.boot:
        yield f"wish {wish} without a try of this boot"
    if wish in before:
        yield f"wish {wish} twice"


def a_message_that_was_sent_is_not_tried_again(machine: StormMachine, idx: str) -> Iterator[str]:
    """A text message that the network took is never tried again by the modem."""
    if any(isinstance(entry.fact, SmsSent) and entry.fact.idx == idx for entry in machine.entries):
        yield idx


def what_has_ended_is_erased(machine: StormMachine, fact: SmsEnd) -> Iterator[str]:
    """Phone and text of a message that was sent or given up are erased with the fact that says so."""
    if machine.disk.execute("SELECT 1 FROM letters WHERE idx = ?", (fact.idx,)).fetchone() is not None:
        yield fact.idx


def at_most_one_text_of_each_kind(machine: StormMachine, deposit: str, texts: Collection[Text]) -> Iterator[str]:
    """A text message of one kind goes out once for each deposit, unless there is something new to say or nobody knew of the first."""
    ids = {text.idx for text in texts}
    doubts = sum(1 for entry in machine.entries if isinstance(entry.fact, SmsInDoubt) and entry.fact.idx in ids)
    if len(texts) > 1 + doubts:
        yield f"deposit {deposit[:6]} has {len(texts)}, {doubts} in doubt"


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
