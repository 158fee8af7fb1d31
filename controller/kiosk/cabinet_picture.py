"""The picture of the cabinet: where every door is drawn, to the scale of the description. Pure geometry."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

WIDTH, HEIGHT = 256, 404
PLATE_HEIGHT, ARROW_GAP, FRAME = 132, 26, 6
TARGET_MIN = 34
COLUMN_MM, ROW_MM = 250, 180
"""Picture units are pixels of the 7 inch panel; the number on the plate is 14 mm high."""


class Door(msgspec.Struct, frozen=True):
    """One door's rectangle."""

    x: float
    y: float
    width: float
    height: float
    state: Literal["closed", "lit", "open"]

    @property
    def leaf(self) -> str:
        """The open leaf as an SVG path, hung on the left."""
        over, drop = self.width * 0.46, min(self.height * 0.16, 12.0)
        return f"M{self.x:.1f} {self.y:.1f}l{over:.1f} {drop:.1f}v{self.height:.1f}l{-over:.1f} {-drop:.1f}z"


class Picture(msgspec.Struct, frozen=True):
    """The cabinet's frame, its doors, the plate with the number and the arrow from the plate to the door."""

    frame: tuple[float, float, float, float]
    doors: tuple[Door, ...]
    target: Door | None
    hinge: str
    plate: tuple[float, float, float, float]
    arrow: tuple[float, float, float]

    @property
    def mirror(self) -> float:
        """Twice the target's middle: what a leaf hung on the right is mirrored about."""
        return 0.0 if self.target is None else 2 * self.target.x + self.target.width


def draw(data: Mapping[str, Any]) -> Picture:
    """The picture of `cells` in `rows` and `cols`, to scale with `rows_mm` and `columns_mm`; raises KeyError, IndexError."""
    columns = _edges(data.get("columns_mm") or [COLUMN_MM] * data["cols"])
    rows = _edges(data.get("rows_mm") or [ROW_MM] * data["rows"])
    room = HEIGHT - PLATE_HEIGHT - ARROW_GAP - 2 * FRAME
    scale = min((WIDTH - 2 * FRAME) / columns[-1], room / rows[-1])
    left, top = (WIDTH - columns[-1] * scale) / 2, FRAME
    bottom = top + rows[-1] * scale
    doors = tuple(_door(cell, columns, rows, scale, left, bottom) for cell in data["cells"])
    target = next(
        (door for door, cell in zip(doors, data["cells"], strict=True) if cell["n"] == data["compartment"]),
        None,
    )
    target = target and _magnified(target)
    middle = WIDTH / 2 if target is None else target.x + target.width / 2
    plate_top = bottom + FRAME + ARROW_GAP
    plate_width = min(62.0 + 76 * len(str(data["compartment"])), WIDTH - 6.0)
    plate_left = min(max(middle - plate_width / 2, 3), WIDTH - plate_width - 3)
    head = bottom if target is None else target.y + target.height
    return Picture(
        frame=(left - 3, top - 3, columns[-1] * scale + 6, bottom - top + 6),
        doors=doors,
        target=target,
        hinge=str(data.get("hinge", "left")),
        plate=(plate_left, plate_top, plate_width, PLATE_HEIGHT - 6),
        arrow=(middle, head, plate_top),
    )


def _magnified(door: Door) -> Door:
    """The door in question, large enough to be seen among many small ones."""
    wider, higher = max(0.0, TARGET_MIN - door.width), max(0.0, TARGET_MIN - door.height)
    x = min(max(door.x - wider / 2, FRAME), WIDTH - FRAME - door.width - wider)
    return Door(x=x, y=door.y - higher / 2, width=door.width + wider, height=door.height + higher, state=door.state)


def _edges(sizes: list[float]) -> list[float]:
    edges = [0.0]
    for size in sizes:
        edges.append(edges[-1] + size)
    return edges


def _door(cell: Mapping[str, Any], columns: list[float], rows: list[float], scale: float, left: float, bottom: float) -> Door:
    row, column, span = int(cell["row"]), int(cell["col"]), int(cell.get("span", 1))
    gap = 2.0
    return Door(
        x=round(left + columns[column - 1] * scale + gap, 1),
        y=round(bottom - rows[row + span - 1] * scale + gap, 1),
        width=round((columns[column] - columns[column - 1]) * scale - 2 * gap, 1),
        height=round((rows[row + span - 1] - rows[row - 1]) * scale - 2 * gap, 1),
        state=cell["state"],
    )
