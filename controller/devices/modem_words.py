"""What the controller and the process that has the modem tell each other: one JSON message a line. Pure; nothing of it is ever logged."""

from typing import Literal

import msgspec

from contracts.facts import DeliveryStatus
from controller.inputs import ModemState

LINE_BYTES_MAX = 8192
SIGN_OF_LIFE_S = 10
"""So often the process says what the modem can do, while no message goes out."""


class ModemSaidWrong(ValueError):
    """A line that is no message of ours; the text holds no content."""


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To the process: send this message."""

    wish: int
    phone: str
    text: str
    wide: bool

    def __repr__(self) -> str:
        return f"Send({self.wish})"


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="said"):
    """From the process."""


class State(Said, frozen=True, tag="state"):
    """What the modem can do now; a sign of life."""

    state: ModemState


class Answer(Said, frozen=True, tag="answer"):
    """How sending ended."""

    wish: int
    end: Literal["sent", "failed", "doubt"]
    code: str = ""
    reference: int = 0


class Report(Said, frozen=True, tag="report"):
    """A delivery report of the network."""

    reference: int
    status: DeliveryStatus


AnySaid = State | Answer | Report


def line_of(message: Send | AnySaid) -> bytes:
    """The message as a line."""
    return msgspec.json.encode(message) + b"\n"


def read_said(line: bytes) -> AnySaid:
    """What the process said; raises ModemSaidWrong."""
    try:
        return msgspec.json.decode(line, type=AnySaid)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ModemSaidWrong("the modem's process said something that is no message") from None


def read_send(line: bytes) -> Send:
    """What the controller asks for; raises ModemSaidWrong."""
    try:
        return msgspec.json.decode(line, type=Send)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ModemSaidWrong("the controller said something that is no message") from None


REFUSALS = frozenset({
    "ERR_UNKNOWN", "ERR_SECURITYERROR", "ERR_NOSIM", "ERR_EMPTYSMSC", "ERR_INVALIDDATA", "ERR_INVALIDLOCATION", "ERR_FULL", "ERR_MEMORY",
    "ERR_NOTSUPPORTED", "ERR_NETWORK_ERROR", "ERR_PERMISSION", "ERR_BUSY", "ERR_PHONE_INTERNAL", "ERR_BUG", "ERR_NOTCONNECTED",
})  # fmt: skip
"""Errors that the modem itself answered (+CMS ERROR): the network does not have the message. After any other nobody knows."""


def end_of_error(name: str) -> Literal["failed", "doubt"]:
    """Whether a message whose sending raised this error was certainly not taken."""
    return "failed" if name in REFUSALS else "doubt"


def code_of_error(name: str) -> str:
    """The code of a fact for an error of the library, e.g. `modem_nosim`."""
    return f"modem_{name.removeprefix('ERR_').lower()[:40]}"


def status_of(delivery: int) -> DeliveryStatus | None:
    """What a report's status octet means (3GPP TS 23.040, 9.2.3.15); None while the network still tries."""
    if delivery < 0x20:
        return "delivered"
    return None if delivery < 0x40 else "failed"


def state_of(waits_for: str | None, registered: str) -> ModemState:
    """What the modem can do: a code it waits for (None: nothing), and the library's word for its network."""
    if waits_for is not None:
        return "card"
    return "ready" if registered in ("HomeNetwork", "RoamingNetwork") else "no_network"
