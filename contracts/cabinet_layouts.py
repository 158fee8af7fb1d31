"""A locker from its front plan: columns, rows, what is left out, how it is numbered and how the boards are wired."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from contracts.board_descriptions import DescriptionWrong, Name, Part, Text
from contracts.locker_files import (
    Address,
    BoardAt,
    Bus,
    Compartment,
    Frame,
    Height,
    Lock,
    LockChannel,
    LockerFile,
    Panel,
    Place,
    Reach,
    Size,
    Span,
)

Order = Literal["rows", "columns"]


class Row(Part, frozen=True):
    """One row of the front: all its doors have one size."""

    size: Size
    mm: Span


class Front(Part, frozen=True):
    """The front plan: columns from the left, rows from the bottom."""

    hinge: Literal["left", "right"]
    plinth_mm: Height
    columns_mm: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=20)]
    rows: Annotated[tuple[Row, ...], Meta(min_length=1, max_length=20)]


class LeftOut(Part, frozen=True):
    """A field of the front without doors (the screen, the electronics): first and last column, first and last row."""

    what: Text
    columns: tuple[Place, Place]
    rows: tuple[Place, Place]


class WiredBoard(Part, frozen=True):
    """A board and how many of its channels carry a lock, from channel 0 on; without `doors` as many as it has."""

    address: Address
    description: Name
    doors: Annotated[int, Meta(ge=1, le=48)] | None = None


class LayoutFile(Part, frozen=True):
    """A front plan, as its file says it.

    `numbering`: row by row from the upper left, or column by column, each from above. `wiring`: the order in which the locks are
    dealt out over the boards, by number unless said otherwise.
    """

    name: Name
    title: Text
    kind: Literal["locker_layout"]
    panel: Panel
    bus: Bus
    lock: Lock
    reach: Reach
    front: Front
    boards: Annotated[tuple[WiredBoard, ...], Meta(min_length=1, max_length=16)]
    left_out: tuple[LeftOut, ...] = ()
    numbering: Order = "rows"
    wiring: Order | Literal["numbers"] = "numbers"


def full_file(name: str, layout: LayoutFile, channels: dict[int, int]) -> LockerFile:
    """The description that the plan stands for; `channels` are the boards' by address. Raises DescriptionWrong naming the key."""
    places = _places(name, layout)
    numbers = {place: number for number, place in enumerate(_ordered(places, layout.numbering), 1)}
    wired = list(numbers) if layout.wiring == "numbers" else _ordered(places, layout.wiring)
    locks = dict(zip(wired, _lock_ends(name, layout, channels, len(places)), strict=False))
    front = layout.front
    return LockerFile(
        name=layout.name,
        title=layout.title,
        kind="locker",
        panel=layout.panel,
        bus=layout.bus,
        lock=layout.lock,
        reach=layout.reach,
        frame=Frame(front.hinge, front.plinth_mm, front.columns_mm, tuple(row.mm for row in front.rows)),
        boards=tuple(BoardAt(board.address, board.description) for board in layout.boards),
        doors=tuple(_compartment(front, numbers[place], place, *locks[place]) for place in numbers),
    )


def table_of(file: LockerFile) -> dict[str, Any]:
    """The same as a TOML file of it would be read."""
    return msgspec.json.decode(msgspec.json.encode(file), type=dict[str, Any])


def toml_text(file: LockerFile, made_from: str) -> str:
    """The description as TOML, one line for each board and door."""
    plain: list[str] = []
    tables: list[str] = []
    for key, value in table_of(file).items():
        if isinstance(value, dict):
            table = cast("dict[str, Any]", value)
            tables += ["", f"[{key}]", *(f"{inner} = {_value(each)}" for inner, each in table.items())]
        elif isinstance(value, list):
            plain += ["", f"{key} = [", *(f"    {_value(row)}," for row in cast("list[Any]", value)), "]"]
        else:
            plain.append(f"{key} = {_value(value)}")
    return "\n".join([f"# Made from {made_from} by `kiosk-controller describe`; change that file.", "", *plain, *tables, ""])


def _value(value: object) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in cast("dict[str, object]", value).items()) + " }"
        case list():
            return "[" + ", ".join(_value(each) for each in cast("list[object]", value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)  # texts, numbers and booleans look alike in both


def _places(name: str, layout: LayoutFile) -> set[tuple[int, int]]:
    """(row, column) of every door."""
    rows, columns = len(layout.front.rows), len(layout.front.columns_mm)
    places = {(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)}
    for field in layout.left_out:
        (left, right), (low, high) = field.columns, field.rows
        inside = {(row, column) for row in range(low, high + 1) for column in range(left, right + 1)}
        if not inside or right > columns or high > rows:
            raise DescriptionWrong(f"{name}: left_out: {field.what} lies outside the front of {columns} columns and {rows} rows")
        if not inside <= places:
            raise DescriptionWrong(f"{name}: left_out: {field.what} takes what another field has taken")
        places -= inside
    if not places:
        raise DescriptionWrong(f"{name}: left_out: no door is left")
    return places


def _ordered(places: set[tuple[int, int]], order: str) -> list[tuple[int, int]]:
    if order == "rows":
        return sorted(places, key=lambda place: (-place[0], place[1]))
    return sorted(places, key=lambda place: (place[1], -place[0]))


def _lock_ends(name: str, layout: LayoutFile, channels: dict[int, int], doors: int) -> list[tuple[int, int]]:
    """(board, channel) for door after door."""
    ends = list(_ends(name, layout, channels))
    if len(ends) < doors:
        raise DescriptionWrong(f"{name}: boards: {len(ends)} channels for {doors} doors")
    spare = sum(1 for board, _ in ends[doors:] if board == ends[-1][0])
    if len(ends) - doors > spare:
        raise DescriptionWrong(f"{name}: boards: {doors} doors need no board {ends[-1][0]}")
    return ends


def _ends(name: str, layout: LayoutFile, channels: dict[int, int]) -> Iterator[tuple[int, int]]:
    for board in layout.boards:
        there = channels[board.address]
        if board.doors is not None and board.doors > there:
            raise DescriptionWrong(f"{name}: boards.doors: {board.doors}, but board {board.address} has {there} channels")
        yield from ((board.address, channel) for channel in range(board.doors or there))


def _compartment(front: Front, number: int, place: tuple[int, int], board: int, channel: LockChannel) -> Compartment:
    row, column = place
    below = front.plinth_mm + sum(each.mm for each in front.rows[: row - 1])
    size, mm = front.rows[row - 1].size, front.rows[row - 1].mm
    return Compartment(number=number, row=row, column=column, size=size, handle_mm=below + mm // 2, board=board, channel=channel)
