"""What a locker is, read from one file: the pure questions that controller, centre, simulator and drawings ask of it.

The file is a full description (`kind = "locker"`) or a front plan (`kind = "locker_layout"`), from which the description follows.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from contracts.board_descriptions import (
    ADDRESSES,
    FLASH_STEP_MS,
    OWN_ADDRESSES,
    BoughtBoard,
    DescriptionWrong,
    Family,
    LockBoard,
    read_board,
)
from contracts.cabinet_layouts import LayoutFile, full_file, table_of
from contracts.locker_files import Compartment, LockerFile, Size
from contracts.typed_toml import canonical_hash, read_toml

SHIPPED = Path(__file__).resolve().parents[1] / "hardware"
"""Where boards are described that a city's own file may name without bringing their files along."""

SIZES: tuple[Size, ...] = ("S", "M", "L")


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
    """A locker's file, the boards it names, and the hash of what the file says.

    `boards` are our own, `bought` are others; one bus speaks one language, so that one of the two is empty.
    """

    file: LockerFile
    boards: dict[int, LockBoard]
    hash: bytes
    bought: dict[int, BoughtBoard] = {}
    by_number: dict[int, Compartment] = {}
    by_lock: dict[tuple[int, int], Compartment] = {}
    by_board: dict[int, tuple[Compartment, ...]] = {}

    @property
    def family(self) -> Family | Literal["own"]:
        """What the boards of this locker speak."""
        for board in self.bought.values():
            return board.file.family
        return "own"

    def compartments(self) -> dict[int, Compartment]:
        """Compartments by number, in the order of the numbers."""
        return self.by_number

    def at(self, board: int, channel: int) -> Compartment | None:
        """The compartment on that board and channel; None for a spare channel."""
        return self.by_lock.get((board, channel))

    def on_board(self, board: int) -> tuple[Compartment, ...]:
        """The compartments of one board, in the order of the numbers."""
        return self.by_board.get(board, ())

    def is_low(self, number: int) -> bool:
        """Whether the handle is within reach from a wheelchair; raises KeyError."""
        reach = self.file.reach
        return reach.low_from_mm <= self.by_number[number].handle_mm <= reach.low_to_mm

    def low(self) -> tuple[int, ...]:
        """Numbers of the compartments within reach from a wheelchair."""
        return tuple(number for number in self.by_number if self.is_low(number))

    def sizes(self) -> dict[Size, int]:
        """How many compartments there are of each size that there is, small ones first."""
        counts: dict[Size, int] = {size: sum(1 for door in self.file.doors if door.size == size) for size in SIZES}
        return {size: count for size, count in counts.items() if count}

    def grid(self) -> Grid:
        """The picture of the cabinet's front."""
        frame = self.file.frame
        cells = tuple(Cell(door.number, door.row, door.column) for door in self.by_number.values())
        return Grid(len(frame.columns_mm), len(frame.rows_mm), cells, frame.hinge, frame.columns_mm, frame.rows_mm)


class _AnyLocker(msgspec.Struct, frozen=True):
    kind: Literal["locker", "locker_layout"]


def read_locker(path: Path) -> Locker:
    """A locker from its description or front plan; its boards are described beside it or by us. Raises DescriptionWrong."""
    if read_toml(path, _AnyLocker, DescriptionWrong)[0].kind == "locker":
        file, digest = read_toml(path, LockerFile, DescriptionWrong)
        return checked_locker(str(path), file, _boards(path, file), digest)
    return read_layout(path)


def read_layout(path: Path) -> Locker:
    """A locker from its front plan; raises DescriptionWrong."""
    layout = read_toml(path, LayoutFile, DescriptionWrong)[0]
    _once(str(path), "boards.address", [str(at.address) for at in layout.boards])
    boards = _boards(path, layout)
    file = full_file(str(path), layout, {address: board.file.channels for address, board in boards.items()})
    return checked_locker(str(path), file, boards, canonical_hash(table_of(file)))


def _boards(path: Path, file: LockerFile | LayoutFile) -> dict[int, LockBoard | BoughtBoard]:
    found: dict[int, LockBoard | BoughtBoard] = {}
    for at in file.boards:
        own = path.parent / f"{at.description}.toml"
        shipped = SHIPPED / own.name
        found[at.address] = read_board(shipped if shipped.exists() and not own.exists() else own)
    return found


