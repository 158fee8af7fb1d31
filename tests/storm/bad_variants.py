"""Known-bad machines and centres: each breaks one rule of the design, and the storm must notice."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import msgspec
from sqlalchemy import Connection

from central import fleet, tasks
from central.centre import Centre
from central.ports import Now
from central.store import machines
from central.store.machines import Station
from contracts.facts import (
    AuditAnswered,
    ClerkEntered,
    ClerkLeft,
    CollectionAbandoned,
    DepositWithdrawn,
    DoorUnlockDue,
    Entry,
    Fact,
    NumberResumed,
    PinDayBegun,
    SmsTrySpent,
)
from contracts.topics import Presence, decode
from controller import loop, machine, rules, turns
from controller.clerk import decide as clerk
from controller.clerk import state as clerk_state
from controller.clerk.state import Clerk
from controller.clock import Now as MachineNow
from controller.devices.board_lamps import Light
from controller.live import Live
from controller.locker import collection, pins
from controller.locker import decide as locker
from controller.locker.pins import PinPolicy
from controller.locker.state import Deposit, Locker
from controller.machine import Request
from controller.secret import Secret
from controller.settings import Settings
from controller.sms import sms
from controller.sms.sms import Sms
from controller.state import State
from controller.turns import Turns
from controller.vault import EraseLetter, Vault, VaultChange
from controller.visit import resident, visits
from controller.visit.lamps import lamps
from controller.wishes import Enquire, Wish
from firmware.lock_board import LockBoard
from sim.storm_storage import StormJournal
from sim.world import Parts

Held = tuple[tuple[Entry, ...], tuple[VaultChange, ...]]
DUE = machine.due
PRESENCE = fleet.presence


@contextmanager
def acts_before_its_journal() -> Generator[Parts]:
    """A wish is begun at once and written with the next turn."""
    append = StormJournal.append

    def late(self: StormJournal, entries: tuple[Entry, ...], vault: Vault, changes: tuple[VaultChange, ...]) -> None:
        held: Held = self.__dict__.pop("held", ((), ()))
        together = ((*held[0], *entries), (*held[1], *changes))
        if any(isinstance(entry.fact, DoorUnlockDue) for entry in entries):
            self.__dict__["held"] = together
        else:
            append(self, together[0], vault, together[1])

    with patch.object(StormJournal, "append", late):
        yield Parts()


@contextmanager
def wishes_are_returned_not_derived() -> Generator[Parts]:
    """Only the boot that made a wish begins it; after a restart nobody remembers what was outstanding."""

    def due(state: State, settings: Settings, now: MachineNow) -> tuple[Wish, ...]:
        return tuple(wish for wish in DUE(state, settings, now) if not isinstance(wish.what, Enquire))

    with patch.object(machine, "due", due):
        yield Parts()


@contextmanager
def tries_are_spent_after_comparing() -> Generator[Parts]:
    """The vault compares as soon as the digits are there; the try is journaled with the result."""
    decide = Turns.decide

    def late(self: Turns, request: Request, now: MachineNow) -> tuple[Entry, ...]:
        if isinstance(request, locker.PinEntered):
            self.vault.match(self.live.visit.digits)
        return decide(self, request, now)

    with patch.object(Turns, "decide", late):
        yield Parts()


class HastyCentre(Centre):
    """Acknowledges what it is about to commit."""

    def _facts(self, machine: str, payload: bytes, now: Now) -> None:
        with self.store.transaction() as t:
            ack = self._ingest.take(t, machine, payload, now)
            if ack is not None:
                self._acknowledge(machine, ack)
        super()._facts(machine, payload, now)


@contextmanager
def the_centre_acknowledges_before_its_commit() -> Generator[Parts]:
    """The acknowledgement goes out inside the transaction."""
    yield Parts(centre=HastyCentre)


class TirelessBoard(LockBoard):
    """Leaves the end of a pulse to the host."""

    def tick(self, now_ms: int) -> None:
        if self.coil is None or now_ms - self._heard_ms >= 60_000:
            super().tick(now_ms)


@contextmanager
def the_board_has_no_coil_limit() -> Generator[Parts]:
    """The firmware does not end a pulse by itself."""
    yield Parts(core=TirelessBoard)


def believes_any_will_of_this_boot(
    t: Connection, machine: str, payload: bytes, now: Now, link_since: datetime | None = None
) -> Station | None:
    """A will counts when its boot is the present one, whatever its connection."""
    said = decode(payload, Presence)
    station = machines.read(t, machine)
    if said.online or said.boot != station.boot:
        return PRESENCE(t, machine, payload, now, link_since)
    machines.change(t, machine, online=False)
    return None


@contextmanager
def wills_of_older_connections_are_believed() -> Generator[Parts]:
    """A late will of the same boot takes a machine down that is there."""
    with patch.object(fleet, "presence", believes_any_will_of_this_boot):
        yield Parts()


@contextmanager
def a_pause_ends_with_the_power() -> Generator[Parts]:
    """Whoever pulls the plug may guess on: the pauses are over at the next boot."""
    restarted = locker.restarted

    def forgiving(state: Locker, policy: PinPolicy, now: MachineNow) -> tuple[Fact, ...]:
        paused = tuple(NumberResumed(number=key) for key, one in state.pins.numbers.items() if one.pause is not None)
        return (*restarted(state, policy, now), *paused)

    with patch.object(locker, "restarted", forgiving):
        yield Parts()


@contextmanager
def the_days_tries_begin_anew_with_the_power() -> Generator[Parts]:
    """Whoever pulls the plug has the whole day's tries again."""
    restarted = locker.restarted

    def forgetful(state: Locker, policy: PinPolicy, now: MachineNow) -> tuple[Fact, ...]:
        anew = (PinDayBegun(day=state.pins.day),) if state.pins.day else ()
        return (*restarted(state, policy, now), *anew)

    with patch.object(locker, "restarted", forgetful):
        yield Parts()


