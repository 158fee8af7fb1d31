"""The watch over a world: it is told what happens, asks the sentences of `sim/invariants/` about it and writes down what breaks one."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import ParamSpec

import msgspec

from contracts.facts import (
    AuditAnswered,
    CollectionBegun,
    CollectionResumed,
    DepositStored,
    DepositTakenBack,
    DoorInDoubt,
    Entry,
    PinAccepted,
    SmsFailed,
    SmsInDoubt,
    SmsSent,
    SmsTrySpent,
)
from contracts.screen_messages import ScreenMessage
from contracts.topics import Ack, Answer, decode
from controller.state import State
from sim.bank import Bank
from sim.documents import Document
from sim.invariants import clerk, doors, facts, lamps, money, pins, terms, texts
from sim.invariants.entered import Entered
from sim.sms_network import Text
from sim.stage import Stage
from sim.storm_centre import StormCentre
from sim.storm_machine import StormMachine

P = ParamSpec("P")


class Violation(msgspec.Struct, frozen=True):
    """A broken sentence, when, what broke it, and the last cut before."""

    sentence: str
    at_ms: int
    detail: str
    cut: str


class Watch:
    """Looks at everything and writes down what breaks a sentence; `violations` must stay empty."""

    def __init__(
        self,
        stage: Stage,
        machine: StormMachine,
        centre: StormCentre,
        documents: list[Document],
        people: list[asyncio.Task[None]],
        bank: Bank | None = None,
    ) -> None:
        self.stage = stage
        self.machine = machine
        self.centre = centre
        self.documents = documents
        self.people = people
        self.bank = bank or Bank()
        self._charges: set[int] = set()
        self.violations: list[Violation] = []
        self.tries = pins.Tries(machine.settings.policy.tries_max)
        self.sessions = clerk.Sessions()
        self.terms = terms.Terms()
        self.secrets = pins.Secrets()
        self.texts: dict[str, list[Text]] = {}
        self.handed: set[int] = set()
        self.outages: list[terms.Outage] = []
        self.answers: dict[str, list[str]] = {}
        self.entered = Entered(machine, centre.signer, documents)
        self.broken_doors: list[int] = []
        self.collecting: dict[int, str] = {}
        self._pointed = 0
        self._left: dict[int, int] = {}
        self._pulses = 0
        self._openings = 0
        self._broken = asyncio.Event()

    def ask(self, sentence: Callable[P, Iterator[str]], *about: P.args, **named: P.kwargs) -> None:
        """Ask one sentence; the first thing that breaks it is written down."""
        for detail in sentence(*about, **named):
            self._broke(sentence, detail)
            return

    async def broken_within(self, seconds: float) -> bool:
        """Wait for a violation, or so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._broken.wait(), seconds)
        return bool(self.violations)

    def _broke(self, sentence: Callable[..., object], detail: str) -> None:
        """A sentence does not hold."""
        said = (sentence.__doc__ or sentence.__name__).strip().splitlines()[0]
        self.violations.append(Violation(said, self.stage.now_ms, detail, self.stage.last_cut))
        self._broken.set()
        self.stage.log("watch", f"BROKEN: {said} {detail}")

    # --- what is told to the watch -------------------------------------------------------------------------------------------------------

    def crashed(self, where: str, error: BaseException) -> None:
        """Something of ours raised."""
        self.ask(facts.nothing_raises, where, error)

    def secret(self, text: str) -> None:
        """A PIN, a phone or a case number that nobody may see outside."""
        self.secrets.add(text)

    def stands(self, deposit: str, since_ms: int) -> None:
        """Somebody with the right PIN of this deposit has stood at the machine since then, and no door has opened for them."""
        self.ask(pins.wrong_entries_keep_nobody_with_the_right_pin_waiting, self.machine, deposit, since_ms)

    def outage(self, for_ms: int) -> None:
        """There is no power from now on for so long."""
        told = {str(row[0]) for row in self.centre.rows("SELECT key FROM deposits WHERE state = 'told'")}
        until = {deposit: until for deposit, until in self.terms.until.items() if deposit in told}
        self.outages.append(terms.Outage(self.stage.now_ms + for_ms, timedelta(milliseconds=for_ms), until))

    def switch_broken(self, number: int) -> None:
        """From now on nobody can know what this door did."""
        self.broken_doors.append(number)

    def readdressed(self, numbers: Iterable[int]) -> None:
        """The board of these compartments hears from now on what another is told, until the machine notices."""
        self._left |= dict.fromkeys(numbers, self.stage.now_ms)

    def charged(self) -> None:
        """Money may have been taken."""
        for charge in self.bank.charges:
            if charge.state == "charged" and charge.id not in self._charges:
                self._charges.add(charge.id)
                self.stage.log("bank", f"charged {charge.amount}")
                self.ask(money.nobody_is_charged_before_the_right_is_on_disk, self.machine.entries, charge)
        self.ask(money.nobody_is_charged_twice, self.bank)

    def moved(self, deposit: str, number: int) -> None:
        """A hand moves a document."""
        self.ask(doors.a_document_moves_only_through_an_open_door, self.machine, deposit, number)

    def truth(self) -> None:
        """Something may have moved in the cabinet."""
        machine, cabinet = self.machine, self.machine.cabinet
        self.ask(doors.no_coil_is_on_too_long_and_no_two_at_once, cabinet)
        while self._pulses < len(cabinet.pulses):
            pulse = cabinet.pulses[self._pulses]
            self._pulses += 1
            machine.trace(f"coil {pulse.number} on")
            self.ask(doors.no_coil_is_on_without_a_committed_wish, machine, pulse)
            self.ask(doors.no_wish_has_two_pulses, machine, pulse)
            self.ask(doors.no_lock_is_driven_for_a_wish_of_an_earlier_boot, machine, pulse)
            self.ask(doors.a_coil_rests_between_two_pulses, machine, pulse)
        while self._openings < len(cabinet.openings):
            opening = cabinet.openings[self._openings]
            self._openings += 1
            machine.trace(f"door {opening.number} springs open")
            self.ask(doors.a_pin_opens_at_most_one_door_its_own, machine, opening, self.collecting, self.entered.pins, self.broken_doors)
        self._lamps()

    def _lamps(self) -> None:
        pointed = lamps.pointed_at(self.machine.screen)
        if pointed != self._pointed:
            self._left[self._pointed], self._pointed = self.stage.now_ms, pointed
        self.ask(lamps.a_lamp_shines_only_where_the_screen_points, self.machine.cabinet.lit(), pointed, self._left, self.stage.now_ms)

    def entry(self, entry: Entry) -> None:
        """An entry is committed."""
        body = msgspec.json.encode(entry.fact)
        self.machine.trace(f"journal {entry.seq} {body.decode()}")
        self.ask(pins.no_secret_leaves_the_vault, self.secrets, f"journal entry {entry.seq}", body)
        self.ask(terms.no_door_is_asked_for_after_the_term, self.terms, entry)
        self.terms.take(entry, self.tries.stored)
        self.tries.take(entry)
        self.entered.take(entry)
        self.ask(clerk.a_code_opens_one_session, self.sessions, entry)
        self.ask(clerk.no_door_opens_in_clerk_mode_without_a_session, self.sessions, entry)
        self.sessions.take(entry)
        match entry.fact:
            case CollectionBegun() | CollectionResumed():
                self.collecting[entry.fact.compartment] = entry.fact.deposit
            case PinAccepted():
                self.ask(pins.nothing_is_accepted_that_is_not_right, self.entered.right, entry.fact)
            case DepositStored():
                self.ask(doors.a_stored_document_lies_where_the_fact_says, self.documents, entry.fact)
            case AuditAnswered():
                self.ask(clerk.what_an_audit_says_is_what_lay_there, self.documents, entry.fact)
            case DepositTakenBack():
                self.ask(clerk.a_document_that_was_taken_back_is_out, self.documents, entry.fact)
            case SmsTrySpent():
                self.ask(texts.a_message_that_was_sent_is_not_tried_again, self.machine, entry.fact.idx)
            case SmsSent() | SmsFailed() | SmsInDoubt():
                self.ask(texts.what_has_ended_is_erased, self.machine, entry.fact)
            case DoorInDoubt():
                self.ask(doors.a_door_is_in_doubt_only_when_nobody_can_know, self.machine, entry)
            case _:
                pass

    def turn(self) -> None:
        """A turn is over."""
        self.ask(pins.a_pin_alone_is_tried_no_more_often_than_the_day_bears, self.tries)
        self.ask(pins.the_day_of_the_tries_only_moves_forward, self.tries)
        self.ask(pins.three_wrong_entries_pause_their_number, self.tries)
        self.ask(pins.nobody_is_refused_for_what_others_typed, self.tries)
        self.ask(pins.a_pause_runs_its_whole_time_in_one_boot, self.tries)

    def numbered(self, phone: str) -> None:
        """Somebody has confirmed a number."""
        self.entered.numbered(phone)

    def code_compared(self, digits: str) -> None:
        """The vault compares digits with the clerk's code."""
        self.sessions.compared(digits)

    def compared(self, digits: str, phone: str | None) -> None:
        """The vault compares digits."""
        self.ask(pins.a_try_is_spent_before_anything_is_compared, self.tries)
        self.ask(pins.nothing_is_compared_for_a_paused_number, self.tries)
        self.tries.compared = self.tries.open
        self.entered.compared(digits, phone)
        screen = self.machine.screen
        if screen is None or screen.screen != "l.grace":
            self.tries.expects = self.entered.right
        else:  # only one PIN counts there
            there = self.collecting.get(int(screen.data.get("compartment", 0)), "")
            self.tries.expects = there if there == self.entered.right else ""

    def restarted(self, state: State) -> None:
        """A controller has read its journal; whoever had just typed something has typed it in vain."""
        self.tries.expects = ""
        self.ask(facts.the_state_is_the_fold_of_the_journal, self.machine, state)

    def published(self, who: str, topic: str, payload: bytes) -> None:
        """A message goes out."""
        self.stage.trace.hidden(self.stage.now_ms, topic, payload)
        what = topic.rsplit("/", 1)[1]
        if what != "state":
            self.stage.log(who, f"publishes {what} {_shown(what, payload)}")
        if what != "orders":
            self.ask(pins.no_secret_leaves_the_vault, self.secrets, f"published on {what}", payload)
        if what == "answers":
            self._answered(decode(payload, Answer))

    def _answered(self, answer: Answer) -> None:
        if answer.state in facts.ENDS:
            ends = self.answers.setdefault(answer.order, [])
            ends += [] if answer.state in ends else [answer.state]
            self.ask(facts.every_order_has_one_answer, answer.order, ends)

    def screen(self, message: ScreenMessage) -> None:
        """A screen is shown."""
        if message.screen == "l.locked" and self.entered.tries_of_number < pins.NUMBER_TRIES:
            self.tries.refused = "of this number"
        data = {key: value for key, value in message.data.items() if not (key == "case" and message.screen == "k.load")}
        data.pop("cells", None)
        self.ask(pins.no_secret_leaves_the_vault, self.secrets, f"screen {message.screen}", msgspec.json.encode(data))

    def acknowledged(self, machine: str, ack: Ack) -> None:
        """The centre acknowledges."""
        self.ask(facts.an_ack_is_never_above_what_is_committed, self.centre, machine, ack)

    def submitted(self, wish: int) -> None:
        """A text message is handed to the machine's modem."""
        self.ask(texts.a_message_goes_to_the_modem_once_for_each_try, self.machine, wish, self.handed)
        self.handed.add(wish)

    def texted(self, text: Text) -> None:
        """A text message reaches a phone."""
        deposit, _, purpose = text.idx.partition("-")
        again = purpose.startswith(("extended", "pin_reissued", "reminder")) or self.stage.plan.has("desk_changes")
        alike = self.texts.setdefault(text.idx if again else f"{deposit}-{purpose.partition('-')[0]}", [])
        alike.append(text)
        self.ask(texts.at_most_one_text_of_each_kind, self.machine, deposit, alike)

    def said(self, text: Text) -> None:
        """A text message is handed to the provider or the modem: from here on nobody can take it back."""
        deposit, _, purpose = text.idx.partition("-")
        if purpose.startswith(("ready", "pin_reissued")):
            self.ask(texts.no_text_before_the_machine_holds_pin_and_document, self.machine, self.centre.signer, deposit, text)
        else:
            self.ask(texts.a_text_says_what_is_so, self.machine, deposit, purpose)


def _shown(what: str, payload: bytes) -> str:
    match what:
        case "ack" | "answers" | "presence":
            return payload.decode()
        case _:
            return f"{len(payload)} bytes"
