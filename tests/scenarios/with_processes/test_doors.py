"""The scenarios of doors, told to the real programs."""

import pytest
from pytest_bdd import scenarios

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

scenarios("../features/doors.feature")
