"""A locker from its front plan: columns, rows, what is left out, how it is numbered and how the boards are wired."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from contracts.board_descriptions import DescriptionWrong, Name, Part, Text
from contracts.locker_files import Address, BoardAt, Cabinet, Compartment, Frame, Height, LockChannel, LockerFile, Place, Size, Span

Order = Literal["rows", "columns"]


class Row(Part, frozen=True):
    """One row of the front: all its doors have one size."""

    size: Size
    mm: Span


class Field(Part, frozen=True):
    """One field of a stack: a door of some size, or, without a size, what is there instead."""

    mm: Span
    size: Size | None = None
    what: Text | None = None


class Front(Part, frozen=True):
    """The front plan: columns from the left, and from the bottom either rows through all columns or a stack of its own for each."""

    hinge: Literal["left", "right"]
    plinth_mm: Height
    columns_mm: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=20)]
    rows: Annotated[tuple[Row, ...], Meta(max_length=20)] = ()
    stacks: Annotated[tuple[Annotated[tuple[Field, ...], Meta(min_length=1, max_length=20)], ...], Meta(max_length=20)] = ()


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


class LayoutFile(Cabinet, frozen=True, kw_only=True):
    """A front plan, as its file says it.

    `numbering`: row by row from the upper left, or column by column, each from above. `wiring`: the order in which the locks are
    dealt out over the boards, by number unless said otherwise.
    """

    kind: Literal["locker_layout"]
    front: Front
    boards: Annotated[tuple[WiredBoard, ...], Meta(min_length=1, max_length=16)]
    left_out: tuple[LeftOut, ...] = ()
    numbering: Order = "rows"
    wiring: Order | Literal["numbers"] = "numbers"


class _Door(msgspec.Struct, frozen=True):
    """A door of the front, before it has a number."""

    row: int
    column: int
    size: Size
    bottom_mm: int
    height_mm: int


def full_file(name: str, layout: LayoutFile, channels: dict[int, int]) -> LockerFile:
    """The description that the plan stands for; `channels` are the boards' by address. Raises DescriptionWrong naming the key."""
    front = layout.front
    doors = _ordered(_doors(name, layout), layout.numbering)
    wired = doors if layout.wiring == "numbers" else _ordered(doors, layout.wiring)
    locks = dict(zip(wired, _lock_ends(name, layout, channels, len(doors)), strict=False))
    return LockerFile(
        **{field.name: getattr(layout, field.name) for field in msgspec.structs.fields(Cabinet)},
        kind="locker",
        frame=Frame(front.hinge, front.plinth_mm, front.columns_mm, tuple(row.mm for row in front.rows)),
        boards=tuple(BoardAt(board.address, board.description) for board in layout.boards),
        doors=tuple(_compartment(front, number, door, *locks[door]) for number, door in enumerate(doors, 1)),
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


def _doors(name: str, layout: LayoutFile) -> list[_Door]:
    front = layout.front
    if bool(front.rows) == bool(front.stacks):
        raise DescriptionWrong(f"{name}: front: either rows or stacks")
    doors = _stacked(name, layout) if front.stacks else _in_rows(name, layout)
    if not doors:
        raise DescriptionWrong(f"{name}: front: no door is left")
    return doors


def _in_rows(name: str, layout: LayoutFile) -> list[_Door]:
    doors: list[_Door] = []
    bottom_mm = layout.front.plinth_mm
    for at, row in enumerate(layout.front.rows, 1):
        doors += [_Door(at, column, row.size, bottom_mm, row.mm) for column in range(1, len(layout.front.columns_mm) + 1)]
        bottom_mm += row.mm
    taken = _taken(name, layout)
    return [door for door in doors if (door.row, door.column) not in taken]


def _taken(name: str, layout: LayoutFile) -> set[tuple[int, int]]:
    """(row, column) of every place without a door."""
    rows, columns = len(layout.front.rows), len(layout.front.columns_mm)
    taken: set[tuple[int, int]] = set()
    for field in layout.left_out:
        (left, right), (low, high) = field.columns, field.rows
        inside = {(row, column) for row in range(low, high + 1) for column in range(left, right + 1)}
        if not inside or right > columns or high > rows:
            raise DescriptionWrong(f"{name}: left_out: {field.what} lies outside the front of {columns} columns and {rows} rows")
        if inside & taken:
            raise DescriptionWrong(f"{name}: left_out: {field.what} takes what another field has taken")
        taken |= inside
    return taken


def _stacked(name: str, layout: LayoutFile) -> list[_Door]:
    front = layout.front
    if len(front.stacks) != len(front.columns_mm):
        raise DescriptionWrong(f"{name}: front.stacks: {len(front.stacks)} stacks for {len(front.columns_mm)} columns")
    if layout.left_out:
        raise DescriptionWrong(f"{name}: left_out: a stack says itself what is there instead of a door")
    doors: list[_Door] = []
    for column, stack in enumerate(front.stacks, 1):
        bottom_mm, row = front.plinth_mm, 0
        for field in stack:
            if (field.size is None) == (field.what is None):
                raise DescriptionWrong(
                    f"{name}: front.stacks: column {column}: a field is either a door with its size or something else (what)"
                )
            if field.size is not None:
                row += 1
                doors.append(_Door(row, column, field.size, bottom_mm, field.mm))
            bottom_mm += field.mm
    return doors


def _ordered(doors: list[_Door], order: str) -> list[_Door]:
    """By rows (of one height are those whose upper edges are), or by columns."""
    if order == "rows":
        return sorted(doors, key=lambda door: (-door.bottom_mm - door.height_mm, door.column))
    return sorted(doors, key=lambda door: (door.column, -door.bottom_mm))


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


def _compartment(front: Front, number: int, door: _Door, board: int, channel: LockChannel) -> Compartment:
    handle_mm = door.bottom_mm + door.height_mm // 2
    made = Compartment(number, door.row, door.column, door.size, handle_mm, board, channel)
    return msgspec.structs.replace(made, bottom_mm=door.bottom_mm, height_mm=door.height_mm) if front.stacks else made
