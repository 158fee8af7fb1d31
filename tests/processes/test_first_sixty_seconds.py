"""What a visitor sees who knows nothing: the page moves by itself, one thing glows, and whoever presses what glows reaches the proof."""

import contextlib
import re
from collections.abc import Generator, Mapping
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Error, Page, expect

from tests.screens.shown_page import CHROMIUM, chromium
from tests.street.running_street import running_street

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]
WITHIN_MS = 20_000
PREPARED_MS = 40_000
PRESS_AGAIN_MS = 3_000
TAP_MS = 3_000
STEPS_MAX = 40

SAYS = {
    "pl": {
        "preparing": "Przygotowujemy ulicę",
        "start": "Na telefon przyszedł PIN.",
        "digit": "Przepisz PIN z telefonu",
        "found": "To Twoja skrytka",
        "take": "Weź dokument.",
        "cut": "A gdyby teraz zabrakło prądu?",
        "proof": "Nic nie przepadło: 1 dokument, 1 otwarcie.",
        "document": "1 dokument",
        "opening": "1 otwarcie",
        "reset": "Od nowa",
        "cabinet": "Szafa",
        "desk": "Panel urzędnika",
        "phone": "Telefon",
        "screen": "Ekran automatu",
    },
    "en": {
        "preparing": "Preparing the street",
        "start": "The PIN has arrived on the phone.",
        "digit": "Copy the PIN from the phone",
        "found": "This is your compartment",
        "take": "Take the document.",
        "cut": "What if the power failed now?",
        "proof": "Nothing was lost: 1 document, 1 opening.",
        "document": "1 document",
        "opening": "1 opening",
        "reset": "Start over",
        "cabinet": "Cabinet",
        "desk": "Clerk’s desk",
        "phone": "Phone",
        "screen": "Machine screen",
    },
}

GLOWS = """(before) => {
    const wide = (look) => look.content !== "none" && look.borderTopColor === "rgb(255, 196, 0)" && parseFloat(look.borderTopWidth) >= 4;
    const ringed = (button) => wide(getComputedStyle(button, "::after")) || parseFloat(getComputedStyle(button).outlineWidth) >= 10;
    const said = document.querySelector("[role=status]").textContent;
    const inside = (place) => place !== document;
    const found = [document, document.querySelector("iframe").contentDocument].flatMap((place) =>
        [...(place?.querySelectorAll("button") ?? [])].map((button, index) => ({ button, said, inside: inside(place), index })))
        .filter(({ button }) => ringed(button)).map(({ button, ...rest }) => rest);
    return found.length && JSON.stringify(found) !== before ? JSON.stringify(found) : "";
}"""
"""What is ringed in yellow now, once it is not what it was before: the sentence, whether it is on the machine's screen, which button."""


@pytest.fixture
def page(tmp_path: Path, lang: str) -> Generator[Page]:
    """The street from its first second, in a window of its own."""
    with running_street(tmp_path / "street") as street, chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 720}, has_touch=True, locale=lang)
        context.set_default_timeout(WITHIN_MS)
        page = context.new_page()
        page.goto(street.address)
        yield page
        context.close()


class Glow(msgspec.Struct, frozen=True):
    """A button that glows while this is said; `inside` the machine's screen or beside it."""

    said: str
    inside: bool
    index: int


class Follower:
    """Presses what glows; knows nothing else."""

    def __init__(self, page: Page, screen: str) -> None:
        self.said: list[str] = []
        self._page = page
        self._screen = page.get_by_title(screen, exact=True).content_frame
        self._seen = ""

    def follow(self, until: str) -> None:
        """Press what glows until this is said; at every step one thing glows."""
        for _ in range(STEPS_MAX):
            (glow,) = self._look()
            self.said.append(glow.said)
            if until in glow.said:
                return
            place = self._screen if glow.inside else self._page
            with contextlib.suppress(Error):  # it may have gone between the look and the tap: then there is something else to see
                place.get_by_role("button", include_hidden=True).nth(glow.index).tap(timeout=TAP_MS)
        raise AssertionError(f"{STEPS_MAX} steps do not lead to {until!r}: {self.said}")

    def _look(self) -> list[Glow]:
        """What glows, as soon as it is something else; after a while the same, for who presses in a hurry is not always heard."""
        try:
            self._seen = str(self._page.wait_for_function(GLOWS, arg=self._seen, timeout=PRESS_AGAIN_MS).json_value())
        except Error:
            try:
                # Nothing glows while the machine, back after the power cut, waits its turn to reach the centre.
                self._seen = str(self._page.wait_for_function(GLOWS, arg="", timeout=PREPARED_MS).json_value())
            except Error:
                there = self._page.get_by_role("status").inner_text(), self._screen.locator("body").inner_text()
                raise AssertionError(f"nothing glows: {there}, after {self.said[-4:]}") from None
        return msgspec.json.decode(self._seen, type=list[Glow])


def scene(page: Page, says: Mapping[str, str]) -> list[str]:
    """What lies where: sentence, hands, phone and desk, without digits and times, which are new every day."""
    page.get_by_role("log", name=says["phone"]).get_by_text("PIN:").wait_for(timeout=PREPARED_MS)
    page.get_by_role("status").get_by_text(says["start"]).wait_for(timeout=PREPARED_MS)
    regions = [page.get_by_role("region", name=says[name]).inner_text() for name in ("cabinet", "phone", "desk")]
    return [re.sub(r"PIN: ?\s*\d{6}|\d\d:\d\d", "", text) for text in (page.get_by_role("status").inner_text(), *regions)]


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_who_presses_what_glows_reaches_the_proof_and_can_begin_again(page: Page, lang: str) -> None:
    says = SAYS[lang]
    first = scene(page, says)
    visitor = Follower(page, says["screen"])
    visitor.follow(says["proof"])
    heard = " ".join(visitor.said)
    assert [name for name in ("start", "digit", "found", "take", "cut", "proof") if says[name] not in heard] == []
    assert sum(says["digit"] in said for said in visitor.said) >= 6
    for name, kind in (("document", "document.handed_over"), ("opening", "door.opened")):
        page.get_by_role("button", name=says[name]).tap()
        expect(page.get_by_text(f'"kind": "{kind}"').filter(visible=True)).to_have_count(1)
    page.get_by_role("button", name=says["reset"]).tap()
    page.get_by_role("status").get_by_text(says["preparing"]).wait_for()
    assert scene(page, says) == first
    Follower(page, says["screen"]).follow(says["found"])
