"""A real child process: its lines are waited for, never a time; whatever happens, it is ended by the process that was started."""

import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 20.0
PORTS = range(10_000, 32_000)
"""Below those that the system gives to connections: a program that is killed and started again finds its port free."""
NUMBERS = count(os.getpid() * 97)


def free_port() -> int:
    """A TCP port of the loopback that nobody uses at this moment, and no other test process will ask for."""
    while True:
        port = PORTS[next(NUMBERS) % len(PORTS)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Child:
    """Started at once; standard output and standard error are one text."""

    def __init__(
        self,
        command: list[str],
        *,
        more_environment: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        root: Path = ROOT,
        given: int = subprocess.DEVNULL,
    ) -> None:
        """`root` is the source tree that runs, `given` what it reads."""
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(root), **(more_environment or {})}
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self.command = command
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=root,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=before,  # noqa: PLW1509 - a limit of the child must be set in the child
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def lines(self) -> list[str]:
        """Everything it said so far."""
        with self._news:
            return list(self._lines)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def until_line(self, pattern: str, within_s: float = WITHIN_S) -> re.Match[str]:
        """The first line that matches; raises TimeoutError with what it said instead."""

        def found() -> re.Match[str] | None:
            return next((match for line in self._lines if (match := re.search(pattern, line))), None)

        with self._news:
            self._news.wait_for(lambda: self._ended or found() is not None, within_s)
            match = found()
        if match is None:
            raise TimeoutError(f"{self.command[0]} never said {pattern!r} but {self.lines[-20:]}")
        return match

    def ended(self, within_s: float = WITHIN_S) -> int:
        """Its exit status, once it has ended by itself; raises subprocess.TimeoutExpired."""
        status = self.process.wait(within_s)
        self._reader.join(within_s)
        return status

    def kill(self) -> None:
        """SIGKILL, as a power cut; waits until it is gone."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        self._signal(signal.SIGTERM)
        return self.process.returncode

    def _signal(self, number: signal.Signals) -> None:
        if self.running:
            self.process.send_signal(number)
            try:
                self.process.wait(WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        self._reader.join(WITHIN_S)

    def close(self) -> None:
        """End it if it still runs."""
        if self.running:
            self.process.kill()
            self.process.wait()
        self._reader.join(WITHIN_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
