"""The erasable part of a machine's storage: PIN material, case numbers and the clerk's one-time code.

The PIN is held as HMAC-SHA-256 under the machine's PIN key; six digits have a million values, so whoever has that key has the PINs
(without a TPM a stolen card gives them away). Case numbers are sealed under the machine's key.
"""

import hmac
import sqlite3

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.orders import case_mark, clerk_mark, pin_mark
from controller.randomness import Randomness
from controller.secret import Secret


class HoldPin(msgspec.Struct, frozen=True):
    """Hold this PIN for the deposit; an older one is void from now on."""

    deposit: str
    hmac: str


class HoldCase(msgspec.Struct, frozen=True):
    """Hold the case number of the deposit while a clerk loads it."""

    deposit: str
    case: str


class EraseCase(msgspec.Struct, frozen=True):
    """The case number is not needed any more."""

    deposit: str


class EraseDeposit(msgspec.Struct, frozen=True):
    """Nothing of the deposit is needed any more."""

    deposit: str


class HoldCaseMark(msgspec.Struct, frozen=True):
    """Hold the mark (hex) of the eight digits by which a clerk at the machine names this deposit."""

    deposit: str
    mark: str


class HoldCode(msgspec.Struct, frozen=True):
    """Hold the mark (hex) of a clerk's one-time code; an older one is void from now on."""

    mark: str


class EraseCode(msgspec.Struct, frozen=True):
    """The clerk's code is used or dead."""


VaultChange = HoldPin | HoldCase | EraseCase | EraseDeposit | HoldCaseMark | HoldCode | EraseCode
ERASING = (HoldPin, EraseCase, EraseDeposit, HoldCaseMark, HoldCode, EraseCode)


class VaultKeys:
    """The machine's two keys, 32 bytes each; no repr."""

    __slots__ = ("pin", "seal")

    def __init__(self, pin: bytes, seal: bytes) -> None:
        self.pin = pin
        self.seal = seal

    def __repr__(self) -> str:
        return "VaultKeys(…)"


class Vault:
    """PIN material and case numbers by deposit, in the journal's database."""

    def __init__(self, connection: sqlite3.Connection, keys: VaultKeys, randomness: Randomness) -> None:
        self._connection = connection
        self._keys = keys
        self._randomness = randomness

    def match(self, digits: Secret) -> str | None:
        """The deposit that these digits belong to; takes the same time wherever it stands."""
        typed = pin_mark(self._keys.pin, digits.reveal())
        found: str | None = None
        for deposit, held in self._connection.execute("SELECT deposit, hmac FROM vault"):
            if hmac.compare_digest(typed, held):
                found = deposit
        return found

    def holds(self, pin_hmac: str, but: str) -> bool:
        """Whether another deposit than `but` has this PIN."""
        row = self._connection.execute("SELECT 1 FROM vault WHERE hmac = ? AND deposit <> ?", (bytes.fromhex(pin_hmac), but)).fetchone()
        return row is not None

    def deposits_of(self, case: Secret) -> tuple[str, ...]:
        """The deposits whose case has these eight digits."""
        mark = case_mark(self._keys.pin, case.reveal())
        return tuple(row[0] for row in self._connection.execute("SELECT deposit FROM case_marks WHERE mark = ?", (mark,)))

    def is_code(self, digits: Secret) -> bool:
        """Whether these digits are the clerk's code that is held."""
        held = self._connection.execute("SELECT mark FROM clerk_code").fetchone()
        return held is not None and hmac.compare_digest(clerk_mark(self._keys.pin, digits.reveal()), held[0])

    def cases(self) -> dict[str, str]:
        """The case numbers that can be read, by deposit."""
        rows = self._connection.execute("SELECT deposit, sealed FROM vault WHERE sealed IS NOT NULL").fetchall()
        opened = {deposit: self._open(deposit, sealed) for deposit, sealed in rows}
        return {deposit: case for deposit, case in opened.items() if case is not None}

    def apply(self, changes: tuple[VaultChange, ...]) -> None:
        """Make the changes inside the journal's transaction."""
        for change in changes:
            match change:
                case HoldPin():
                    self._connection.execute(
                        "INSERT INTO vault (deposit, hmac) VALUES (?, ?) ON CONFLICT (deposit) DO UPDATE SET hmac = excluded.hmac",
                        (change.deposit, bytes.fromhex(change.hmac)),
                    )
                case HoldCase():
                    self._connection.execute("UPDATE vault SET sealed = ? WHERE deposit = ?", (self._seal(change), change.deposit))
                case EraseCase():
                    self._connection.execute("UPDATE vault SET sealed = NULL WHERE deposit = ?", (change.deposit,))
                case EraseDeposit():
                    for table in ("vault", "case_marks"):
                        self._connection.execute(f"DELETE FROM {table} WHERE deposit = ?", (change.deposit,))
                case HoldCaseMark():
                    self._connection.execute(
                        "INSERT OR REPLACE INTO case_marks VALUES (?, ?)", (change.deposit, bytes.fromhex(change.mark))
                    )
                case HoldCode():
                    self._connection.execute("INSERT OR REPLACE INTO clerk_code VALUES (1, ?)", (bytes.fromhex(change.mark),))
                case EraseCode():
                    self._connection.execute("DELETE FROM clerk_code")

    def truncate(self) -> None:
        """Take what was erased out of the write-ahead log too."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _seal(self, change: HoldCase) -> bytes:
        nonce = bytes.fromhex(self._randomness.token(12))
        return nonce + AESGCM(self._keys.seal).encrypt(nonce, change.case.encode(), change.deposit.encode())

    def _open(self, deposit: str, sealed: bytes) -> str | None:
        try:
            return AESGCM(self._keys.seal).decrypt(sealed[:12], sealed[12:], deposit.encode()).decode()
        except InvalidTag:
            return None
