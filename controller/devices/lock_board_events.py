"""What the lock bus tells the controller."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from contracts import lock_bus as bus

REFUSALS = {
    bus.COOLING: "cooling",
    bus.BRAKED: "braked",
    bus.BUSY: "busy",
    bus.WRONG_BOOT: "wrong_boot",
    bus.BAD_CHANNEL: "bad_channel",
    bus.BAD_PULSE: "bad_pulse",
}
WISH_STATES: dict[int, Literal["unknown", "running", "done", "stopped"]] = {
    bus.UNKNOWN: "unknown",
    bus.RUNNING: "running",
    bus.DONE: "done",
    bus.STOPPED: "stopped",
}


class BoardSeen(msgspec.Struct, frozen=True):
    """A board answered for the first time, again after a silence, or after a restart.

    `mismatch` is empty when it fits the plan; `doubled` when a second board seems to answer at its address. Such a board is
    not driven. `lamps`: it has one at each compartment, and lights them when told.
    """

    board: int
    boot: int
    firmware: str
    revision: str
    description_hash: bytes
    unique_id: bytes
    channels: int
    mismatch: str
    doubled: bool = False
    lamps: bool = False


class BoardLost(msgspec.Struct, frozen=True):
    """A board does not answer any more (`doubled`: each answer was garbled, as when two speak at once); it is asked again every 5 s."""

    board: int
    doubled: bool = False


class Levels(msgspec.Struct, frozen=True):
    """What a board's switches say just now. None: no two equal reads. The counters are modulo 256 and start at 0 with each boot."""

    board: int
    boot: int
    closed: tuple[bool | None, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    coil: int | None
    key: bool


class UnlockResult(msgspec.Struct, frozen=True):
    """How the asking ended; `known` means that this very wish was executed earlier; `no_answer` that nobody knows."""

    wish_id: bytes
    board: int
    channel: int
    result: Literal["started", "known", "refused", "no_answer"]
    code: str = ""
    wait_ms: int = 0


class Executed(msgspec.Struct, frozen=True):
    """What a board says of a wish; only worth something when `boot` is the boot the wish was meant for."""

    wish_id: bytes
    board: int
    boot: int
    state: Literal["unknown", "running", "done", "stopped", "no_answer"]


class BusNoise(msgspec.Struct, frozen=True):
    """Totals since the start, told at most once a second and only when one has grown; `errors` are failed exchanges by board."""

    noise: int
    overlong: int
    crc_errors: int
    rejected: int
    timeouts: int
    errors: Mapping[int, int]


Event = BoardSeen | BoardLost | Levels | UnlockResult | Executed | BusNoise
