"""People at the machine: a clerk who loads documents, residents who fetch them, a stranger who guesses.

They know what people know: the screen, the doors they stand before, the text on their phone, the desk's page. Each of them draws from an
own stream, so that one who hesitates longer changes nobody else's mind.
"""

import asyncio
import re
from random import Random

from central.deposits.rules import DeskRefused
from central.phones import dialled
from contracts.screen_messages import ScreenMessage
from sim.documents import Document
from sim.sms_network import SmsNetwork
from sim.storm_centre import CentreAway, StormCentre
from sim.storm_machine import StormMachine

PIN_IN_TEXT = re.compile(r"(?:PIN|Urzedomatu): (\d{6})")
PATIENCE_MS = 90_000
LEFT = "left in the compartment"
WITHDRAWN = "to be collected at the office"
TYPING = ("l.pin", "l.wrong", "l.phone", "l.wrong.phone", "l.grace")
PHONE_DIGITS = 9
NOT_MINE = ("l.opening", "l.open", "l.close", "l.checking", "l.attract", "l.oos", "l.oos.forced", "more_time", "lang")
"""Screens at which it does not matter who has begun."""
WRONG_ALONE = ("l.wrong", "l.phone.last")
"""What is said to a PIN that was typed without a number and is nobody's."""
WAITS_NO_MORE = ("l.jam", "l.unseen", "l.noclose", "l.unsure")
"""Screens after which it takes longer for another reason than what others have typed."""
ANSWERS = {"more_time": "ok", "l.stop": "cancel", "lang": "cancel", "l.report": "3"}
"""What one presses to go on with one's own visit."""


class Person:
    """Somebody who stands at the machine: sees, thinks, presses."""

    def __init__(self, machine: StormMachine, name: str) -> None:
        self.stage = machine.stage
        self.machine = machine
        self.name = name
        self.random: Random = self.stage.stream(f"{machine.name}/{name}")

    async def think(self, from_ms: int = 300, to_ms: int = 1_500) -> None:
        """People take their time."""
        await asyncio.sleep(self.random.randrange(from_ms, to_ms) / 1000)

    def chance(self, probability: float) -> bool:
        """Whether it happens to this person now; nothing odd happens any more once the world has healed."""
        return self.random.random() < probability and not self.stage.healed

    @property
    def screen(self) -> ScreenMessage | None:
        """What the machine shows; nothing while it is dark."""
        return self.machine.screen

    def clear(self) -> None:
        """Leave a screen that somebody else has left half done."""
        if self.screen is None:
            return
        match self.screen.screen:
            case "l.stop":
                self.machine.press("ok")
            case "l.report":
                self.machine.press("3")
            case _ if "cancel" in self.screen.keys:
                self.machine.press("cancel")
            case _ if "ok" in self.screen.keys:
                self.machine.press("ok")
            case _:
                pass

    def shown_compartment(self) -> int:
        """The compartment that the screen names; 0 when it names none."""
        return int(self.screen.data.get("compartment", 0)) if self.screen is not None else 0


