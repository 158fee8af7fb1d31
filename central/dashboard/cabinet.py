"""The picture of a cabinet's front, to scale, from its description and what the machine reports."""

import msgspec

from contracts.descriptions import Grid
from contracts.topics import CompartmentReport, MachineReport

MARKS = {"free": "", "loading": "↓", "occupied": "▪", "collecting": "↑", "expired": "▪!", "quarantined": "✕", "unknown": "?"}


class Door(msgspec.Struct, frozen=True):
    """One door in the picture, in mm from the upper left corner."""

    number: int
    x: int
    y: int
    width: int
    height: int
    use: str
    door: str
    mark: str


class Picture(msgspec.Struct, frozen=True):
    """A cabinet's front."""

    width: int
    height: int
    doors: list[Door]


def picture(grid: Grid | None, report: MachineReport | None) -> Picture | None:
    """The picture; without a description the doors stand in rows of six; None when nothing is known."""
    if grid is None and report is None:
        return None
    states = {compartment.n: compartment for compartment in report.compartments} if report else {}
    return _drawn(grid, states) if grid else _in_rows(states)


def _drawn(grid: Grid, states: dict[int, CompartmentReport]) -> Picture:
    height = sum(grid.rows_mm)
    doors = [
        _door(
            cell.number,
            sum(grid.columns_mm[: cell.column - 1]),
            height - sum(grid.rows_mm[: cell.row + cell.span - 1]),
            grid.columns_mm[cell.column - 1],
            sum(grid.rows_mm[cell.row - 1 : cell.row + cell.span - 1]),
            states.get(cell.number),
        )
        for cell in grid.cells
    ]
    return Picture(sum(grid.columns_mm), height, doors)


def _in_rows(states: dict[int, CompartmentReport]) -> Picture:
    numbers = sorted(states)[:400]
    doors = [_door(n, at % 6 * 200, at // 6 * 150, 200, 150, states[n]) for at, n in enumerate(numbers)]
    return Picture(1200, max(1, -(-len(numbers) // 6)) * 150, doors)


def _door(number: int, x: int, y: int, width: int, height: int, state: CompartmentReport | None) -> Door:
    use, door = (state.use, state.door) if state else ("unknown", "unknown")
    return Door(number, x, y, width, height, use, door, "?" if door == "unknown" else MARKS[use])
