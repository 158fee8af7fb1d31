"""Every scenario with real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd import scenarios

from tests.processes.broker import Broker
from tests.processes.closing import keeping
from tests.scenarios.street_town import StreetTown
from tests.scenarios.town import Town

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

scenarios("features")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One machine of real processes."""
    with keeping() as keep:
        broker = keep(Broker(tmp_path / "broker"))
        broker.start()
        made = StreetTown(tmp_path, broker, keep)
        yield made
        made.close()
