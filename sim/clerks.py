"""A clerk who works at the machine itself: takes a one-time code from the desk, loads a batch, takes back, audits, errs, walks away."""

from central.deposits.rules import DeskRefused
from contracts.screen_messages import ScreenMessage
from sim.documents import Document
from sim.people import PATIENCE_MS, WITHDRAWN, Clerk, Person
from sim.storm_centre import CentreAway
from sim.storm_machine import StormMachine

ACTOR = "A. Nowak"

VAIN_MAX = 3


class CounterClerk(Clerk):
    """Registers the day's documents at the desk and does everything else in clerk mode."""

    code = ""
    typing = ""
    slip = ""
    inside = False
    audits = False
    took_back = False
    document: Document | None = None
    in_hand = False
    vain = 0
    """`slip` is the code that has served: the paper it is on lies about for whoever finds it."""

    async def live(self) -> None:
        """The clerk's day."""
        for document in self.documents:
            await self.think(200, 4_000)
            await self._register(document)
        while self._has_work():
            await self.think(1_000, 6_000)
            if await self._waiting() or self._to_take_back():
                async with self.machine.front:
                    await self._round()

    def _has_work(self) -> bool:
        return bool(self._to_take_back()) or any(not document.given_up and not document.taken for document in self.documents)

    def _to_take_back(self) -> list[Document]:
        """Documents that wait in the machine for somebody from the office."""
        return [document for document in self.documents if document.given_up == WITHDRAWN and document.compartment is not None]

    async def _waiting(self) -> list[Document]:
        """The documents in this person's hand that the machine knows of."""
        waiting: list[Document] = []
        for document in self.documents:
            if document.given_up or self._is_stored(document) or not await self._held(document):
                continue
            if document.compartment is not None:
                # It lies behind a closed door, and the machine did not believe it: that is a case for the service key.
                document.given_up = "locked in and not confirmed"
                continue
            waiting.append(document)
        return waiting

    async def _round(self) -> None:
        if not (self.code and self.chance(0.2)):  # or tries the code again that is on the slip
            try:
                admitted = await self.centre.ask(
                    lambda centre, now: centre.at_desk(lambda t: centre.machines.admit(t, self.machine.name, ACTOR, now), now)
                )
            except (DeskRefused, CentreAway):
                return
            self.code = admitted.digits
        self.typing = self._mistyped(self.code) if self.chance(0.1) else self.code
        self.inside, self.took_back, self.document, self.in_hand, self.vain = False, False, None, False, 0
        self.audits = self.chance(0.15)
        until_ms = self.stage.now_ms + PATIENCE_MS
        while self.stage.now_ms < until_ms:
            await self.think(200, 900)
            name = self.screen.screen if self.screen is not None else ""
            if name.startswith("k."):
                until_ms = self.stage.now_ms + PATIENCE_MS
            if await self._step(name) or (self.inside and self.chance(0.004)):
                return

    def _mistyped(self, digits: str) -> str:
        return digits[:-1] + str((int(digits[-1]) + 1) % 10)

    async def _step(self, name: str) -> bool:
        """What this person does on this screen; true when the round is over."""
        number = self.shown_compartment()
        match name:
            case "l.attract" | "l.oos":
                return self._outside()
            case "k.login" | "k.scan" | "k.sheet":
                await self._digits(name)
            case "k.menu":
                await self._menu()
            case "k.loaded" | "k.failed":
                self.document = None
                self.machine.press("ok")
            case "k.load" | "k.check" if self.document is not None:
                await self._do(self.document, name)
            case "k.check":
                return self._say_where_any(number)
            case "k.load":
                self.document = self._asked_for()
                if self.document is None:
                    self._shut_all()
            case "k.other":
                self._other()
            case "k.expired" | "k.take" | "k.taken" | "k.untaken" | "k.none":
                await self._take_back(name, number)
            case "k.audit" | "k.close" | "k.audited":
                await self._audit(name, number)
            case _:
                self._elsewhere(name)
        return False

    def _elsewhere(self, name: str) -> None:
        if self.screen is None:
            return
        if name == "k.nocode" or (name == "more_time" and self.inside):
            self.machine.press("ok")
        elif not name.startswith("k."):
            self.clear()  # somebody has left the machine in the middle of something else

    def _outside(self) -> bool:
        if self.inside:
            return True
        if self.screen is not None and "0" in self.screen.keys:
            self.machine.press("0")
        return False

    async def _digits(self, name: str) -> None:
        if self.screen is None:
            return
        filled, problem = int(self.screen.data.get("filled", 0)), str(self.screen.data.get("problem", ""))
        if name == "k.scan" and self.document is None and not await self._next():
            self.machine.press("cancel")
            return
        if problem and not filled:
            if name == "k.scan" and self.typing == self._right(name):
                self.document = None
                self.machine.press("cancel")  # the machine does not take it: the desk says why
                self.inside = True
                return
            self.typing = self._right(name)
        if filled < len(self.typing):
            self.machine.press(self.typing[filled])
        else:
            self.machine.press("ok")

    def _right(self, name: str) -> str:
        return self.document.case if name != "k.login" and self.document is not None else self.code

    async def _next(self) -> bool:
        waiting = await self._waiting()
        if not waiting:
            return False
        self.document = waiting[0]
        self.typing = self._mistyped(self.document.case) if self.chance(0.05) else self.document.case
        return True

    async def _menu(self) -> None:
        self.inside = True
        self.slip = self.code
        self.document = None
        expired = int(self.screen.data.get("expired", 0)) if self.screen is not None else 0
        if expired and not self.took_back:
            self.machine.press("2")
        elif self.audits:
            self.audits = False
            self.machine.press("3")
        elif await self._waiting() and not self.chance(0.02):
            self.machine.press("1")
        else:
            self.machine.press("cancel")

    def _other(self) -> None:
        where = self.document.compartment if self.document is not None else None
        typed = str(self.screen.data.get("typed", "")) if self.screen is not None else ""
        wanted = str(where or "")
        if not wanted.startswith(typed) or not wanted:
            self.machine.press("cancel")
        else:
            self.machine.press("ok" if typed == wanted else wanted[len(typed)])

    def _asked_for(self) -> Document | None:
        """The document whose case the screen names, if it is still to be put in."""
        case = str(self.screen.data.get("case", "")) if self.screen is not None else ""
        return next((one for one in self.documents if one.case == case and one.compartment is None and not one.taken), None)

    def _say_where_any(self, number: int) -> bool:
        """Asked about a document that this person has put aside already: what lies there is seen through the door's gap.

        Whoever is asked again and again, and has nothing to put in, goes away.
        """
        self.vain += 1
        self.machine.press("1" if any(document.compartment == number for document in self.documents) else "2")
        return self.vain > VAIN_MAX

    async def _take_back(self, name: str, number: int) -> None:
        match name:
            case "k.expired":
                self.in_hand = False
                if self.screen is not None and self.screen.data.get("problem"):
                    self._shut_all()  # the screen says: close its door
                    await self.think(1_000, 2_000)
                self.machine.press("cancel" if self.took_back else "ok")
            case "k.take" if self.machine.door_open(number):
                for document in self.documents:
                    if document.compartment == number:
                        document.put_back(self.machine, number)
                        self.in_hand = True
                await self.think(300, 2_000)
                self.machine.push(number)
            case "k.taken":
                self.machine.press("1" if self.in_hand else "2")
                self.in_hand = False
            case "k.untaken" | "k.none":
                self.took_back = True
                self.machine.press("ok")
            case _:
                self._shut_all()

    async def _audit(self, name: str, number: int) -> None:
        if name == "k.audited":
            self.machine.press("ok")
        elif name == "k.close" or not self.machine.door_open(number):
            await self.think(200, 600)
            self._shut_all() if name == "k.close" else self.machine.press("cancel")
        else:
            lies = any(document.compartment == number for document in self.documents)
            self.machine.press("2" if lies else "1")


class Finder(Person):
    """Has found the slip with a code that has served, and tries it."""

    def __init__(self, machine: StormMachine, name: str, clerk: CounterClerk) -> None:
        super().__init__(machine, name)
        self.clerk = clerk

    async def live(self) -> None:
        """A few times, while nobody else stands at the machine."""
        for _ in range(6):
            await self.think(3_000, 40_000)
            async with self.machine.front:
                if self.clerk.slip and not self.stage.healed:
                    await self._try(self.clerk.slip)

    async def _try(self, code: str) -> None:
        until_ms = self.stage.now_ms + 30_000
        while self.stage.now_ms < until_ms:
            await self.think(200, 600)
            screen = self.screen
            if screen is None or (screen.screen == "l.attract" and "0" not in screen.keys):
                return
            if screen.screen == "l.attract":
                self.machine.press("0")
            elif (screen.screen == "k.login" and not self._type(screen, code)) or screen.screen != "k.login":
                return

    def _type(self, screen: ScreenMessage, code: str) -> bool:
        filled = int(screen.data.get("filled", 0))
        if screen.data.get("problem") and not filled:
            self.machine.press("cancel")
            return False
        self.machine.press(code[filled] if filled < len(code) else "ok")
        return True
