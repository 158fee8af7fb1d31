"""A lock board as a process: the real firmware on the real MicroPython unix port, behind a pty, with simulated wiring and doors."""

import json
import os
import pty
import signal
import subprocess
import termios
import tty
from pathlib import Path
from typing import Any

from contracts.board_descriptions import LockBoard, read_lock_board
from contracts.board_module import MODULE, board_module

ROOT = Path(__file__).resolve().parent.parent.parent
MICROPYTHON = ROOT / ".tools" / "micropython" / "micropython"
DESCRIPTION = ROOT / "hardware" / "lock_board_rev_b.toml"
SHADOW = ROOT / "tests" / "firmware" / "shadow"


def micropython_environment(build: Path) -> dict[str, str]:
    """Where MicroPython finds the generated description, the shadowed machine, and the repository."""
    return {**os.environ, "MICROPYPATH": f"{build}:{SHADOW}:{ROOT}:.frozen"}


def write_description(build: Path, board: LockBoard) -> None:
    """Puts board_description.py where MicroPython will find it."""
    build.mkdir(parents=True, exist_ok=True)
    (build / f"{MODULE}.py").write_text(board_module(board), "utf-8")


class MicroPythonBoard:
    """Start it, open `port` (a pty path) as the bus; `flash` is its flash directory and survives stop and start.

    `truth` is the file descriptor of a pipe with one JSON line for each change: {"coil": 3 | null, "us": wall clock} or
    {"door": 3, "closed": false, "us": ...}. A closed, free door springs open by itself; see tests/firmware/shadow/machine.py.
    """

    def __init__(self, flash: Path, board: LockBoard | None = None, address: int = 0) -> None:
        self.flash = flash
        self.port = ""
        self.truth = -1
        self.pid = 0
        self._board = board or read_lock_board(DESCRIPTION)
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None
        self._control = -1
        self._open: list[int] = []
        self._partial = b""

    def start(self) -> None:
        """Power on and wait for its first turn; FileNotFoundError when MicroPython is not there, ChildProcessError when it ends at once."""
        if not MICROPYTHON.exists():
            raise FileNotFoundError(f"{MICROPYTHON}: run `make micropython`")
        build = self.flash / "build"
        write_description(build, self._board)
        if not self.port:
            self._open_line()
        termios.tcflush(self._line, termios.TCIOFLUSH)  # what was said to a dead board is gone
        truth, truth_end = os.pipe()
        control_end, control = os.pipe()
        os.set_blocking(control_end, False)
        ends = (self._line, truth_end, control_end)
        command = [str(MICROPYTHON), "-m", "firmware.main", *(str(end) for end in ends), str(self._address)]
        environment = micropython_environment(build)
        self._process = subprocess.Popen(command, cwd=self.flash, env=environment, pass_fds=ends, stdin=subprocess.DEVNULL)
        os.close(truth_end)
        os.close(control_end)
        self.truth, self._control, self.pid, self._partial = truth, control, self._process.pid, b""
        if not self.read_truth():
            raise ChildProcessError(f"the board's firmware ended with status {self._process.wait()}")

    def stop(self) -> None:
        """Power off at once, as a cut; the port stays. Idempotent."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            os.close(self.truth)
            os.close(self._control)
            self._process, self.truth, self._control = None, -1, -1

    def close(self) -> None:
        """Power off and take the port away."""
        self.stop()
        while self._open:
            os.close(self._open.pop())
        self.port = ""

    def door(self, channel: int, closed: bool) -> None:
        """Moves a door by hand."""
        self.tell(f"door {channel} {'closed' if closed else 'open'}")

    def tell(self, line: str) -> None:
        """One control line: `jam 3`, `free 3`, `key on`, `spring off`, `door 3 open`."""
        os.write(self._control, line.encode() + b"\n")

    def read_truth(self) -> list[dict[str, Any]]:
        """The next lines of truth, waiting for at least one; empty when the board is off."""
        data = os.read(self.truth, 65536)
        *lines, self._partial = (self._partial + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def _open_line(self) -> None:
        """The firmware gets the pty's master end. We keep the other end open, or a host that closes would hang the line up."""
        self._line, other = pty.openpty()
        tty.setraw(other)
        os.set_blocking(self._line, False)
        self._open = [self._line, other]
        self.port = os.ttyname(other)
