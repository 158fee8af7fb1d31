"""What must hold in every seed, as sentences: each function's docstring is one, and it answers with what breaks it.

The sentences about one moment are asked when something truly moves, is written or crosses a port; those about the end, after healing.
"""

import asyncio
import contextlib
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import ParamSpec

import msgspec

from central.signer import Signer
from contracts.facts import (
    CollectionBegun,
    DepositStored,
    DocumentHandedOver,
    DoorInDoubt,
    DoorPulsed,
    DoorUnlockDue,
    Entry,
    PinAccepted,
    PinPaused,
    PinRejected,
    PinResumed,
    PinSet,
    PinTrySpent,
    PinUnanswered,
)
from contracts.screen_messages import ScreenMessage
from contracts.topics import Ack, Answer, decode
from controller.state import State, fold
from sim.documents import Document
from sim.lock_cabinet import Opening, Pulse
from sim.sms_network import Text
from sim.stage import Stage
from sim.storm_centre import StormCentre
from sim.storm_machine import StormMachine

P = ParamSpec("P")
ENDS = ("done", "refused", "failed", "expired")
PIN_TRIES = 5
MOVING = re.compile(rb'"(mono_ms|left_ms|wait_ms|counter|seq|unacknowledged)":\d+')


class Violation(msgspec.Struct, frozen=True):
    """A broken sentence, when, what broke it, and the last cut before."""

    sentence: str
    at_ms: int
    detail: str
    cut: str


class Tries:
    """What the journal says of PIN tries, counted again from its facts alone."""

    def __init__(self) -> None:
        self.open: int | None = None
        self.compared: int | None = None
        self.paused = False
        self.wrong = 0
        self.owes_pause = False
        self.pause: Entry | None = None
        self.resumed_early = ""

    def take(self, entry: Entry) -> None:
        """One more entry."""
        match entry.fact:
            case PinTrySpent():
                self.open, self.wrong = entry.seq, self.wrong + 1
            case PinAccepted():
                self.open, self.wrong = None, max(0, self.wrong - 1)
            case PinRejected() | PinUnanswered():
                self.open = None
                self.owes_pause = self.wrong >= PIN_TRIES and not self.paused
            case PinPaused():
                self.paused, self.owes_pause, self.pause = True, False, entry
            case PinResumed():
                self.paused, self.wrong = False, 0
                self._resumed(entry)
            case DocumentHandedOver():
                self.wrong = 0
            case _:
                pass

    def _resumed(self, entry: Entry) -> None:
        if self.pause is None or not isinstance(self.pause.fact, PinPaused):
            self.resumed_early = "without a pause"
        elif self.pause.boot != entry.boot:
            self.resumed_early = "in another boot"
        elif entry.mono_ms - self.pause.mono_ms < self.pause.fact.pause_ms:
            self.resumed_early = f"after {entry.mono_ms - self.pause.mono_ms} of {self.pause.fact.pause_ms} ms"


