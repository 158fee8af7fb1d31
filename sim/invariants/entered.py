"""What is really typed at a machine: known by the desk's key and the residents' phones, not by what the machine makes of it."""

from collections.abc import Sequence

from central.signer import Signer
from contracts.facts import Entry, NumberTrySpent, PinAccepted
from sim.documents import Document
from sim.storm_machine import StormMachine

PHONE_DIGITS = 9


class Entered:
    """The digits and numbers that reached the vault.

    `pins` are the deposits whose PIN was ever compared, `right` the one whose PIN, and phone where that is asked for, was compared last.
    """

    def __init__(self, machine: StormMachine, signer: Signer, documents: Sequence[Document]) -> None:
        self._machine = machine
        self._signer = signer
        self._documents = documents
        self._number = ""
        self._tries: dict[str, int] = {}
        self.pins: list[str] = []
        self.right = ""

    def numbered(self, phone: str) -> None:
        """Somebody has confirmed this number."""
        self._number = phone

    def compared(self, digits: str, phone: str | None) -> None:
        """The vault compares these digits, and this number where one is asked for."""
        mark = bytes.fromhex(self._signer.pin_mark(self._machine.name, digits))
        held = [str(row[0]) for row in self._machine.disk.execute("SELECT deposit FROM vault WHERE hmac = ?", (mark,))]
        self.pins += held
        self.right = next((key for key in held if phone is None or phone == self._phone_of(key)), "")

    def take(self, entry: Entry) -> None:
        """One more entry."""
        match entry.fact:
            case NumberTrySpent():
                self._tries[self._number] = self._tries.get(self._number, 0) + 1
            case PinAccepted():
                self._tries.pop(self._number, None)
            case _:
                pass

    @property
    def tries_of_number(self) -> int:
        """How often the number that was confirmed last was tried since a PIN was right with it."""
        return self._tries.get(self._number, 0)

    def _phone_of(self, deposit: str) -> str:
        return next((each.phone[-PHONE_DIGITS:] for each in self._documents if each.deposit == deposit), "")
