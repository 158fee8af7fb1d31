"""Every process, port and file descriptor that a test opens is closed at its end, the newest first, whatever happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.broker import Broker
from tests.processes.closing import Keep, keeping


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Closes what it was given."""
    with keeping() as kept:
        yield kept


@pytest.fixture
def broker(tmp_path: Path, keep: Keep) -> Broker:
    """A running Mosquitto."""
    made = keep(Broker(tmp_path / "broker"))
    made.start()
    return made
