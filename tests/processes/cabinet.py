"""A locker's boards on the real MicroPython, and what really happened to their coils and doors."""

import os
import pty
import select
import subprocess
import sys
import tty
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from contracts.descriptions import Locker, read_locker
from tests.micropython.board_process import ROOT, MicroPythonBoard
from tests.micropython.required import require_micropython
from tests.processes.child import WITHIN_S

LOCKER = read_locker(ROOT / "hardware" / "urzedomat_24.toml")


class Cabinet:
    """Doors by compartment number; `pulses` are the channels whose coil went on, in order.

    Several boards share a line, whose cable is a process; `cable` gives it to a single board as well.
    """

    def __init__(self, folder: Path, locker: Locker = LOCKER, cable: bool = False) -> None:
        require_micropython()
        folder.mkdir(parents=True, exist_ok=True)
        self._locker = locker
        self.boards = {address: MicroPythonBoard(folder / str(address), board, address) for address, board in locker.boards.items()}
        for board in self.boards.values():
            board.flash.mkdir(exist_ok=True)
            board.start()
            with suppress(PermissionError):
                # A board has its processor to itself; one that waits for ours answers late.
                os.setpriority(os.PRIO_PROCESS, board.pid, -15)
        self._line = SharedLine(board.port for board in self.boards.values()) if cable or len(self.boards) > 1 else None
        self.pulses: list[int] = []
        self.coil: int | None = None
        self.on_us = 0
        self.closed = dict.fromkeys(locker.compartments(), True)
        self._places = locker.compartments()

    @property
    def channels(self) -> int:
        """How many coils the board has."""
        return self._locker.boards[0].file.channels

    @property
    def port(self) -> str:
        """The path of the line's pty."""
        return self._line.port if self._line else next(iter(self.boards.values())).port

    def without_brake(self) -> None:
        """The service key is turned: no limit on doors per minute."""
        for board in self.boards.values():
            board.tell("key on")

    def until_opened(self, number: int, within_s: float = WITHIN_S) -> None:
        """Wait until this door stands open."""
        self._until(lambda: not self.closed[number], f"door {number} never opened", within_s)

    def until_pulse(self, after: int, within_s: float = WITHIN_S) -> None:
        """Wait until there were more than `after` pulses; one may be over before anybody looks."""
        self._until(lambda: len(self.pulses) > after, f"no coil went on after {after} pulses", within_s)

    def until_coil(self, on: bool, within_s: float = WITHIN_S) -> None:
        """Wait until some coil is on, or all are off; `on_us` is when it went on, in wall clock microseconds."""
        self._until(lambda: (self.coil is not None) == on, f"no coil went {'on' if on else 'off'}", within_s)

    def open(self, number: int) -> None:
        """Open the door by hand."""
        self._door(number, closed=False)

    def jam(self, number: int, jammed: bool) -> None:
        """The door does not spring open any more, or does again."""
        self._tell(number, "jam {}" if jammed else "free {}")

    def switch_says_open(self, number: int) -> None:
        """The door's switch says open, whatever the door does."""
        self._tell(number, "switch {} open")

    def _tell(self, number: int, words: str) -> None:
        place = self._places[number]
        self.boards[place.board].tell(words.format(place.channel))

    def shut(self, number: int) -> None:
        """Push the door, once it stands open and its pulse is over."""
        self.until_opened(number)
        self._until(lambda: self.coil is None, "the coil never went off", WITHIN_S)
        self._door(number, closed=True)
        self._until(lambda: self.closed[number], f"door {number} never closed", WITHIN_S)

    def _door(self, number: int, closed: bool) -> None:
        self.boards[self._places[number].board].door(self._places[number].channel, closed)

    def _until(self, right: Any, else_: str, within_s: float) -> None:
        end = monotonic() + within_s
        while not right():
            if not self._wait(max(0, end - monotonic())):
                raise TimeoutError(else_)

    def look(self) -> list[int]:
        """All pulses so far."""
        while self._wait(0):
            pass
        return self.pulses

    def _wait(self, within_s: float) -> bool:
        """Whether a board has told something meanwhile."""
        told = {board.truth: address for address, board in self.boards.items()}
        readable, _, _ = select.select(list(told), [], [], within_s)
        for end in readable:
            self._take(told[end])
        return bool(readable)

    def _take(self, address: int) -> None:
        for told in self.boards[address].read_truth():
            if "coil" in told:
                self._coil(told["coil"], told["us"])
            if "door" in told and (place := self._locker.at(address, told["door"])) is not None:
                self.closed[place.number] = told["closed"]

    def _coil(self, channel: int | None, us: int) -> None:
        self.coil = channel
        if channel is not None:
            self.pulses.append(channel)
            self.on_us = us

    def close(self) -> None:
        if self._line:
            self._line.close()
        for board in self.boards.values():
            board.close()


class SharedLine:
    """The cable between several boards and whoever opens `port`."""

    def __init__(self, ports: Iterable[str]) -> None:
        self._ends = [os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK) for port in ports]
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self.port = os.ttyname(theirs)
        self._open = [*self._ends, ours, theirs]  # theirs stays open: a host that closes must not hang the line up
        ends = [*self._ends, ours]
        command = [sys.executable, "-m", "tests.micropython.shared_line", *(str(end) for end in ends)]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=ends)

    def close(self) -> None:
        """Take the cable away."""
        self._process.kill()
        self._process.wait()
        while self._open:
            os.close(self._open.pop())
