"""One controller at rest and at its start: time, memory, processor, wake-ups."""

import os
import shutil
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter_ns

from tests.performance.browser import TimedPage, browser
from tests.performance.long_journal import write_journal
from tests.performance.rows import COMMAND, Row, measured, percentile
from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.child import free_port
from tests.processes.machine import MACHINE, Machine
from tests.processes.page import Page
from tests.processes.wire import PaperCentre

FACTS = 1_009_000
"""A million, and nearly the longest tail behind a snapshot that there can be; each start adds its own fact."""

START_MS_MAX = 2_000
MEMORY_MB_MAX = 60
IDLE_PERCENT_MAX = 0.5
WAKE_UPS_MAX = 8
NOWHERE = "socket://127.0.0.1:9"


def start_rows(folder: Path, runs: int) -> list[Row]:
    """From the first instruction of the process to the first screen on a WebSocket."""
    empty = Machine(folder / "empty", NOWHERE, free_port())
    with closing(empty):
        times = [_start_ms(empty, fresh=True) for _ in range(runs)]
    rows = [_start_row("start to first screen, empty journal", times, "")]
    full = Machine(folder / "full", NOWHERE, free_port())
    with closing(full):
        size = write_journal(full.folder / "data" / "journal.db", FACTS)
        times = [_start_ms(full, fresh=False) for _ in range(runs)]
    note = f"{size / 1e6:.0f} MB, the newest snapshot 9,000 facts old, near the worst there is"
    return [*rows, _start_row("start to first screen, 1,000,000 facts", times, note)]


def _start_row(name: str, times_ms: list[float], note: str) -> Row:
    p50, p99 = round(percentile(times_ms, 0.5), 1), round(percentile(times_ms, 0.99), 1)
    target, command = f"at most {START_MS_MAX} ms", f"{COMMAND} --only start"
    return Row(name, p50, p99, {}, command, runs=len(times_ms), target=target, met=p99 <= START_MS_MAX, note=note)


def _start_ms(machine: Machine, fresh: bool) -> float:
    if fresh:
        shutil.rmtree(machine.folder / "data", ignore_errors=True)
    start = perf_counter_ns()
    machine.start()
    with Page(machine.screen_port) as page:
        took_ms = (perf_counter_ns() - start) / 1e6
        if page.screen != "l.oos":
            raise RuntimeError(f"the first screen is {page.screen}")
    machine.running.kill()
    return took_ms


def rest_rows(folder: Path, seconds: int) -> list[Row]:
    """A machine that nobody uses: one board on its pty, the broker, one page."""
    with ExitStack() as stack:
        broker = stack.enter_context(closing(Broker(folder / "broker")))
        broker.start()
        cabinet = stack.enter_context(closing(Cabinet(folder / "board")))
        machine = stack.enter_context(closing(Machine(folder / "machine", cabinet.port, broker.port, keepalive_s=30)))
        centre = stack.enter_context(closing(PaperCentre(broker.port, MACHINE, machine.keys)))
        machine.start()
        TimedPage(stack.enter_context(browser()), machine.screen_port).until("l.attract")
        centre.until(lambda: centre.report is not None and centre.report.unacknowledged == 0)
        before = _Used(machine.running.process.pid)
        threading.Event().wait(seconds)
        after = _Used(machine.running.process.pid)
        memory = _memory_mb(machine.running.process.pid)
    setting = f"over {seconds} s with one board, the broker and one page"
    busy, wakes = (after.run_ns - before.run_ns) / seconds / 1e7, (after.wakes - before.wakes) / seconds
    own = f"of which its own share (PSS): {memory['Pss']:.1f} MB"
    return [
        measured("resident memory", memory["Rss"], "MB", "rest", at_most=MEMORY_MB_MAX, note=own),
        measured("idle processor", busy, "%", "rest", at_most=IDLE_PERCENT_MAX, note=setting),
        measured("wake-ups", wakes, "per second", "rest", at_most=WAKE_UPS_MAX, note=f"voluntary context switches, {setting}"),
    ]


class _Used:
    """What a process has used of the processor until now, all its threads together."""

    def __init__(self, process: int) -> None:
        self.run_ns = self.wakes = 0
        for thread in os.listdir(f"/proc/{process}/task"):
            about = Path(f"/proc/{process}/task/{thread}")
            self.run_ns += int((about / "schedstat").read_text("ascii").split()[0])
            self.wakes += int((about / "status").read_text("ascii").split("\nvoluntary_ctxt_switches:")[1].split()[0])


def _memory_mb(process: int) -> dict[str, float]:
    lines = [line.split() for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]]
    return {line[0].rstrip(":"): int(line[1]) * 1024 / 1e6 for line in lines}
