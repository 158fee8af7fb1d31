"""Descriptions of boards and lockers: what they answer, and every way in which a file can be wrong."""

import re
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.board_descriptions import DescriptionWrong, parse_lock_board, read_board, read_lock_board
from contracts.board_module import board_constants, board_module, main
from contracts.descriptions import read_locker
from tests.contracts.layouts import LAYOUT

HARDWARE = Path(__file__).parents[2] / "hardware"
BOARD_TEXT = (HARDWARE / "lock_board_rev_b.toml").read_text("utf-8")
LOCKER_TEXT = (HARDWARE / "urzedomat_24.toml").read_text("utf-8")
LOCKER = read_locker(HARDWARE / "urzedomat_24.toml")


def test_the_locker_answers_what_is_asked_of_it() -> None:
    compartments = LOCKER.compartments()
    assert list(compartments) == list(range(1, 25))
    assert all(LOCKER.at(door.board, door.channel) == door for door in compartments.values())
    assert LOCKER.at(0, 31) is None
    assert LOCKER.is_low(21)
    assert not LOCKER.is_low(1)
    assert LOCKER.low() == tuple(range(5, 25))


def test_the_grid_is_the_front_of_the_cabinet() -> None:
    grid = LOCKER.grid()
    assert (grid.columns, grid.rows, grid.hinge) == (4, 6, "left")
    assert (len(grid.columns_mm), len(grid.rows_mm)) == (4, 6)
    assert [(cell.number, cell.row, cell.column) for cell in grid.cells[:5]] == [(1, 6, 1), (2, 6, 2), (3, 6, 3), (4, 6, 4), (5, 5, 1)]
    assert len({(cell.row, cell.column) for cell in grid.cells}) == 24


def test_the_hash_is_over_what_the_file_says_not_how() -> None:
    board = read_lock_board(HARDWARE / "lock_board_rev_b.toml")
    assert len(board.hash) == 32
    assert board.bus_hash == board.hash[:8]
    assert parse_lock_board("# a remark\n" + BOARD_TEXT, "b").hash == board.hash
    assert parse_lock_board(BOARD_TEXT.replace("value = 5000", "value = 5001"), "b").hash != board.hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("baud =", "baund =", "unknown key line.baund, nearest known key is baud"),
        ("limits.silence_ms]", "limits.silense_ms]", "unknown key limits.silense_ms, nearest known key is silence_ms"),
        ("value = 1000", "value = 9000", "limits.pulse_ms_max.value: Expected `int` <= 3000"),
        ("value = 1000", 'value = "1000"', "limits.pulse_ms_max.value: Expected `int`, got `str`"),
        ("channels = 24", "", "missing required field `channels`"),
        ("tx_pin = 0", "tx_pin = 1", "pin 1 has two owners: line tx and line rx"),
        ("chips = 3", "chips = 2", "switches.chips"),
        ("none_address = 31", "none_address = 23", "coils.none_address"),
        ("[line]", "[line", "not TOML"),
    ],
)
def test_a_wrong_board_is_named(old: str, new: str, said: str) -> None:
    assert old in BOARD_TEXT
    with pytest.raises(DescriptionWrong, match="a board") as wrong:
        parse_lock_board(BOARD_TEXT.replace(old, new, 1), "a board")
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pulse_ms = 500", "puls_ms = 500", "unknown key lock.puls_ms, nearest known key is pulse_ms"),
        ("handle_mm = 1390", "handel_mm = 1390", "nearest known key is handle_mm"),
        ("pulse_ms = 500", "pulse_ms = 1500", "lock.pulse_ms"),
        ("number = 2\n", "number = 1\n", "doors.number: 1 appears twice"),
        ("channel = 1\n", "channel = 0\n", "doors.channel: 0 of board 0 appears twice"),
        ("channel = 1\n", "channel = 24\n", "doors.channel: door 2 has channel 24 of 24"),
        ("board = 0\n", "board = 1\n", "doors.board: door 1 is on board 1"),
        ("handle_mm = 1390", "handle_mm = 900", "doors.handle_mm: the handle of door 1 is outside its row"),
        ("row = 6", "row = 7", "doors.row: door 1 lies outside the frame"),
        ("column = 1\n", "column = 2\n", "doors.row and doors.column: 6,2 appears twice"),
        ("baud = 115200", "baud = 9600", "bus.baud"),
        ("row = 6\n", "row = 6\nbottom_mm = 1280\n", "doors.bottom_mm and doors.height_mm: door 1 says only one of them"),
        ("row = 6\n", "row = 6\nbottom_mm = 1200\nheight_mm = 220\n", "doors: doors 5 and 1 lie over each other"),
        ("columns_mm = [250, 250, 250, 250]", "columns_mm = [250, 250, 250]", "doors.column: door 4 lies outside the frame"),
        ('description = "lock_board_rev_c"', 'description = "lock_board_rev_x"', "lock_board_rev_x.toml: cannot be read"),
        ('description = "lock_board_rev_c"', 'description = "../etc/x"', "boards[0].description"),
        ("address = 0\n", "address = 16\n", "boards.address: 16 is beyond"),
    ],
)
def test_a_wrong_locker_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in LOCKER_TEXT
    shutil.copy(HARDWARE / "lock_board_rev_c.toml", tmp_path)
    path = tmp_path / "locker.toml"
    path.write_text(LOCKER_TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(DescriptionWrong) as wrong:
        read_locker(path)
    assert said in str(wrong.value)


@given(st.one_of(st.text(max_size=200), st.integers(0, len(BOARD_TEXT)).map(lambda at: BOARD_TEXT[:at])))
def test_any_text_is_a_board_or_one_named_error(text: str) -> None:
    said = "any: "
    try:
        parse_lock_board(text, "any")
    except DescriptionWrong as wrong:
        said = str(wrong)
    assert said.startswith("any: ")


def test_the_module_for_the_board_says_what_the_file_says(tmp_path: Path) -> None:
    board = read_lock_board(HARDWARE / "lock_board_rev_b.toml")
    said: dict[str, object] = {}
    exec(compile(board_module(board), "board_description.py", "exec"), {}, said)
    assert said == board_constants(board)
    assert main([str(HARDWARE / "lock_board_rev_b.toml"), str(tmp_path / "build")]) == 0
    assert (tmp_path / "build" / "board_description.py").read_text("utf-8") == board_module(board)


def test_revision_c_is_revision_b_with_lamps() -> None:
    before, after = (msgspec.to_builtins(read_lock_board(HARDWARE / f"lock_board_rev_{revision}.toml").file) for revision in "bc")
    assert "lamps" not in before
    assert after.pop("lamps") == {
        "chips": 3,
        "data_pin": 17,
        "clock_pin": 18,
        "latch_pin": 19,
        "enable_pin": 20,
        "enable_level": 0,
        "first_in": 23,
        "dimming_hz": 1000,
    }
    assert after == before | {"name": "lock_board_rev_c", "revision": "C"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("first_in = 23", "first_in = 15", "lamps.chips: 3 chips do not light 24 channels in this order"),
        ("enable_pin = 20", "enable_pin = 16", "pin 16 has two owners: service key and lamps enable"),
        ("dimming_hz = 1000", "dimming_hz = 50", "lamps.dimming_hz: Expected `int` >= 200"),
        ("latch_pin = 19", "", "missing required field `latch_pin`"),
    ],
)
def test_lamps_that_cannot_be_are_refused(old: str, new: str, said: str) -> None:
    text = (HARDWARE / "lock_board_rev_c.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(DescriptionWrong, match=re.escape(said)):
        parse_lock_board(text.replace(old, new), "c")


def test_the_types_for_the_board_name_what_the_module_has() -> None:
    stub = (HARDWARE.parent / "firmware" / "board_description.pyi").read_text("utf-8")
    named = [line.split(":")[0] for line in stub.splitlines() if not line.startswith("#")]
    assert named == list(board_constants(read_lock_board(HARDWARE / "lock_board_rev_b.toml")))


def test_the_build_step_called_wrongly_ends_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path / "none.toml"), str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2


