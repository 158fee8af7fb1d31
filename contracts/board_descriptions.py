"""What a lock board is, read from hardware/*.toml: our own boards, which the firmware is built from, and boards that one buys."""

from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from contracts.typed_toml import TomlWrong, parse_toml, read_toml

HASH_ON_BUS = 8
"""Bytes of a description's hash that a board states on the bus."""

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,39}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Gpio = Annotated[int, Meta(ge=0, le=29)]
Level = Annotated[int, Meta(ge=0, le=1)]
Channel = Annotated[int, Meta(ge=0, le=31)]
Baud = Literal[9600, 19200, 38400, 57600, 115200]
Family = Literal["cu16", "cu48", "modbus"]
"""What a bought board speaks: Kerong CU16, Kerong CU48, Modbus RTU relays with inputs."""

V = TypeVar("V")

OWN_ADDRESSES = (0, 15)
ADDRESSES: dict[Family, tuple[int, int]] = {"cu16": (0, 9), "cu48": (0, 254), "modbus": (1, 247)}
"""The lowest and the highest address of each family; what lies beyond is a broadcast or means nothing."""

CHANNELS: dict[Family, int] = {"cu16": 16, "cu48": 48, "modbus": 32}
FLASH_STEP_MS = 100
"""A relay board times its pulse in these units."""


class DescriptionWrong(TomlWrong):
    """A hardware description that cannot be used; names file, key and, for an unknown key, the nearest known one."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of a description."""


class Limit(Part, Generic[V], frozen=True):
    """A bound and why it is there."""

    value: V
    reason: Annotated[str, Meta(min_length=20)]


class BoardLimits(Part, frozen=True):
    """What the board enforces by itself; a host may only tighten it."""

    pulse_ms_max: Limit[Annotated[int, Meta(ge=50, le=3000)]]
    cooldown_ms: Limit[Annotated[int, Meta(ge=500, le=60000)]]
    doors_per_minute: Limit[Annotated[int, Meta(ge=1, le=60)]]
    silence_ms: Limit[Annotated[int, Meta(ge=350, le=5000)]]
    debounce_ms: Limit[Annotated[int, Meta(ge=5, le=1000)]]


class BoardLine(Part, frozen=True):
    """The RS-485 side."""

    baud: Baud
    uart: Annotated[int, Meta(ge=0, le=1)]
    tx_pin: Gpio
    rx_pin: Gpio
    direction_pin: Gpio
    direction_send_level: Level


class BoardSwitches(Part, frozen=True):
    """The chain of shift registers that reads the door switches."""

    chips: Annotated[int, Meta(ge=1, le=4)]
    load_pin: Gpio
    clock_pin: Gpio
    data_pin: Gpio
    first_out: Channel
    closed_level: Level


class BoardCoils(Part, frozen=True):
    """The one-hot tree and the enable line in front of it."""

    address_pins: Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=5)]
    none_address: Channel
    enable_pin: Gpio
    enable_window_ms: Annotated[int, Meta(ge=20, le=200)]


class BoardLamps(Part, frozen=True):
    """The chain of shift registers that lights one lamp at each compartment, and the enable line that dims them all."""

    chips: Annotated[int, Meta(ge=1, le=4)]
    data_pin: Gpio
    clock_pin: Gpio
    latch_pin: Gpio
    enable_pin: Gpio
    enable_level: Level
    first_in: Channel
    dimming_hz: Annotated[int, Meta(ge=200, le=20000)]


class BoardInputs(Part, frozen=True):
    """Address switches and the service key."""

    dip_pins: Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=4)]
    dip_on_level: Level
    key_pin: Gpio
    key_on_level: Level


class BoardWatchdog(Part, frozen=True):
    """The processor's own watchdog; 8388 ms is the RP2040's longest."""

    timeout_ms: Annotated[int, Meta(ge=100, le=8388)]


class LockBoardFile(Part, frozen=True):
    """One revision of the lock board, as its file says it."""

    name: Name
    revision: Annotated[str, Meta(pattern=r"^[A-Z]$")]
    processor: Literal["RP2040"]
    channels: Annotated[int, Meta(ge=1, le=32)]
    line: BoardLine
    switches: BoardSwitches
    coils: BoardCoils
    inputs: BoardInputs
    watchdog: BoardWatchdog
    limits: BoardLimits
    lamps: BoardLamps | None = None

    def pins(self) -> dict[str, int]:
        """Pin by what hangs on it."""
        line, switches, coils, lamps = self.line, self.switches, self.coils, self.lamps
        named = {"line tx": line.tx_pin, "line rx": line.rx_pin, "line direction": line.direction_pin}
        named |= {"switches load": switches.load_pin, "switches clock": switches.clock_pin, "switches data": switches.data_pin}
        named |= {f"coils address {i}": pin for i, pin in enumerate(coils.address_pins)} | {"coils enable": coils.enable_pin}
        named |= {f"address switch {i}": pin for i, pin in enumerate(self.inputs.dip_pins)} | {"service key": self.inputs.key_pin}
        if lamps is not None:
            named |= {"lamps data": lamps.data_pin, "lamps clock": lamps.clock_pin, "lamps latch": lamps.latch_pin}
            named |= {"lamps enable": lamps.enable_pin}
        return named


