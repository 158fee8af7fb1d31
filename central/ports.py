"""What the centre touches the world through, and what it is given from there."""

from datetime import datetime
from typing import Literal, Protocol

import msgspec


class Now(msgspec.Struct, frozen=True):
    """The time of one call: `wall` is aware, `mono_ms` never jumps."""

    wall: datetime
    mono_ms: int


class Link(Protocol):
    """The way to the machines; may lose, delay and repeat."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Send without waiting."""
        ...


class Sms:
    """One text message to submit; holds a phone and may hold a PIN, so it has no repr.

    `phone` has its country code, digits only; `machine` is the one it speaks of; `unicode` when it is beyond the GSM alphabet; after
    `expires` it would not be true any more.
    """

    __slots__ = ("expires", "idx", "machine", "phone", "sender", "text", "unicode")

    def __init__(
        self, idx: str, phone: str, text: str, sender: str, machine: str = "", unicode: bool = False, expires: datetime | None = None
    ) -> None:  # fmt: skip
        self.idx = idx
        self.phone = phone
        self.text = text
        self.sender = sender
        self.machine = machine
        self.unicode = unicode
        self.expires = expires

    def __repr__(self) -> str:
        return f"Sms({self.idx})"


class SmsResult(msgspec.Struct, frozen=True):
    """What the provider said: `refused` is final, `unknown` is asked again with the same idx."""

    kind: Literal["accepted", "refused", "unknown"]
    code: str = ""
    provider_id: str = ""


class SmsLine(Protocol):
    """The way to the provider; the result comes back later through Centre.sms_answered."""

    def submit(self, sms: Sms) -> None:
        """Send without waiting."""
        ...


class Randomness(Protocol):
    """Where ids, nonces and PINs come from."""

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        ...

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, all alike."""
        ...