@contextmanager
def a_pause_is_everybodys() -> Generator[Parts]:
    """The machine pauses instead of the number that was typed."""

    def everybody(self: Vault, phone: Secret) -> str:
        del self
        return "everybody" if len(phone) else ""

    with patch.object(Vault, "number_key", everybody):
        yield Parts()


@contextmanager
def a_lock_is_driven_again_unseen() -> Generator[Parts]:
    """A second try drives the lock although nobody knows whether the first one opened the door."""
    refusal = rules.open_refusal

    def bold(state: State, live: Live, request: locker.OpenAsked) -> str | None:
        code = refusal(state, live, request)
        return None if code == "door_not_seen" else code

    def closed(live: Live, compartment: int) -> bool:
        return compartment > 0

    with patch.object(rules, "open_refusal", bold), patch.object(Live, "seen_closed", closed):
        yield Parts()


@contextmanager
def a_lamp_shines_for_nobody() -> Generator[Parts]:
    """Where no compartment is to be shown, the first one is."""

    def lit(state: State, live: Live, settings: Settings, now: MachineNow) -> dict[int, Light]:
        return lamps(state, live, settings, now) or {0: (1, 100)}

    with patch.object(loop, "lamps", lit):
        yield Parts()


class ForgetfulBoard(LockBoard):
    """Keeps its lamps when nobody speaks to it any more."""

    def tick(self, now_ms: int) -> None:
        lit = self.lamps.lit
        super().tick(now_ms)
        self.lamps.lit = lit


@contextmanager
def lamps_outlive_the_controller() -> Generator[Parts]:
    """A lamp that was lit when the controller went away goes on shining."""
    yield Parts(core=ForgetfulBoard)


@contextmanager
def the_way_back_takes_any_pin() -> Generator[Parts]:
    """Whoever stands at the screen of the way back needs no PIN, only six digits."""
    matched = pins.matched

    def any_pin(state: Locker, request: locker.PinMatched, policy: PinPolicy, now: MachineNow) -> tuple[Fact, ...]:
        return matched(state, msgspec.structs.replace(request, deposit=request.again or request.deposit), policy, now)

    with patch.object(pins, "matched", any_pin):
        yield Parts()


