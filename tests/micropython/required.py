"""The real MicroPython: under make it must be there, elsewhere its absence skips with a reason."""

import os

import pytest

from tests.micropython.board_process import MICROPYTHON


def require_micropython() -> None:
    """Fails or skips when the binary is missing."""
    if MICROPYTHON.exists():
        return
    said = "MicroPython is missing: run `make micropython`"
    if "MAKELEVEL" in os.environ:
        pytest.fail(said)
    pytest.skip(said)
