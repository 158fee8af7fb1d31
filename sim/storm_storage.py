"""What a machine in the storm writes to: the real journal and the real vault, seen by the watch and cut at their commits."""

import sqlite3
from typing import Protocol

from contracts.facts import Entry
from controller.journal import Journal
from controller.secret import Secret
from controller.vault import PHONE_DIGITS, Vault, VaultChange, VaultKeys
from sim.power_cuts import CutPoints
from sim.stage import SeededRandomness, Stage

SNAPSHOT_EVERY = 24


class Owner(Protocol):
    """Whose storage it is."""

    stage: Stage
    cuts: CutPoints
    randomness: SeededRandomness
    vault_keys: VaultKeys

    def committed(self, entries: tuple[Entry, ...]) -> None:
        """These entries are on the disk from now on."""
        ...


class StormJournal(Journal):
    """The real journal; its commit has a point before and one after it, and it makes snapshots often."""

    def __init__(self, connection: sqlite3.Connection, machine: Owner) -> None:
        self._machine = machine
        self._going: tuple[Entry, ...] = ()
        self._snapshot_seq = 0
        super().__init__(connection, machine.randomness)

    def append(self, entries: tuple[Entry, ...], vault: Vault, changes: tuple[VaultChange, ...]) -> None:
        self._going = entries
        super().append(entries, vault, changes)

    def commit(self) -> None:
        kinds = " ".join(str(type(entry.fact).__struct_config__.tag) for entry in self._going)
        self._machine.cuts.at("journal.before", kinds)
        super().commit()
        self._machine.committed(self._going)
        self._machine.cuts.at("journal.after", kinds)

    def snapshot_due(self) -> bool:
        due = self.seq - self._snapshot_seq >= SNAPSHOT_EVERY
        self._snapshot_seq = self.seq if due else self._snapshot_seq
        return due


class StormVault(Vault):
    """The real vault; every comparison is seen, and every number."""

    def __init__(self, connection: sqlite3.Connection, machine: Owner) -> None:
        super().__init__(connection, machine.vault_keys, machine.randomness)
        self._machine = machine

    def match(self, digits: Secret, phone: Secret | None = None) -> str | None:
        number = None if phone is None else phone.last(PHONE_DIGITS).reveal()
        self._machine.stage.watch.compared(digits.reveal(), number)
        return super().match(digits, phone)

    def is_code(self, digits: Secret) -> bool:
        self._machine.stage.watch.code_compared(digits.reveal())
        return super().is_code(digits)

    def number_key(self, phone: Secret) -> str:
        self._machine.stage.watch.numbered(phone.last(PHONE_DIGITS).reveal())
        return super().number_key(phone)
