"""What a machine says to the centre about payments by BLIK: the code once, sealed, and questions after that."""

from datetime import timedelta

from contracts.topics import BlikAsked, BlikEnquiry, encode, up
from controller.clock import Now
from controller.ports import Link
from controller.secret import Secret
from controller.vault import Vault
from controller.wishes import ChargeBlik, EnquireBlik

VALID_FOR = timedelta(seconds=30)
"""A code that comes to the centre later than this is not used: whoever typed it may have gone, or typed another."""


class BlikLink:
    """The way of one machine to its centre."""

    def __init__(self, machine: str, vault: Vault, link: Link) -> None:
        self._machine = machine
        self._vault = vault
        self._link = link

    def charge(self, what: ChargeBlik, code: Secret, now: Now) -> None:
        """Give the centre the code; it may be lost on the way, and then nothing is charged."""
        sealed = self._vault.sealed_code(self._machine, what.attempt, code)
        asked = BlikAsked(attempt=what.attempt, amount=what.amount, until=now.wall + VALID_FOR, sealed=sealed)
        self._link.publish(up(self._machine, "blik"), encode(asked))

    def enquire(self, what: EnquireBlik) -> None:
        """Ask what became of the attempt."""
        self._link.publish(up(self._machine, "enquiries"), encode(BlikEnquiry(attempt=what.attempt, amount=what.amount)))
