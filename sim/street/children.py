"""The real programs of the street as child processes: started, killed, started again, and never left behind."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
STOP_WITHIN_S = 4.0
AGAIN_S = 1.0
_libc = ctypes.CDLL(None)


class ChildFailed(RuntimeError):
    """A program ended by itself while the street was being set up; holds the last line it said."""


class Child:
    """One program; while it is wanted it is started again when it ends by itself, as a service unit would do.

    `changed` is called whenever it has started or ended.
    """

    def __init__(
        self, name: str, module: str, settings: Path, log: Path, changed: Callable[[], None], told: Callable[[], bytes] = bytes
    ) -> None:  # fmt: skip
        """`told` is what its standard input begins with at each start."""
        self.name = name
        self.starts = 0
        self._command = (sys.executable, "-m", module, "run", str(settings))
        self._log = log
        self._changed = changed
        self._told = told
        self._process: asyncio.subprocess.Process | None = None
        self._wanted = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """Whether the process exists."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it, unless it runs."""
        self._wanted = True
        if self._watch is None:
            await self._spawn()
            self._watch = asyncio.create_task(self._keep())

    async def kill(self) -> None:
        """End it at once, in the middle of whatever it does (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        await self._end(signal.SIGTERM)

    def tell(self, line: bytes) -> None:
        """Say something on its standard input, if it runs."""
        if self.running and self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(line)

    def last_words(self) -> str:
        """The last line it wrote."""
        try:
            lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""

    async def _end(self, number: signal.Signals) -> None:
        self._wanted = False
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(number)
            try:
                await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._changed()

    async def _spawn(self) -> None:
        parent = os.getpid()

        def with_parent() -> None:
            # Whatever becomes of the street, even a SIGKILL: its children go with it.
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT, start_new_session=True,
                preexec_fn=with_parent,
            )  # fmt: skip
        self.tell(self._told())
        self.starts += 1
        self._changed()

    async def _keep(self) -> None:
        while self._wanted:
            assert self._process is not None
            await self._process.wait()
            self._changed()
            await asyncio.sleep(AGAIN_S)
            await self._spawn()
