"""A cabinet of any family, its line and the dialogue that its description asks for, on one hand-driven clock."""

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts import lock_bus as bus
from contracts.descriptions import Locker, read_locker
from controller.devices.board_dialogues import dialogue_for
from controller.devices.lock_board_events import BoardSeen, Event, Executed, Levels, UnlockResult
from sim.bought_cabinet import BoughtCabinet, cabinet_for
from sim.byte_link import ByteLink, LinkFaults
from sim.cabinet_line import CabinetLine
from tests.contracts.layouts import LAYOUT

FAMILIES = ("own", "cu16", "cu48", "modbus")
BOUGHT = FAMILIES[1:]
_BOARDS = {"own": "lock_board_rev_b", "cu16": "kerong_cu16", "cu48": "kerong_cu48", "modbus": "modbus_relay_8"}
_BAUD = {"own": 115200, "cu16": 19200, "cu48": 19200, "modbus": 9600}
START = 7
"""How often this controller has started."""


@cache
def locker_of(family: str) -> Locker:
    """The same front with 31 doors on the boards of any family."""
    text = LAYOUT.replace("115200", str(_BAUD[family])).replace("lock_board_rev_b", _BOARDS[family])
    if family == "modbus":
        first = text.index("boards = ")
        wired = ", ".join(f'{{ address = {address}, description = "modbus_relay_8" }}' for address in range(1, 5))
        text = f"{text[:first]}boards = [{wired}]\n{text[text.index('left_out') :]}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "locker.toml"
        path.write_text(text, "utf-8")
        return read_locker(path)


class FamilyWorld:
    """`run` lets everything happen until a time; `seen` keeps every event."""

    def __init__(self, family: str, seed: int = 0, faults: LinkFaults | None = None, locker: Locker | None = None) -> None:
        self.now_ms = 0
        self.seen: list[Event] = []
        self.written: list[bytes] = []
        self.locker = locker or locker_of(family)
        self.cabinet = cabinet_for(self.locker)
        self.link = ByteLink(random.Random(seed), self.locker.file.bus.baud, faults)
        self.line = CabinetLine(self.link, self.cabinet)
        self.wishes = 0
        self.restart_host(START)

    @property
    def bought(self) -> BoughtCabinet:
        """The cabinet, where it stands on bought boards."""
        assert isinstance(self.cabinet, BoughtCabinet)
        return self.cabinet

    def restart_host(self, start: int) -> None:
        """The controller starts: a dialogue that knows nothing."""
        self.boards = dialogue_for(self.locker, start)

    def run(self, for_ms: int) -> list[Event]:
        """Let time pass; the events of this time."""
        first, until_ms = len(self.seen), self.now_ms + for_ms
        while True:
            if data := self.boards.bytes_to_send(self.now_ms):
                self.written.append(data)
                self.line.write(data, self.now_ms)
                continue
            due = [each for each in (self.boards.deadline(), self.line.deadline()) if each is not None]
            if not due or min(due) > until_ms:
                break
            self.now_ms = max(self.now_ms, min(due))
            self._hear()
        self.now_ms = until_ms
        self._hear()
        return self.seen[first:]

    def unlock(self, number: int) -> bytes:
        """Ask for one door; the wish's id."""
        self.wishes += 1
        place = self.locker.compartments()[number]
        self.boards.watched = place.board
        wish = bus.wish_id(b"epoc", self.wishes)
        self.boards.unlock(wish, place.board, place.channel, self.locker.file.lock.pulse_ms, self.boot(place.board))
        return wish

    def boot(self, board: int) -> int:
        """The boot that the dialogue tells of."""
        return next((event.boot for event in reversed(self.seen) if isinstance(event, BoardSeen) and event.board == board), 0)

    def levels(self, board: int) -> Levels:
        """What was said of a board last."""
        return next(event for event in reversed(self.seen) if isinstance(event, Levels) and event.board == board)

    def closed(self, number: int) -> bool | None:
        """What is believed of a door."""
        place = self.locker.compartments()[number]
        return self.levels(place.board).closed[place.channel]

    def counted(self, number: int) -> tuple[int, int]:
        """Openings and closings of a door."""
        place = self.locker.compartments()[number]
        told = self.levels(place.board)
        return told.opens[place.channel], told.closes[place.channel]

    def results(self, wish: bytes) -> list[tuple[str, str]]:
        """How a wish ended."""
        return [(event.result, event.code) for event in self.seen if isinstance(event, UnlockResult) and event.wish_id == wish]

    def executed(self, wish: bytes, number: int) -> Executed:
        """What is said of a wish when one asks."""
        self.boards.enquire(wish, self.locker.compartments()[number].board)
        return next(event for event in self.run(300) if isinstance(event, Executed) and event.wish_id == wish)

    def _hear(self) -> None:
        if data := self.line.read(self.now_ms):
            self.boards.receive(data, self.now_ms)
        self.boards.tick(self.now_ms)
        self.seen += self.boards.events()
