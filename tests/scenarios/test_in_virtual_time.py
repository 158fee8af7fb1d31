"""Every scenario in virtual time, with the storm's watch over it."""

from collections.abc import Iterator

import pytest
from pytest_bdd import scenarios

from tests.scenarios.town import Town
from tests.scenarios.virtual_town import VirtualTown

scenarios("features")


@pytest.fixture
def town() -> Iterator[Town]:
    """One machine in virtual time."""
    made = VirtualTown()
    yield made
    made.close()
