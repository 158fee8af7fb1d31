"""The dialogue with bought lock boards without I/O: one half-duplex line, one request in flight, and nothing believed too early.

Such a board has no identity, no boot counter and no memory of orders. What follows is said by the same events as of our own boards:
`boot` is the controller's own count of starts, a wish of which nobody knows the end is answered as of another boot (in doubt), and an
order is sent once, never again by itself. An order counts as carried out when the board has taken it or its door was seen to open.
"""

from collections import deque
from collections.abc import Mapping
from typing import Literal

import msgspec

from contracts import lock_bus as bus
from controller.devices.board_lamps import Light
from controller.devices.board_languages import Language
from controller.devices.duty_guard import DutyGuard
from controller.devices.frames.families import checked
from controller.devices.frames.wrong import FrameWrong, OrderRefused
from controller.devices.lock_board_events import BoardLost, BoardSeen, BusNoise, Event, Executed, Levels, UnlockResult
from controller.devices.switch_readings import SwitchReadings

POLL_IDLE_MS = 300
POLL_EAGER_MS = 60
POLL_AGAIN_MS = 100
PROBE_MS = 5000
POLLS_MISSED = 8  # as for our own boards: a computer that is late by itself must not lose its boards
POLLS_GARBLED = 6
ANSWER_MARGIN_MS = 40  # the board's own slowness and a USB adapter's delay
SILENCE_MS = 5  # so long without a byte and a frame is over; more than 3.5 characters at 9600 baud
BABBLE_MS = 100
EDGE_MS = 1500  # after the pulse, so long may the door take to show on the switch
NOISE_EVERY_MS = 1000
BUFFER_MAX = 512
REMEMBERED = 64

Result = Literal["started", "refused", "no_answer"]


class Wiring(msgspec.Struct, frozen=True):
    """How the door of one channel is read: its input, and the level that means closed."""

    input: int
    closed_level: int


class BoardPlan(msgspec.Struct, frozen=True):
    """What the cabinet says of one board; `wiring` has one entry for each channel."""

    language: Language
    wiring: tuple[Wiring, ...]
    debounce_ms: int
    cooldown_ms: int
    doors_per_minute: int


class _Board:
    """What the dialogue knows of one board."""

    def __init__(self, address: int, plan: BoardPlan) -> None:
        self.address = address
        self.plan = plan
        self.switches = SwitchReadings(len(plan.wiring), plan.debounce_ms)
        self.guard = DutyGuard(plan.cooldown_ms, plan.doors_per_minute)
        self.driven: dict[int, int] = {}  # channels that have not been seen closed since their last pulse, and when that pulse is over
        self.seen = False
        self.lost = False
        self.failures = 0
        self.garbled = 0
        self.errors = 0
        self.asked_ms: int | None = None

    def due_ms(self, eager: bool) -> int:
        """When it is to be asked next."""
        if self.asked_ms is None:
            return 0
        if self.failures >= POLLS_MISSED:
            return self.asked_ms + PROBE_MS
        if self.failures:
            return self.asked_ms + POLL_AGAIN_MS
        return self.asked_ms + (POLL_EAGER_MS if eager or not self.switches.settled else POLL_IDLE_MS)


class _Order:
    """One lock to be opened; `until_ms` once it was sent and not answered: the door may still show that it was heard."""

    def __init__(self, wish_id: bytes, board: _Board, channel: int, pulse_ms: int) -> None:
        self.wish_id = wish_id
        self.board = board
        self.channel = channel
        self.pulse_ms = pulse_ms
        self.opens = 0
        self.until_ms = 0


class _Asked:
    """The request in flight."""

    def __init__(self, board: _Board, sent: bytes, size: int, give_up_ms: int, order: _Order | None) -> None:
        self.board = board
        self.sent = sent
        self.size = size
        self.give_up_ms = give_up_ms
        self.order = order


