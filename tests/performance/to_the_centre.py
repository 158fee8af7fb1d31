"""Facts on their way: machine → Mosquitto → committed at the centre → acknowledged; and the storm's pace."""

import re
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter_ns

from contracts.topics import Ack, FactBatch, decode, down, up
from tests.performance.long_journal import write_journal
from tests.performance.rows import COMMAND, Row, measured, percentile
from tests.processes.broker import Broker
from tests.processes.centre import CentreProcess
from tests.processes.child import ROOT, Child
from tests.processes.machine import MACHINE, Machine
from tests.processes.provider import Provider
from tests.processes.wire import Wire

FACTS = 20_000
STORM_SEEDS = 20
STORM_WITHIN_S = 600.0


def fact_rows(folder: Path) -> list[Row]:
    """A machine that was away brings a prepared journal; time runs from its first batch to the acknowledgement of the last fact."""
    with ExitStack() as stack:
        broker = stack.enter_context(closing(Broker(folder / "broker")))
        broker.start()
        provider = stack.enter_context(closing(Provider()))
        centre = stack.enter_context(closing(CentreProcess(folder / "centre", broker.port, provider.url)))
        machine = stack.enter_context(closing(Machine(folder / "machine", "socket://127.0.0.1:9", broker.port, keys=centre.keys)))
        write_journal(machine.folder / "data" / "journal.db", FACTS)
        wire = stack.enter_context(closing(Wire(broker.port, up(MACHINE, "facts"), down(MACHINE, "ack"))))
        centre.start()
        machine.start()
        first_ns, last_ns, waits_ms = _watched(wire)
    seconds = (last_ns - first_ns) / 1e9
    note = f"{FACTS} facts in {seconds:.2f} s; commit (SQLite, WAL, FULL) before each acknowledgement; a window of 500 facts"
    rate = measured("facts machine to acknowledged", FACTS / seconds, "per second", "facts", note=note)
    wait = Row(
        "batch of facts to its acknowledgement", round(percentile(waits_ms, 0.5), 2), round(percentile(waits_ms, 0.99), 2), {},
        f"{COMMAND} --only facts", runs=len(waits_ms), note="in that flood, up to five batches of 100 on the way at once",
    )  # fmt: skip
    return [rate, wait]


def _watched(wire: Wire) -> tuple[int, int, list[float]]:
    """When the first batch and the last acknowledgement passed the broker, and how long each batch waited for its own."""
    first_ns, sent = 0, dict[int, int]()
    waits_ms: list[float] = []
    after = 0
    while after < FACTS:
        topic, payload, _ = wire.next()
        now_ns = perf_counter_ns()
        if topic == up(MACHINE, "facts"):
            first_ns = first_ns or now_ns
            batch = decode(payload, FactBatch)
            found = re.search(rb'"seq":(\d+)', bytes(batch.facts[-1]))
            assert found is not None
            sent.setdefault(int(found[1]), now_ns)
        elif first_ns:
            after = decode(payload, Ack).upto
            waits_ms += [(now_ns - sent.pop(upto)) / 1e6 for upto in sorted(sent) if upto <= after]
    return first_ns, perf_counter_ns(), waits_ms


def storm_rows() -> list[Row]:
    """The pace of the deterministic world, as the storm itself says it."""
    child = Child([sys.executable, "-m", "sim", "storm", "--seeds", str(STORM_SEEDS)], root=ROOT)
    with closing(child):
        pace = child.until_line(r"^storm: \d+ seeds, \d+ violations, ([\d.,]+) virtual seconds per second", STORM_WITHIN_S)[1]
        child.ended()
    return [measured("storm", float(pace.replace(",", "")), "virtual seconds per second", "storm", note=f"{STORM_SEEDS} seeds")]
