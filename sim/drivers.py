"""People who pay at a machine that sells: by card or with a code from their bank, which they confirm, refuse, forget or confirm late."""

import asyncio
from datetime import timedelta

from contracts.facts import AttemptMade
from controller.sale_rules import SaleAsked
from controller.secret import Secret
from sim.people import Person
from sim.storm_gateway import StormGateway
from sim.storm_machine import Sold, StormMachine
from sim.storm_terminal import StormTerminal

ZONE = "SPP"
TRIES = 4
CONFIRM_S = 60


class Driver(Person):
    """Buys some stays, one after the other; each price is asked for once in a world, so that money tells whose it is."""

    def __init__(self, machine: StormMachine, name: str, terminal: StormTerminal, gateway: StormGateway, first_price: int) -> None:
        super().__init__(machine, name)
        self._terminal = terminal
        self._gateway = gateway
        self._price = first_price

    async def live(self) -> None:
        """Until the world heals, and once more after it."""
        for _ in range(TRIES):
            await self.think(2_000, 45_000)
            if self.stage.healed:
                break
            await self._buys()
        await self._buys()

    async def _buys(self) -> None:
        self._price += 1
        if self.random.random() < 0.5:
            await self._by_card()
        else:
            await self._by_blik()

    async def _asks(self, method: str, code: str = "") -> str:
        """The attempt; empty when nothing is sold now."""
        async with self.machine.front:
            life = self.machine.life
            if life is None or not life.alive or self.screen is None or self.screen.screen != "l.attract":
                return ""
            now = life.now()
            asked = SaleAsked(method, self._price, ZONE, now.wall, now.wall + timedelta(hours=1))  # type: ignore[arg-type]
            self.machine.tell(Sold(asked, Secret(code)))
            await asyncio.sleep(0.2)
        made = (entry.fact for entry in self.machine.entries if isinstance(entry.fact, AttemptMade))
        return next((fact.attempt for fact in made if fact.amount == self._price), "")

    async def _by_card(self) -> None:
        self._terminal.card = self.stage.healed or self.random.random() < 0.85
        if await self._asks("card"):
            await self.think(5_000, 40_000)

    async def _by_blik(self) -> None:
        code = f"777{self.random.randrange(1_000):03d}"
        attempt = await self._asks("blik", code)
        line = self._gateway.line
        for _ in range(40):
            if not attempt or (attempt in line.sessions and line.sessions[attempt].waiting):
                break
            await asyncio.sleep(1)
        if not attempt or attempt not in line.sessions or not line.sessions[attempt].waiting:
            return
        mood = self.random.random()
        if mood < 0.6:
            await self.think(2_000, 50_000)
            line.confirm(attempt)
        elif mood < 0.75:
            await asyncio.sleep(self.random.randrange(CONFIRM_S, 140))
            line.confirm(attempt)
        elif mood < 0.9:
            line.refuse(attempt)
        else:
            await asyncio.sleep(CONFIRM_S)
            line.refuse(attempt, "not_confirmed")
        self.stage.watch.charged()
        if self.random.random() < 0.3:
            self._gateway.notify(attempt)
