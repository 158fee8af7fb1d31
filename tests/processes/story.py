"""The whole story at the street's page, told by what a visitor sees, and what the centre must know of it at the end."""

import re
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.processes.hands import Hands, Keyboard, Touch
from tests.screens.shown_page import chromium
from tests.street.running_street import RunningStreet, running_street

WITHIN_MS = 20_000
PREPARED_MS = 40_000
DESKTOP: ViewportSize = {"width": 1280, "height": 720}
CUTS = ("registered", "loading", "typing", "opened", "done")
BEATS_MAX = 10
LANGUAGES = ("pl", "en")
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
    desk="Panel urzędnika",
    load="Załaduj teraz",
    put="Włóż",
    take="Weź",
    close="Zamknij drzwiczki",
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


class Visitor(msgspec.Struct, frozen=True):
    """Somebody at the street's page."""

    street: RunningStreet
    page: Page
    touch: bool
    lang: str


@contextmanager
def a_street_with_a_browser(folder: Path) -> Generator[tuple[RunningStreet, Browser]]:
    """One street for several visitors, one after the other."""
    with running_street(folder) as street, chromium() as browser:
        yield street, browser


@contextmanager
def a_visitor(street: RunningStreet, browser: Browser, *, touch: bool, lang: str) -> Generator[Visitor]:
    """Somebody who has opened the page; the first text message of the day has come."""
    context = browser.new_context(viewport=DESKTOP, has_touch=touch, reduced_motion="reduce")
    context.set_default_timeout(WITHIN_MS)
    page = context.new_page()
    page.goto(f"{street.address}/?lang={lang}")
    page.get_by_role("log", name=LABELS[lang].inbox).get_by_text("PIN:").first.wait_for(timeout=PREPARED_MS)
    yield Visitor(street, page, touch, lang)
    context.close()


class Story:
    """One document, from the clerk's desk to the resident's hand, as one visitor tells it."""

    def __init__(self, visitor: Visitor, cut: str) -> None:
        page, lang = visitor.page, visitor.lang
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
        self._hands: Hands = Touch(self._screen) if visitor.touch else Keyboard(page, frame)

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
        mine = phone.get_by_role("article").filter(has_text=f"{self._street.to} {self._phone}")
        return mine.filter(has_text="PIN:")  # another one says that the document was collected


def day_until_collected(centre: str, deposit: str) -> list[dict[str, Any]]:
    """Everything that the centre was told until it heard that this collection has ended, each with its `kind` and `seq`."""
    facts: list[dict[str, Any]] = []
    with httpx.stream("GET", f"{centre}/api/v1/events", params={"after": 0}, trust_env=False) as events:
        idle = 0
        for line in events.iter_lines():
            idle += line == "event: beat"
            if idle > BEATS_MAX:
                break
            told: dict[str, Any] = msgspec.json.decode(line.removeprefix("data:")) if line.startswith("data:") else {}
            if "entry" in told:
                facts.append({**told["entry"]["fact"], "seq": told["seq"]})
                if (facts[-1]["kind"], facts[-1].get("deposit")) == ("collection.ended", deposit):
                    return facts
    raise AssertionError(f"the centre never heard of the end of {deposit}")


def deposit_of(case: str, centre: str) -> dict[str, Any]:
    """The one deposit of a case at the centre."""
    deposits = httpx.get(f"{centre}/api/v1/deposits", trust_env=False).json()
    (deposit,) = [one for one in deposits if one["case"] == case]
    return deposit


def one_document_one_opening_one_message(visitor: Visitor, cut: str) -> None:
    """Tell the story with this cut, and ask the centre what it knows of it."""
    story = Story(visitor, cut)
    story.tell()
    centre = visitor.street.said[1].removeprefix("dashboard: ")
    deposit = deposit_of(story.case, centre)
    assert (deposit["state"], deposit["sms"]) == ("collected", "accepted")
    facts = day_until_collected(centre, deposit["key"])
    mine = Counter(fact["kind"] for fact in facts if fact.get("deposit") == deposit["key"])
    assert (mine["deposit.stored"], mine["document.handed_over"], mine["collection.ended"]) == (1, 1, 1)
    stored = next(fact["seq"] for fact in facts if fact["kind"] == "deposit.stored" and fact["deposit"] == deposit["key"])
    openings = [(fact["compartment"], fact["cause"]) for fact in facts if fact["kind"] == "door.opened" and fact["seq"] > stored]
    assert openings == [(deposit["compartment"], "collection")]
    kinds = Counter(fact["kind"] for fact in facts)
    causes = Counter(fact["cause"] for fact in facts if fact["kind"] == "door.opened")
    assert causes == {"deposit": kinds["deposit.stored"], "collection": kinds["document.handed_over"]}
    pulses = Counter(fact["wish"] for fact in facts if fact["kind"] == "door.pulsed")
    assert set(pulses.values()) == {1}
