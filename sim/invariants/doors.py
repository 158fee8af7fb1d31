"""What must hold for coils, doors and documents whenever one of them moves: each docstring is a sentence, its body says what breaks it."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from contracts.facts import (
    CollectionEnded,
    CollectionReopened,
    CollectionResumed,
    DepositStored,
    DocumentHandedOver,
    DoorInDoubt,
    DoorPulsed,
    DoorUnlockDue,
    Entry,
)
from sim.bought_cabinet import BoughtCabinet, Cabinet
from sim.documents import Document
from sim.lock_cabinet import Opening, Pulse
from sim.storm_machine import StormMachine

GRACE_MS = 120_000
OF_A_VISIT = (CollectionResumed, CollectionReopened, CollectionEnded)

BUS_FAULTS = ("bus_noise", "bus_unplugged", "bus_unplugged_at_pulse", "board_alone", "board_dead", "board_doubled")
"""With these a board may not be there to be asked."""
UNSEEN = ("odd_boards", "stuck_door", "broken_switch", "bystander", "burglar")
"""With these the switch alone does not tell what became of an order that a bought board does not answer."""


def wish_seq(wish_id: bytes) -> int:
    """The seq of the fact that a board knows by this wish id; its first four bytes are the epoch's."""
    return int.from_bytes(wish_id[4:], "big")


def no_coil_is_on_without_a_committed_wish(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """No coil is on without a wish of its own that was committed before."""
    wish = machine.wishes.get(wish_seq(pulse.wish_id))
    if wish is None:
        yield f"door {pulse.number} at {pulse.start_ms} ms"
    elif wish.compartment != pulse.number:
        yield f"wish for door {wish.compartment} drove door {pulse.number}"


def no_wish_has_two_pulses(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """No wish has two pulses."""
    if len(machine.cabinet.pulses_of(pulse.wish_id)) > 1:
        yield f"wish {pulse.wish_id.hex()}, door {pulse.number}"


def no_lock_is_driven_for_a_wish_of_an_earlier_boot(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """No lock is driven for a wish of an earlier boot: whoever stood there may have gone."""
    boot = machine.wish_boots.get(wish_seq(pulse.wish_id))
    if boot is not None and machine.life is not None and machine.life.boot != boot:
        yield f"door {pulse.number} at {pulse.start_ms} ms"


def no_coil_is_on_too_long_and_no_two_at_once(cabinet: Cabinet) -> Iterator[str]:
    """No coil is on longer than its limit, and no two at once."""
    yield from cabinet.violations


def a_coil_rests_between_two_pulses(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """A coil rests its cool-down between two pulses while its board has power."""
    locker = machine.settings.cabinet
    cooldown_ms = (locker.bought.get(pulse.board) or locker.boards[pulse.board]).file.limits.cooldown_ms.value
    for other in machine.cabinet.pulses[-6:]:
        if other is pulse or other.number != pulse.number or other.end_ms is None:
            continue
        if pulse.start_ms - other.end_ms < cooldown_ms and not any(other.start_ms <= at <= pulse.start_ms for at in machine.board_lost_ms):
            yield f"door {pulse.number} after {pulse.start_ms - other.end_ms} ms"


def a_pin_opens_at_most_one_door_its_own(
    machine: StormMachine, opening: Opening, collecting: Mapping[int, str], typed_pins: Collection[str], broken: Collection[int] = ()
) -> Iterator[str]:
    """A PIN opens at most one door, its own, only after it was typed, and once more within two minutes of its closing."""
    wish = machine.wishes.get(wish_seq(opening.wish_id))
    if wish is None or wish.cause != "collection":
        return
    deposit = collecting.get(opening.number, "")
    stored = [entry.fact for entry in machine.entries if isinstance(entry.fact, DepositStored) and entry.fact.deposit == deposit]
    if not stored or stored[-1].compartment != opening.number:
        yield f"door {opening.number} for deposit {deposit[:6]}, which does not lie there"
    if deposit not in typed_pins:
        yield f"door {opening.number}, whose PIN nobody typed"
    handed = [entry.seq for entry in machine.entries if isinstance(entry.fact, DocumentHandedOver) and entry.fact.deposit == deposit]
    spoke_early = opening.number in broken and wish_seq(opening.wish_id) < max(handed, default=0)  # the hand-over is this opening's
    if handed and not spoke_early:
        yield from _once_more(machine, opening, deposit)


def _once_more(machine: StormMachine, opening: Opening, deposit: str) -> Iterator[str]:
    """What is wrong with an opening after the hand-over of this deposit."""
    visit = [entry for entry in machine.entries if isinstance(entry.fact, OF_A_VISIT) and entry.fact.deposit == deposit]
    kinds = [type(entry.fact) for entry in visit]
    if CollectionResumed not in kinds or CollectionReopened in kinds:
        yield f"door {opening.number} again after the hand-over of deposit {deposit[:6]}"
        return
    asked = visit[kinds.index(CollectionResumed)]
    closed = next((entry for entry in visit if isinstance(entry.fact, CollectionEnded) and entry.fact.closed), None)
    if closed is None or closed.boot != asked.boot or asked.mono_ms - closed.mono_ms >= GRACE_MS:
        yield f"door {opening.number} too late after the hand-over of deposit {deposit[:6]}"


def a_document_moves_only_through_an_open_door(machine: StormMachine, deposit: str, number: int) -> Iterator[str]:
    """A document goes in and out only through an open door."""
    if not machine.door_open(number):
        yield f"deposit {deposit[:6]} and door {number}"


def a_stored_document_lies_where_the_fact_says(documents: Iterable[Document], fact: DepositStored) -> Iterator[str]:
    """A document that is journaled as stored lies in that compartment."""
    for document in documents:
        if document.deposit == fact.deposit and document.compartment != fact.compartment:
            yield f"deposit {fact.deposit[:6]} in {document.compartment}, journaled in {fact.compartment}"


def a_door_is_in_doubt_only_when_nobody_can_know(machine: StormMachine, entry: Entry) -> Iterator[str]:
    """A door is in doubt only when its board lost its memory or could not be asked."""
    fact = entry.fact
    assert isinstance(fact, DoorInDoubt)
    asked = next(each for each in machine.entries if each.seq == fact.wish)
    assert isinstance(asked.fact, DoorUnlockDue)
    pulsed = any(isinstance(each.fact, DoorPulsed) and each.fact.wish == fact.wish for each in machine.entries)
    if isinstance(machine.cabinet, BoughtCabinet):
        if asked.boot == entry.boot and not any(machine.stage.plan.has(name) for name in (*BUS_FAULTS, *UNSEEN)):
            yield f"wish {fact.wish}, door {fact.compartment}: the controller has sent it and its door was to be seen"
        return
    board = machine.cabinet.boards[machine.settings.cabinet.compartments()[fact.compartment].board]
    if pulsed or board.boot != asked.fact.board_boot or any(machine.stage.plan.has(name) for name in BUS_FAULTS):
        return
    yield f"wish {fact.wish}, door {fact.compartment}: the board remembers it and was not asked"