class Clerk(Person):
    """Registers the day's documents and loads one after the other."""

    def __init__(self, machine: StormMachine, name: str, centre: StormCentre, documents: list[Document]) -> None:
        super().__init__(machine, name)
        self.centre = centre
        self.documents = documents

    async def live(self) -> None:
        """The clerk's day."""
        for document in self.documents:
            await self.think(200, 4_000)
            await self._register(document)
        for document in self.documents:
            while not document.given_up and not self._is_stored(document):
                await self.think(500, 6_000)
                if await self._held(document):
                    async with self.machine.front:
                        await self._load(document)
                else:
                    await self.think(2_000, 5_000)

    async def _register(self, document: Document) -> None:
        while not document.deposit:
            try:
                document.deposit = await self.centre.ask(
                    lambda centre, now: centre.register(
                        document.case, document.written, self.machine.name, "pl", document.low, "A. Nowak", now
                    )
                )
            except (DeskRefused, CentreAway):
                # Nobody knows whether it was done: the desk's page says.
                await self.think(500, 3_000)
                document.deposit = self.centre.find(document.case) or ""
        self.stage.log(self.name, f"has registered {document.deposit}")

    async def _held(self, document: Document) -> bool:
        row = self.centre.deposit(document.deposit)
        if row is None:
            if self.centre.alive and self.centre.restores:
                document.given_up = "the centre's backup does not know it"
            return False
        return row.state == "held"

    def _is_stored(self, document: Document) -> bool:
        row = self.centre.deposit(document.deposit)
        if row is None:
            if self.centre.restores:
                document.given_up = "the centre's backup does not know it"
            return False
        if row.ended_ms and row.state in ("withdrawn", "cancelled"):
            document.given_up = row.state
        return row.state in ("stored", "told", "collected")

    async def _load(self, document: Document) -> None:
        if document.compartment is not None:
            # It lies behind a closed door, and the machine did not believe it: that is a case for the service key.
            document.given_up = "locked in and not confirmed"
            return
        try:
            await self.centre.ask(lambda centre, now: centre.load(document.deposit, "A. Nowak", now))
        except (DeskRefused, CentreAway):
            return
        until_ms = self.stage.now_ms + PATIENCE_MS
        begun = False
        while self.stage.now_ms < until_ms:
            await self.think(200, 900)
            name = self.screen.screen if self.screen is not None else ""
            if name.startswith("k."):
                begun = True
                until_ms = self.stage.now_ms + PATIENCE_MS
            if begun and self.chance(0.008):
                return  # called away
            if name in ("k.loaded", "k.failed"):
                self.machine.press("ok")
                return
            if begun and name in ("l.attract", "l.oos"):
                return
            await self._do(document, name)

    async def _do(self, document: Document, name: str) -> None:
        number = self.shown_compartment()
        match name:
            case "k.load" if number and self.machine.door_open(number):
                await self._put_in(document, number)
            case "k.load":
                await self.think(2_000, 4_000)
                if self.machine.screen is not None and self.machine.screen.screen == "k.load":
                    self._shut_all()
            case "k.check":
                self._say_where(document, number)
            case "more_time":
                self.machine.press("ok")
            case "l.attract" | "l.oos" | "k.opening" | "":
                pass
            case _:
                self.clear()

    async def _put_in(self, document: Document, number: int) -> None:
        if document.compartment is None and any(each.compartment == number for each in self.documents):
            self.machine.press("1")  # somebody else's document lies there
        elif document.compartment is None and self.chance(0.06):
            self.machine.press("2")
        elif document.compartment is None and not self.chance(0.06):
            document.put_in(self.machine, number)
        await self.think(300, 2_000)
        self.machine.push(number)

    def _say_where(self, document: Document, number: int) -> None:
        if document.compartment == number:
            self.machine.press("1")
        elif document.compartment is None:
            self.machine.press("2")
        else:
            self.machine.press("3")

    def _shut_all(self) -> None:
        for number, door in self.machine.cabinet.doors.items():
            if not door.closed:
                self.machine.push(number)


