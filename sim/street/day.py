"""One day of the street: broker, cable, cabinet and the two real programs, from start to stop."""

import asyncio
from collections.abc import Callable

import msgspec

from contracts.descriptions import Locker
from sim.clock import RealClock
from sim.street.cabinet import HandRefused, Paper, StreetCabinet
from sim.street.cable import Cable
from sim.street.centre_desk import CentreDesk
from sim.street.children import Child, ChildFailed
from sim.street.code_reader import ScannerAtHand
from sim.street.desk_pages import DeskPages
from sim.street.embedded_broker import EmbeddedBroker
from sim.street.kiosk_eye import KioskEye
from sim.street.places import LOOPBACK, Places, furnish, wipe
from sim.street.settings_files import Wished, centre_text, site_text
from sim.street.speech_ear import SpeechEar
from sim.street.surroundings import DAYS_MAX, Surroundings, written

READY_WITHIN_S = 30.0
LOOK_EVERY_S = 0.03
POWER_BACK_S = 2.0


class Day:
    """Everything that begins anew with a reset; `changed` is called when anything a page shows may have changed.

    `cuts` counts power cuts; `cut_in` is the screen that the last one ended, `cut_after` the newest fact that the centre had then;
    `unplugged` says that the network was cut.
    """

    def __init__(self, places: Places, locker: Locker, clock: RealClock, changed: Callable[[], None]) -> None:
        self.cuts = 0
        self.cut_in = ""
        self.cut_after = 0
        self.unplugged = False
        self.around = Surroundings()
        self.wished = Wished()
        self._places = places
        self._changed = changed
        self._at_the_fuse = asyncio.Lock()
        self._power_back: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        ports, logs = places.ports, places.folder / "logs"
        self.broker = EmbeddedBroker(ports.broker)
        self.cable = Cable(LOOPBACK, ports.broker)
        self.cabinet = StreetCabinet(locker, clock.mono_ms, changed)
        self.desk = CentreDesk(places.centre_url(), self._desk_changed)
        self.pages = DeskPages(places.centre_url())
        self.eye = KioskEye(ports.kiosk, changed)
        self.scanner = ScannerAtHand(clock.mono_ms)
        self.ear = SpeechEar(places.speech, changed)
        self.controller = Child(
            "kiosk-controller", "sim.street.machine_program", places.site, logs / "controller.log", changed, self._around
        )
        self.centre = Child("kiosk-central", "sim.street.centre_program", places.centre, logs / "centre.log", changed, self._around)

    async def begin(self) -> None:
        """Start all of it and wait until it answers; raises ChildFailed, FolderWrong, OSError."""
        wipe(self._places)
        furnish(self._places, site_text(self._places, self.wished), centre_text(self._places))
        await self.broker.start()
        await self.cable.start(self._places.ports.cable)
        await self.cabinet.start(self._places.ports.bus)
        await self.scanner.start(self._places.ports.scanner)
        await asyncio.gather(self.centre.start(), self.controller.start())
        self._tasks = [asyncio.create_task(self.eye.watch()), asyncio.create_task(self.ear.listen())]
        await self._until_ready()
        self._tasks.append(asyncio.create_task(self.desk.watch()))

    async def end(self) -> None:
        """Stop all of it; nothing is left behind."""
        for task in (*self._tasks, *([self._power_back] if self._power_back else [])):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.desk.close()
        await self.pages.close()
        await asyncio.gather(self.centre.stop(), self.controller.stop())
        await self.cabinet.stop()
        await self.scanner.stop()
        await self.cable.stop()
        await self.broker.stop()

    async def switch_power(self) -> None:
        """Cut the power, which kills the machine's program in the middle of what it does; back in two seconds, or at the next call."""
        async with self._at_the_fuse:
            if not self.cabinet.power:
                await self._restore_power()
                return
            self.cuts += 1
            self.cut_in = self.eye.seen.screen
            self.cut_after = self.desk.facts[-1].id if self.desk.facts else 0
            self.cabinet.cut_power()
            await self.controller.kill()
            self._power_back = asyncio.create_task(self._power_comes_back())

    def switch_network(self) -> None:
        """Cut the machine's network, or mend it."""
        if self.cable.connected:
            self.cable.cut()
            self.unplugged = True
        else:
            self.cable.mend()
        self._changed()

    def pass_a_day(self) -> None:
        """A day later for both programs; raises HandRefused after some weeks."""
        if self.around.days >= DAYS_MAX:
            raise HandRefused("too_late")
        self._surround(days=self.around.days + 1)
        if self.cable.connected:  # the centre looks for what is due when it hears the machine again, else within minutes
            self.cable.cut()
            self.cable.mend()

    def plug(self) -> None:
        """Plug headphones into the machine, or pull them out."""
        self._surround(headphones=not self.around.headphones)

    async def wish(self, wished: Wished) -> None:
        """Start the machine's program anew with these settings; raises HandRefused while there is no power."""
        async with self._at_the_fuse:
            if not self.cabinet.power:
                raise HandRefused("no_power")
            self.wished = wished
            self._places.site.write_text(site_text(self._places, wished), "utf-8")
            await self.controller.stop()
            self.ear.begin_again()
            await self.controller.start()

    def _surround(self, **what: object) -> None:
        self.around = msgspec.structs.replace(self.around, **what)
        for child in (self.controller, self.centre):
            child.tell(self._around())
        self._changed()

    def _around(self) -> bytes:
        return written(self.around)

    async def _power_comes_back(self) -> None:
        await asyncio.sleep(POWER_BACK_S)
        async with self._at_the_fuse:
            self._power_back = None
            await self._restore_power()

    async def _restore_power(self) -> None:
        if self._power_back is not None:
            self._power_back.cancel()
            self._power_back = None
        if not self.cabinet.power:
            self.cabinet.restore_power()
            self.ear.begin_again()
            await self.controller.start()
            self._changed()

    def _desk_changed(self) -> None:
        """A document registered at any desk lies there as a sheet of paper."""
        known = {paper.deposit for paper in self.cabinet.papers}
        new = [one for one in self.desk.deposits if one.key not in known and one.state in {"registered", "held", "loading"}]
        self.cabinet.papers += [Paper(one.key, one.case) for one in new]
        self._changed()

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not (self.eye.seen.screen and await self.desk.answers()):
                    for child in (self.controller, self.centre):
                        if child.starts > 1 or not child.running:
                            raise ChildFailed(f"{child.name} did not start: {child.last_words()}")
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise ChildFailed(f"{self.controller.name} and {self.centre.name} did not answer within {READY_WITHIN_S:.0f} s") from None
