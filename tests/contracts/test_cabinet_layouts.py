"""From a front plan to the full description: what is shipped is what the command makes, and every way in which a plan can be wrong."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.board_descriptions import DescriptionWrong
from contracts.cabinet_layouts import LayoutFile, full_file, toml_text
from contracts.descriptions import read_layout, read_locker
from contracts.locker_files import LockerFile
from contracts.typed_toml import parse_toml
from controller.__main__ import main
from tests.contracts.layouts import LAYOUT

HARDWARE = Path(__file__).parents[2] / "hardware"
SHIPPED = ("urzedomat_93", "urzedomat_192")


STACKS = """stacks = [
    [{ size = "L", mm = 300 }, { size = "L", mm = 400 }],
    [{ size = "S", mm = 150 }, { size = "S", mm = 150 }, { size = "M", mm = 250 }, { size = "M", mm = 450 }],
    [{ size = "S", mm = 200 }, { what = "screen", mm = 500 }, { size = "L", mm = 300 }],
    [{ size = "S", mm = 400 }],
]
"""


def written(folder: Path, old: str = "", new: str = "") -> Path:
    """The plan, with one change, in a folder where nothing else lies."""
    assert old in LAYOUT
    path = folder / "our_31.toml"
    path.write_text(LAYOUT.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_what_the_command_makes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(HARDWARE / "layouts" / f"{name}.toml")]) == 0
    assert capsys.readouterr().out == (HARDWARE / f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize(("name", "sizes", "boards"), [("urzedomat_93", [64, 24, 5], 4), ("urzedomat_192", [112, 48, 32], 8)])
def test_the_large_lockers(name: str, sizes: list[int], boards: int) -> None:
    locker = read_locker(HARDWARE / f"{name}.toml")
    assert list(locker.compartments()) == list(range(1, sum(sizes) + 1))
    assert list(locker.sizes().values()) == sizes
    assert [len(locker.on_board(address)) for address in range(boards)] == [min(24, sum(sizes) - 24 * at) for at in range(boards)]
    assert locker.low()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_plan_and_its_description_are_the_same_locker(name: str) -> None:
    assert read_locker(HARDWARE / "layouts" / f"{name}.toml") == read_locker(HARDWARE / f"{name}.toml")


def test_the_plan_of_the_hand_written_locker_gives_its_doors() -> None:
    """The 24 compartments were placed and wired by hand: the command would have done it so."""
    by_hand = read_locker(HARDWARE / "urzedomat_24.toml").file
    rows = [{"size": size, "mm": mm} for size, mm in zip("LMSSSM", by_hand.frame.rows_mm, strict=True)]
    table = msgspec.to_builtins(by_hand) | {"kind": "locker_layout", "boards": [{"address": 0, "description": "lock_board_rev_c"}]}
    table |= {"front": {"hinge": "left", "plinth_mm": 250, "columns_mm": by_hand.frame.columns_mm, "rows": rows}}
    plan = msgspec.convert({key: value for key, value in table.items() if key not in ("doors", "frame")}, LayoutFile)
    assert full_file("plan", plan, {0: 24}).doors == by_hand.doors


def test_one_file_makes_a_locker(tmp_path: Path) -> None:
    locker = read_locker(written(tmp_path))
    assert len(locker.compartments()) == 31
    assert [len(locker.on_board(board)) for board in (0, 1)] == [16, 15]
    assert (3, 3) not in {(door.row, door.column) for door in locker.file.doors}
    assert locker.compartments()[1].row == 8


def test_numbers_by_column_and_wires_by_column(tmp_path: Path) -> None:
    locker = read_locker(written(tmp_path, "boards =", 'numbering = "columns"\nboards ='))
    assert [(door.row, door.column) for door in list(locker.compartments().values())[:9]] == [(row, 1) for row in range(8, 0, -1)] + [
        (8, 2)
    ]
    wired = read_locker(written(tmp_path, "boards =", 'wiring = "columns"\nboards ='))
    assert [(wired.at(0, channel) or wired.file.doors[0]).column for channel in range(16)] == [1] * 8 + [2] * 8
    assert [door.number for door in list(wired.compartments().values())[:5]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("columns = [3, 3]", "columns = [3, 5]", "left_out: screen lies outside the front of 4 columns and 8 rows"),
        ("columns = [3, 3]", "columns = [3, 2]", "left_out: screen lies outside"),
        ("columns = [3, 3], rows = [3, 3]", "columns = [1, 4], rows = [1, 8]", "front: no door is left"),
        ("left_out = [", 'left_out = [{ what = "box", columns = [3, 4], rows = [3, 4] }, ', "left_out: screen takes what another field"),
        ("doors = 16", "doors = 25", "boards.doors: 25, but board 0 has 24 channels"),
        ("doors = 16", "doors = 6", "boards: 30 channels for 31 doors"),
        ('"lock_board_rev_b" }]', '"lock_board_rev_b" }, { address = 2, description = "lock_board_rev_b" }]', "31 doors need no board 2"),
        ("address = 1", "address = 0", "boards.address: 0 appears twice"),
        ("address = 1", "address = 16", "boards.address: 16 is beyond the address switches"),
        ('"lock_board_rev_b" }]', '"lock_board_rev_x" }]', "lock_board_rev_x.toml: cannot be read"),
        ("left_out", "left_outt", "unknown key left_outt, nearest known key is left_out"),
        ('"locker_layout"', '"cupboard"', "kind"),
        ("mm = 300", "mm = 30", "front.rows[0].mm"),
        ("pulse_ms = 500", "pulse_ms = 1500", "lock.pulse_ms: 1500 is over the limit of board 0"),
    ],
)
def test_a_wrong_plan_is_named(old: str, new: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, old, new)
    with pytest.raises(DescriptionWrong) as wrong:
        read_locker(path)
    assert said in str(wrong.value)
    assert str(wrong.value).startswith(str(path.parent))
    assert main(["describe", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


def test_a_plan_that_says_the_whole_description_is_not_described_twice(tmp_path: Path) -> None:
    with pytest.raises(DescriptionWrong, match="kind"):
        read_layout(HARDWARE / "urzedomat_24.toml")


pairs = st.tuples(st.integers(0, 6), st.integers(0, 10))
fields = st.lists(st.fixed_dictionaries({"what": st.just("x"), "columns": pairs, "rows": pairs}), max_size=3)
boards = st.lists(
    st.fixed_dictionaries({"address": st.integers(0, 3), "description": st.just("b"), "doors": st.none() | st.integers(1, 30)}),
    min_size=1, max_size=4,
)  # fmt: skip


@given(fields, boards, st.sampled_from(("rows", "columns")), st.sampled_from(("rows", "columns", "numbers")))
def test_any_plan_gives_each_door_a_place_and_a_lock_of_its_own_or_one_named_error(
    left_out: list[dict[str, Any]], wired: list[dict[str, Any]], numbering: str, wiring: str
) -> None:
    table = tomllib.loads(LAYOUT) | {"left_out": left_out, "boards": wired, "numbering": numbering, "wiring": wiring}
    try:
        plan = msgspec.convert(table, LayoutFile)
        made = full_file("plan", plan, {each["address"]: 24 for each in wired})
    except (DescriptionWrong, msgspec.ValidationError):
        return
    assert [door.number for door in made.doors] == list(range(1, len(made.doors) + 1))
    assert len({(door.row, door.column) for door in made.doors}) == len(made.doors)
    if len({each["address"] for each in wired}) == len(wired):
        assert len({(door.board, door.channel) for door in made.doors}) == len(made.doors)


def stacked(folder: Path, stacks: str = STACKS, more: str = "") -> Path:
    """The plan with a stack for each column in place of rows."""
    path = folder / "stacked.toml"
    head = LAYOUT[: LAYOUT.index("rows = [\n")].replace('left_out = [{ what = "screen", columns = [3, 3], rows = [3, 3] }]', more)
    path.write_text(head.replace("doors = 16", "doors = 4") + stacks, "utf-8")
    return path


def test_columns_may_be_stacked_differently(tmp_path: Path) -> None:
    locker = read_locker(stacked(tmp_path))
    doors = {(door.column, door.row): door for door in locker.file.doors}
    assert [(size, count) for size, count in locker.sizes().items()] == [("S", 4), ("M", 2), ("L", 3)]
    assert [doors[3, row].bottom_mm for row in (1, 2)] == [250, 950]
    assert [doors[3, row].handle_mm for row in (1, 2)] == [350, 1100]
    assert [locker.compartments()[number].column for number in range(1, 5)] == [2, 3, 1, 2]


def test_the_picture_has_the_finest_rows_that_all_doors_fit_into(tmp_path: Path) -> None:
    locker = read_locker(stacked(tmp_path))
    grid = locker.grid()
    assert (grid.rows_mm, sum(grid.rows_mm)) == ((150, 50, 100, 100, 150, 150, 300), 1000)
    for cell in grid.cells:
        door = locker.compartments()[cell.number]
        assert sum(grid.rows_mm[: cell.row - 1]) + 250 == door.bottom_mm
        assert sum(grid.rows_mm[cell.row - 1 : cell.row - 1 + cell.span]) == door.height_mm


def test_a_stacked_cabinet_is_described_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = stacked(tmp_path)
    assert main(["describe", str(path)]) == 0
    (tmp_path / "full.toml").write_text(capsys.readouterr().out, "utf-8")
    assert read_locker(tmp_path / "full.toml") == read_locker(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{ what = "screen", mm = 500 }', "{ mm = 500 }", "column 3: a field is either a door with its size or something else"),
        ('{ what = "screen", mm = 500 }', '{ what = "screen", size = "L", mm = 500 }', "column 3: a field is either"),
        ('    [{ size = "L", mm = 300 }, { size = "L", mm = 400 }],\n', "", "front.stacks: 3 stacks for 4 columns"),
        ("stacks = [", 'rows = [{ size = "S", mm = 100 }]\nstacks = [', "front: either rows or stacks"),
        ('{ what = "screen", mm = 500 }', '{ what = "screen", mm = 1000 }, { what = "box", mm = 1000 }', "front: Expected `int` <= 2500"),
    ],
)
def test_a_wrong_stack_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in STACKS
    with pytest.raises(DescriptionWrong) as wrong:
        read_locker(stacked(tmp_path, STACKS.replace(old, new, 1)))
    assert said in str(wrong.value)


def test_a_plan_of_stacks_leaves_nothing_out_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(DescriptionWrong, match="left_out: a stack says itself"):
        read_locker(stacked(tmp_path, more='left_out = [{ what = "box", columns = [1, 1], rows = [1, 1] }]'))


@given(st.text(max_size=200))
def test_any_text_is_a_plan_or_one_named_error(text: str) -> None:
    said = "any: "
    try:
        parse_toml(text, "any", LayoutFile, DescriptionWrong)
    except DescriptionWrong as wrong:
        said = str(wrong)
    assert said.startswith("any: ")


def test_the_text_says_what_the_table_says() -> None:
    file = msgspec.structs.replace(read_locker(HARDWARE / "urzedomat_24.toml").file, title='A "title" with \\ and ż')
    assert parse_toml(toml_text(file, "x"), "x", LockerFile)[0] == file