class Resident(Person):
    """Gets a text message, comes, and takes the document."""

    def __init__(self, machine: StormMachine, name: str, centre: StormCentre, sms: SmsNetwork, document: Document) -> None:
        super().__init__(machine, name)
        self.centre = centre
        self.sms = sms
        self.document = document
        self.typing = ""
        self.tried = False  # what was typed is being compared; the next time it is the right one
        self.begun = False
        self.turned_away = False  # what the phone says is not right any more
        self.own_wrong = 0
        self.nth = 0  # which of the PINs on the phone is believed, the newest first
        self.again = False  # comes back although the document is in this person's hand
        self.since_ms = 0  # since when this person stands here with the right PIN; 0: there is something else to it
        self.before = 0  # the compartment this person was told to open

    async def live(self) -> None:
        """Until the document is in this person's hand, or nobody can give it any more."""
        while not self.document.taken and not self.document.given_up:
            await self.think(1_000, 5_000)
            self.nth += self.turned_away
            pin = self._pin()
            if pin is None or self.turned_away:
                self._gives_up_without_text()
            if pin is None or self.document.given_up:
                continue
            async with self.machine.front:
                await self._visit(pin)
            await self.think(3_000, 15_000)
        pin = self._pin()
        if self.document.taken and pin is not None and self.chance(0.2):
            self.again = True
            async with self.machine.front:
                await self._visit(pin)

    def _is_sure(self, pin: str) -> bool:
        newest = self.typing == pin == next(iter(self._pins()), None)
        return newest and not self.again and not self.document.left_inside

    def _pins(self) -> list[str]:
        """The PINs on the phone, the newest first."""
        texts = reversed(self.sms.on_phone(dialled(self.document.phone)))
        return [found[1] for text in texts if (found := PIN_IN_TEXT.search(text.text))]

    def _pin(self) -> str | None:
        """The newest, and after it did not match the one before: texts overtake each other on their way."""
        pins = self._pins()
        return pins[self.nth % len(pins)] if pins else None

    def _gives_up_without_text(self) -> None:
        if self.document.given_up or not self.document.deposit or not self.stage.healed or not self.centre.alive:
            return
        row = self.centre.deposit(self.document.deposit)
        if self.centre.restores and row is None:
            self.document.given_up = "the centre's backup does not know it"
        elif row is not None and row.ended_ms and row.state != "collected":
            self.document.given_up = row.state
        elif self.centre.listed(self.document.deposit):
            self.document.given_up = "the clerks' list names it"
        elif self.centre.restores and any(idx.startswith(self.document.deposit) for idx in self.sms.undelivered):
            self.document.given_up = "the backup does not know that nothing arrived: the list names it after two days of silence"

    async def _visit(self, pin: str) -> None:
        wrong = self._wrong()
        old = [each for each in self._pins() if each != pin]
        self.typing = self.random.choice([wrong, *old]) if self.chance(0.25) and wrong != pin else pin
        self.before, self.begun = 0, False
        self.since_ms = self.stage.now_ms if self._is_sure(pin) else 0
        idle_until = self.stage.now_ms + PATIENCE_MS
        while self.stage.now_ms < idle_until:
            await self.think(150, 1_200)
            if self.since_ms:
                self.stage.watch.stands(self.document.deposit, self.since_ms)
            if self.before and self.machine.door_open(self.before):
                self.since_ms = 0
                await self._at_open_door()
            elif self.screen is not None and self._press(self.screen, pin):
                return

    def _wrong(self) -> str:
        return "".join(self.random.choice("0123456789") for _ in range(6))

    async def _at_open_door(self) -> None:
        if self.chance(0.04):
            self.document.left_inside = True  # closes on nothing; the way back is open for two minutes
        else:
            self.document.take_out(self.machine, self.before)
        await self.think(*((60_000, 240_000) if self.chance(0.03) else (500, 3_000)))  # some hold it open
        if self.chance(0.08):
            self.before = 0  # goes away and leaves the door open
        else:
            self.machine.push(self.before)

    def _press(self, screen: ScreenMessage, pin: str) -> bool:
        """What this person does on this screen; true when the visit is over."""
        if not self.begun and screen.screen not in NOT_MINE and not screen.screen.startswith("k."):
            self.clear()
            return False
        self.own_wrong += self.tried and screen.screen in ("l.wrong", "l.wrong.phone")
        self.turned_away = screen.screen == "l.locked" or screen.say in WRONG_ALONE or (self.turned_away and screen.screen != "l.found")
        if screen.screen in WAITS_NO_MORE or screen.say in WRONG_ALONE:
            self.since_ms = 0
        match screen.screen:
            case "l.attract":
                if self.document.taken and (not self.again or self.begun):
                    return True
                self.begun = True
                self.machine.press("ok")
            case name if name in TYPING:
                self._at_the_digits(screen, pin)
            case "l.done" | "l.done.late" if "1" in screen.keys and self.chance(0.2):
                self.machine.press("1")
            case "l.found":
                self.before = self.shown_compartment()
                self.machine.press("1" if self.chance(0.02) else "ok")
            case "l.jam" | "l.unseen":
                self._at_jam("1" in screen.keys)
            case "more_time" if not self.begun:
                return True  # somebody else is asked
            case name if name in ANSWERS:
                self.machine.press(ANSWERS[name])
            case "l.opening" | "l.open" | "l.close" | "l.checking":
                self.before = self.shown_compartment() or self.before
                return self.document.taken and screen.screen == "l.open" and self.before == 0
            case _:
                return self._ended(screen)
        return False

    def _at_jam(self, again: bool) -> None:
        if self.chance(0.1 if again else 0.3):
            self.machine.press("2")
        elif again:
            self.machine.press("1")

    def _at_the_digits(self, screen: ScreenMessage, pin: str) -> None:
        if screen.screen in ("l.phone", "l.wrong.phone"):
            self._type_phone(screen)
        else:
            self._type(screen, pin)

    def _type_phone(self, screen: ScreenMessage) -> None:
        filled = 0 if screen.screen == "l.wrong.phone" else int(screen.data.get("filled", 0))
        if filled < PHONE_DIGITS:
            self.machine.press(self.document.phone[-PHONE_DIGITS:][filled])
        elif "ok" in screen.keys:
            self.machine.press("ok")

    def _type(self, screen: ScreenMessage, pin: str) -> None:
        filled = int(screen.data.get("filled", 0))
        if screen.screen == "l.wrong" or self.tried:
            self.typing, self.tried = pin, False
        if screen.screen == "l.grace" and not filled and self.chance(0.2):
            self.typing = self._wrong()
        if filled < len(self.typing):
            self.machine.press(self.typing[filled])
        elif "ok" in screen.keys:
            self.tried = True
            self.machine.press("ok")

    def _ended(self, screen: ScreenMessage) -> bool:
        if screen.screen == "l.locked" and self.own_wrong >= 3 and self.stage.healed:
            self.document.given_up = "this person's own wrong entries pause the number for longer than the world lasts"
        if screen.screen.startswith("k.") or screen.screen in ("l.oos", "l.oos.forced", "l.locked", "l.spent"):
            return True
        if screen.screen in ("l.office", "l.moved", "l.expired.office"):
            self.document.given_up = WITHDRAWN
        if screen.screen == "l.unsure":
            self.document.given_up = "somebody forced the door"
        if screen.screen in ("l.used", "l.reported") and not self.document.taken:
            # Somebody else shut the door before this person reached in, and the way back is over: the hotline helps.
            self.document.left_inside = self.document.left_inside or self.document.compartment in self.machine.shut_by_others
            self.document.given_up = LEFT if self.document.left_inside else "the machine says it was handed over"
        self.machine.press("ok")
        return True


