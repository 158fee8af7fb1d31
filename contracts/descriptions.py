"""What a thing is, read from hardware/*.toml: the lock board, the locker, and the pure questions others ask of them."""

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
Address = Annotated[int, Meta(ge=0, le=15)]
Baud = Literal[9600, 19200, 38400, 57600, 115200]
Place = Annotated[int, Meta(ge=1, le=20)]
Span = Annotated[int, Meta(ge=60, le=1000)]
Height = Annotated[int, Meta(ge=0, le=2500)]
V = TypeVar("V")


class DescriptionWrong(TomlWrong):
    """A hardware description that cannot be used; names file, key and, for an unknown key, the nearest known one."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a description."""


class Limit(_Part, Generic[V], frozen=True):
    """A bound and why it is there."""

    value: V
    reason: Annotated[str, Meta(min_length=20)]


class BoardLimits(_Part, frozen=True):
    """What the board enforces by itself; a host may only tighten it."""

    pulse_ms_max: Limit[Annotated[int, Meta(ge=50, le=3000)]]
    cooldown_ms: Limit[Annotated[int, Meta(ge=500, le=60000)]]
    doors_per_minute: Limit[Annotated[int, Meta(ge=1, le=60)]]
    silence_ms: Limit[Annotated[int, Meta(ge=350, le=5000)]]
    debounce_ms: Limit[Annotated[int, Meta(ge=5, le=1000)]]


class BoardLine(_Part, frozen=True):
    """The RS-485 side."""

    baud: Baud
    uart: Annotated[int, Meta(ge=0, le=1)]
    tx_pin: Gpio
    rx_pin: Gpio
    direction_pin: Gpio
    direction_send_level: Level


class BoardSwitches(_Part, frozen=True):
    """The chain of shift registers that reads the door switches."""

    chips: Annotated[int, Meta(ge=1, le=4)]
    load_pin: Gpio
    clock_pin: Gpio
    data_pin: Gpio
    first_out: Channel
    closed_level: Level


class BoardCoils(_Part, frozen=True):
    """The one-hot tree and the enable line in front of it."""

    address_pins: Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=5)]
    none_address: Channel
    enable_pin: Gpio
    enable_window_ms: Annotated[int, Meta(ge=20, le=200)]


class BoardInputs(_Part, frozen=True):
    """Address switches and the service key."""

    dip_pins: Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=4)]
    dip_on_level: Level
    key_pin: Gpio
    key_on_level: Level


class BoardWatchdog(_Part, frozen=True):
    """The processor's own watchdog; 8388 ms is the RP2040's longest."""

    timeout_ms: Annotated[int, Meta(ge=100, le=8388)]


class LockBoardFile(_Part, frozen=True):
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

    def pins(self) -> dict[str, int]:
        """Pin by what hangs on it."""
        line, switches, coils = self.line, self.switches, self.coils
        named = {"line tx": line.tx_pin, "line rx": line.rx_pin, "line direction": line.direction_pin}
        named |= {"switches load": switches.load_pin, "switches clock": switches.clock_pin, "switches data": switches.data_pin}
        named |= {f"coils address {i}": pin for i, pin in enumerate(coils.address_pins)} | {"coils enable": coils.enable_pin}
        return named | {f"address switch {i}": pin for i, pin in enumerate(self.inputs.dip_pins)} | {"service key": self.inputs.key_pin}


class LockBoard(msgspec.Struct, frozen=True):
    """A lock board's file together with the hash of what it says."""

    file: LockBoardFile
    hash: bytes

    @property
    def bus_hash(self) -> bytes:
        """The first bytes of the hash, as the board states them when it is identified."""
        return self.hash[:HASH_ON_BUS]


class Panel(_Part, frozen=True):
    """The screen, whether keys are beside it, and the line of the Pi that the switch in the headphone socket pulls to ground."""

    model: Literal["7in", "10in"]
    width_px: Annotated[int, Meta(ge=320, le=4096)]
    height_px: Annotated[int, Meta(ge=240, le=4096)]
    keypad: bool
    headphone_gpio: Annotated[int, Meta(ge=0, le=27)] | None = None


class Bus(_Part, frozen=True):
    """The line to the lock boards."""

    name: Name
    baud: Baud


class Lock(_Part, frozen=True):
    """How the locks of this cabinet are opened."""

    pulse_ms: Annotated[int, Meta(ge=50, le=3000)]


class Reach(_Part, frozen=True):
    """Handles between these heights count as low."""

    low_from_mm: Height
    low_to_mm: Height


class Frame(_Part, frozen=True):
    """The cabinet's front, for drawings: columns from the left, rows from the bottom."""

    hinge: Literal["left", "right"]
    plinth_mm: Height
    columns_mm: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=20)]
    rows_mm: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=20)]


class BoardAt(_Part, frozen=True):
    """A board on the bus and the description it must have."""

    address: Address
    description: Name


class Compartment(_Part, frozen=True):
    """One box: where its door is and which coil and switch belong to it."""

    number: Annotated[int, Meta(ge=1, le=999)]
    row: Place
    column: Place
    size: Literal["S", "M", "L"]
    handle_mm: Height
    board: Address
    channel: Channel


class LockerFile(_Part, frozen=True):
    """A locker, as its file says it."""

    name: Name
    title: Text
    kind: Literal["locker"]
    panel: Panel
    bus: Bus
    lock: Lock
    reach: Reach
    frame: Frame
    boards: Annotated[tuple[BoardAt, ...], Meta(min_length=1, max_length=16)]
    doors: Annotated[tuple[Compartment, ...], Meta(min_length=1, max_length=384)]


