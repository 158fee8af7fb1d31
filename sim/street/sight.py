"""What the guide looks at and what it answers: values, and nothing else."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Lies = Literal["", "here", "hand", "desk", "away"]
"""Where the document of this visit truly lies: in the compartment of the screen, free at hand, in another one; empty: no such document."""

Ending = Literal["", "handed_over", "reported", "withdrawn"]
"""How the last visit to a compartment ended, as the centre knows it; empty: with no document given or refused."""

Unopened = Literal["", "jammed", "doubt", "refused"]
"""Why a door did not open: seen closed when the time was over, nobody can tell, the lock was not driven; empty: not told yet."""


class Waiting(msgspec.Struct, frozen=True):
    """A document that is not collected yet; `arrived`: its message is on the phone; `lost_in`: it lies there, unknown to the machine.

    `ended`: its time to collect is over; `unprinted`: its slip is still to be printed; `gone`: its message was lost.
    """

    key: str
    case: str
    state: str
    arrived: bool = False
    lost_in: int = 0
    ended: bool = False
    unprinted: bool = False
    gone: bool = False


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the guide looks at. It may hold a PIN, so it has no repr.

    `pin` is at hand and its document not collected, `number` belongs to it, `same_pin` opens a compartment once more, `code` is the
    clerk's. `cut_in` is the screen that the last power cut ended. `mine`, `mine_in` and `full` are the truth about the document and the
    compartment of the screen. `online` and all from `ending` on are what the centre knows; `ended_in` and `ended_mine` say which
    compartment that visit was at and where its document truly lies, `cut_since` whether the power failed after it began, `untold` that
    the hand holds a document of whose collection the centre does not know yet, `unopened` why the screen's door did not open.
    """

    phase: str = "free"
    power: bool = True
    network: bool = True
    online: bool = True
    lang: str = "pl"
    screen: str = "l.attract"
    kiosk_lang: str = "pl"
    keys: tuple[str, ...] = ()
    filled: int = 0
    tries_left: int = 0
    moving: bool = False
    typed: int = 0
    compartment: int = 0
    pin: str = ""
    number: str = ""
    same_pin: str = ""
    code: str = ""
    open_doors: tuple[int, ...] = ()
    jammed: tuple[int, ...] = ()
    stuck: tuple[int, ...] = ()
    wired: bool = True
    sms_trouble: str = ""
    mine: Lies = ""
    mine_in: int = 0
    full: bool = False
    waiting: tuple[Waiting, ...] = ()
    cuts: int = 0
    cut_in: str = ""
    collected: int = 0
    unopened: Unopened = ""
    untold: bool = False
    ending: Ending = ""
    ended_in: int = 0
    ended_mine: Lies = ""
    cut_since: bool = False
    documents: int = 0
    openings: int = 0

    def __repr__(self) -> str:
        return f"Sight({self.screen})"


class Advice(msgspec.Struct, frozen=True):
    """The key of a sentence, its values, and what glows: `kiosk:ok`, `take`, `load:KEY`, … or nothing. `proof` shows the two facts."""

    say: str
    glow: str = ""
    values: Mapping[str, str] = {}
    proof: bool = False
