"""The dialogue, the line and the cabinet on one hand-driven clock, for tests of all three."""

import random
from pathlib import Path

import msgspec

from contracts.descriptions import Locker, checked_locker, read_locker
from contracts.locker_files import BoardAt
from controller.devices.lock_board_events import BoardSeen, Event, UnlockResult
from controller.devices.lock_boards import LockBoards
from sim.byte_link import ByteLink, LinkFaults
from sim.cabinet_line import CabinetLine
from sim.lock_cabinet import LockCabinet

LOCKER = read_locker(Path(__file__).parents[2] / "hardware" / "urzedomat_24.toml")


def with_boards(count: int) -> Locker:
    """The locker with its doors dealt out over several boards."""
    boards = dict.fromkeys(range(count), LOCKER.boards[0])
    doors = tuple(msgspec.structs.replace(door, board=door.number % count) for door in LOCKER.file.doors)
    at = tuple(BoardAt(address, "lock_board_rev_b") for address in range(count))
    return checked_locker("test", msgspec.structs.replace(LOCKER.file, boards=at, doors=doors), boards, b"")


class LockWorld:
    """`run` lets everything happen until a time; `seen` keeps every event of the dialogue."""

    def __init__(self, seed: int = 0, faults: LinkFaults | None = None, locker: Locker = LOCKER) -> None:
        self.now_ms = 0
        self.seen: list[Event] = []
        self.locker = locker
        self.cabinet = LockCabinet(locker)
        self.link = ByteLink(random.Random(seed), faults=faults)
        self.line = CabinetLine(self.link, self.cabinet)
        self.restart_host()

    def restart_host(self) -> None:
        """The controller's process is killed and starts again: a new dialogue that knows nothing."""
        self.boards = LockBoards({address: board.bus_hash for address, board in self.locker.boards.items()})

    def run(self, until_ms: int) -> list[Event]:
        first = len(self.seen)
        while True:
            data = self.boards.bytes_to_send(self.now_ms)
            if data:
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

    def boot(self, board: int) -> int:
        """The boot the host believes in; 0 before it knows one."""
        return next((event.boot for event in reversed(self.seen) if isinstance(event, BoardSeen) and event.board == board), 0)

    def results(self, wish_id: bytes) -> list[str]:
        return [event.result for event in self.seen if isinstance(event, UnlockResult) and event.wish_id == wish_id]

    def _hear(self) -> None:
        data = self.line.read(self.now_ms)
        if data:
            self.boards.receive(data, self.now_ms)
        self.boards.tick(self.now_ms)
        self.seen += self.boards.events()
