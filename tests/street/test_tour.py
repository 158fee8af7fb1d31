"""The tour of the demo: its tables name every screen that the machine has, and each of them appears to somebody who walks it."""

import contextlib
import re
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from controller.visit.screen_table import LAST, SCREENS
from tests.street import tour_walks
from tests.street.running_street import running_street
from tests.street.walker import Walker

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \|$", re.MULTILINE)
BANNER = "l.offline"
WALKS: tuple[Callable[[Walker], None], ...] = (
    tour_walks.patient_resident,
    tour_walks.open_door,
    tour_walks.trouble,
    tour_walks.guesses_and_time,
    tour_walks.clerk,
)


def told() -> dict[str, str]:
    """Each screen of the tour and how to see it."""
    return dict(ROW.findall(TOUR.read_text("utf-8")))


def test_the_tour_names_every_screen_once_and_shortly() -> None:
    assert set(told()) == {name.removesuffix(LAST) for name in SCREENS} | {BANNER}
    assert len(told()) == len(ROW.findall(TOUR.read_text("utf-8")))
    assert [name for name, how in told().items() if len(how) > 160] == []


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, tuple[Walker, Future[None]]]]:
    """All walks at once, each through a street of its own: most of their time is waiting."""
    walked: dict[str, tuple[Walker, Future[None]]] = {}
    with contextlib.ExitStack() as streets, ThreadPoolExecutor(len(WALKS)) as together:
        for walk in WALKS:
            walker = Walker(streets.enter_context(running_street(tmp_path_factory.mktemp("street"))).address)
            walked[walk.__name__] = (walker, together.submit(walk, walker))
        yield walked


@pytest.mark.process
@pytest.mark.timeout(300)
@pytest.mark.parametrize("walk", [walk.__name__ for walk in WALKS])
def test_the_way_leads_where_the_tour_says(walked: dict[str, tuple[Walker, Future[None]]], walk: str) -> None:
    walked[walk][1].result()


@pytest.mark.process
@pytest.mark.timeout(300)
def test_every_screen_of_the_tour_came_by(walked: dict[str, tuple[Walker, Future[None]]]) -> None:
    seen: set[str] = set()
    for walker, walk in walked.values():
        walk.exception()
        seen |= walker.seen
    assert set(told()) - seen == set()
