"""The erasable part of a machine's storage.

It holds PIN material, marks of phones and cases, the salt of typed numbers, case numbers, the clerk's one-time code, messages to send.

The PIN is held as HMAC-SHA-256 under the machine's PIN key; six digits have a million values, so whoever has that key has the PINs
(without a TPM a stolen card gives them away). Case numbers are sealed under the machine's key; text messages lie as the centre sealed them.
"""

import hashlib
import hmac
import sqlite3

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.orders import case_mark, clerk_mark, phone_mark, pin_mark
from contracts.sealed import Letter, SealedWrong, open_letter, seal_code
from controller.randomness import Randomness
from controller.secret import Secret


class HoldPin(msgspec.Struct, frozen=True):
    """Hold this PIN for the deposit; an older one is void from now on. An empty mark of the phone leaves the one that is held."""

    deposit: str
    hmac: str
    phone: str = ""


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


class HoldLetter(msgspec.Struct, frozen=True):
    """Hold the sealed text message until it has ended."""

    idx: str
    sealed: str


class EraseLetter(msgspec.Struct, frozen=True):
    """The text message has ended."""

    idx: str


class HoldSalt(msgspec.Struct, frozen=True):
    """From now on numbers are typed: hold a fresh random salt to name them by, unless there is one."""


class EraseSalt(msgspec.Struct, frozen=True):
    """No number is typed any more: without the salt what named them means nothing."""


VaultChange = (
    HoldPin | HoldCase | EraseCase | EraseDeposit | HoldSalt | EraseSalt | HoldCaseMark | HoldCode | EraseCode | HoldLetter | EraseLetter
)  # fmt: skip
ERASING = (HoldPin, EraseCase, EraseDeposit, EraseSalt, HoldCaseMark, HoldCode, EraseCode, EraseLetter)
PHONE_DIGITS = 9
SALT_BYTES = 32


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

    def match(self, digits: Secret, phone: Secret | None = None) -> str | None:
        """The deposit that these digits, and this phone when one is asked for, belong to; takes the same time wherever it stands."""
        typed = pin_mark(self._keys.pin, digits.reveal())
        number = None if phone is None else phone_mark(self._keys.pin, phone.last(PHONE_DIGITS).reveal())
        found: str | None = None
        rows = "SELECT v.deposit, v.hmac, p.mark FROM vault v LEFT JOIN phone_marks p ON p.deposit = v.deposit"
        for deposit, held, mark in self._connection.execute(rows):
            # Both are always compared, so that nobody learns by the clock which of them was right.
            theirs = number is None or hmac.compare_digest(number, mark or bytes(len(number)))
            if hmac.compare_digest(typed, held) and theirs:
                found = deposit
        return found

    def number_key(self, phone: Secret) -> str:
        """An opaque key of this number that holds until the salt is erased; empty when there is no salt."""
        row = self._connection.execute("SELECT salt FROM number_salt").fetchone()
        if row is None:
            return ""
        return hmac.digest(row[0], phone.last(PHONE_DIGITS).reveal().encode("ascii"), hashlib.sha256).hex()[:24]

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

    def fingerprint(self) -> str:
        """By which the two keys are known again, and nothing else."""
        marks = [hmac.digest(key, b"kiosk journal", hashlib.sha256)[:8] for key in (self._keys.pin, self._keys.seal)]
        return b"".join(marks).hex()

    def sealed_code(self, machine: str, attempt: str, code: Secret) -> str:
        """The BLIK code that only the centre can open, for this attempt alone."""
        return seal_code(self._keys.pin, machine, attempt, code.reveal(), bytes.fromhex(self._randomness.token(12)))

    def opens(self, machine: str, idx: str, sealed: str) -> bool:
        """Whether this text message was sealed for this machine."""
        try:
            open_letter(self._keys.pin, machine, idx, sealed)
        except SealedWrong:
            return False
        return True

    def letter(self, machine: str, idx: str) -> Letter | None:
        """The text message; None when it is not held or does not open."""
        row = self._connection.execute("SELECT sealed FROM letters WHERE idx = ?", (idx,)).fetchone()
        try:
            return open_letter(self._keys.pin, machine, idx, row[0]) if row else None
        except SealedWrong:
            return None

    def apply(self, changes: tuple[VaultChange, ...]) -> None:
        """Make the changes inside the journal's transaction."""
        for change in changes:
            match change:
                case HoldPin():
                    self._connection.execute(
                        "INSERT INTO vault (deposit, hmac) VALUES (?, ?) ON CONFLICT (deposit) DO UPDATE SET hmac = excluded.hmac",
                        (change.deposit, bytes.fromhex(change.hmac)),
                    )
                    if change.phone:
                        marked = (change.deposit, bytes.fromhex(change.phone))
                        self._connection.execute("INSERT OR REPLACE INTO phone_marks VALUES (?, ?)", marked)
                case HoldCase():
                    self._connection.execute("UPDATE vault SET sealed = ? WHERE deposit = ?", (self._seal(change), change.deposit))
                case EraseCase():
                    self._connection.execute("UPDATE vault SET sealed = NULL WHERE deposit = ?", (change.deposit,))
                case HoldLetter():
                    self._connection.execute("INSERT OR REPLACE INTO letters VALUES (?, ?)", (change.idx, change.sealed))
                case EraseLetter():
                    self._connection.execute("DELETE FROM letters WHERE idx = ?", (change.idx,))
                case EraseDeposit():
                    self._connection.execute("DELETE FROM vault WHERE deposit = ?", (change.deposit,))
                    self._connection.execute("DELETE FROM phone_marks WHERE deposit = ?", (change.deposit,))
                    self._connection.execute("DELETE FROM case_marks WHERE deposit = ?", (change.deposit,))
                case HoldSalt():
                    salt = bytes.fromhex(self._randomness.token(SALT_BYTES))
                    self._connection.execute("INSERT OR IGNORE INTO number_salt VALUES (1, ?)", (salt,))
                case EraseSalt():
                    self._connection.execute("DELETE FROM number_salt")
                case _:
                    self._apply_clerk(change)

    def _apply_clerk(self, change: HoldCaseMark | HoldCode | EraseCode) -> None:
        match change:
            case HoldCaseMark():
                held = (change.deposit, bytes.fromhex(change.mark))
                self._connection.execute("INSERT OR REPLACE INTO case_marks VALUES (?, ?)", held)
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