@pytest.mark.parametrize("revision", ["b", "c"])
def test_the_pin_table_is_the_description(revision: str) -> None:
    board = read_lock_board(HARDWARE / f"lock_board_rev_{revision}.toml")
    table = (HARDWARE / "pinouts.md").read_text("utf-8").split(f"({board.file.name}.toml`)".replace("(", "(`"))[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| GP")]
    assert rows == [f"| GP{pin} | {what} |" for what, pin in sorted(board.file.pins().items(), key=lambda item: item[1])]


def bought_locker(folder: Path, old: str = "", new: str = "") -> Path:
    """A small locker on one CU16, with one change."""
    text = LAYOUT.replace("lock_board_rev_b", "kerong_cu16").replace("baud = 115200", "baud = 19200")
    assert old in text
    path = folder / "own.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_a_locker_on_bought_boards_names_its_family(tmp_path: Path) -> None:
    locker = read_locker(bought_locker(tmp_path))
    assert (locker.family, locker.boards, list(locker.bought)) == ("cu16", {}, [0, 1])
    assert LOCKER.family == "own"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("address = 1", "address = 10", "boards.address: 10, but cu16 boards have 0 to 9"),
        ("baud = 19200", "baud = 115200", "bus.baud: 115200, but board 0 speaks 19200"),
        ("pulse_ms = 500", "pulse_ms = 400", "lock.pulse_ms: 400, but board 0 is set to 500"),
        (
            '1, description = "kerong_cu16"',
            '1, description = "lock_board_rev_b"',
            "one bus speaks one language, these boards speak cu16 and own",
        ),
        ('1, description = "kerong_cu16"', '1, description = "kerong_cu48"', "these boards speak cu16 and cu48"),
        ("doors = 16", "doors = 17", "boards.doors: 17, but board 0 has 16 channels"),
    ],
)
def test_a_wrong_locker_on_bought_boards_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DescriptionWrong) as wrong:
        read_locker(bought_locker(tmp_path, old, new))
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("channels = 16", "channels = 17", "channels: 17, but cu16 has at most 16"),
        ("pulse_ms = 500 ", "# ", "pulse_ms: say what the board is set to"),
        ("pulse_ms = 500 ", "pulse_ms = 1500 ", "pulse_ms: 1500 is over limits.pulse_ms_max"),
        ('"cu16"', '"modbus"', "pulse_ms: the order carries the pulse, say none"),
        ('"cu16"', '"cu61"', "family"),
        ("closed_level = 1", "closed_level = 2", "closed_level"),
    ],
)
def test_a_wrong_bought_board_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = (HARDWARE / "kerong_cu16.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "kerong_cu16.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DescriptionWrong) as wrong:
        read_board(tmp_path / "kerong_cu16.toml")
    assert said in str(wrong.value)


@pytest.mark.parametrize("key", ["input = 3", "closed_level = 1"])
def test_own_boards_need_no_word_about_switches(key: str, tmp_path: Path) -> None:
    path = tmp_path / "locker.toml"
    path.write_text(LOCKER_TEXT.replace("channel = 3\n", f"channel = 3\n{key}\n", 1), "utf-8")
    with pytest.raises(DescriptionWrong, match=r"door 4: .* are for bought boards|doors\.input: 3 of board 0 appears twice"):
        read_locker(path)
