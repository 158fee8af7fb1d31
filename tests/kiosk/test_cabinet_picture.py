"""The picture of a cabinet whose columns are stacked differently: every door to scale, none over another."""

from pathlib import Path

import pytest

from central.dashboard.cabinet import picture
from contracts.descriptions import Grid, Locker, read_locker
from controller.kiosk.cabinet_picture import draw
from tests.contracts.test_cabinet_layouts import stacked

HARDWARE = Path(__file__).parents[2] / "hardware"


def drawn_data(grid: Grid, lit: int) -> dict[str, object]:
    cells = [
        {"n": cell.number, "row": cell.row, "col": cell.column, "span": cell.span, "state": "lit" if cell.number == lit else "closed"}
        for cell in grid.cells
    ]
    sizes = {"columns_mm": list(grid.columns_mm), "rows_mm": list(grid.rows_mm)}
    return {"rows": grid.rows, "cols": grid.columns, "cells": cells, "compartment": lit, **sizes}


def heights(locker: Locker) -> list[int]:
    return [door.height_mm or locker.file.frame.rows_mm[door.row - 1] for door in locker.compartments().values()]


@pytest.fixture(params=["stacked", "urzedomat_24", "urzedomat_93", "urzedomat_192"])
def locker(request: pytest.FixtureRequest, tmp_path: Path) -> Locker:
    return read_locker(stacked(tmp_path) if request.param == "stacked" else HARDWARE / f"{request.param}.toml")


def test_doors_are_drawn_to_scale_and_apart(locker: Locker) -> None:
    doors = draw(drawn_data(locker.grid(), 1)).doors
    gap = 2.0
    scales = {round((door.height + 2 * gap) / mm, 2) for door, mm in zip(doors, heights(locker), strict=True)}
    assert max(scales) - min(scales) <= 0.01
    for door in doors:
        for other in doors:
            apart = (
                door.x + door.width <= other.x
                or other.x + other.width <= door.x
                or door.y + door.height <= other.y
                or other.y + other.height <= door.y
            )
            assert door is other or apart


def test_the_centre_draws_the_same_doors_in_mm(locker: Locker) -> None:
    drawn = picture(locker.grid(), None)
    assert drawn is not None
    assert [door.height for door in drawn.doors] == heights(locker)
    assert drawn.height == max(door.y + door.height for door in drawn.doors)
    assert {door.y for door in drawn.doors} >= {0}
