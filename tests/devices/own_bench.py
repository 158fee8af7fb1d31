"""The dialogue with our own boards and the other end of its line, as a playbook: time is by hand."""

from collections.abc import Callable, Sequence

from contracts import lock_bus as bus
from controller.devices.lock_board_events import Event, UnlockResult
from controller.devices.lock_boards import LockBoards

HASH = b"hash0123"
WISH = bus.wish_id(b"epoc", 48213)
OTHER_WISH = bus.wish_id(b"epoc", 48214)


def identity(boot: int = 7, protocol: int = bus.PROTOCOL, description_hash: bytes = HASH) -> bytes:
    return bus.Identity(protocol, (1, 2, 3), ord("B"), description_hash, b"unique01", boot, 24).encode()


def states(boot: int = 7, closed: int = 0xFFFFFF, rev: int = 1, changed: list[tuple[int, int, int]] | None = None) -> bytes:
    return bus.States(boot, rev, bus.NO_COIL, 0, closed, 0xFFFFFF, changed or []).encode()


class Bench:
    """The dialogue and the other end of its line; boards answer from `answers` (by kind), absent ones are silent."""

    def __init__(self, *boards: int) -> None:
        self.at = 1000
        self.boards = LockBoards(dict.fromkeys(boards, HASH))
        self.answers: dict[int, dict[int, Callable[[bytes], bytes]]] = {
            board: {bus.IDENTIFY: lambda _: identity(), bus.STATES: lambda _: states()} for board in boards
        }
        self.noise: dict[int, Callable[[], bytes]] = {}
        self.seen: list[Event] = []
        self.sent: list[tuple[int, bus.Frame]] = []

    def take(self) -> bus.Frame | None:
        """What it says now."""
        frames = bus.Decoder().feed(self.boards.bytes_to_send(self.at))
        if not frames:
            return None
        self.sent.append((self.at, frames[0]))
        return frames[0]

    def hear(self, data: bytes) -> None:
        self.boards.receive(data, self.at)
        self.seen += self.boards.events()

    def tick(self, at: int) -> None:
        self.at = at
        self.boards.tick(at)
        self.seen += self.boards.events()

    def answer(self, request: bus.Frame | None) -> bytes:
        """The bytes that come back, if any."""
        if request is None:
            return b""
        if request.address in self.noise:
            return self.noise[request.address]()
        answer = self.answers.get(request.address, {}).get(request.kind)
        return request.answer(answer(request.body)) if answer else b""

    def run(self, for_ms: int) -> list[Event]:
        """Lets it talk; an answer takes 3 ms. Returns the events of this time."""
        until, first = self.at + for_ms, len(self.seen)
        while True:
            request = self.take()
            if data := self.answer(request):
                self.tick(self.at + 3)
                self.hear(data)
                continue
            due = self.boards.deadline()
            if due is None or due > until:
                self.tick(until)
                return self.seen[first:]
            self.tick(max(due, self.at))

    def times(self, board: int, kind: int) -> list[int]:
        return [at for at, frame in self.sent if (frame.address, frame.kind) == (board, kind)]


def ready(*boards: int) -> Bench:
    bench = Bench(*(boards or (0,)))
    bench.run(100)
    bench.sent.clear()
    return bench


def kinds(events: Sequence[Event]) -> list[type]:
    return [type(event) for event in events]


def results(events: list[Event]) -> list[UnlockResult]:
    return [event for event in events if isinstance(event, UnlockResult)]
