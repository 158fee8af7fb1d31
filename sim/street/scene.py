"""What happens before the curtain rises: the clerk has registered document no. 1 and put it into the machine, the way anybody would."""

import asyncio
from collections.abc import Awaitable, Callable

from sim.street.centre_desk import NewPaper
from sim.street.day import Day
from sim.street.places import MACHINE

CASE, PHONE = "26004711", "601234123"
STEP_WITHIN_S = 15.0

Until = Callable[[Callable[[], bool]], Awaitable[None]]


async def prepare(day: Day, language: str, until: Until, sms_sent: Callable[[], bool]) -> None:
    """Load document no. 1; `until` waits for a condition. Raises TimeoutError, CentreRefused, HandRefused."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(STEP_WITHIN_S):
            await until(condition)

    def shows(screen: str) -> Callable[[], bool]:
        return lambda: day.eye.seen.screen == screen

    await wait(lambda: day.desk.online and day.eye.seen.screen == "l.attract")
    key = (await day.desk.register(NewPaper(CASE, PHONE, MACHINE, language))).key
    await wait(lambda: (found := day.desk.deposit(key)) is not None and found.state == "held")
    await day.desk.load(key)
    await wait(lambda: day.eye.seen.screen == "k.load" and bool(day.cabinet.open_doors()))
    day.cabinet.put(lambda paper: paper.deposit == key)
    await day.cabinet.close()
    await wait(shows("k.check"))
    await day.eye.press("1")
    await wait(shows("k.loaded"))
    await day.eye.press("ok")
    await wait(lambda: day.eye.seen.screen == "l.attract" and sms_sent())
