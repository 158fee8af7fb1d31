"""The whole story at the street's page, told by what a visitor sees: by touch, by keyboard, in two languages, with the power cut."""

import re
from collections import Counter
from collections.abc import Generator
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.processes.hands import Hands, Keyboard, Touch
from tests.screens.shown_page import CHROMIUM, chromium
from tests.street.running_street import RunningStreet, running_street

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages"),
]
WITHIN_MS = 20_000
PREPARED_MS = 40_000
DESKTOP: ViewportSize = {"width": 1280, "height": 720}
CUTS = ("registered", "loading", "typing", "opened", "done")
NUMBERS = count(1)


class Labels(msgspec.Struct, frozen=True):
    """What is written on the street's page and on the machine's screen in one language."""

    case: str
    phone: str
    register: str
    desk: str
    load: str
    put: str
    take: str
    close: str
    cut: str
    restore: str
    dark: str
    starting: str
    screen: str
    inbox: str
    to: str
    collected: str
    collect: str
    language: str
    languages: str
    put_in: str
    inside: str
    saved: str
    done: str
    pin: str
    entered: str
    next: str
    found: str
    open: str
    take_it: str
    thanks: str


POLISH = Labels(
    case="Numer sprawy",
    phone="Telefon",
    register="Zarejestruj",
    desk="Biurko urzędnika",
    load="Załaduj teraz",
    put="Włóż",
    take="Weź",
    close="Zamknij drzwi",
    cut="Odetnij prąd",
    restore="Włącz prąd",
    dark="Brak prądu",
    starting="Automat wstaje…",
    screen="Ekran automatu",
    inbox="Telefon",
    to="do",
    collected="odebrany",
    collect="Odbierz",
    language="Język",
    languages="Wybierz język",
    put_in="Włóż dokument do skrytki",
    inside="Dokument jest w skrytce",
    saved="Zapisane",
    done="Gotowe",
    pin="Wpisz PIN",
    entered="Wpisano cyfr: {} z 6",
    next="Dalej",
    found="Skrytka",
    open="Otwórz",
    take_it="Weź dokument i zamknij drzwiczki",
    thanks="Dziękujemy. Odebrano o",
)
ENGLISH = Labels(
    case="Case number",
    phone="Phone",
    register="Register",
    desk="Clerk’s desk",
    load="Load now",
    put="Put in",
    take="Take",
    close="Close door",
    cut="Cut power",
    restore="Restore power",
    dark="No power",
    starting="The machine is starting…",
    screen="Machine screen",
    inbox="Phone",
    to="to",
    collected="collected",
    collect="Collect",
    language="Language",
    languages="Choose a language",
    put_in="Put the document in compartment",
    inside="Is the document in compartment",
    saved="Saved",
    done="Done",
    pin="Enter your PIN",
    entered="Digits entered: {} of 6",
    next="Next",
    found="Compartment",
    open="Open",
    take_it="Take the document and close the door",
    thanks="Thank you. Collected at",
)
LABELS = {"pl": POLISH, "en": ENGLISH}
LINES = {"pl": 0, "en": 1}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningStreet]:
    with running_street(tmp_path_factory.mktemp("street")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, touch: bool) -> Generator[Page]:
    context = browser.new_context(viewport=DESKTOP, has_touch=touch, reduced_motion="reduce")
    context.set_default_timeout(WITHIN_MS)
    expect.set_options(timeout=WITHIN_MS)
    yield context.new_page()
    expect.set_options(timeout=None)
    context.close()


