"""The whole story at the street's page by keyboard alone, in two languages, with the power cut at each of five steps."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser

from tests.processes.story import CUTS, LANGUAGES, Visitor, a_street_with_a_browser, a_visitor, one_document_one_opening_one_message
from tests.screens.shown_page import CHROMIUM
from tests.street.running_street import RunningStreet

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[RunningStreet, Browser]]:
    """One street for both visitors."""
    with a_street_with_a_browser(tmp_path_factory.mktemp("street")) as made:
        yield made


@pytest.fixture(scope="module", params=LANGUAGES)
def visitor(request: pytest.FixtureRequest, place: tuple[RunningStreet, Browser]) -> Generator[Visitor]:
    """One visitor after the other."""
    with a_visitor(*place, touch=False, lang=request.param) as come:
        yield come


@pytest.mark.parametrize("cut", CUTS)
def test_one_document_one_opening_one_message(visitor: Visitor, cut: str) -> None:
    one_document_one_opening_one_message(visitor, cut)
