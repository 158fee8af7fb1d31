"""What the sentences of the scenarios mean, in terms of a town."""

import pytest
from pytest_bdd import given, parsers, then, when

from tests.scenarios.town import PHONE, DeskSaysNo, Town

STRANGER = "512000001"
"""The number that somebody types who has none here."""

TYPING = ("l.pin", "l.grace")
TRIES_MAX = 20
CHECKED = (
    "l.found",
    "l.unsure",
    "l.locked",
    "l.wrong",
    "l.used",
    "l.expired",
    "l.notready",
    "l.office",
    "l.phone",
    "l.opening",
    "l.wrong.phone",
)

SCREENS = {
    "start": ("l.attract",),
    "asks for the PIN": ("l.pin",),
    "asks for the phone number": ("l.phone",),
    "says that the PIN does not match": ("l.wrong", "l.wrong.phone"),
    "says that the PIN has been used": ("l.used",),
    "says that the document will be at the office": ("l.office",),
    "names the compartment": ("l.found",),
    "says take the document": ("l.open",),
    "asks to close the door": ("l.close",),
    "says you can go now": ("l.noclose",),
    "says thank you": ("l.done", "l.done.late"),
    "says that the door did not open": ("l.jam",),
    "asks what is in the compartment": ("l.report",),
    "says that it will be checked": ("l.reported",),
    "asks to put the document in": ("k.load",),
    "asks where the document is": ("k.check",),
    "says saved": ("k.loaded",),
    "says not stored": ("k.failed",),
}
"""What the machine says, in words, and the screens that say so."""


class Story:
    """What one scenario is about so far: `door` is the compartment it last named, `no` why the desk sent no order."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.door = 0
        self.before = 0
        self.no = ""
        self.old_pin = ""
        self.pulses = 0
        self.phones: dict[str, str] = {}

    def go_to_start(self) -> None:
        """Leave whatever is shown, as the next person does."""
        while (screen := str(self.town.shown()["screen"])) != "l.attract":
            self.town.until_key("cancel", "ok")
            keys = self.town.shown()["keys"]
            self.town.press("cancel" if "cancel" in keys and screen != "l.stop" else "ok")

    def register(self, owner: str, phone: str = PHONE) -> None:
        """The desk registers a document."""
        self.town.register(owner, phone)
        self.phones[owner] = phone

    def type_pin(self, pin: str, phone: str) -> None:
        """Begin, if nobody has begun, and type a PIN, after the number where that is asked for."""
        if self.town.shown()["screen"] == "l.attract":
            self.town.press("ok")
            self.town.until(*TYPING, "l.phone")
        if self.town.shown()["screen"] == "l.wrong":
            self.town.press(pin[0])
            if self.town.shown()["screen"] == "l.pin":
                self.town.press(*pin[1:])
                return
        if self.town.shown()["screen"] in ("l.phone", "l.wrong.phone"):
            self.town.press(*phone[-9:], "ok")
        assert self.town.shown()["screen"] in TYPING, self.town.shown()["screen"]
        self.town.press(*pin)

    def enter(self, pin: str, phone: str = STRANGER) -> None:
        """Type a PIN, confirm it and wait for the answer."""
        self.type_pin(pin, phone)
        self.town.press("ok")
        self.town.until(*CHECKED)


@pytest.fixture
def story(town: Town) -> Story:
    """The scenario's own notes."""
    return Story(town)


# --- before ------------------------------------------------------------------------------------------------------------------------------


@given(parsers.parse("a document for {owner} waits in the machine"))
def document_waits(story: Story, owner: str) -> None:
    story.register(owner)
    load(story, owner)


@given(parsers.parse("a document for {owner} waits, whose phone is {phone}"))
def document_of_phone_waits(story: Story, owner: str, phone: str) -> None:
    story.register(owner, phone)
    load(story, owner)


@given(parsers.parse("a document for {owner} is registered"))
def registered(story: Story, owner: str) -> None:
    story.register(owner)


@given(parsers.parse("{owner} has collected the document"))
@when(parsers.parse("{owner} collects the document"))
def collects(story: Story, owner: str) -> None:
    story.go_to_start()
    story.enter(story.town.pin(owner), story.phones[owner])
    story.town.press("ok")
    takes(story, owner)
    story.town.until("l.done", "l.done.late")
    story.go_to_start()


# --- the clerk ---------------------------------------------------------------------------------------------------------------------------


@when(parsers.parse("the clerk loads the document for {owner}"))
def load(story: Story, owner: str) -> None:
    story.town.open_for_loading(owner)
    puts_in(story, owner)
    story.town.press("1")
    story.town.until("k.loaded")
    story.town.press("ok")
    story.town.pin(owner)


