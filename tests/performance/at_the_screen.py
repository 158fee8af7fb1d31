"""The two paths a resident waits for, on real parts: Chromium, controller, Mosquitto, MicroPython behind a pty."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter_ns

import msgspec
from playwright.sync_api import Browser

from contracts.screen_messages import ScreenMessage
from controller.kiosk.rendering import Look, render
from tests.performance import parts
from tests.performance.bench_tree import COOLDOWN_MS, PULSE_MS, make_tree
from tests.performance.browser import TimedPage, browser
from tests.performance.rows import Row, timed
from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.machine import MACHINE, Machine
from tests.processes.page import Page
from tests.processes.wire import PaperCentre

AT_ONCE = 18


class Counter:
    """One machine with clerk, resident and stopwatch; `cable`: even a single board hangs on the line that several share."""

    def __init__(self, folder: Path, stack: ExitStack, chromium: Browser, hardware: str = "urzedomat_24", cable: bool = False) -> None:
        self._tree, locker = make_tree(folder / "tree", hardware)
        broker = stack.enter_context(closing(Broker(folder / "broker")))
        broker.start()
        self.cabinet = stack.enter_context(closing(Cabinet(folder / "board", locker, cable)))
        self.cabinet.without_brake()
        self.unlock_ms = parts.unlock_exchange_ms(self.cabinet)
        port, more = self.cabinet.port, f'hardware = "{hardware}"\n'
        self.machine = stack.enter_context(closing(Machine(folder / "machine", port, broker.port, root=self._tree, more=more)))
        self.centre = stack.enter_context(closing(PaperCentre(broker.port, MACHINE, self.machine.keys)))
        self.machine.start()
        self.clerk: Page = stack.enter_context(self.machine.page())
        self.clerk.until("l.attract")
        self.centre.until(lambda: self.centre.report is not None and all(one.door == "closed" for one in self.centre.report.compartments))
        self.socket_ms = parts.socket_turn_ms(self.clerk)
        self.resident = TimedPage(chromium, self.machine.screen_port)
        self.pin_ms: list[float] = []
        self.coil_ms: list[float] = []
        self.html: dict[str, str] = {}

    def load(self, deposit: str, pin: str) -> None:
        """A clerk puts a document in."""
        self.clerk.until("l.attract")
        pulses = len(self.cabinet.look())
        self.centre.pin(deposit, pin)
        while not self._taken(deposit):
            before = self.centre.reports
            self.centre.until(lambda: self.centre.reports > before)  # noqa: B023 - called at once
        self.cabinet.until_pulse(pulses)
        self.clerk.until("k.opening", "k.load")
        place = int(self.clerk.message["data"]["compartment"])
        self.cabinet.open(place)
        self.clerk.until("k.load")
        self.cabinet.shut(place)
        self.clerk.until("k.check")
        self.clerk.press("1")
        self.clerk.until("k.loaded")
        self.clerk.press("ok")

    def _taken(self, deposit: str) -> bool:
        """Whether the machine has a compartment for it; it has none while a board is silent."""
        order, _ = self.centre.load(deposit)
        self.centre.until(lambda: any(answer.order == order for answer in self.centre.answers))
        return not self.centre.ends_of(order)

    def collect(self, pin: str) -> None:
        """A resident collects it; two times are taken."""
        self.clerk.until("l.attract")
        self.resident.until("l.attract")
        self.resident.press("ok", "l.pin")
        self.resident.type(pin)
        self.pin_ms.append(self.resident.press("ok", "l.found"))
        self.clerk.until("l.found")
        self.html["l.found"] = self.rendered()
        place = int(self.clerk.message["data"]["compartment"])
        pulses = len(self.cabinet.look())
        self.resident.strike("ok")
        self.cabinet.until_pulse(pulses)
        self.cabinet.open(place)
        self.coil_ms.append((self.cabinet.on_us - self.resident.struck_us()) / 1000 + parts.LINE_MS)
        self.clerk.until("l.open")
        self.cabinet.shut(place)
        self.resident.until("l.done")
        self.resident.press("ok", "l.attract")

    def serve(self, runs: int, after: int = 0) -> None:
        """So many documents come and go; `after` so many others."""
        drawn = list(pins(after + runs))
        for first in range(after, after + runs, AT_ONCE):
            batch = range(first, min(first + AT_ONCE, after + runs))
            for number in batch:
                self.load(f"dep-{number}", drawn[number])
            for number in batch:
                self.collect(drawn[number])

    def rendered(self) -> str:
        """The HTML of the screen shown now."""
        return render(self._message(), Look("Poznań"))

    def _message(self) -> ScreenMessage:
        return msgspec.convert(self.clerk.message, ScreenMessage)

    def paint_ms(self, runs: int = 100) -> list[float]:
        """Painting the PIN screen's successor, over and over."""
        return self.resident.paint_ms([self.html["l.found"], "<h1>…</h1>"], runs)

    def render_ms(self, runs: int = 200) -> list[float]:
        """Making the HTML of the cabinet screen once more."""
        message, times = self._message(), list[float]()
        for _ in range(runs):
            start = perf_counter_ns()
            render(message, Look("Poznań"))
            times.append((perf_counter_ns() - start) / 1e6)
        return times


def pins(runs: int) -> Iterator[str]:
    """Different PINs of different digits: a keypad swallows the same digit twice within 150 ms."""
    dice, seen = Random(1), set[str]()
    while len(seen) < runs:
        pin = "".join(dice.sample("0123456789", 6))
        if pin not in seen:
            seen.add(pin)
            yield pin


def rows(folder: Path, runs: int) -> list[Row]:
    """`pin ok to door found` and `green to coil`, so many documents each."""
    commits_ms = parts.commit_ms(folder)
    with ExitStack() as stack:
        counter = Counter(folder, stack, stack.enter_context(browser()))
        counter.serve(runs)
        paint_ms = median(counter.paint_ms())
    commit_ms = median([*commits_ms, *parts.commit_ms(folder)])  # before and after: a disk has its moods
    socket_ms = median(counter.socket_ms)
    found = {"two commits": 2 * commit_ms, "turn over the WebSocket": socket_ms, "painted": paint_ms}
    coil = {
        "commit": commit_ms,
        "turn over the WebSocket": socket_ms,
        "unlock on the pty": median(counter.unlock_ms),
        "line": parts.LINE_MS,
    }
    shorter = f"pulse {PULSE_MS} ms and cool-down {COOLDOWN_MS} ms in the bench's description, so that all runs fit into minutes"
    frame = "the wait for one of 60 frames a second is in it"
    line = f"the {parts.UNLOCK_BYTES} bytes of the request at 115200 8N1 are added as {parts.LINE_MS:.2f} ms, for a pty has no pace"
    return [
        timed("pin ok to door found", counter.pin_ms, found, "screen", f"{frame}; {shorter}"),
        timed("green to coil", counter.coil_ms, coil, "screen", f"{line}; {shorter}"),
    ]
