"""A cabinet with its lock boards: the real firmware core on each board, simulated solenoids, doors and switches, and the truth.

Clockless and exact: every call first lets happen what was due before it, each thing at its own millisecond.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec

from contracts import lock_bus as bus
from contracts.board_descriptions import LockBoard as BoardDescription
from contracts.board_module import board_constants
from contracts.descriptions import Locker
from firmware.lock_board import BoardFacts, LockBoard

SPRING_AFTER_MS = 150  # a solenoid needs this long to free a door
SPRING_TAKES_MS = 80

SwitchMode = Literal["good", "stuck_closed", "stuck_open", "flicker"]
OpenedBy = Literal["coil", "force"]


class Pulse(msgspec.Struct):
    """One time a coil was on; `end_ms` is None while it is."""

    wish_id: bytes
    board: int
    channel: int
    number: int | None
    start_ms: int
    end_ms: int | None = None


class Opening(msgspec.Struct, frozen=True):
    """One time a door opened; `wish_id` is the pulse's, empty when it was forced."""

    number: int
    at_ms: int
    by: OpenedBy
    wish_id: bytes


class Door:
    """One door as it really is."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = True
        self.jammed = False
        self.switch: SwitchMode = "good"
        self.opens_at_ms: int | None = None
        self.opens_for = b""
        self._flicker = False

    def broken_level(self) -> bool:
        """What its broken switch says at this look."""
        if self.switch == "flicker":
            self._flicker = not self._flicker
            return self._flicker
        return self.switch == "stuck_closed"


class BoardAt:
    """One board in the cabinet: its flash, its switches' wires, and, while it has power, its mind."""

    def __init__(self, address: int, description: BoardDescription) -> None:
        self.address = address
        self.switched_to = address
        self.description = description
        self.boot = 0
        self.key = False
        self.core: LockBoard | None = None
        self.pulse: Pulse | None = None
        self.wires: list[tuple[int, Door]] = []

    def facts(self) -> BoardFacts:
        """What the firmware is started with."""
        told = msgspec.convert(board_constants(self.description), _Told)
        limits = bus.Limits(told.PULSE_MS_MAX, told.COOLDOWN_MS, told.DOORS_PER_MINUTE, told.SILENCE_MS)
        unique_id = b"simboard"[:7] + bytes([self.address])
        made = (told.REVISION, told.HASH, told.CHANNELS, limits, told.DEBOUNCE_MS, told.LAMPS)
        return BoardFacts(self.switched_to, self.boot, unique_id, *made)


def _bits(word: int) -> Iterator[int]:
    return (place for place in range(bus.CHANNELS_MAX) if word >> place & 1)


class _Told(msgspec.Struct):
    REVISION: int
    HASH: bytes
    CHANNELS: int
    PULSE_MS_MAX: int
    COOLDOWN_MS: int
    DOORS_PER_MINUTE: int
    SILENCE_MS: int
    DEBOUNCE_MS: int
    LAMPS: int