class Watch:
    """Looks at everything and writes down what breaks a sentence; `violations` must stay empty."""

    def __init__(
        self, stage: Stage, machine: StormMachine, centre: StormCentre, documents: list[Document], people: list[asyncio.Task[None]]
    ) -> None:
        self.stage = stage
        self.machine = machine
        self.centre = centre
        self.documents = documents
        self.people = people
        self.violations: list[Violation] = []
        self.tries = Tries()
        self.texts: dict[str, list[Text]] = {}
        self.answers: dict[str, list[str]] = {}
        self.typed_pins: list[str] = []
        self.broken_doors: list[int] = []
        self.collecting: dict[int, str] = {}
        self._secrets: list[str] = []
        self._secret: re.Pattern[bytes] | None = None
        self._pulses = 0
        self._openings = 0
        self._broken = asyncio.Event()

    # --- what is told to the watch -------------------------------------------------------------------------------------------------------

    def broke(self, sentence: Callable[..., object], detail: str) -> None:
        """A sentence does not hold."""
        said = (sentence.__doc__ or sentence.__name__).strip().splitlines()[0]
        self.violations.append(Violation(said, self.stage.now_ms, detail, self.stage.last_cut))
        self._broken.set()
        self.stage.log("watch", f"BROKEN: {said} {detail}")

    async def broken_within(self, seconds: float) -> bool:
        """Wait for a violation, or so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._broken.wait(), seconds)
        return bool(self.violations)

    def ask(self, sentence: Callable[P, Iterator[str]], *about: P.args, **named: P.kwargs) -> None:
        """Ask one sentence; the first thing that breaks it is written down."""
        for detail in sentence(*about, **named):
            self.broke(sentence, detail)
            return

    def crashed(self, where: str, error: BaseException) -> None:
        """Something of ours raised."""
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        self.broke(nothing_raises, f"{where}: {type(error).__name__}: {str(error)[:120]} at {places}")

    def secret(self, text: str) -> None:
        """A PIN, a phone or a case number that nobody may see outside."""
        self._secrets.append(text)
        pins = "|".join(rf"(?<![0-9A-Za-z.]){each}(?![0-9A-Za-z])" for each in self._secrets if len(each) == 6)
        others = "|".join(each for each in self._secrets if len(each) != 6)
        self._secret = re.compile("|".join(each for each in (pins, others) if each).encode())

    def holds_secret(self, data: bytes) -> bool:
        """Whether any of them stands in these bytes; numbers that only count are left out."""
        return self._secret is not None and self._secret.search(data) is not None and self._secret.search(MOVING.sub(b"", data)) is not None

    def typed(self, deposit: str) -> None:
        """Somebody confirmed the PIN of this deposit."""
        self.typed_pins.append(deposit)

    def switch_broken(self, number: int) -> None:
        """From now on nobody can know what this door did."""
        self.broken_doors.append(number)

    def moved(self, deposit: str, number: int) -> None:
        """A hand moves a document."""
        self.ask(a_document_moves_only_through_an_open_door, self.machine, deposit, number)

    def truth(self) -> None:
        """Something may have moved in the cabinet."""
        machine, cabinet = self.machine, self.machine.cabinet
        if cabinet.violations:
            self.broke(no_coil_is_on_too_long_and_no_two_at_once, cabinet.violations[0])
        while self._pulses < len(cabinet.pulses):
            pulse = cabinet.pulses[self._pulses]
            self._pulses += 1
            machine.trace(f"coil {pulse.number} on")
            self.ask(no_coil_is_on_without_a_committed_wish, machine, pulse)
            self.ask(no_wish_has_two_pulses, machine, pulse)
            self.ask(no_lock_is_driven_for_a_wish_of_an_earlier_boot, machine, pulse)
            self.ask(a_coil_rests_between_two_pulses, machine, pulse)
        while self._openings < len(cabinet.openings):
            opening = cabinet.openings[self._openings]
            self._openings += 1
            machine.trace(f"door {opening.number} springs open")
            self.ask(a_pin_opens_at_most_one_door_its_own, machine, opening, self.collecting, self.typed_pins)

    def entry(self, entry: Entry) -> None:
        """An entry is committed."""
        body = msgspec.json.encode(entry.fact)
        self.machine.trace(f"journal {entry.seq} {body.decode()}")
        if self.holds_secret(body):
            self.broke(no_secret_leaves_the_vault, f"journal entry {entry.seq}")
        self.tries.take(entry)
        match entry.fact:
            case CollectionBegun():
                self.collecting[entry.fact.compartment] = entry.fact.deposit
            case DepositStored():
                self.ask(a_stored_document_lies_where_the_fact_says, self.documents, entry.fact)
            case DoorInDoubt():
                self.ask(a_door_is_in_doubt_only_when_nobody_can_know, self.machine, entry)
            case _:
                pass

    def turn(self) -> None:
        """A turn is over."""
        if self.tries.owes_pause:
            self.broke(five_wrong_tries_lead_to_a_pause, f"{self.tries.wrong} wrong tries")
        if self.tries.resumed_early:
            self.broke(a_pause_runs_its_whole_time_in_one_boot, self.tries.resumed_early)

    def compared(self) -> None:
        """The vault compares digits."""
        self.ask(a_try_is_spent_before_anything_is_compared, self.tries)
        self.ask(nothing_is_compared_during_a_pause, self.tries)
        self.tries.compared = self.tries.open

    def restarted(self, state: State) -> None:
        """A controller has read its journal."""
        self.ask(the_state_is_the_fold_of_the_journal, self.machine, state)

    def published(self, who: str, topic: str, payload: bytes) -> None:
        """A message goes out."""
        self.stage.trace.hidden(self.stage.now_ms, topic, payload)
        what = topic.rsplit("/", 1)[1]
        if what != "state":
            self.stage.log(who, f"publishes {what} {_shown(what, payload)}")
        if what != "orders" and self.holds_secret(payload):
            self.broke(no_secret_leaves_the_vault, f"published on {what}")
        if what == "answers":
            self._answered(decode(payload, Answer))

    def _answered(self, answer: Answer) -> None:
        if answer.state in ENDS:
            ends = self.answers.setdefault(answer.order, [])
            ends += [] if answer.state in ends else [answer.state]
            if len(ends) > 1:
                self.broke(every_order_has_one_answer, f"order {answer.order}: {' and '.join(ends)}")

    def screen(self, message: ScreenMessage) -> None:
        """A screen is shown."""
        data = {key: value for key, value in message.data.items() if not (key == "case" and message.screen == "k.load")}
        data.pop("cells", None)
        if self.holds_secret(msgspec.json.encode(data)):
            self.broke(no_secret_leaves_the_vault, f"screen {message.screen}")

    def acknowledged(self, machine: str, ack: Ack) -> None:
        """The centre acknowledges."""
        self.ask(an_ack_is_never_above_what_is_committed, self.centre, machine, ack)

    def texted(self, text: Text) -> None:
        """A text message reaches a phone."""
        deposit = text.idx.removesuffix("-ready")
        self.texts.setdefault(deposit, []).append(text)
        self.ask(at_most_one_text_for_each_deposit, deposit, self.texts[deposit])
        self.ask(no_text_before_the_machine_holds_pin_and_document, self.machine, self.centre.signer, deposit, text)


def _shown(what: str, payload: bytes) -> str:
    match what:
        case "ack" | "answers" | "presence":
            return payload.decode()
        case _:
            return f"{len(payload)} bytes"


# --- sentences about one moment ----------------------------------------------------------------------------------------------------------


def nothing_raises() -> None:
    """No code of ours raises what it does not name."""


def no_coil_is_on_without_a_committed_wish(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """No coil is on without a wish of its own that was committed before."""
    wish = machine.wishes.get(int.from_bytes(pulse.wish_id[4:], "big"))
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
    boot = machine.wish_boots.get(int.from_bytes(pulse.wish_id[4:], "big"))
    if boot is not None and machine.life is not None and machine.life.boot != boot:
        yield f"door {pulse.number} at {pulse.start_ms} ms"


def no_coil_is_on_too_long_and_no_two_at_once() -> None:
    """No coil is on longer than its limit, and no two at once."""


def a_coil_rests_between_two_pulses(machine: StormMachine, pulse: Pulse) -> Iterator[str]:
    """A coil rests its cool-down between two pulses while its board has power."""
    cooldown_ms = machine.cabinet.boards[pulse.board].description.file.limits.cooldown_ms.value
    for other in machine.cabinet.pulses[-6:]:
        if other is pulse or other.number != pulse.number or other.end_ms is None:
            continue
        if pulse.start_ms - other.end_ms < cooldown_ms and not any(other.start_ms <= at <= pulse.start_ms for at in machine.board_lost_ms):
            yield f"door {pulse.number} after {pulse.start_ms - other.end_ms} ms"


def a_pin_opens_at_most_one_door_its_own(
    machine: StormMachine, opening: Opening, collecting: Mapping[int, str], typed_pins: Collection[str]
) -> Iterator[str]:
    """A PIN opens at most one door, its own, and only after it was typed."""
    wish = machine.wishes.get(int.from_bytes(opening.wish_id[4:], "big"))
    if wish is None or wish.cause != "collection":
        return
    deposit = collecting.get(opening.number, "")
    stored = [entry.fact for entry in machine.entries if isinstance(entry.fact, DepositStored) and entry.fact.deposit == deposit]
    if not stored or stored[-1].compartment != opening.number:
        yield f"door {opening.number} for deposit {deposit[:6]}, which does not lie there"
    if deposit not in typed_pins:
        yield f"door {opening.number}, whose PIN nobody typed"
    if any(each.compartment == opening.number for each in _handed_over(machine, deposit)):
        yield f"door {opening.number} again after the hand-over of deposit {deposit[:6]}"


def _handed_over(machine: StormMachine, deposit: str) -> list[DocumentHandedOver]:
    return [entry.fact for entry in machine.entries if isinstance(entry.fact, DocumentHandedOver) and entry.fact.deposit == deposit]


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
    faulty = ("bus_noise", "bus_unplugged", "board_alone")
    board = next(iter(machine.cabinet.boards.values()))
    if pulsed or board.boot != asked.fact.board_boot or any(machine.stage.plan.has(name) for name in faulty):
        return
    yield f"wish {fact.wish}, door {fact.compartment}: the board remembers it and was not asked"


def a_try_is_spent_before_anything_is_compared(tries: Tries) -> Iterator[str]:
    """A try is spent, and committed, before anything is compared."""
    if tries.open is None or tries.open == tries.compared:
        yield "digits were compared without a try of their own"


def nothing_is_compared_during_a_pause(tries: Tries) -> Iterator[str]:
    """Nothing is compared during a pause, restarts included."""
    if tries.paused:
        yield "digits were compared"


def five_wrong_tries_lead_to_a_pause() -> None:
    """Five wrong tries lead to a pause, restarts included."""


def a_pause_runs_its_whole_time_in_one_boot() -> None:
    """A pause runs its whole time in one boot: pulling the plug starts it again."""


def no_secret_leaves_the_vault() -> None:
    """No PIN, phone or case number is in any journal, message, screen or log."""


def every_order_has_one_answer() -> None:
    """Every order ends in exactly one answer, the same everywhere."""


def an_ack_is_never_above_what_is_committed(centre: StormCentre, machine: str, ack: Ack) -> Iterator[str]:
    """The centre acknowledges nothing that is not committed at that moment."""
    held = centre.committed.get((machine, ack.epoch), 0)
    if ack.upto > held:
        yield f"acknowledged {ack.upto}, committed {held}"


def at_most_one_text_for_each_deposit(deposit: str, texts: Collection[Text]) -> Iterator[str]:
    """At most one text message goes out for each deposit."""
    if len(texts) > 1:
        yield f"deposit {deposit[:6]} has {len(texts)}"


def no_text_before_the_machine_holds_pin_and_document(machine: StormMachine, signer: Signer, deposit: str, text: Text) -> Iterator[str]:
    """No text message goes out before the machine holds the PIN and the document."""
    kinds = [type(entry.fact) for entry in machine.entries if getattr(entry.fact, "deposit", "") == deposit]
    if DepositStored not in kinds or PinSet not in kinds[kinds.index(DepositStored) :]:
        yield f"deposit {deposit[:6]}"
        return
    found = re.search(r"PIN: (\d{6})", text.text)
    row = machine.disk.execute("SELECT hmac FROM vault WHERE deposit = ?", (deposit,)).fetchone()
    if found is None or row is None or bytes(row[0]).hex() != signer.pin_mark(machine.name, found[1]):
        yield f"deposit {deposit[:6]}: the machine holds another PIN than the text names"


def the_state_is_the_fold_of_the_journal(machine: StormMachine, state: State) -> Iterator[str]:
    """The state is the fold of the whole journal, whatever snapshots there are."""
    folded = State()
    for entry in machine.entries:
        folded = fold(folded, entry)
    if msgspec.json.encode(folded) != msgspec.json.encode(state):
        yield f"at seq {state.seq}"