def checked_locker(name: str, file: LockerFile, boards: Mapping[int, LockBoard | BoughtBoard], digest: bytes) -> Locker:
    """The locker when its parts fit together; raises DescriptionWrong naming the key that does not."""
    _once(name, "boards.address", [str(at.address) for at in file.boards])
    _once(name, "doors.number", [str(door.number) for door in file.doors])
    _once(name, "doors.channel", [f"{door.channel} of board {door.board}" for door in file.doors])
    _once(name, "doors.input", [f"{door.switch} of board {door.board}" for door in file.doors])
    _once(name, "doors.row and doors.column", [f"{door.row},{door.column}" for door in file.doors])
    own = {address: board for address, board in boards.items() if isinstance(board, LockBoard)}
    bought = {address: board for address, board in boards.items() if isinstance(board, BoughtBoard)}
    _one_language(name, own, bought)
    for address, board in own.items():
        _own_fits(name, file, address, board)
    for address, board in bought.items():
        _bought_fits(name, file, address, board)
    for door in file.doors:
        _fits(name, file, boards, door)
    doors = sorted(file.doors, key=lambda door: door.number)
    by_lock = {(door.board, door.channel): door for door in doors}
    by_board = {address: tuple(door for door in doors if door.board == address) for address in boards}
    return Locker(file, own, digest, bought, {door.number: door for door in doors}, by_lock, by_board)


def _one_language(name: str, own: Mapping[int, LockBoard], bought: Mapping[int, BoughtBoard]) -> None:
    spoken = sorted({board.file.family for board in bought.values()} | ({"own"} if own else set[str]()))
    if len(spoken) > 1:
        raise DescriptionWrong(f"{name}: boards.description: one bus speaks one language, these boards speak {' and '.join(spoken)}")


def _own_fits(name: str, file: LockerFile, address: int, board: LockBoard) -> None:
    if not OWN_ADDRESSES[0] <= address <= OWN_ADDRESSES[1]:
        raise DescriptionWrong(f"{name}: boards.address: {address} is beyond the address switches (0 to {OWN_ADDRESSES[1]})")
    if file.bus.baud != board.file.line.baud:
        raise DescriptionWrong(f"{name}: bus.baud: {file.bus.baud}, but board {address} speaks {board.file.line.baud}")
    if file.lock.pulse_ms > board.file.limits.pulse_ms_max.value:
        raise DescriptionWrong(f"{name}: lock.pulse_ms: {file.lock.pulse_ms} is over the limit of board {address}")
    for door in file.doors:
        if door.board == address and (door.closed_level is not None or door.input is not None or door.object_sensor):
            raise DescriptionWrong(f"{name}: doors: door {door.number}: input, closed_level and object_sensor are for bought boards")


def _bought_fits(name: str, file: LockerFile, address: int, board: BoughtBoard) -> None:
    (low, high), pulse_ms = ADDRESSES[board.file.family], file.lock.pulse_ms
    if not low <= address <= high:
        raise DescriptionWrong(f"{name}: boards.address: {address}, but {board.file.family} boards have {low} to {high}")
    if file.bus.baud != board.file.baud:
        raise DescriptionWrong(f"{name}: bus.baud: {file.bus.baud}, but board {address} speaks {board.file.baud}")
    if pulse_ms > board.file.limits.pulse_ms_max.value:
        raise DescriptionWrong(f"{name}: lock.pulse_ms: {pulse_ms} is over the limit of board {address}")
    if board.file.pulse_ms is not None and pulse_ms != board.file.pulse_ms:
        raise DescriptionWrong(f"{name}: lock.pulse_ms: {pulse_ms}, but board {address} is set to {board.file.pulse_ms}")
    if board.file.pulse_ms is None and pulse_ms % FLASH_STEP_MS:
        raise DescriptionWrong(f"{name}: lock.pulse_ms: {pulse_ms}, but board {address} counts in steps of {FLASH_STEP_MS}")
    if board.file.family != "cu16" and any(door.object_sensor for door in file.doors):
        raise DescriptionWrong(f"{name}: doors.object_sensor: only cu16 boards tell of objects")


def _fits(name: str, file: LockerFile, boards: Mapping[int, LockBoard | BoughtBoard], door: Compartment) -> None:
    frame = file.frame
    board = boards.get(door.board)
    if board is None:
        raise DescriptionWrong(f"{name}: doors.board: door {door.number} is on board {door.board}, which is not among the boards")
    if door.channel >= board.file.channels:
        raise DescriptionWrong(f"{name}: doors.channel: door {door.number} has channel {door.channel} of {board.file.channels}")
    if door.switch >= board.file.channels:
        raise DescriptionWrong(f"{name}: doors.input: door {door.number} has input {door.switch} of {board.file.channels}")
    if door.row > len(frame.rows_mm) or door.column > len(frame.columns_mm):
        raise DescriptionWrong(f"{name}: doors.row: door {door.number} lies outside the frame")
    lower = frame.plinth_mm + sum(frame.rows_mm[: door.row - 1])
    if not lower <= door.handle_mm <= lower + frame.rows_mm[door.row - 1]:
        raise DescriptionWrong(f"{name}: doors.handle_mm: the handle of door {door.number} is outside its row")


def _once(name: str, key: str, values: list[str]) -> None:
    again = next((value for value, count in Counter(values).items() if count > 1), None)
    if again is not None:
        raise DescriptionWrong(f"{name}: {key}: {again} appears twice")
