"""One turn after another: absorb, decide, journal, fold, reflect. Synchronous; the only effect is the journal's transaction."""

import sqlite3

import msgspec

from contracts import facts as f
from contracts.facts import Entry
from contracts.orders import AdmitClerk, Load, SendSms, SetPin
from controller import machine
from controller.absorb import AnyInput, absorb
from controller.clock import Now
from controller.inputs import CodeScanned, KeyPressed, OrderSeen
from controller.journal import Journal, JournalWrong, failed
from controller.live import UNNAMED, Live
from controller.machine import LoadAsked, Request
from controller.receipts import ReceiptSigner
from controller.refused import Refused
from controller.settings import Settings
from controller.state import State, fold
from controller.vault import (
    ERASING,
    EraseCase,
    EraseCode,
    EraseDeposit,
    EraseLetter,
    EraseSalt,
    HoldCase,
    HoldCaseMark,
    HoldCode,
    HoldLetter,
    HoldPin,
    HoldSalt,
    Vault,
    VaultChange,
)
from controller.visit import clerk_cases, visits
from controller.visit.visiting import CaseRead

NOTHING_NEW = frozenset(("no_edge", "no_change", "nothing_overdue", "settled", "late_outcome", "loss_known"))
"""Refusals that are part of daily life and not worth counting."""


class Turns:
    """State, Live and the journal they live by."""

    def __init__(
        self, journal: Journal, vault: Vault, settings: Settings, live: Live, state: State, receipts: ReceiptSigner | None = None
    ) -> None:
        self.journal = journal
        self.vault = vault
        self.settings = settings
        self.live = live
        self.state = state
        self.receipts = receipts
        self.acknowledged = 0  # up to where the centre's database has the facts

    def take(self, item: AnyInput, now: Now) -> tuple[Entry, ...]:
        """Take one input to its end; the entries it made. Raises JournalFailed: then nothing of it has happened."""
        before = self.live
        self.live, request = absorb(self.state, self.live, self.settings, item, now)
        if isinstance(request, CaseRead):
            found = self.vault.deposits_of(request.case)
            self.live, request = clerk_cases.found(self.state, self.live, self.settings, request.case, found)
        if self.live.visit.named == UNNAMED:
            self.live = visits.named(self.live, self.state, self.settings, self.vault.number_key(self.live.visit.phone), now)
        if request is None:
            return ()
        try:
            return self.decide(request, now)
        except Refused as refused:
            if isinstance(item, KeyPressed | CodeScanned):
                self.live = before
            if refused.code not in NOTHING_NEW:
                self.live = self.live.counted(refused.code)
            return ()

    def decide(self, request: Request, now: Now) -> tuple[Entry, ...]:
        """Decide a request and keep what was decided; raises Refused, JournalFailed."""
        entries = machine.decide(self.state, self.live, self.settings, request, now)
        changes = vault_changes(request, entries)
        self.journal.append(entries, self.vault, changes)
        for entry in entries:
            self.state = fold(self.state, entry)
        self.live = visits.reflect(self.live, self.state, self.settings, entries, now)
        for change in changes:
            if isinstance(change, HoldCase):
                self.live = msgspec.structs.replace(self.live, cases={**self.live.cases, change.deposit: change.case})
        if self.receipts is not None and any(isinstance(entry.fact, f.CollectionEnded) for entry in entries):
            self.live = visits.certified(self.live, self.state, self.receipts)
        try:
            self._tidy(changes, now)
        except sqlite3.Error as error:
            raise failed(error) from None
        return entries

    def _tidy(self, changes: tuple[VaultChange, ...], now: Now) -> None:
        if any(isinstance(change, ERASING) for change in changes):
            self.vault.truncate()
        if self.journal.snapshot_due():
            self.journal.snapshot(self.state)
            self.journal.prune(self.acknowledged, int(now.wall.timestamp()) // 86_400 if now.trusted else 0)


def vault_changes(request: Request, entries: tuple[Entry, ...]) -> tuple[VaultChange, ...]:
    """What the vault must hold or erase together with these entries."""
    ask = request.order.ask if isinstance(request, OrderSeen) else None
    changes: list[VaultChange] = []
    for entry in entries:
        match entry.fact:
            case f.PinSet() if isinstance(ask, SetPin):
                changes.append(HoldPin(entry.fact.deposit, ask.hmac, ask.phone))
                changes += [HoldCaseMark(entry.fact.deposit, ask.case)] if ask.case else []
            case f.DepositLoading() if isinstance(ask, Load):
                changes.append(HoldCase(entry.fact.deposit, ask.case))
            case f.DocumentHandedOver() | f.DepositWithdrawn() | f.DepositStored() | f.DepositNotStored():
                changes.append(EraseCase(entry.fact.deposit))
            case f.SmsDue() if isinstance(ask, SendSms):
                changes.append(HoldLetter(entry.fact.idx, ask.sealed))
            case f.SmsSent() | f.SmsFailed() | f.SmsInDoubt():
                changes.append(EraseLetter(entry.fact.idx))
            case f.DepositForgotten():
                changes.append(EraseDeposit(entry.fact.deposit))
            case f.PinSteppedUp():
                changes.append(HoldSalt())
            case f.PinStepUpEnded():
                changes.append(EraseSalt())
            case _:
                changes += _of_clerk(request, entry.fact)
    return tuple(changes)


def _of_clerk(request: Request, fact: f.Fact) -> list[VaultChange]:
    match fact:
        case f.DepositLoading() if isinstance(request, LoadAsked):
            return [HoldCase(fact.deposit, request.case.reveal())]
        case f.ClerkExpected() if isinstance(request, OrderSeen) and isinstance(request.order.ask, AdmitClerk):
            return [HoldCode(request.order.ask.code)]
        case f.ClerkEntered() | f.ClerkCodeEnded():
            return [EraseCode()]
        case _:
            return []


def compartments_in_use(state: State) -> set[int]:
    """Those without which the state makes no sense: where documents lie, locks are due or somebody stands."""
    lying = {deposit.compartment for deposit in state.locker.deposits.values() if deposit.phase in ("stored", "withdrawn")}
    due = {number for number, door in state.doors.doors.items() if door.lock is not None}
    return (lying | due | {state.at}) - {0}


def restart(journal: Journal, vault: Vault, settings: Settings, nonce: str, now: Now, receipts: ReceiptSigner | None = None) -> Turns:
    """Read the journal and start a new boot; raises JournalWrong, JournalFailed."""
    journal.belongs(settings.machine, vault.fingerprint())
    turns = Turns(journal, vault, settings, Live(nonce=nonce), journal.restore(settings.software), receipts)
    missing = compartments_in_use(turns.state) - settings.cabinet.compartments().keys()
    if missing:
        raise JournalWrong(f"compartment {min(missing)} is in use, and the description has none of that number")
    turns.decide(machine.Restarted(description=settings.cabinet.hash.hex()[:16]), now)
    return turns
