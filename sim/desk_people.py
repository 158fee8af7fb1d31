"""People at the centre's desk who change what is under way: another PIN, more time, withdrawn documents, wrong orders."""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from central.centre import Centre
from central.deposits.rules import DeskRefused
from central.order_desk import OrderDesk
from central.ports import Now
from central.store import machines
from central.store.facts import read_cursor
from central.times import DAY_MS, HOUR_MS, to_ms
from contracts.orders import Forget, Load
from sim.documents import Document
from sim.people import Person
from sim.storm_centre import CentreAway, StormCentre
from sim.storm_machine import StormMachine

T = TypeVar("T")
DEEDS = ("reissue", "extend", "send_again")
ACTOR = "D. Wilk"
ORDERS = {
    "withdraw": 2, "cancel": 1, "extend_all": 4, "release": 3, "release_unknown": 3, "load": 3, "load_unknown": 2, "forget": 3,
}  # fmt: skip
"""How often each order comes, in parts of the whole."""


class DeskHand(Person):
    """Answers the hotline: residents have lost their text, or need more time."""

    def __init__(self, machine: StormMachine, name: str, centre: StormCentre, documents: list[Document]) -> None:
        super().__init__(machine, name)
        self.centre = centre
        self.documents = documents

    async def live(self) -> None:
        """A few calls while the world is not healed; one whose document is not in a compartment is told to wait."""
        while not self.stage.healed:
            await self.think(4_000, 40_000)
            document = self.random.choice(self.documents)
            row = self.centre.deposit(document.deposit) if document.deposit else None
            if row is not None and row.inside and not self.stage.healed:
                await self._help(document.deposit, self.random.choice(DEEDS), row.until_ms)

    async def _help(self, key: str, deed: str, until_ms: int) -> None:
        self.stage.log(self.name, f"{deed} {key[:6]}")
        later_ms = until_ms + self.random.randrange(1, 48) * HOUR_MS
        try:
            match deed:
                case "reissue":
                    await self.centre.ask(lambda c, now: c.at_desk(lambda t: c.registration.reissue(t, key, "hotline", now), now))
                case "extend":
                    await self.centre.ask(lambda c, now: c.at_desk(lambda t: c.registration.extend(t, key, later_ms, "hotline", now), now))
                case _:
                    await self.centre.ask(lambda c, now: c.at_desk(lambda t: c.registration.correct_phone(t, key, "", "hotline", now), now))
        except (DeskRefused, CentreAway):
            return


class Dispatcher(Person):
    """Sends orders about compartments and documents: some for everybody, some that undo what a clerk has done, some that make no sense."""

    def __init__(self, machine: StormMachine, name: str, centre: StormCentre, documents: list[Document]) -> None:
        super().__init__(machine, name)
        self.centre = centre
        self.documents = documents

    async def live(self) -> None:
        """A few orders while the world is not healed."""
        while not self.stage.healed:
            await self.think(6_000, 50_000)
            document = self.random.choice(self.documents)
            deed = self.random.choices(tuple(ORDERS), tuple(ORDERS.values()))[0]
            if not self.stage.healed:
                self.stage.log(self.name, f"{deed} {document.deposit[:6]}")
                with contextlib.suppress(DeskRefused, CentreAway):
                    await self._order(deed, document.deposit)

    async def _order(self, deed: str, key: str) -> None:
        last = max(self.machine.cabinet.doors)
        match deed:
            case "withdraw":
                await self._ask(lambda c, t, now: c.registration.withdraw(t, key, ACTOR, now))
            case "cancel":
                await self._ask(lambda c, t, now: c.registration.cancel(t, key, ACTOR, now))
            case "extend_all":
                await self._extend_all()
            case "release":
                name = self.machine.name
                await self._ask(lambda c, t, now: c.machines.release(t, name, last, self._seen(t), False, "looked", ACTOR, now))
            case "release_unknown":
                await self._ask(lambda c, t, now: c.machines.release(t, self.machine.name, last + 1, 0, False, "looked", ACTOR, now))
            case "load":
                await self._draft(Load(deposit=key, case="26000000"), now_stored=key)
            case "load_unknown":
                await self._draft(Load(deposit="0" * 16, case="26000000"))
            case _:
                await self._draft(Forget(deposit=key), now_stored=key)

    def _seen(self, t: Connection) -> int:
        return read_cursor(t, self.machine.name, machines.read(t, self.machine.name).epoch).upto

    async def _extend_all(self) -> None:
        days = self.random.randrange(1, 30)
        group = await self._ask(lambda c, t, now: c.machines.extend_all(t, self.machine.name, to_ms(now.wall) + days * DAY_MS, ACTOR, now))
        await self.think(1_000, 20_000)
        agrees = self.random.random() < 0.7
        await self._ask(lambda c, t, now: (c.machines.agree if agrees else c.machines.decline)(t, group, "B. Kowal", now))

    async def _draft(self, ask: Load | Forget, now_stored: str = "") -> None:
        """An order that the desk's pages would not offer: only about a document that lies in its compartment, or none at all."""
        row = self.centre.deposit(now_stored) if now_stored else None
        if now_stored and (row is None or row.state not in ("stored", "told", "collected")):
            return
        desk = OrderDesk(self.centre.signer, self.centre.randomness)
        await self._ask(lambda c, t, now: desk.draft(t, self.machine.name, ask, ACTOR, "by mistake", 300, now))

    async def _ask(self, deed: Callable[[Centre, Connection, Now], T]) -> T:
        return await self.centre.ask(lambda c, now: c.at_desk(lambda t: deed(c, t, now), now))
