"""People at the centre's desk who change what is under way: another PIN, more time, the same text again."""

from central.deposits.rules import DeskRefused
from central.times import HOUR_MS
from sim.documents import Document
from sim.people import Person
from sim.storm_centre import CentreAway, StormCentre
from sim.storm_machine import StormMachine

DEEDS = ("reissue", "extend", "send_again")


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
