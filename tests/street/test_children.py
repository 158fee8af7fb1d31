"""Child processes are killed, started again and never left behind."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sim.street.children import Child

pytestmark = pytest.mark.process
PROGRAM = "tests.street.patient_program"
DEADLINE_S = 20

PARENT = f"""
import asyncio, pathlib, sys
from sim.street.children import Child
async def main():
    folder = pathlib.Path(sys.argv[1])
    child = Child("child", "{PROGRAM}", folder / "settings", folder / "log", lambda: None)
    await child.start()
    print(child.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


class Watched:
    """A child and the waiting for its changes."""

    def __init__(self, folder: Path, words: str = "") -> None:
        (folder / "settings").write_text(words, "utf-8")
        self._changed = asyncio.Event()
        self.child = Child("child", PROGRAM, folder / "settings", folder / "log", self._changed.set)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()


def run(scene: Awaitable[None]) -> None:
    async def play() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await scene

    asyncio.run(play())


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_it_ends_when_asked_and_starts_again(tmp_path: Path, end: str) -> None:
    async def scene() -> None:
        child = Watched(tmp_path).child
        await child.start()
        first = child.pid
        await (child.kill() if end == "kill" else child.stop())
        assert not child.running
        await child.start()
        assert child.pid not in {None, first}
        assert child.starts == 2
        await child.stop()
        assert child.pid is None

    run(scene())


def test_one_that_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    async def scene() -> None:
        watched = Watched(tmp_path, "no such site")
        await watched.child.start()
        await watched.until(lambda: watched.child.starts >= 2)
        assert watched.child.last_words() == "no such site"
        await watched.child.stop()

    run(scene())


def test_it_does_not_outlive_a_street_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("", "utf-8")
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        assert select.select([child], [], [], DEADLINE_S)[0] == [child]
        os.close(child)
