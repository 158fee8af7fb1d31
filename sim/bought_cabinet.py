"""A cabinet on bought lock boards: simulated boards, solenoids, doors and switches, and the truth. Clockless, as sim/lock_cabinet.py."""

from collections.abc import Callable, Mapping
from functools import partial

from contracts.descriptions import Locker
from sim.bought_boards import BoughtBoard, Spoil, words_for
from sim.lock_cabinet import SPRING_AFTER_MS, SPRING_TAKES_MS, Door, LockCabinet, OpenedBy, Opening, Pulse, SwitchMode


class BoughtCabinet:
    """Everything behind the line of one locker; `inside` are the compartments in which something lies. `violations` must stay empty.

    A bought board knows no wishes: `wish_of` says for which one the lock of a compartment is driven now.
    """

    def __init__(self, locker: Locker, now_ms: int = 0, answers_orders: bool = False) -> None:
        self.doors: Mapping[int, Door] = {number: Door(number) for number in locker.compartments()}
        self.pulses: list[Pulse] = []
        self.openings: list[Opening] = []
        self.violations: list[str] = []
        self.inside: set[int] = set()
        self.wish_of: Callable[[int], bytes] = _no_wish
        self.now_ms = now_ms
        self._locker = locker
        self.boards = {
            address: BoughtBoard(
                address,
                words_for(board.file.family, board.file.channels, board.file.octets, answers_orders),
                board.file.pulse_ms or locker.file.lock.pulse_ms,
            )
            for address, board in locker.bought.items()
        }

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line reach every board."""
        self.tick(now_ms)
        for board in self.boards.values():
            if (channel := board.hear(data, partial(self._look, board), now_ms)) is not None:
                self._coil_on(board, channel)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What the boards put on the line now."""
        return b"".join(self.voices(now_ms))

    def voices(self, now_ms: int) -> list[bytes]:
        """What each board that speaks now puts on the line."""
        self.tick(now_ms)
        return [said for board in self.boards.values() if (said := board.answer(now_ms))]

    def deadline(self) -> int | None:
        """When something happens by itself, later than what has happened; None while nothing can."""
        due = [door.opens_at_ms for door in self.doors.values() if door.opens_at_ms is not None]
        due += [board.pulse_end_ms for board in self.boards.values() if board.channel is not None]
        due += [board.answer_ms for board in self.boards.values() if board.answer_ms is not None]
        return max(min(due), self.now_ms + 1) if due else None

    def tick(self, now_ms: int) -> None:
        """Everything that was due by now happens, in order."""
        moments = [door.opens_at_ms for door in self.doors.values() if door.opens_at_ms is not None]
        moments += [board.pulse_end_ms for board in self.boards.values() if board.channel is not None]
        for moment in sorted(moment for moment in moments if moment <= now_ms):
            self._settle(max(moment, self.now_ms))
        self._settle(max(now_ms, self.now_ms))

    def push(self, number: int, now_ms: int) -> None:
        """Somebody pushes a door shut; not while its coil holds the latch back."""
        self.tick(now_ms)
        door = self._locker.compartments()[number]
        board = self.boards[door.board]
        self.doors[number].closed = self.doors[number].closed or board.channel != door.channel

    def force(self, number: int, now_ms: int) -> None:
        """Somebody breaks a door open."""
        self.tick(now_ms)
        self._opens(self.doors[number], "force")

    def jam(self, number: int, jammed: bool, now_ms: int) -> None:
        """A jammed door does not spring open."""
        self.tick(now_ms)
        self.doors[number].jammed = jammed

    def set_switch(self, number: int, mode: SwitchMode, now_ms: int) -> None:
        """Breaks or mends a door's switch."""
        self.tick(now_ms)
        self.doors[number].switch = mode

    def spoil(self, board: int, *spoils: Spoil) -> None:
        """What happens to the next answers of a board, one after another."""
        self.boards[board].spoils += spoils

    def cut_power(self, now_ms: int, board: int | None = None) -> None:
        """One board, or all of them, go dark."""
        self._power(now_ms, board, on=False)

    def restore_power(self, now_ms: int, board: int | None = None) -> None:
        """Dark boards start again; they remember nothing and say nothing of it."""
        self._power(now_ms, board, on=True)

    def lit(self) -> dict[int, int]:
        """Bought boards have no lamps."""
        return {}

    def pulses_of(self, wish_id: bytes) -> list[Pulse]:
        """How often this wish really had a coil."""
        return [pulse for pulse in self.pulses if pulse.wish_id == wish_id]

    def _power(self, now_ms: int, board: int | None, on: bool) -> None:
        self.tick(now_ms)
        for each in self.boards.values() if board is None else [self.boards[board]]:
            each.power = on
            if not on:
                self._coil_off(each, now_ms)

    def _coil_on(self, board: BoughtBoard, channel: int) -> None:
        door = self._locker.at(board.address, channel)
        number = door.number if door else None
        if any(other.channel is not None for other in self.boards.values() if other is not board):
            self.violations.append(f"two coils at once at {self.now_ms} ms")
        rest = [pulse for pulse in self.pulses if (pulse.board, pulse.channel) == (board.address, channel)][-1:]
        limit_ms = self._locker.bought[board.address].file.limits.cooldown_ms.value
        if rest and (rest[0].end_ms is None or self.now_ms - rest[0].end_ms < limit_ms):
            self.violations.append(f"board {board.address} channel {channel} was driven again before it had rested, at {self.now_ms} ms")
        wish_id = b"" if number is None else self.wish_of(number)
        self.pulses.append(Pulse(wish_id, board.address, channel, number, self.now_ms))
        if number is not None and not self.doors[number].jammed and self.doors[number].closed:
            self.doors[number].opens_at_ms, self.doors[number].opens_for = self.now_ms + SPRING_AFTER_MS + SPRING_TAKES_MS, wish_id

    def _coil_off(self, board: BoughtBoard, now_ms: int) -> None:
        board.channel = None
        for pulse in self.pulses:
            if pulse.board == board.address and pulse.end_ms is None:
                pulse.end_ms = now_ms

    def _settle(self, now_ms: int) -> None:
        self.now_ms = now_ms
        for door in self.doors.values():
            if door.opens_at_ms is not None and door.opens_at_ms <= now_ms:
                self._opens(door, "coil")
        for board in self.boards.values():
            if board.channel is not None and board.pulse_end_ms <= now_ms:
                self._coil_off(board, now_ms)

    def _opens(self, door: Door, by: OpenedBy) -> None:
        door.opens_at_ms = None
        if door.closed:
            door.closed = False
            self.openings.append(Opening(door.number, self.now_ms, by, door.opens_for if by == "coil" else b""))

    def _look(self, board: BoughtBoard) -> tuple[int, int]:
        return self._levels(board), self._objects(board)

    def _levels(self, board: BoughtBoard) -> int:
        """The inputs as they are wired; one without a door reads as a closed door."""
        file = self._locker.bought[board.address].file
        levels = ((1 << file.channels) - 1) * file.closed_level
        for place in self._locker.on_board(board.address):
            door = self.doors[place.number]
            closed = door.closed if door.switch == "good" else door.broken_level()
            level = file.closed_level if place.closed_level is None else place.closed_level
            bit = level if closed else 1 - level
            levels = levels & ~(1 << place.switch) | bit << place.switch
        return levels

    def _objects(self, board: BoughtBoard) -> int:
        return sum(1 << place.switch for place in self._locker.on_board(board.address) if place.number in self.inside)


def _no_wish(number: int) -> bytes:
    del number
    return b""


Cabinet = LockCabinet | BoughtCabinet


def cabinet_for(locker: Locker, now_ms: int = 0) -> Cabinet:
    """The cabinet that a description stands for."""
    return LockCabinet(locker, now_ms) if locker.family == "own" else BoughtCabinet(locker, now_ms)
