"""What more boards cost: the green key with 192 compartments beside 24, the sweep of the bus, and a clerk's batch."""

from contextlib import ExitStack
from pathlib import Path
from time import perf_counter_ns

from tests.performance import parts
from tests.performance.at_the_screen import AT_ONCE, Counter, pins
from tests.performance.bench_tree import COOLDOWN_MS, PULSE_MS
from tests.performance.browser import browser
from tests.performance.rows import COMMAND, Row, percentile

LARGE, SMALL = "urzedomat_192", "urzedomat_24"
WITHIN = 1.2
BATCH = 24
TURN = AT_ONCE
POLL_MS = 300
ONLY = f"{COMMAND} --only cabinets"


def rows(folder: Path, runs: int) -> list[Row]:
    """Both cabinets side by side, served in turns: what else the computer does meets both alike."""
    with ExitStack() as stack:
        chromium = stack.enter_context(browser())
        small, large = (Counter(folder / name, stack, chromium, name, cable=True) for name in (SMALL, LARGE))
        for served in range(0, runs, TURN):
            for counter in (small, large):
                counter.serve(min(TURN, runs - served), after=served)
        large.machine.running.kill()
        states_ms = parts.states_exchange_ms(large.cabinet)
    return [compared(small.coil_ms, large.coil_ms), sweep(states_ms), batch(_batch_ms(folder / "batch"))]


def compared(small_ms: list[float], large_ms: list[float]) -> Row:
    """`green to coil` with 192 compartments on 8 boards against 24 on one."""
    middle, worst = percentile(small_ms, 0.5), percentile(small_ms, 0.99)
    p50, p99 = percentile(large_ms, 0.5), percentile(large_ms, 0.99)
    target = f"at most {WITHIN} x those of 24 compartments in the same run = {WITHIN * middle:.1f} and {WITHIN * worst:.1f} ms"
    note = (
        f"24 compartments on one board, in turns of {TURN} with it: {middle:.2f} and {worst:.2f} ms; both on a line whose cable is a "
        f"process; pulse {PULSE_MS} ms and cool-down {COOLDOWN_MS} ms as above"
    )
    met = p50 <= WITHIN * middle and p99 <= WITHIN * worst
    row = "green to coil, 192 compartments on 8 boards"
    return Row(row, round(p50, 2), round(p99, 2), {}, ONLY, runs=len(large_ms), target=target, met=met, note=note)


def sweep(states_ms: list[float]) -> Row:
    """One board's share of a sweep."""
    p50, p99 = percentile(states_ms, 0.5), percentile(states_ms, 0.99)
    share = 8 * p50 / POLL_MS
    note = f"request and answer with the time of their bytes at 115200 8N1; eight boards every {POLL_MS} ms take {share:.0%} of the line"
    return Row("bus sweep, per board", round(p50, 2), round(p99, 2), {}, ONLY, runs=len(states_ms), note=note)


def batch(times_ms: list[float]) -> Row:
    """A clerk who is never slow."""
    note = (
        f"{BATCH} documents one after another, {sum(times_ms) / 1000:.1f} s together, each from its first order to *stored*; nobody "
        "waits for hands, only for the switch (two readings 50 ms apart, open and shut) and the centre; with the service key, for the "
        "brake of 8 doors a minute would be all that is measured"
    )
    p50, p99 = percentile(times_ms, 0.5), percentile(times_ms, 0.99)
    return Row(f"batch load of {BATCH} documents, each", round(p50, 1), round(p99, 1), {}, ONLY, runs=len(times_ms), note=note)


def _batch_ms(folder: Path) -> list[float]:
    with ExitStack() as stack:
        counter = Counter(folder, stack, stack.enter_context(browser()))
        times: list[float] = []
        for number, pin in enumerate(pins(BATCH)):
            start = perf_counter_ns()
            counter.load(f"batch-{number}", pin)
            times.append((perf_counter_ns() - start) / 1e6)
        return times
