"""What a visit and the senses hold just now: empty at every start, never journaled, logged or published."""

from typing import Literal

import msgspec

from contracts.screen_messages import Language, Size
from controller.secret import Secret

Step = Literal[
    "attract", "pin", "checking", "wrong", "found", "expired", "notready", "used",
    "done", "office", "reported", "noclose", "loaded", "failed",
    "login", "nocode", "menu", "scan", "takeback", "untaken", "sheet", "other", "audited", "which", "quar", "quarantined",
    "grace", "unsure", "expired.office", "moved",
]  # fmt: skip
Rescue = Literal["", "reload", "restart"]
Overlay = Literal["", "lang", "help", "info", "info.page", "stop", "more_time"]


UNNAMED = "?"
"""A number was confirmed; its key is not known yet."""


class Visit(msgspec.Struct, frozen=True):
    """Where the person at the screen stands; `idle_ms` is when the screen asks whether anybody is there (mono_ms).

    `deposit` is the one whose PIN was right; `over` lies over the step and goes back to it. `phone` was typed before the PIN and is called
    `named` in the facts; `again` is the deposit that somebody wants back into. `answer_ms` is when a wrong entry is told, `seq` the fact
    that somebody must know of, `receipt` what the QR code says. `page` counts the arrows on the screen `page_of`; `topic` is the document
    that is read. `problem` says why the clerk's last entry was not taken, `number` is a compartment that a clerk types,
    `audited` what the audit came to (same, different, not looked into). `asking`: the resident has said that something is wrong in the
    compartment, and is asked what until that is answered.
    """

    step: Step = "attract"
    over: Overlay = ""
    lang: Language = "pl"
    digits: Secret = Secret()
    deposit: str = ""
    compartment: int = 0
    code: str = ""
    problem: str = ""
    number: int = 0
    audited: tuple[int, int, int] = (0, 0, 0)
    focus: int = 0
    page: int = 0
    page_of: str = ""
    topic: str = ""
    idle_ms: int | None = None
    since_ms: int = 0
    phone: Secret = Secret()
    named: str = ""
    again: str = ""
    answer_ms: int | None = None
    seq: int = 0
    receipt: str = ""
    asking: bool = False


class Choices(msgspec.Struct, frozen=True):
    """How somebody wants to see and hear the machine, for one session.

    `contrast` and `dark` are None until chosen and until the session begins; `volume_ms` is until when the arrows change the volume.
    """

    size: Size = "A"
    contrast: bool | None = None
    dark: bool | None = None
    slow_keys: bool = False
    audio: bool = False
    volume: int = 3
    volume_ms: int = 0
    again: int = 0


class Seen(msgspec.Struct, frozen=True):
    """What a switch says: closed, open, or nothing steady (None), and since when."""

    closed: bool | None
    since_ms: int


class BoardLink(msgspec.Struct, frozen=True):
    """A board that answers: its boot counter, and whether it is the board the description says.

    `read` once its switches and counters were read since it came: before, a door may have been opened that nobody knows of. `lamps`: it has
    one at each compartment.
    """

    boot: int
    fits: bool
    read: bool = False
    lamps: bool = False

    @property
    def trusted(self) -> bool:
        """Whether its locks may be driven."""
        return self.fits and self.read


class Live(msgspec.Struct, frozen=True):
    """Everything volatile; `nonce` proves to the centre that an order is meant for this boot.

    `terminal`: the card terminal answers and is registered.

    `rev` is the message that is shown, `screen_rev` the first one of the screen that is shown; the centre's database has the facts up to
    `acknowledged`. `rescue` is what was last tried against the silence of the page.
    """

    nonce: str
    visit: Visit = Visit()
    choices: Choices = Choices()
    headphones: bool = False
    seen: dict[int, Seen] = {}
    boards: dict[int, BoardLink] = {}
    cases: dict[str, str] = {}
    centre: bool = False
    modem_ready: bool = False
    terminal: bool = False
    page_ms: int | None = None
    rescue: Rescue = ""
    rev: int = 0
    screen_rev: int = 0
    acknowledged: int = 0
    counts: dict[str, int] = {}

    def seen_closed(self, compartment: int) -> bool:
        """Whether the switch of this door says closed, steadily and now."""
        seen = self.seen.get(compartment)
        return seen is not None and seen.closed is True

    def counted(self, code: str) -> "Live":
        """The same with one more refusal of this kind."""
        return msgspec.structs.replace(self, counts={**self.counts, code: self.counts.get(code, 0) + 1})
