"""The bench of the large cabinet still runs, with one document; what it measures here is worth nothing."""

from pathlib import Path

import pytest

from tests.micropython.required import require_micropython
from tests.performance import large_cabinets
from tests.screens.shown_page import CHROMIUM

pytestmark = [
    *(pytest.mark.browser, pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]


def test_eight_boards_beside_one(tmp_path: Path) -> None:
    require_micropython()
    coil, sweep, batch = large_cabinets.rows(tmp_path, 1)
    assert (coil.runs, batch.runs) == (1, large_cabinets.BATCH)
    assert all(row.p50_ms and row.p99_ms and 0 < row.p50_ms <= row.p99_ms for row in (coil, sweep, batch))
