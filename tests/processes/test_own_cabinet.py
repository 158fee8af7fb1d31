"""A city's own cabinet: one file beside the site file, two real boards on one line, and a machine that opens the right door."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from contracts.descriptions import read_locker
from tests.contracts.layouts import LAYOUT
from tests.processes.broker import Broker
from tests.processes.cabinet import Cabinet
from tests.processes.machine import MACHINE, Machine
from tests.processes.wire import PaperCentre

pytestmark = [pytest.mark.process, pytest.mark.micropython, pytest.mark.mosquitto]


class Office:
    """The machine on its own cabinet, and the centre on paper."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        broker = stack.enter_context(closing(Broker(folder / "broker")))
        broker.start()
        (folder / "machine").mkdir()
        own = folder / "machine" / "our_31.toml"
        own.write_text(LAYOUT, "utf-8")
        self.locker = read_locker(own)
        self.cabinet = stack.enter_context(closing(Cabinet(folder / "boards", self.locker)))
        port, more = self.cabinet.port, 'hardware = "our_31.toml"\n'
        self.machine = stack.enter_context(closing(Machine(folder / "machine", port, broker.port, more=more)))
        self.centre = stack.enter_context(closing(PaperCentre(broker.port, MACHINE, self.machine.keys)))
        self.machine.start()
        self.centre.until(self._all_closed)

    def _all_closed(self) -> bool:
        report = self.centre.report
        return report is not None and [one.door for one in report.compartments] == ["closed"] * 31


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(tmp_path, stack)


def test_a_document_goes_into_a_cabinet_that_is_one_file(office: Office) -> None:
    with office.machine.page() as clerk:
        clerk.until("l.attract")
        office.centre.pin("dep-1", "482913")
        office.centre.load("dep-1")
        clerk.until("k.load")
        compartment = int(clerk.message["data"]["compartment"])
        office.cabinet.until_opened(compartment)
    assert [number for number, closed in office.cabinet.closed.items() if not closed] == [compartment]
    assert office.cabinet.pulses == [office.locker.compartments()[compartment].channel]