@when(parsers.parse("the text message for {owner} has come"))
def text_came(story: Story, owner: str) -> None:
    story.town.pin(owner)


@when(parsers.parse("the clerk has a compartment opened for {owner}"))
def opened_for(story: Story, owner: str) -> None:
    story.town.open_for_loading(owner)
    story.door = int(story.town.shown()["data"]["compartment"])


@when(parsers.parse("the clerk puts the document for {owner} in and closes the door"))
def puts_in(story: Story, owner: str) -> None:
    story.door = int(story.town.shown()["data"]["compartment"])
    story.town.put_in(owner, story.door)
    story.town.push(story.door)
    story.town.until("k.check")


@when("the clerk closes the door with nothing inside")
def closes_empty(story: Story) -> None:
    story.door = int(story.town.shown()["data"]["compartment"])
    story.town.push(story.door)
    story.town.until("k.check")


@when("the clerk says that the compartment is not empty")
def not_empty(story: Story) -> None:
    story.town.press("1")


@when(parsers.parse("the clerk answers {key:d}"))
@when(parsers.parse("{who} presses {key:d}"))
def presses_number(story: Story, key: int) -> None:
    story.town.press(str(key))


@when(parsers.parse("the desk sends the document for {owner} to the machine"))
def sends(story: Story, owner: str) -> None:
    try:
        story.town.send_to_machine(owner)
    except DeskSaysNo as error:
        story.no = str(error)


@when(parsers.parse("the desk says that somebody has looked into compartment {number:d}"))
def released(story: Story, number: int) -> None:
    story.town.release(number)


@when(parsers.parse("the desk says that somebody has looked into the compartment of {owner}"))
def released_of(story: Story, owner: str) -> None:
    story.town.release(story.town.compartment(owner))


@when(parsers.parse("the desk asks for a new PIN for {owner}"))
def asks_for_new_pin(story: Story, owner: str) -> None:
    story.old_pin = story.town.pin(owner)
    story.town.reissue(owner)


@when(parsers.parse("the new text message for {owner} has come"))
def new_text_came(story: Story, owner: str) -> None:
    story.town.until_new_pin(owner, story.old_pin)


@when(parsers.parse("the desk issues a new PIN for {owner}"))
def reissues(story: Story, owner: str) -> None:
    asks_for_new_pin(story, owner)
    new_text_came(story, owner)


# --- the resident ------------------------------------------------------------------------------------------------------------------------


@when(parsers.parse("{owner} types the PIN"))
def types(story: Story, owner: str) -> None:
    story.enter(story.town.pin(owner), story.phones[owner])


@when(parsers.parse("{owner} types half of the PIN"))
def types_half(story: Story, owner: str) -> None:
    story.type_pin(story.town.pin(owner)[:3], story.phones[owner])


@when(parsers.parse("{owner} types half of the phone number"))
def types_half_number(story: Story, owner: str) -> None:
    story.town.press("ok")
    story.town.until("l.phone")
    story.town.press(*story.phones[owner][-9:][:4])


@when(parsers.parse("{thief} types the own number and the PIN of {owner}"))
def types_foreign(story: Story, thief: str, owner: str) -> None:
    story.enter(story.town.pin(owner), story.phones[thief])


@when(parsers.parse("{owner} types the old PIN"))
def types_old(story: Story, owner: str) -> None:
    story.enter(story.old_pin, STRANGER)


@when(parsers.parse("somebody types a PIN that belongs to nobody"))
def types_wrong(story: Story) -> None:
    story.enter("000000")


@when(parsers.parse("somebody types {times:d} wrong PINs"))
def types_many_wrong(story: Story, times: int) -> None:
    for number in range(times):
        story.enter(f"{number:06d}")


@when("somebody types wrong PINs until the number is asked for")
def types_until_stepped_up(story: Story) -> None:
    for number in range(TRIES_MAX):
        story.enter(f"{number:06d}")
        if story.town.shown()["screen"] == "l.phone":
            return
    raise AssertionError("the number was never asked for")


@when("the green key is pressed")
def green(story: Story) -> None:
    shown = story.town.shown()
    story.door = int(shown["data"].get("compartment", 0)) or story.door
    story.pulses = story.town.pulses()
    story.town.press("ok")


@when("the door has opened")
def has_opened(story: Story) -> None:
    story.town.until("l.open")