class Story:
    """One document, from the clerk's desk to the resident's hand, as one visitor tells it."""

    def __init__(self, page: Page, lang: str, touch: bool, cut: str) -> None:
        self._page = page
        self._lang = lang
        self._cut = cut
        self._street = LABELS[lang]
        self._machine = POLISH
        number = next(NUMBERS)
        self.case = str(26005000 + number)
        self._phone = f"601 777 {number:03}"
        frame = page.get_by_title(self._street.screen)
        self._screen = frame.content_frame
        self._hands: Hands = Touch(self._screen) if touch else Keyboard(page, frame)

    def tell(self) -> None:
        """All of it."""
        self._register()
        self._fuse("registered")
        self._load()
        self._collect(self._message())
        if self._cut == "done":
            self._fuse("done")
        else:
            self._strike(self._machine.done)
        self._at_the_start()
        self._line().get_by_text(self._street.collected, exact=True).wait_for()
        expect(self._messages()).to_have_count(1)

    def _register(self) -> None:
        self._hands.write(self._page.get_by_label(self._street.case, exact=True), self.case)
        self._hands.write(self._page.get_by_role("textbox", name=self._street.phone, exact=True), self._phone)
        self._hands.press(self._page.get_by_role("button", name=self._street.register, exact=True))
        self._line().wait_for()

    def _load(self) -> None:
        """The clerk's part; the machine speaks Polish with the office, whatever language a resident chose before."""
        self._at_the_start()
        self._hands.press(self._line().get_by_role("button", name=self._street.load, exact=True))
        self._heading(self._machine.put_in).wait_for()
        self._fuse("loading")
        self._heading(self._machine.put_in).wait_for()
        self._press(self._street.put)
        self._press(self._street.close)
        self._heading(self._machine.inside).wait_for()
        self._hands.choose(self._menu(), 0)
        self._heading(self._machine.saved).wait_for()
        self._strike(self._machine.done)

    def _message(self) -> str:
        """The PIN of the one text message to this resident."""
        self._messages().wait_for()
        found = re.search(r"PIN: (\d{6})", self._messages().inner_text())
        assert found is not None
        return found[1]

    def _collect(self, pin: str) -> None:
        self._choose_language()
        self._begin()
        if self._cut == "typing":
            self._type(pin[:3])
            self._fuse("typing")
            self._choose_language()
            self._begin()
        self._type(pin)
        self._strike(self._machine.next)
        self._heading(self._machine.found).wait_for()
        self._strike(self._machine.open)
        self._heading(self._machine.take_it).wait_for()
        self._fuse("opened")
        self._heading(self._machine.take_it).wait_for()
        self._press(self._street.take)
        self._press(self._street.close)
        self._heading(self._machine.thanks).wait_for()

    def _begin(self) -> None:
        self._strike(self._machine.collect)
        self._heading(self._machine.pin).wait_for()

    def _type(self, digits: str) -> None:
        self._hands.type(digits, lambda entered: self._screen.get_by_role("img", name=self._machine.entered.format(entered)))

    def _choose_language(self) -> None:
        """The machine starts with Polish; it keeps another language for one visit."""
        self._at_the_start()
        if self._lang != "pl":
            self._strike(POLISH.language)
            self._heading(POLISH.languages).wait_for()
            self._hands.choose(self._menu(), LINES[self._lang])
            self._machine = self._street
            self._screen.get_by_role("button", name=self._machine.collect, exact=True).wait_for()

    def _at_the_start(self) -> None:
        self._machine = POLISH
        self._screen.get_by_role("button", name=POLISH.collect, exact=True).wait_for()

    def _fuse(self, step: str) -> None:
        """Cut the power here, if this is the step to do it at, and wait until the machine is back; it has forgotten the language."""
        if step != self._cut:
            return
        self._press(self._street.cut)
        screen = self._page.get_by_role("region", name=self._street.screen)
        screen.get_by_text(self._street.dark, exact=True).wait_for()
        if self._page.get_by_role("button", name=self._street.restore, exact=True).is_visible():  # else it is back by itself already
            self._press(self._street.restore)
        screen.get_by_text(self._street.dark, exact=True).wait_for(state="hidden")
        screen.get_by_text(self._street.starting, exact=True).wait_for(state="hidden")
        self._machine = POLISH

    def _press(self, label: str) -> None:
        self._hands.press(self._page.get_by_role("button", name=label, exact=True))

    def _strike(self, label: str) -> None:
        self._hands.strike(self._screen.get_by_role("button", name=label, exact=True))

    def _heading(self, text: str) -> Locator:
        return self._screen.get_by_role("heading", name=re.compile(f"^{re.escape(text)}"))

    def _menu(self) -> Locator:
        return self._screen.get_by_role("button", name=re.compile(r"^\d "))

    def _line(self) -> Locator:
        return self._page.get_by_role("region", name=self._street.desk).get_by_role("listitem").filter(has_text=self.case)

    def _messages(self) -> Locator:
        phone = self._page.get_by_role("log", name=self._street.inbox)
        return phone.get_by_role("article").filter(has_text=f"{self._street.to} {self._phone}")


def facts_of_a_whole_day(centre: str) -> list[dict[str, Any]]:
    """Everything the centre has been told, each with its `kind` and `seq`."""
    facts: list[dict[str, Any]] = []
    after = 0
    with httpx.Client(base_url=f"{centre}/api/v1", trust_env=False) as client:
        while (told := client.get("/facts", params={"after": after, "limit": 1000}).json())["facts"]:
            facts += [{**one["entry"]["fact"], "seq": one["seq"]} for one in told["facts"]]
            after = told["next"]
    return facts


def what_became_of(case: str, centre: str) -> dict[str, Any]:
    """The one deposit of a case at the centre."""
    deposits = httpx.get(f"{centre}/api/v1/deposits", trust_env=False).json()
    (deposit,) = [one for one in deposits if one["case"] == case]
    return deposit


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("touch", [True, False], ids=["touch", "keyboard"])
def test_one_document_one_opening_one_message(street: RunningStreet, page: Page, touch: bool, lang: str, cut: str) -> None:
    page.goto(f"{street.address}/?lang={lang}")
    expect(page.get_by_role("log", name=LABELS[lang].inbox).get_by_text("PIN:").first).to_be_visible(timeout=PREPARED_MS)
    story = Story(page, lang, touch, cut)
    story.tell()
    centre = street.said[1].removeprefix("dashboard: ")
    deposit = what_became_of(story.case, centre)
    assert (deposit["state"], deposit["sms"]) == ("collected", "accepted")
    facts = facts_of_a_whole_day(centre)
    mine = Counter(fact["kind"] for fact in facts if fact.get("deposit") == deposit["key"])
    assert (mine["deposit.stored"], mine["document.handed_over"], mine["collection.ended"]) == (1, 1, 1)
    stored = next(fact["seq"] for fact in facts if fact["kind"] == "deposit.stored" and fact["deposit"] == deposit["key"])
    openings = [fact["cause"] for fact in facts if fact["kind"] == "door.opened" and fact["seq"] > stored]
    assert openings == ["collection"]
    pulses = Counter(fact["wish"] for fact in facts if fact["kind"] == "door.pulsed")
    assert set(pulses.values()) == {1}
