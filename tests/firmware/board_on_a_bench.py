"""A firmware core on a bench: requests in, replies out, time by hand."""

from contracts import lock_bus as bus
from firmware.lock_board import BoardFacts, LockBoard

ADDRESS = 3
BOOT = 7
ALL_CLOSED = 0xFFFFFF
LIMITS = bus.Limits(1000, 5000, 4, 700)


def facts(lamps: int = 0) -> BoardFacts:
    return BoardFacts(ADDRESS, BOOT, b"unique01", ord("C" if lamps else "B"), b"hash0123", 24, LIMITS, 50, lamps)


def wish(number: int) -> bytes:
    return bus.wish_id(b"epoc", number)


class Bench:
    """One board; `at` is now."""

    def __init__(self, lamps: int = 0) -> None:
        self.board = LockBoard(facts(lamps))
        self.at = 0
        self.sequence = 0
        self.closed = ALL_CLOSED
        self.key = False
        self.pulses: list[list[int]] = []  # channel, start, end (-1 while on)
        self.wishes: list[bytes] = []

    def go(self, to_ms: int) -> None:
        """Lets time pass in the steps of the firmware's loop."""
        while self.at < to_ms:
            due = self.board.deadline()
            self.at = min(self.at + 5, to_ms, to_ms if due is None else max(due, self.at + 1))
            self.board.sense(self.closed, self.key, self.at)
            self.board.tick(self.at)
            self._look()

    def ask(self, kind: int, body: bytes = b"", address: int = ADDRESS) -> bus.Frame | None:
        """One request; its reply."""
        self.sequence = (self.sequence + 1) & 0xFF
        self.board.sense(self.closed, self.key, self.at)
        self.board.receive(bus.Frame(address, self.sequence, kind, body).encode(), self.at)
        self._look()
        frames = bus.Decoder().feed(self.board.take_output())
        if not frames:
            return None
        (frame,) = frames
        assert (frame.address, frame.sequence) == (address, self.sequence)
        return frame

    def reply(self, kind: int, body: bytes = b"") -> bytes:
        """The body of the reply of the right kind."""
        frame = self.ask(kind, body)
        assert frame is not None
        assert frame.kind == kind | bus.REPLY
        return frame.body

    def unlock(self, number: int, channel: int, pulse_ms: int = 500, boot: int = BOOT) -> tuple[int, int]:
        return bus.decode_unlocked(self.reply(bus.UNLOCK, bus.UnlockOrder(wish(number), boot, channel, pulse_ms).encode()))

    def states(self, ack: int = 0) -> bus.States:
        return bus.decode_states(self.reply(bus.STATES, bus.encode_ack(ack)))

    def executed(self, number: int) -> tuple[int, int]:
        return bus.decode_executed(self.reply(bus.EXECUTED, wish(number)))

    def light(self, lit: int, percent: int = bus.BRIGHTEST) -> tuple[int, int]:
        return bus.decode_lamps(self.reply(bus.LAMPS, bus.encode_lamps(lit, percent)))

    def watched(self, to_ms: int) -> None:
        """Lets time pass while the host polls."""
        while self.at < to_ms:
            self.go(min(self.at + 100, to_ms))
            self.states()

    def _look(self) -> None:
        coil, wish_id = self.board.coil, self.board.last_wish
        if self.pulses and self.pulses[-1][2] < 0 and (coil != self.pulses[-1][0] or wish_id != self.wishes[-1]):
            self.pulses[-1][2] = self.at
        if coil is not None and (not self.pulses or self.pulses[-1][2] >= 0):
            self.pulses.append([coil, self.at, -1])
            self.wishes.append(wish_id)