@contextmanager
def terms_never_end() -> Generator[Parts]:
    """Nobody looks at the clock before a door is asked for."""

    def never(deposit: Deposit, now: MachineNow) -> bool:
        del deposit, now
        return False

    with patch.object(collection, "expired", never), patch.object(resident, "expired", never), patch.object(visits, "expired", never):
        yield Parts()


@contextmanager
def a_wrong_entry_keeps_the_screen() -> Generator[Parts]:
    """A wrong number is answered after minutes, and nobody else can begin before."""
    with patch.object(resident, "ANSWER_AFTER_MS", 150_000):
        yield Parts()


@contextmanager
def an_audit_lies() -> Generator[Parts]:
    """What a clerk says of a compartment is written as its opposite."""
    decide = clerk.decide

    def lying(*about: Any) -> tuple[Fact, ...]:
        return tuple(_opposite(fact) for fact in decide(*about))

    with patch.object(clerk, "decide", lying):
        yield Parts()


def _opposite(fact: Fact) -> Fact:
    if not isinstance(fact, AuditAnswered):
        return fact
    return msgspec.structs.replace(fact, contents="empty" if fact.contents == "document" else "document")


@contextmanager
def what_was_handed_over_can_be_withdrawn() -> Generator[Parts]:
    """Whoever came back and found the door shut has the document taken out of an empty compartment."""
    to_the_office = collection.to_the_office

    def withdrawing(state: Locker, request: locker.OfficeAsked) -> tuple[Fact, ...]:
        facts = to_the_office(state, request)
        return tuple(
            DepositWithdrawn(deposit=fact.deposit, compartment=fact.compartment, reason="jam")
            if isinstance(fact, CollectionAbandoned)
            else fact
            for fact in facts
        )

    with patch.object(collection, "to_the_office", withdrawing):
        yield Parts()


@contextmanager
def a_code_is_not_used_up() -> Generator[Parts]:
    """A clerk's code stays after its session, and opens the next one."""
    session, of_clerk = clerk_state._session, turns._of_clerk  # pyright: ignore[reportPrivateUsage]

    def kept(clerk: Clerk, entry: Entry, fact: clerk_state.SessionFact) -> Clerk:
        after = session(clerk, entry, fact)
        return msgspec.structs.replace(after, expected=clerk.expected) if isinstance(fact, ClerkEntered) else after

    def held(request: Request, fact: Fact) -> list[VaultChange]:
        return [] if isinstance(fact, ClerkEntered) else of_clerk(request, fact)

    with patch.object(clerk_state, "_session", kept), patch.object(turns, "_of_clerk", held):
        yield Parts()


@contextmanager
def a_code_outlives_the_power() -> Generator[Parts]:
    """A clerk's code that was not used before a power cut is still good after it."""

    def nothing(state: Clerk) -> tuple[Fact, ...]:
        return (ClerkLeft(reason="restarted"),) if state.actor else ()

    with patch.object(clerk, "restarted", nothing):
        yield Parts()


@contextmanager
def what_waits_for_the_modem_goes_out_whatever_happens() -> Generator[Parts]:
    """A message with a PIN that is dead meanwhile is sent all the same."""

    def nothing(state: Sms, deposit: str) -> tuple[Fact, ...]:
        del state, deposit
        return ()

    with patch.object(sms, "overtaken", nothing):
        yield Parts()


@contextmanager
def a_message_in_doubt_is_tried_again() -> Generator[Parts]:
    """A message that was with the modem when the power went is handed to it once more."""

    def anew(state: Sms) -> tuple[Fact, ...]:
        message = state.trying()
        return (SmsTrySpent(idx=message.idx),) if message is not None else ()

    with patch.object(sms, "restarted", anew):
        yield Parts()


@contextmanager
def phones_are_kept() -> Generator[Parts]:
    """Phone and text of a message stay when it was sent."""

    def none_of_ours(idx: str) -> EraseLetter:
        del idx
        return EraseLetter("none")

    with patch.object(turns, "EraseLetter", none_of_ours):
        yield Parts()


@contextmanager
def nobody_lists_what_did_not_arrive() -> Generator[Parts]:
    """A message that the network gave up is no clerk's task."""

    def nothing(*about: Any) -> None:
        del about

    with patch.object(tasks, "_untold", nothing):
        yield Parts()
