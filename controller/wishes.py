"""Wishes: what the state says is due outside, and what becomes of each kind after a restart.

| class  | after a restart                                              | here                                                        |
|--------|--------------------------------------------------------------|-------------------------------------------------------------|
| ask    | an enquiry by the stored id, then settled                    | `Unlock`, while the board runs on: it becomes `Enquire`     |
|        |                                                              | `Authorise`, `Commit` become `EnquireLast`, at the terminal |
|        |                                                              | `ChargeBlik` becomes `EnquireBlik`, at the centre           |
| repeat | stays due                                                    | `EnquireLast`, `EnquireBlik`                                |
| mute   | never repeated; settled as gone or in doubt                  | `MatchPin`, `MatchCode`; `Unlock` on another boot;          |
|        |                                                              | `SubmitSms`: the network knows no id of ours, so in doubt   |
"""

from typing import Literal

import msgspec

Recovery = Literal["repeat", "ask", "mute"]


class Unlock(msgspec.Struct, frozen=True):
    """Energise the lock of this compartment once."""

    compartment: int
    pulse_ms: int
    board_boot: int


class Enquire(msgspec.Struct, frozen=True):
    """Ask the board whether it carried out the wish."""

    compartment: int
    board_boot: int


class MatchPin(msgspec.Struct, frozen=True):
    """Let the vault compare the digits that were typed; with a number, that one alone counts."""

    number: str = ""


class MatchCode(msgspec.Struct, frozen=True):
    """Let the vault compare the digits that were typed with the clerk's code."""


class SubmitSms(msgspec.Struct, frozen=True):
    """Hand the text message over to the modem."""

    idx: str


class Authorise(msgspec.Struct, frozen=True):
    """Ask the terminal for the money of this attempt, once."""

    attempt: str
    amount: int


class Commit(msgspec.Struct, frozen=True):
    """Tell the terminal to charge: the right is on disk."""

    attempt: str


class EnquireLast(msgspec.Struct, frozen=True):
    """Ask the terminal what it stored last."""


class ChargeBlik(msgspec.Struct, frozen=True):
    """Give the centre the code that was typed for this attempt, once: the right is on disk."""

    attempt: str
    amount: int


class EnquireBlik(msgspec.Struct, frozen=True):
    """Ask the centre what became of this attempt."""

    attempt: str
    amount: int


What = Unlock | Enquire | MatchPin | MatchCode | SubmitSms | Authorise | Commit | EnquireLast | ChargeBlik | EnquireBlik

RECOVERY: dict[type, Recovery] = {
    Unlock: "ask", Enquire: "ask", MatchPin: "mute", MatchCode: "mute", SubmitSms: "mute",
    Authorise: "ask", Commit: "ask", EnquireLast: "repeat", ChargeBlik: "ask", EnquireBlik: "repeat",
}  # fmt: skip


class Wish(msgspec.Struct, frozen=True):
    """Something due outside; `id` is the seq of the fact that made it due, 0 for what no fact has made."""

    id: int
    what: What