class Cell(msgspec.Struct, frozen=True):
    """One door in the picture: row from the bottom, column from the left, both from 1."""

    number: int
    row: int
    column: int


class Grid(msgspec.Struct, frozen=True):
    """The cabinet's picture, in the order of the numbers; sizes in mm for drawing to scale."""

    columns: int
    rows: int
    cells: tuple[Cell, ...]
    hinge: str
    columns_mm: tuple[int, ...]
    rows_mm: tuple[int, ...]


class Locker(msgspec.Struct, frozen=True):
    """A locker's file, the boards it names, and the hash of what the file says."""

    file: LockerFile
    boards: dict[int, LockBoard]
    hash: bytes

    def compartments(self) -> dict[int, Compartment]:
        """Compartments by number, in the order of the numbers."""
        return {door.number: door for door in sorted(self.file.doors, key=lambda door: door.number)}

    def at(self, board: int, channel: int) -> Compartment | None:
        """The compartment on that board and channel; None for a spare channel."""
        return next((door for door in self.file.doors if (door.board, door.channel) == (board, channel)), None)

    def is_low(self, number: int) -> bool:
        """Whether the handle is within reach from a wheelchair; raises KeyError."""
        reach = self.file.reach
        return reach.low_from_mm <= self.compartments()[number].handle_mm <= reach.low_to_mm

    def low(self) -> tuple[int, ...]:
        """Numbers of the compartments within reach from a wheelchair."""
        return tuple(number for number in self.compartments() if self.is_low(number))

    def grid(self) -> Grid:
        """The picture of the cabinet's front."""
        frame = self.file.frame
        cells = tuple(Cell(door.number, door.row, door.column) for door in self.compartments().values())
        return Grid(len(frame.columns_mm), len(frame.rows_mm), cells, frame.hinge, frame.columns_mm, frame.rows_mm)


def read_lock_board(path: Path) -> LockBoard:
    """A lock board's description from its file; raises DescriptionWrong."""
    return _checked_board(str(path), *read_toml(path, LockBoardFile, DescriptionWrong))


def parse_lock_board(text: str, name: str) -> LockBoard:
    """A lock board's description from text; raises DescriptionWrong."""
    return _checked_board(name, *parse_toml(text, name, LockBoardFile, DescriptionWrong))


def read_locker(path: Path) -> Locker:
    """A locker's description and, from the same folder, those of its boards; raises DescriptionWrong."""
    file, digest = read_toml(path, LockerFile, DescriptionWrong)
    boards = {at.address: read_lock_board(path.parent / f"{at.description}.toml") for at in file.boards}
    return checked_locker(str(path), file, boards, digest)


def checked_locker(name: str, file: LockerFile, boards: dict[int, LockBoard], digest: bytes) -> Locker:
    """The locker when its parts fit together; raises DescriptionWrong naming the key that does not."""
    _once(name, "boards.address", [str(at.address) for at in file.boards])
    _once(name, "doors.number", [str(door.number) for door in file.doors])
    _once(name, "doors.channel", [f"{door.channel} of board {door.board}" for door in file.doors])
    _once(name, "doors.row and doors.column", [f"{door.row},{door.column}" for door in file.doors])
    for door in file.doors:
        _fits(name, file, boards, door)
    for address, board in boards.items():
        if file.bus.baud != board.file.line.baud:
            raise DescriptionWrong(f"{name}: bus.baud: {file.bus.baud}, but board {address} speaks {board.file.line.baud}")
        if file.lock.pulse_ms > board.file.limits.pulse_ms_max.value:
            raise DescriptionWrong(f"{name}: lock.pulse_ms: {file.lock.pulse_ms} is over the limit of board {address}")
    return Locker(file, boards, digest)


def _fits(name: str, file: LockerFile, boards: dict[int, LockBoard], door: Compartment) -> None:
    frame = file.frame
    board = boards.get(door.board)
    if board is None:
        raise DescriptionWrong(f"{name}: doors.board: door {door.number} is on board {door.board}, which is not among the boards")
    if door.channel >= board.file.channels:
        raise DescriptionWrong(f"{name}: doors.channel: door {door.number} has channel {door.channel} of {board.file.channels}")
    if door.row > len(frame.rows_mm) or door.column > len(frame.columns_mm):
        raise DescriptionWrong(f"{name}: doors.row: door {door.number} lies outside the frame")
    lower = frame.plinth_mm + sum(frame.rows_mm[: door.row - 1])
    if not lower <= door.handle_mm <= lower + frame.rows_mm[door.row - 1]:
        raise DescriptionWrong(f"{name}: doors.handle_mm: the handle of door {door.number} is outside its row")


def _checked_board(name: str, file: LockBoardFile, digest: bytes) -> LockBoard:
    owners: dict[int, str] = {}
    for what, pin in file.pins().items():
        if pin in owners:
            raise DescriptionWrong(f"{name}: pin {pin} has two owners: {owners[pin]} and {what}")
        owners[pin] = what
    if file.switches.chips * 8 < file.channels or file.switches.first_out != file.switches.chips * 8 - 1:
        raise DescriptionWrong(f"{name}: switches.chips: {file.switches.chips} chips do not read {file.channels} channels in this order")
    if not file.channels <= file.coils.none_address < 1 << len(file.coils.address_pins):
        raise DescriptionWrong(f"{name}: coils.none_address: must be an address beyond the channels")
    return LockBoard(file, digest)


def _once(name: str, key: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise DescriptionWrong(f"{name}: {key}: {value} appears twice")
