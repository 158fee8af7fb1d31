"""A visitor's hands at the street's page, by touch or by keyboard alone. What they press is found by its visible label or role."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

TABS_MAX = 80
SECOND_LOOK_MS = 500

TOWARDS = """(wanted) => {
    const at = wanted.ownerDocument.activeElement;
    if (at === wanted) return "";
    return at && at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
}"""
"""The key that brings the focus nearer to what is wanted; none when it is there."""

HAS_FOCUS = "(lines) => lines.indexOf(lines[0]?.ownerDocument.activeElement)"


class Hands(Protocol):
    """How somebody presses what they see."""

    def press(self, button: Locator) -> None:
        """Press a button of the street."""
        ...

    def write(self, field: Locator, text: str) -> None:
        """Fill in a field of the street."""
        ...

    def strike(self, key: Locator) -> None:
        """Press what the machine's screen offers."""
        ...

    def choose(self, lines: Locator, index: int) -> None:
        """Choose one of a menu's lines on the machine's screen."""
        ...

    def type(self, digits: str, entered: Callable[[int], Locator]) -> None:
        """Type digits on the machine; `entered` finds what says how many have come."""
        ...


class Touch:
    """Taps and nothing else; a field brings up the device's own keyboard."""

    def __init__(self, machine: FrameLocator) -> None:
        self._machine = machine

    def press(self, button: Locator) -> None:
        button.tap()

    def write(self, field: Locator, text: str) -> None:
        field.tap()
        field.fill(text)

    def strike(self, key: Locator) -> None:
        _until_it_goes(key, key.tap)

    def choose(self, lines: Locator, index: int) -> None:
        lines.nth(index).tap()

    def type(self, digits: str, entered: Callable[[int], Locator]) -> None:
        _one_by_one(digits, entered, lambda digit: self._machine.get_by_role("button", name=digit, exact=True).tap())


class Keyboard:
    """Tab, Enter, the space bar, digits and arrows; no pointer and no shortcut."""

    def __init__(self, page: Page, frame: Locator) -> None:
        self._page = page
        self._frame = frame

    def press(self, button: Locator) -> None:
        expect(button).to_be_enabled()
        self._reach(button)
        self._page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)  # Tab marks what is in the field, so that typing replaces it
        self._page.keyboard.type(text)

    def strike(self, key: Locator) -> None:
        self._reach(self._frame)
        key.wait_for()
        # Enter is the machine's green key wherever the focus rests; any other key is pressed where it stands.
        _until_it_goes(key, lambda: self._page.keyboard.press("Space" if self._reach(key) else "Enter"))

    def choose(self, lines: Locator, index: int) -> None:
        self._reach(self._frame)
        lines.nth(index).wait_for()
        resting = int(lines.evaluate_all(HAS_FOCUS))
        for line in range(resting + 1, index + 1):
            self._page.keyboard.press("ArrowDown")
            expect(lines.nth(line)).to_be_focused()
        self._page.keyboard.press("Enter")

    def type(self, digits: str, entered: Callable[[int], Locator]) -> None:
        self._reach(self._frame)
        _one_by_one(digits, entered, self._page.keyboard.press)

    def _reach(self, wanted: Locator) -> int:
        """Move the focus there; how many keys it took."""
        for tabs in range(TABS_MAX):
            towards = str(wanted.evaluate(TOWARDS))
            if not towards:
                return tabs
            self._page.keyboard.press(towards)
        raise AssertionError(f"{TABS_MAX} tabs do not lead to {wanted}")


def _until_it_goes(key: Locator, strike: Callable[[], None]) -> None:
    """Strike a key that leads to another screen; two quick strikes count as one, so who sees that nothing happened strikes again."""
    strike()
    try:
        key.wait_for(state="hidden", timeout=SECOND_LOOK_MS)
    except Error:
        strike()


def _one_by_one(digits: str, entered: Callable[[int], Locator], strike: Callable[[str], None]) -> None:
    """Strike each digit and see it come; the same one again may be so quick that it counts once, and then people strike it again."""
    for number, digit in enumerate(digits, 1):
        strike(digit)
        if digits[number - 2 : number - 1] != digit:
            entered(number).wait_for()
            continue
        try:
            entered(number).wait_for(timeout=SECOND_LOOK_MS)
        except Error:
            strike(digit)
            entered(number).wait_for()