class BoughtBoards:
    """The dialogue with every board on one line; `boot` is new at every start of the controller."""

    def __init__(self, plans: Mapping[int, BoardPlan], baud: int, boot: int) -> None:
        self.watched: int | None = None
        self.rejected = self.timeouts = self.unasked = self.crc_errors = 0
        self._baud = baud
        self._boot = boot
        self._boards = {address: _Board(address, plans[address]) for address in sorted(plans)}
        self._orders: deque[_Order] = deque()
        self._watching: list[_Order] = []
        self._ends: dict[bytes, bool] = {}  # wishes that surely were carried out, and that surely were not
        self._asked: _Asked | None = None
        self._buffer = bytearray()
        self._heard_ms = -SILENCE_MS
        self._ended_ms = 0
        self._coil_until = 0
        self._events: list[Event] = []
        self._told = BusNoise(0, 0, 0, 0, 0, {})
        self._told_ms: int | None = None

    def unlock(self, wish_id: bytes, board: int, channel: int, pulse_ms: int, boot: int) -> None:
        """Ask for one pulse; ends in one UnlockResult. Raises BusWrong for a wish id that is not 12 bytes, KeyError for a strange board."""
        order = _Order(bus.check_wish_id(wish_id), self._boards[board], channel, pulse_ms)
        if boot != self._boot:
            self._finish(order, "refused", "wrong_boot")
        elif not order.board.seen:
            self._finish(order, "refused", "board_silent")
        else:
            self._orders.append(order)

    def enquire(self, wish_id: bytes, board: int) -> None:
        """Say what became of a wish; ends in one Executed. The board cannot be asked: what we have not seen is in doubt."""
        ended = self._ends.get(bus.check_wish_id(wish_id))
        boot = 0 if ended is None else self._boot
        self._events.append(Executed(wish_id, self._boards[board].address, boot, "done" if ended else "unknown"))

    def light(self, lamps: Mapping[int, Light]) -> None:
        """Bought boards have no lamps."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces; those that nobody asked for are dropped and counted."""
        self._heard_ms = now_ms
        if self._asked is None:
            self.unasked += len(data)
        else:
            self._buffer += data[: BUFFER_MAX - len(self._buffer)]
        self._tell_noise(now_ms)

    def tick(self, now_ms: int) -> None:
        """Time has passed: an answer is over, or was never given."""
        for board in self._boards.values():
            board.guard.begin(now_ms)
        asked = self._asked
        if asked is not None and now_ms >= self._over_ms(asked):
            data, self._asked, self._buffer, self._ended_ms = bytes(self._buffer), None, bytearray(), now_ms
            self._over(asked, data, now_ms)
        for order in [order for order in self._watching if now_ms >= order.until_ms]:
            self._watching.remove(order)
            self._finish(order, "no_answer")
        self._tell_noise(now_ms)

    def deadline(self) -> int | None:
        """When to call tick and bytes_to_send again, in the past when something is due now; None only without boards."""
        due = [order.until_ms for order in self._watching]
        if self._asked is not None:
            due.append(self._over_ms(self._asked))
        else:
            free_ms = self._free_ms()
            due += [max(board.due_ms(self._eager(board)), free_ms) for board in self._boards.values()]
            due += [max(self._coil_until, free_ms)] if self._orders else []
        return min(due, default=None)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """The next request, or nothing while one is in flight, somebody speaks, or none is due. An order goes before any poll."""
        if self._asked is not None or now_ms < self._free_ms():
            return b""
        while self._orders and now_ms >= self._coil_until:
            if data := self._drive(self._orders.popleft(), now_ms):
                return data
        due = [(board.due_ms(self._eager(board)), board.address) for board in self._boards.values()]
        at_ms, address = min(due, default=(now_ms + 1, 0))
        if at_ms > now_ms:
            return b""
        board = self._boards[address]
        board.asked_ms = now_ms
        return self._say(board, board.plan.language.ask(address), board.plan.language.levels_size, now_ms, None)

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def _eager(self, board: _Board) -> bool:
        return board.address == self.watched or any(order.board is board for order in self._watching)

    def _free_ms(self) -> int:
        """When the line may be used; one that never falls silent is used all the same, so that its boards are missed."""
        return min(self._heard_ms + SILENCE_MS, self._ended_ms + BABBLE_MS)

    def _over_ms(self, asked: _Asked) -> int:
        over_ms = self._heard_ms + SILENCE_MS if len(self._buffer) >= asked.size else asked.give_up_ms
        return min(over_ms, asked.give_up_ms + BABBLE_MS)

    def _say(self, board: _Board, data: bytes, size: int, now_ms: int, order: _Order | None) -> bytes:
        line_ms = bus.line_ms(len(data) + size, self._baud)
        self._asked = _Asked(board, checked(board.plan.language.family, data), size, now_ms + line_ms + ANSWER_MARGIN_MS, order)
        return data

    # --- orders --------------------------------------------------------------------------------------------------------------------------

    def _drive(self, order: _Order, now_ms: int) -> bytes:
        board, channel = order.board, order.channel
        if not board.seen:
            self._finish(order, "refused", "board_silent")
            return b""
        if channel >= len(board.plan.wiring):
            self._finish(order, "refused", "bad_channel")
            return b""
        if (refusal := board.guard.refusal(channel, now_ms)) is not None:
            self._finish(order, "refused", *refusal)
            return b""
        if channel in board.driven and board.switches.closed[channel] is not True:
            self._finish(order, "refused", "not_seen_closed")
            return b""
        try:
            data = board.plan.language.unlock(board.address, channel, order.pulse_ms)
            sent = self._say(board, data, board.plan.language.unlocked_size, now_ms, order)
        except FrameWrong:
            self._finish(order, "refused", "bad_pulse")
            return b""
        order.opens = board.switches.opens[channel]
        board.guard.driven(channel, order.pulse_ms, now_ms)
        board.driven[channel] = now_ms + order.pulse_ms
        self._coil_until = now_ms + bus.line_ms(len(sent), self._baud) + order.pulse_ms
        return sent

    def _ordered(self, order: _Order, asked: _Asked, data: bytes, now_ms: int) -> None:
        try:
            order.board.plan.language.unlocked(data, asked.sent)
        except OrderRefused:
            self._finish(order, "refused", "refused_by_board")
            return
        except FrameWrong as wrong:
            self._count(asked.board, wrong, data)
            order.until_ms = now_ms + order.pulse_ms + EDGE_MS
            self._watching.append(order)
            return
        self._finish(order, "started")

    def _finish(self, order: _Order, result: Result, code: str = "", wait_ms: int = 0) -> None:
        if result != "no_answer":
            self._ends[order.wish_id] = result == "started"
            if len(self._ends) > REMEMBERED:
                del self._ends[next(iter(self._ends))]
        self._events.append(UnlockResult(order.wish_id, order.board.address, order.channel, result, code, wait_ms))

    # --- answers -------------------------------------------------------------------------------------------------------------------------

    def _over(self, asked: _Asked, data: bytes, now_ms: int) -> None:
        if asked.order is not None:
            self._ordered(asked.order, asked, data, now_ms)
            return
        board = asked.board
        try:
            levels = board.plan.language.levels(data, board.address)
        except FrameWrong as wrong:
            self._count(board, wrong, data)
            self._missed(board, bool(data))
            return
        board.failures = board.garbled = 0
        self._read(board, levels, now_ms)

    def _read(self, board: _Board, levels: int, now_ms: int) -> None:
        wiring = board.plan.wiring
        board.switches.read([levels >> wire.input & 1 == wire.closed_level for wire in wiring], now_ms)
        if not board.seen:
            board.seen, board.lost = True, False
            self._events.append(BoardSeen(board.address, self._boot, "", "", b"", b"", len(wiring), ""))
        closed = tuple(board.switches.closed)
        board.driven = {channel: ms for channel, ms in board.driven.items() if now_ms < ms or not board.switches.surely_closed(channel)}
        counters = (tuple(board.switches.opens), tuple(board.switches.closes))
        self._events.append(Levels(board.address, self._boot, closed, *counters, None, False))
        for order in [order for order in self._watching if order.board is board]:
            if board.switches.opens[order.channel] != order.opens:
                self._watching.remove(order)
                self._finish(order, "started")

    def _missed(self, board: _Board, garbled: bool) -> None:
        board.failures += 1
        board.garbled += garbled
        if board.failures < POLLS_MISSED:
            return
        if not board.lost:
            board.lost = True
            self._events.append(BoardLost(board.address, doubled=board.garbled >= POLLS_GARBLED))
        board.seen = False
        board.switches.forget()

    def _count(self, board: _Board, wrong: FrameWrong, data: bytes) -> None:
        board.errors += 1
        if not data:
            self.timeouts += 1
        elif wrong.reason == "checksum":
            self.crc_errors += 1
        else:
            self.rejected += 1

    def _tell_noise(self, now_ms: int) -> None:
        errors = {board.address: board.errors for board in self._boards.values() if board.errors}
        noise = BusNoise(self.unasked, 0, self.crc_errors, self.rejected, self.timeouts, errors)
        if noise != self._told and (self._told_ms is None or now_ms - self._told_ms >= NOISE_EVERY_MS):
            self._told, self._told_ms = noise, now_ms
            self._events.append(noise)