class Stranger(Person):
    """Guesses PINs."""

    number = ""

    async def live(self) -> None:
        """A few bursts of guesses, with one number where a number is asked for."""
        self.number = "".join(self.random.choice("0123456789") for _ in range(PHONE_DIGITS))
        for _ in range(self.random.randint(1, 3)):
            await self.think(5_000, 60_000)
            async with self.machine.front:
                await self._guess(self.random.randint(2, 8))

    async def _guess(self, tries: int) -> None:
        until_ms, done = self.stage.now_ms + 60_000, 0
        while self.stage.now_ms < until_ms and done < tries:
            await self.think(100, 500)
            screen = self.screen
            if screen is None:
                continue
            if screen.screen == "l.attract":
                self.machine.press("ok")
            elif screen.screen in ("l.phone", "l.wrong.phone"):
                self._type_number(screen)
            elif screen.screen in TYPING and int(screen.data.get("filled", 0)) < 6:
                self.machine.press(str(self.random.randrange(10)))
            elif screen.screen in TYPING:
                self.machine.press("ok")
                done += 1
            elif screen.screen == "l.locked":
                self.machine.press("cancel")
                return
            elif not screen.screen.startswith("k.") and "ok" in screen.keys and screen.screen != "l.found":
                self.machine.press("ok")
        while self.screen is not None and self.screen.screen in (*TYPING, "l.stop"):
            # Whoever comes next finds a clean screen.
            self.machine.press("ok" if self.screen.screen == "l.stop" else "cancel")
            await self.think(200, 400)

    def _type_number(self, screen: ScreenMessage) -> None:
        filled = 0 if screen.screen == "l.wrong.phone" else int(screen.data.get("filled", 0))
        self.machine.press("ok" if filled == PHONE_DIGITS else self.number[filled])
