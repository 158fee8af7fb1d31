"""The scenarios of loading, told to the real programs."""

import pytest
from pytest_bdd import scenarios

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

scenarios("../features/loading.feature")