class LockBoard(msgspec.Struct, frozen=True):
    """A lock board's file together with the hash of what it says."""

    file: LockBoardFile
    hash: bytes

    @property
    def bus_hash(self) -> bytes:
        """The first bytes of the hash, as the board states them when it is identified."""
        return self.hash[:HASH_ON_BUS]


class BoughtLimits(Part, frozen=True):
    """What the controller enforces for a board that has no limits of its own."""

    pulse_ms_max: Limit[Annotated[int, Meta(ge=50, le=3000)]]
    cooldown_ms: Limit[Annotated[int, Meta(ge=500, le=60000)]]
    doors_per_minute: Limit[Annotated[int, Meta(ge=1, le=60)]]
    debounce_ms: Limit[Annotated[int, Meta(ge=5, le=1000)]]


class BoughtBoardFile(Part, frozen=True):
    """A board that one buys, as its file says it.

    `pulse_ms` is what the board itself is set to; without it the order carries the time. `octets` is the order of the two address
    octets of a CU48, about which the published sources differ.
    """

    name: Name
    title: Text
    family: Family
    channels: Annotated[int, Meta(ge=1, le=48)]
    baud: Baud
    closed_level: Level
    limits: BoughtLimits
    pulse_ms: Annotated[int, Meta(ge=50, le=3000)] | None = None
    octets: Literal["device_lock", "lock_device"] = "device_lock"


class BoughtBoard(msgspec.Struct, frozen=True):
    """A bought board's file together with the hash of what it says."""

    file: BoughtBoardFile
    hash: bytes


def read_lock_board(path: Path) -> LockBoard:
    """Our own lock board's description from its file; raises DescriptionWrong."""
    return _checked_board(str(path), *read_toml(path, LockBoardFile, DescriptionWrong))


def parse_lock_board(text: str, name: str) -> LockBoard:
    """Our own lock board's description from text; raises DescriptionWrong."""
    return _checked_board(name, *parse_toml(text, name, LockBoardFile, DescriptionWrong))


def read_board(path: Path) -> LockBoard | BoughtBoard:
    """The description of any board: one that names a family was bought; raises DescriptionWrong."""
    if read_toml(path, _AnyBoard, DescriptionWrong)[0].family is None:
        return read_lock_board(path)
    return _checked_bought(str(path), *read_toml(path, BoughtBoardFile, DescriptionWrong))


class _AnyBoard(msgspec.Struct, frozen=True):
    family: object = None


def _checked_board(name: str, file: LockBoardFile, digest: bytes) -> LockBoard:
    owners: dict[int, str] = {}
    for what, pin in file.pins().items():
        if pin in owners:
            raise DescriptionWrong(f"{name}: pin {pin} has two owners: {owners[pin]} and {what}")
        owners[pin] = what
    if file.switches.chips * 8 < file.channels or file.switches.first_out != file.switches.chips * 8 - 1:
        raise DescriptionWrong(f"{name}: switches.chips: {file.switches.chips} chips do not read {file.channels} channels in this order")
    lamps = file.lamps
    if lamps is not None and (lamps.chips * 8 < file.channels or lamps.first_in != lamps.chips * 8 - 1):
        raise DescriptionWrong(f"{name}: lamps.chips: {lamps.chips} chips do not light {file.channels} channels in this order")
    if not file.channels <= file.coils.none_address < 1 << len(file.coils.address_pins):
        raise DescriptionWrong(f"{name}: coils.none_address: must be an address beyond the channels")
    return LockBoard(file, digest)


def _checked_bought(name: str, file: BoughtBoardFile, digest: bytes) -> BoughtBoard:
    if file.channels > CHANNELS[file.family]:
        raise DescriptionWrong(f"{name}: channels: {file.channels}, but {file.family} has at most {CHANNELS[file.family]}")
    if (file.pulse_ms is None) != (file.family == "modbus"):
        needed = "the order carries the pulse, say none" if file.family == "modbus" else "say what the board is set to"
        raise DescriptionWrong(f"{name}: pulse_ms: {needed}")
    if file.pulse_ms is not None and file.pulse_ms > file.limits.pulse_ms_max.value:
        raise DescriptionWrong(f"{name}: pulse_ms: {file.pulse_ms} is over limits.pulse_ms_max")
    return BoughtBoard(file, digest)
