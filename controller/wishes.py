"""Wishes: what the state says is due outside, and what becomes of each kind after a restart.

| class  | after a restart                                              | here                                                        |
|--------|--------------------------------------------------------------|-------------------------------------------------------------|
| ask    | an enquiry by the stored id, then settled                    | `Unlock`, while the board runs on: it becomes `Enquire`     |
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


What = Unlock | Enquire | MatchPin | MatchCode | SubmitSms

RECOVERY: dict[type, Recovery] = {Unlock: "ask", Enquire: "ask", MatchPin: "mute", MatchCode: "mute", SubmitSms: "mute"}


class Wish(msgspec.Struct, frozen=True):
    """Something due outside; `id` is the seq of the fact that made it due."""

    id: int
    what: What
