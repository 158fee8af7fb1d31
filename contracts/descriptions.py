"""What a locker is, read from one file: the pure questions that controller, centre, simulator and drawings ask of it.

The file is a full description (`kind = "locker"`) or a front plan (`kind = "locker_layout"`), from which the description follows.
"""

import itertools
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
from contracts.locker_files import Compartment, Frame, LockerFile, Size
from contracts.typed_toml import canonical_hash, read_toml

SHIPPED = Path(__file__).resolve().parents[1] / "hardware"
"""Where boards are described that a city's own file may name without bringing their files along."""

SIZES: tuple[Size, ...] = ("S", "M", "L")


class Cell(msgspec.Struct, frozen=True):
    """One door in the picture: row from the bottom, column from the left, both from 1; it takes `span` rows, upwards from `row`."""

    number: int
    row: int
    column: int
    span: int = 1


class Grid(msgspec.Struct, frozen=True):
    """The cabinet's picture, in the order of the numbers; sizes in mm for drawing to scale.

    The rows are the finest that all doors fit into: where columns are stacked differently a door spans several.
    """

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
    bought: dict[int, BoughtBoard]
    hash: bytes
    front: Grid
    by_number: dict[int, Compartment]
    by_lock: dict[tuple[int, int], Compartment]
    by_board: dict[int, tuple[Compartment, ...]]

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
        return self.front


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
    table = table_of(full_file(str(path), layout, {address: board.file.channels for address, board in boards.items()}))
    try:
        file = msgspec.convert(table, LockerFile)
    except msgspec.ValidationError as problem:
        raise DescriptionWrong(f"{path}: front: {problem}") from None
    return checked_locker(str(path), file, boards, canonical_hash(table))


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
    _apart(name, file)
    doors = sorted(file.doors, key=lambda door: door.number)
    by_lock = {(door.board, door.channel): door for door in doors}
    by_board = {address: tuple(door for door in doors if door.board == address) for address in boards}
    return Locker(file, own, bought, digest, _grid(file.frame, doors), {door.number: door for door in doors}, by_lock, by_board)


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
        if door.board == address and (door.closed_level is not None or door.input is not None):
            raise DescriptionWrong(f"{name}: doors: door {door.number}: input and closed_level are for bought boards")


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


def _fits(name: str, file: LockerFile, boards: Mapping[int, LockBoard | BoughtBoard], door: Compartment) -> None:
    frame = file.frame
    board = boards.get(door.board)
    if board is None:
        raise DescriptionWrong(f"{name}: doors.board: door {door.number} is on board {door.board}, which is not among the boards")
    if door.channel >= board.file.channels:
        raise DescriptionWrong(f"{name}: doors.channel: door {door.number} has channel {door.channel} of {board.file.channels}")
    if door.switch >= board.file.channels:
        raise DescriptionWrong(f"{name}: doors.input: door {door.number} has input {door.switch} of {board.file.channels}")
    if door.column > len(frame.columns_mm):
        raise DescriptionWrong(f"{name}: doors.column: door {door.number} lies outside the frame")
    if (door.bottom_mm is None) != (door.height_mm is None):
        raise DescriptionWrong(f"{name}: doors.bottom_mm and doors.height_mm: door {door.number} says only one of them")
    if door.bottom_mm is None and door.row > len(frame.rows_mm):
        raise DescriptionWrong(f"{name}: doors.row: door {door.number} lies outside the frame")
    lower, upper = _edges(frame, door)
    if not lower <= door.handle_mm <= upper:
        raise DescriptionWrong(f"{name}: doors.handle_mm: the handle of door {door.number} is outside its row")


def _row_edges(frame: Frame) -> list[int]:
    """Heights of the lines between the rows, from the floor."""
    return [frame.plinth_mm + sum(frame.rows_mm[:row]) for row in range(len(frame.rows_mm) + 1)]


def _edges(frame: Frame, door: Compartment) -> tuple[int, int]:
    """Lower and upper edge of a door, from the floor."""
    if door.bottom_mm is not None and door.height_mm is not None:
        return door.bottom_mm, door.bottom_mm + door.height_mm
    edges = _row_edges(frame)
    return edges[door.row - 1], edges[door.row]


def _grid(frame: Frame, doors: list[Compartment]) -> Grid:
    lines = sorted({*_row_edges(frame), *(edge for door in doors for edge in _edges(frame, door))})
    at = {edge: row for row, edge in enumerate(lines)}
    cells: list[Cell] = []
    for door in doors:
        lower, upper = _edges(frame, door)
        cells.append(Cell(door.number, at[lower] + 1, door.column, at[upper] - at[lower]))
    rows_mm = tuple(upper - lower for lower, upper in itertools.pairwise(lines))
    return Grid(len(frame.columns_mm), len(rows_mm), tuple(cells), frame.hinge, frame.columns_mm, rows_mm)


def _apart(name: str, file: LockerFile) -> None:
    """No door lies over another."""
    ordered = sorted(file.doors, key=lambda door: (door.column, _edges(file.frame, door)))
    for below, above in itertools.pairwise(ordered):
        if below.column == above.column and _edges(file.frame, above)[0] < _edges(file.frame, below)[1]:
            raise DescriptionWrong(f"{name}: doors: doors {below.number} and {above.number} lie over each other")


def _once(name: str, key: str, values: list[str]) -> None:
    again = next((value for value, count in Counter(values).items() if count > 1), None)
    if again is not None:
        raise DescriptionWrong(f"{name}: {key}: {again} appears twice")
