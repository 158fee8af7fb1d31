"""A visitor who goes a way of their own through a running street, and the screens that came by."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from tests.street.running_street import TAKEN_S, Visitor, shown

Look = dict[str, Any]
WITHIN_S = 40.0
TIMES = 3
WAY = 6
"""So many screens are named when the way is lost."""


class Lost(AssertionError):
    """The way led somewhere else; says what was waited for and what was there."""


class Walker:
    """Presses keys, uses hands and waits for screens; `seen` are those that came by."""

    def __init__(self, address: str) -> None:
        self.seen: set[str] = set()
        self._way: list[str] = []
        self.visitor = Visitor(address, "pl")

    def until(self, what: str, condition: Callable[[Look], bool], within_s: float = WITHIN_S) -> Look:
        """The street once this is so."""
        ends, there = time.monotonic() + within_s, ""
        for now in self.visitor.looks():
            there = f"{now['kiosk']['screen']} {now['guide']['key']} {now['chips']}"
            self._pass_by(now)
            if condition(now):
                return now
            if time.monotonic() > ends:
                break
        raise Lost(f"waited for {what}, there was {there} after {' '.join(self._way[-WAY:])}")

    def _pass_by(self, now: Look) -> None:
        screen = now["kiosk"]["screen"]
        self.seen |= {screen, now["kiosk"]["banner"]}
        self._way += [screen] if self._way[-1:] != [screen] else []

    def see(self, screen: str, within_s: float = WITHIN_S) -> Look:
        """Wait for this screen."""
        return self.until(screen, lambda now: now["kiosk"]["screen"] == screen, within_s)

    def press(self, *keys: str) -> None:
        """Press keys, each once it is active, and wait until the screen has taken it.

        The machine drops a key for a screen that has just gone: then it is pressed again, as a visitor would.
        """
        for key in keys:
            before = shown(self.until(f"key {key}", lambda now, key=key: key in now["kiosk"]["keys"]))
            for _ in range(TIMES):
                self.act(do="key", key=key)
                with contextlib.suppress(Lost):
                    self.until(f"what {key} does", lambda now, before=before: shown(now) != before, TAKEN_S)
                    break
            else:
                raise Lost(f"{key} did nothing on {before[0]}")

    def act(self, **deed: object) -> None:
        """Do one thing that can be done."""
        status, answer = self.visitor.act(**deed)
        if status != 200:
            raise Lost(f"{deed} was refused: {answer}")

    def follow(self, screen: str) -> None:
        """Do what glows until this screen is there."""

        def there(now: Look) -> bool:
            self._pass_by(now)
            return now["kiosk"]["screen"] == screen

        self.visitor.follow(there)

    def register(self, case: str, **more: object) -> str:
        """Register a document and wait until it may be loaded; its key."""
        self.act(do="register", case=case, phone="601 234 123", **more)
        return self.document(case, "held")["key"]

    def document(self, case: str, *states: str) -> Look:
        """The document as the desk shows it, once it is in one of these states."""
        rows: list[Look] = []

        def there(now: Look) -> bool:
            rows[:] = [row for row in now["desk"] if row["case"] == case and row["state"] in states]
            return bool(rows)

        self.until(f"{case} {states}", there)
        return rows[0]

    def pin(self, case: str) -> str:
        """The newest PIN of a document on the phone or on its slip."""
        key = self.document(case, "registered", "held", "loading", "stored", "told")["key"]
        found: list[str] = []

        def there(now: Look) -> bool:
            found[:] = [one["pin"] for one in now["phone"] if one["pin"] and one["deposit"] == key]
            return bool(found)

        self.until(f"a PIN of {case}", there)
        return found[0]

    def enter(self, pin: str) -> None:
        """Type a PIN at the start and confirm it."""
        self.see("l.attract")
        self.press("ok", *pin, "ok")

    def see_one(self, *screens: str) -> str:
        """Wait for one of these screens and say which."""
        return self.until(" or ".join(screens), lambda now: now["kiosk"]["screen"] in screens)["kiosk"]["screen"]

    def load(self, case: str, **more: object) -> None:
        """Register a document and put it into the machine, with the desk's button."""
        self.act(do="load", deposit=self.register(case, **more))
        self.put_in()
        self.press("1")
        self.see("k.loaded")
        self.press("ok")
        self.see("l.attract")

    def put_in(self) -> None:
        """Put the sheet into the compartment that opens, and close it."""
        self.see("k.load")
        self.act(do="put")
        self.act(do="close")
        self.see("k.check")

    def take_out(self) -> None:
        """From the clerk's menu: take out the next document that has to go."""
        self.see("k.menu")
        self.press("2")
        self.see("k.expired")
        self.press("ok")
        self.see("k.take")
        self.act(do="take")
        self.act(do="close")
        self.see("k.taken")

    def ask_in(self) -> str:
        """Draw a one-time code at the desk and press the clerk's key; the code."""
        self.see("l.attract")
        self.act(do="code")
        there = self.until("a code", lambda now: bool(now["code"]) and "0" in now["kiosk"]["keys"])
        self.press("0")
        self.see("k.login")
        return str(there["code"]).replace(" ", "")

    def log_in(self) -> None:
        """Become the clerk at the machine."""
        self.press(*self.ask_in(), "ok")
        self.see("k.menu")
