"""Hypothesis without a stopwatch and without a database: the same examples everywhere, and no test is timed. How tests share workers."""

from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("kiosk", deadline=None, derandomize=True, database=None)
settings.load_profile("kiosk")

LANES = {
    "browser": (
        "test_bench_runs",
        "test_first_sixty_seconds",
        "test_page",
        "test_pages_for_everybody",
        "test_story_by_keyboard",
        "test_story_by_touch",
    ),
    "street": ("test_misdeeds", "test_street", "test_tour"),
}
"""Of these one test runs at a time: two browsers at once, or two streets, are too much for two processors."""


class Lanes(LoadScopeScheduling):
    """A lane is one worker's; everything else goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition(".py::")[0].rpartition("/")[2]
        return next((lane for lane, modules in LANES.items() if module in modules), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes | None:
    """`--dist loadgroup` shares by lanes."""
    return Lanes(config, log) if config.getoption("dist") == "loadgroup" else None