class LockCabinet:
    """Everything behind the lock bus of one locker; `violations` must stay empty.

    `make_core` is the firmware to run; another one than LockBoard only to show that the invariants can fail.
    """

    def __init__(self, locker: Locker, now_ms: int = 0, make_core: Callable[[BoardFacts], LockBoard] = LockBoard) -> None:
        self.doors: Mapping[int, Door] = {number: Door(number) for number in locker.compartments()}
        self.boards: Mapping[int, BoardAt] = {address: BoardAt(address, board) for address, board in sorted(locker.boards.items())}
        self.pulses: list[Pulse] = []
        self.openings: list[Opening] = []
        self.violations: list[str] = []
        self._make_core = make_core
        self._number_at = {(door.board, door.channel): door.number for door in locker.file.doors}
        self._springing: list[Door] = []
        self._voices: dict[int, bytes] = {}
        self.now_ms = now_ms
        for door in locker.file.doors:
            self.boards[door.board].wires.append((1 << door.channel, self.doors[door.number]))
        self.restore_power(now_ms)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line reach every board that has power."""
        self.tick(now_ms)
        for board in self._powered():
            if board.core:
                board.core.receive(data, now_ms)
        self._settle(now_ms)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What the boards put on the line now."""
        return b"".join(self.voices(now_ms))

    def voices(self, now_ms: int) -> list[bytes]:
        """What each board that speaks now puts on the line; two at once only when two have the same address."""
        self.tick(now_ms)
        voices, self._voices = self._voices, {}
        return list(voices.values())

    def deadline(self) -> int | None:
        """When something happens by itself, later than what has happened; None while nothing can."""
        due = [door.opens_at_ms for door in self._springing if door.opens_at_ms is not None]
        for board in self._powered():
            core_due = board.core.deadline() if board.core else None
            due += [core_due] if core_due is not None else []
            if (freed := self._freed_ms(board)) is not None:
                due.append(freed)
        # All that was due by now has been done: what still says so is stuck, and must not stop the time.
        return max(min(due), self.now_ms + 1) if due else None

    def tick(self, now_ms: int) -> None:
        """Everything that was due by now happens, in order."""
        if now_ms <= self.now_ms:
            return  # what is due lies later
        while (due := self.deadline()) is not None and due <= now_ms:
            self._settle(due)
        if now_ms > self.now_ms:
            self._settle(now_ms)

    def push(self, number: int, now_ms: int) -> None:
        """Somebody pushes a door shut; it latches without power, but not while its coil holds the latch back."""
        self.tick(now_ms)
        held = any(board.pulse and board.pulse.number == number for board in self.boards.values())
        self.doors[number].closed = self.doors[number].closed or not held
        self._settle(now_ms)

    def force(self, number: int, now_ms: int) -> None:
        """Somebody breaks a door open."""
        self.tick(now_ms)
        self._opens(self.doors[number], "force", b"")
        self._settle(now_ms)

    def jam(self, number: int, jammed: bool, now_ms: int) -> None:
        """A jammed door does not spring open."""
        self.tick(now_ms)
        self.doors[number].jammed = jammed

    def set_switch(self, number: int, mode: SwitchMode, now_ms: int) -> None:
        """Breaks or mends a door's switch."""
        self.tick(now_ms)
        self.doors[number].switch = mode
        self._settle(now_ms)

    def turn_key(self, board: int, turned: bool, now_ms: int) -> None:
        """The service key of a board."""
        self.tick(now_ms)
        self.boards[board].key = turned
        self._settle(now_ms)

    def numbers(self, board: int) -> tuple[int, ...]:
        """The compartments of a board."""
        return tuple(number for (address, _), number in self._number_at.items() if address == board)

    def turn_switches(self, board: int, address: int, now_ms: int) -> None:
        """The address switches of a board are turned while it has no power for a moment."""
        self.cut_power(now_ms, board)
        self.boards[board].switched_to = address
        self.restore_power(now_ms, board)

    def cut_power(self, now_ms: int, board: int | None = None) -> None:
        """One board, or all of them, go dark: coil off, memory gone, the boot counter stays."""
        self.tick(now_ms)
        for each in self._chosen(board):
            each.core = None
            self._voices.pop(each.address, None)
        self._settle(now_ms)

    def restore_power(self, now_ms: int, board: int | None = None) -> None:
        """Dark boards start again, each with the next boot counter."""
        self.tick(now_ms)
        for each in self._chosen(board):
            if each.core is None:
                each.boot += 1
                each.core = self._make_core(each.facts())
        self._settle(now_ms)

    def lit(self) -> dict[int, int]:
        """The compartments whose lamps shine, and how brightly in percent."""
        powered = ((board.address, board.core.lamps) for board in self._powered() if board.core)
        shining = ((address, channel, lamps.percent) for address, lamps in powered for channel in _bits(lamps.lit))
        return {number: light for address, channel, light in shining if (number := self._number_at.get((address, channel)))}

    def pulses_of(self, wish_id: bytes) -> list[Pulse]:
        """How often this wish really had a coil."""
        return [pulse for pulse in self.pulses if pulse.wish_id == wish_id]

    def _powered(self) -> list[BoardAt]:
        return [board for board in self.boards.values() if board.core]

    def _chosen(self, board: int | None) -> list[BoardAt]:
        return list(self.boards.values()) if board is None else [self.boards[board]]

    def _settle(self, now_ms: int) -> None:
        """The doors, then what the boards see and do, at this very millisecond."""
        self.now_ms = now_ms
        for board in self._powered():
            self._free_door(board, now_ms)
        for door in list(self._springing):
            if door.opens_at_ms is not None and now_ms >= door.opens_at_ms:
                self._opens(door, "coil", door.opens_for)
        for board in self.boards.values():
            if board.core:
                board.core.sense(self._closed(board), board.key, now_ms)
                board.core.tick(now_ms)
                if output := board.core.take_output():
                    self._voices[board.address] = self._voices.get(board.address, b"") + output
            self._follow_coil(board, now_ms)
        self._check()

    def _closed(self, board: BoardAt) -> int:
        closed = 0
        for bit, door in board.wires:
            if door.closed if door.switch == "good" else door.broken_level():
                closed |= bit
        return closed

    def _freed_ms(self, board: BoardAt) -> int | None:
        """When the coil that is on will have freed its door, if it still has to."""
        pulse = board.pulse
        door = self.doors.get(pulse.number or 0) if pulse else None
        if pulse is None or door is None or door.jammed or not door.closed or door.opens_at_ms is not None:
            return None
        return max(pulse.start_ms + SPRING_AFTER_MS, self.now_ms)

    def _free_door(self, board: BoardAt, now_ms: int) -> None:
        freed = self._freed_ms(board)
        if freed is not None and board.pulse and board.pulse.number and freed <= now_ms:
            door = self.doors[board.pulse.number]
            door.opens_at_ms, door.opens_for = freed + SPRING_TAKES_MS, board.pulse.wish_id
            self._springing.append(door)

    def _opens(self, door: Door, by: OpenedBy, wish_id: bytes) -> None:
        door.opens_at_ms = None
        self._springing = [each for each in self._springing if each is not door]
        if door.closed:
            door.closed = False
            self.openings.append(Opening(door.number, self.now_ms, by, wish_id))

    def _follow_coil(self, board: BoardAt, now_ms: int) -> None:
        coil = board.core.coil if board.core else None
        if board.pulse and (coil != board.pulse.channel or (board.core and board.core.last_wish != board.pulse.wish_id)):
            board.pulse.end_ms = now_ms
            board.pulse = None
        if coil is not None and board.pulse is None and board.core:
            number = self._number_at.get((board.address, coil))
            board.pulse = Pulse(board.core.last_wish, board.address, coil, number, now_ms)
            self._check_new(board.pulse)
            self.pulses.append(board.pulse)

    def _check_new(self, pulse: Pulse) -> None:
        if self.pulses_of(pulse.wish_id):
            self.violations.append(f"wish {pulse.wish_id.hex()} had a second pulse at {pulse.start_ms} ms")
        others = [board.address for board in self.boards.values() if board.pulse and board.pulse is not pulse]
        if others:
            self.violations.append(f"two coils at once at {pulse.start_ms} ms: boards {others[0]} and {pulse.board}")

    def _check(self) -> None:
        for board in self.boards.values():
            limit = board.description.file.limits.pulse_ms_max.value
            if board.pulse and self.now_ms - board.pulse.start_ms > limit:
                where = f"board {board.address} channel {board.pulse.channel} since {board.pulse.start_ms} ms"
                said = f"a coil is on longer than {limit} ms: {where}"
                if said not in self.violations:
                    self.violations.append(said)