@when(parsers.parse("{owner} takes the document and closes the door"))
def takes(story: Story, owner: str) -> None:
    story.town.until("l.open", "l.close")
    story.door = int(story.town.shown()["data"]["compartment"])
    story.town.take(owner, story.door)
    story.town.push(story.door)


@when(parsers.parse("{owner} takes the document"))
def takes_only(story: Story, owner: str) -> None:
    story.town.take(owner, story.door)


@when("the door is pushed shut")
def pushed(story: Story) -> None:
    story.town.push(story.door)


@when("the door was seen to close")
def seen_to_close(story: Story) -> None:
    story.town.until_fact("collection.ended")


@when("nobody closes the door")
def nobody_closes(story: Story) -> None:
    story.town.until("l.close")


@when("everybody goes away")
def goes_away(story: Story) -> None:
    story.go_to_start()


# --- trouble -----------------------------------------------------------------------------------------------------------------------------


@when(parsers.parse("somebody breaks the door of {owner} open"))
def forces(story: Story, owner: str) -> None:
    story.door = story.town.compartment(owner)
    story.town.force(story.door)


@given(parsers.parse("the door of {owner} is jammed"))
def jams(story: Story, owner: str) -> None:
    story.town.jam(story.town.compartment(owner))


@when(parsers.parse("the door of {owner} is free again"))
def frees(story: Story, owner: str) -> None:
    story.town.jam(story.town.compartment(owner), jammed=False)


@when("from now on the switch of that door says open")
def switch_stuck(story: Story) -> None:
    story.town.switch_says_open(story.door)


@when("the power fails")
def power_fails(story: Story) -> None:
    story.town.cut_power()


@when("the power comes back")
def power_returns(story: Story) -> None:
    story.town.restore_power()


# --- what must be so ---------------------------------------------------------------------------------------------------------------------


@then(parsers.parse("the machine {says}"))
def machine_says(story: Story, says: str) -> None:
    shown = story.town.until(*SCREENS[says.removeprefix("shows the ")])
    assert shown in SCREENS[says.removeprefix("shows the ")]
    story.door = int(story.town.shown()["data"].get("compartment", 0)) or story.door


@then("the wrong PIN is told as such")
def wrong_told(story: Story) -> None:
    assert story.town.shown()["say"] == "l.phone.last"


@then(parsers.parse("{owner} can still collect the document"))
def can_collect(story: Story, owner: str) -> None:
    collects(story, owner)
    handed = [fact["compartment"] for fact in story.town.facts("document.handed_over")]
    assert handed.count(story.town.compartment(owner)) == 1


@then(parsers.parse("nothing was handed over"))
def nothing_handed_over(story: Story) -> None:
    assert "document.handed_over" not in story.town.kinds()


@then(parsers.parse("one document was handed over"))
def one_handed_over(story: Story) -> None:
    assert story.town.kinds().count("document.handed_over") == 1


@then("nothing was stored")
def nothing_stored(story: Story) -> None:
    assert "deposit.stored" not in story.town.kinds()


@then(parsers.parse("the order to {verb} ends with {end}"))
def order_ends(story: Story, verb: str, end: str) -> None:
    assert story.town.ended(verb) == end


@then(parsers.parse("the desk says no, because {reason}"))
def desk_says_no(story: Story, reason: str) -> None:
    assert story.no == reason


@then(parsers.parse("nobody has got a text message on {phone}"))
def no_text(story: Story, phone: str) -> None:
    story.town.kinds()
    assert story.town.texts(phone) == []


@then(parsers.parse("one text message came to {phone}"))
def one_text(story: Story, phone: str) -> None:
    assert len(story.town.texts(phone)) == 1


@then(parsers.parse("the centre shows the fault {fault}"))
def centre_shows(story: Story, fault: str) -> None:
    story.town.until_fault(fault, story.door)


@then("the compartment takes no documents until somebody has looked")
def quarantined(story: Story) -> None:
    assert story.door in [fact["compartment"] for fact in story.town.facts("compartment.quarantined")]


@then("another compartment opens for the clerk")
def another_opens(story: Story) -> None:
    story.before = story.door
    story.town.until_other(story.before)
    story.door = int(story.town.shown()["data"]["compartment"])


@then("the compartment before takes no documents until somebody has looked")
def quarantined_before(story: Story) -> None:
    assert story.before in [fact["compartment"] for fact in story.town.facts("compartment.quarantined")]


@then("the door stays shut")
def stays_shut(story: Story) -> None:
    assert not story.town.is_open(story.door)


@then("the lock was driven once")
def driven_once(story: Story) -> None:
    assert story.town.pulses() == story.pulses + 1
