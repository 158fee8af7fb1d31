"""The town of the scenarios that are told to the real programs, one file for each feature so that they run side by side."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.closing import keeping
from tests.scenarios.street_town import StreetTown
from tests.scenarios.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One machine of real processes."""
    with keeping() as keep:
        broker = keep(Broker(tmp_path / "broker"))
        broker.start()
        made = StreetTown(tmp_path, broker, keep)
        yield made
        made.close()
