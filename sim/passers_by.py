"""Passers-by: people who want nothing from the machine and touch it all the same. None of them has a PIN."""

from sim.people import Person

VISITS_MAX = 3


class Bystander(Person):
    """Pushes doors shut, whoever stands before them, and presses keys, but none while a clerk is at the screen."""

    async def live(self) -> None:
        """A few moments of being in the way."""
        for _ in range(self.random.randint(1, VISITS_MAX)):
            await self.think(5_000, 60_000)
            for _ in range(self.random.randint(3, 12)):
                await self.think(200, 3_000)
                if not self.stage.healed:
                    self._meddle()

    def _meddle(self) -> None:
        open_doors = [number for number in self.machine.cabinet.doors if self.machine.door_open(number)]
        if open_doors and self.random.random() < 0.6:
            number = self.random.choice(open_doors)
            self.machine.shut_by_others.add(number)
            self.machine.push(number)
        elif self.screen is not None and self.screen.keys and not self.screen.screen.startswith("k."):
            self.machine.press(self.random.choice(self.screen.keys))


class Burglar(Person):
    """Breaks a door open, takes nothing (a document here is of no use to him), and goes."""

    async def live(self) -> None:
        """One door, early enough that the alarm matters to somebody."""
        await self.think(20_000, 90_000)
        if self.stage.healed:
            return
        number = self.random.choice(tuple(self.machine.cabinet.doors)[:4])
        self.machine.trace(f"door {number} is broken open")
        self.machine.cabinet.force(number, self.stage.now_ms)
        self.machine.bus_moved()
