"""The master's side of the lock bus without I/O: several boards on one half-duplex line, one request in flight.

Call receive or tick, then write bytes_to_send until it is empty, read events, and come back at deadline.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal

from contracts import lock_bus as bus
from controller.devices.board_lamps import DARK, Light
from controller.devices.lock_board_events import (
    REFUSALS,
    WISH_STATES,
    BoardLost,
    BoardSeen,
    BusNoise,
    Event,
    Executed,
    Levels,
    UnlockResult,
)
from controller.devices.own_board import POLL_EAGER_MS, POLLS_MISSED, Asked, Job, OwnBoard

TRIES = 3
POLLS_GARBLED = 6  # so many of them: a request that was lost on the way is answered by silence
ANSWER_MARGIN_MS = 15  # a USB adapter's own delay; doubled at every further try
NOISE_EVERY_MS = 1000
DOUBLE_MS = 30_000  # so long without another sign of a second board at an address, and the first is asked who it is and trusted again
_BODY_LONGEST = {
    bus.IDENTIFY: bus.Identity.SIZE_LAMPS,
    bus.STATES: bus.STATES_LONGEST,
    bus.UNLOCK: 3,
    bus.EXECUTED: 5,
    bus.LAMPS: 5,
}
_FRAME_EXTRA = 8  # two zeros, the COBS byte, address, sequence, kind, checksum


class LockBoards:
    """The dialogue with every board on one line; `expected` gives each address the 8-byte description hash it must state."""

    def __init__(self, expected: Mapping[int, bytes], baud: int = bus.BAUD) -> None:
        self.watched: int | None = None  # the board of a door that is pending or open: asked every 40 ms instead of every 300
        self.rejected = 0
        self.timeouts = 0
        self._baud = baud
        self._boards = {address: OwnBoard(address, expected[address]) for address in sorted(expected)}
        self._jobs: deque[Job] = deque()
        self._asked: Asked | None = None
        self._answered_last: Asked | None = None
        self._polled_last = False
        self._sequence = 0
        self._coil_until = 0
        self._coil_wish = b""
        self._decoder = bus.Decoder()
        self._events: list[Event] = []
        self._told = BusNoise(0, 0, 0, 0, 0, {})
        self._told_ms: int | None = None

    def unlock(self, wish_id: bytes, board: int, channel: int, pulse_ms: int, boot: int) -> None:
        """Ask for one pulse; ends in one UnlockResult. Raises BusWrong for a wish id that is not 12 bytes, KeyError for a strange board."""
        order = bus.UnlockOrder(wish_id, boot, channel, pulse_ms)
        self._add(Job(bus.UNLOCK, board, order.encode(), order))

    def enquire(self, wish_id: bytes, board: int) -> None:
        """Ask whether a wish was executed; ends in one Executed."""
        self._add(Job(bus.EXECUTED, board, bus.check_wish_id(wish_id)))

    def light(self, lamps: Mapping[int, Light]) -> None:
        """Which lamps of which boards shine from now on; a board that is not named, or has none, stays dark."""
        for address, board in self._boards.items():
            board.lamps.wanted = lamps.get(address, DARK)

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces."""
        for frame in self._decoder.feed(data):
            self._second_voice(frame, now_ms)
            self._frame(frame, now_ms)
        self._tell_noise(now_ms)

    def tick(self, now_ms: int) -> None:
        """Time has passed; an answer that did not come is given up."""
        asked = self._asked
        if asked and now_ms >= asked.give_up_ms:
            self._asked = None
            self.timeouts += 1
            asked.board.errors += 1
            self._failed(asked)
        self._tell_noise(now_ms)

    def deadline(self) -> int | None:
        """When to call tick and bytes_to_send again, in the past when something is due now; None only without boards."""
        if self._asked:
            return self._asked.give_up_ms
        due = [board.due_ms(board.address == self.watched) for board in self._boards.values()]
        due += [self._ready_ms(job) for job in self._jobs if self._boards[job.board].identity]
        due += [due_ms for board in self._boards.values() if (due_ms := board.lamps.due_ms()) is not None]
        return min(due, default=None)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """The next request, or nothing while one is in flight or none is due."""
        if self._asked:
            return b""
        job = self._next_job(now_ms)
        board = self._most_overdue(now_ms)
        if job and not (board and job.tries and not self._polled_last):  # the tries of a silent board let the others through
            return self._say(self._boards[job.board], job.kind, job.body, now_ms, job)
        lamps = None if job else self._lamps_due(now_ms)
        if lamps:
            return self._say(lamps, bus.LAMPS, bus.encode_lamps(*lamps.lamps.say(now_ms)), now_ms, None)
        if board:
            board.asked_ms = now_ms
            if board.polled:
                return self._say(board, bus.STATES, bus.encode_ack(board.ack), now_ms, None)
            return self._say(board, bus.IDENTIFY, b"", now_ms, None)
        return b""

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def _add(self, job: Job) -> None:
        board = self._boards[job.board]
        if board.identity is None:
            board.asked_ms = None  # a lost board gets another round, for this job
            board.heard()
        if (board.mismatch or board.doubled) and job.order:
            self._mismatched(job)
        else:
            self._jobs.append(job)

    def _ready_ms(self, job: Job) -> int:
        """One coil at a time on the whole line: the supply is sized for one."""
        return self._coil_until if job.order and job.order.wish_id != self._coil_wish else 0

    def _next_job(self, now_ms: int) -> Job | None:
        return next((job for job in self._jobs if self._boards[job.board].identity and self._ready_ms(job) <= now_ms), None)

    def _most_overdue(self, now_ms: int) -> OwnBoard | None:
        due = [(board.due_ms(board.address == self.watched), board.address) for board in self._boards.values()]
        at_ms, address = min(due, default=(now_ms + 1, 0))
        return self._boards[address] if at_ms <= now_ms else None

    def _lamps_due(self, now_ms: int) -> OwnBoard | None:
        due = ((board, board.lamps.due_ms()) for board in self._boards.values())
        return next((board for board, due_ms in due if due_ms is not None and due_ms <= now_ms), None)

    def _say(self, board: OwnBoard, kind: int, body: bytes, now_ms: int, job: Job | None) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFF
        data = bus.Frame(board.address, self._sequence, kind, body).encode()
        line = bus.line_ms(len(data) + _BODY_LONGEST[kind] + _FRAME_EXTRA, self._baud)
        tries = job.tries if job else int(board.failures > 0)
        self._asked = Asked(board, self._sequence, kind, now_ms + line + (ANSWER_MARGIN_MS << tries), job, self._broken)
        self._polled_last = job is None
        if job:
            job.tries += 1
        if job and job.order:
            self._coil_wish = job.order.wish_id
            self._coil_until = self._asked.give_up_ms + job.order.pulse_ms
        return data

    def _frame(self, frame: bus.Frame, now_ms: int) -> None:
        asked = self._asked
        if asked is None or (frame.address, frame.sequence) != (asked.board.address, asked.sequence):
            self.rejected += 1
            return
        try:
            if frame.kind == asked.kind | bus.REPLY:
                self._answered(asked, frame.body, now_ms)
                asked.reply, self._answered_last = frame.body, asked
                return
            if frame.kind == bus.ERROR | bus.REPLY and bus.decode_error(frame.body)[0] == asked.kind:
                self._not_understood(asked)
                return
        except bus.BusWrong:
            pass
        self.rejected += 1  # wrong kind or length: wait on, the right answer may still come

    def _answered(self, asked: Asked, body: bytes, now_ms: int) -> None:
        board = asked.board
        if asked.kind == bus.IDENTIFY:
            identity = bus.decode_identity(body)
            self._asked = None
            self._identified(board, identity, now_ms)
        elif asked.kind == bus.STATES:
            states = bus.decode_states(body)
            self._asked = None
            self._polled(board, states, now_ms)
        elif asked.kind == bus.LAMPS:
            board.lamps.answered(bus.decode_lamps(body))
            self._asked = None
        elif asked.job:
            self._job_answered(asked.job, body, now_ms)
            self._asked = None
            self._jobs.remove(asked.job)
        board.heard()

    def _job_answered(self, job: Job, body: bytes, now_ms: int) -> None:
        if job.order:
            result, wait_ms = bus.decode_unlocked(body)
            if result in REFUSALS:
                self._coil_until = now_ms
                self._finish(job, "refused", REFUSALS[result], wait_ms)
            else:
                self._finish(job, "started" if result == bus.STARTED else "known", "", 0)
        else:
            boot, state = bus.decode_executed(body)
            self._events.append(Executed(job.body, job.board, boot, WISH_STATES[state]))

    def _identified(self, board: OwnBoard, identity: bus.Identity, now_ms: int) -> None:
        if board.unique_id not in (b"", identity.unique_id) and not board.lost:
            board.doubled_ms = now_ms  # nobody changes a board within the second in which it would be missed
        board.unique_id = identity.unique_id
        board.identity, board.lost, board.ack, board.coil_on = identity, False, 0, False
        board.asked_ms = None if board.polled else board.asked_ms
        board.opens, board.closes = [0] * identity.channels, [0] * identity.channels
        board.mismatch = ""
        if not board.polled:
            board.mismatch = f"protocol {identity.protocol}, expected {' or '.join(map(str, bus.PROTOCOLS))}"
        elif identity.description_hash != board.expected_hash:
            board.mismatch = f"description {identity.description_hash.hex()}, expected {board.expected_hash.hex()}"
        firmware = ".".join(str(part) for part in identity.firmware)
        seen = (identity.description_hash, identity.unique_id, identity.channels, board.mismatch, board.doubled)
        held = bool(board.mismatch or board.doubled)
        board.lamps.found(bool(identity.lamps) and board.polled, held)
        lit = board.lamps.there and not held
        self._events.append(BoardSeen(board.address, identity.boot, firmware, chr(identity.revision), *seen, lit))
        if board.mismatch or board.doubled:
            self._drop_jobs(board.address, self._mismatched)

    def _polled(self, board: OwnBoard, states: bus.States, now_ms: int) -> None:
        identity = board.identity
        if identity is None or states.boot != identity.boot:
            board.forget(now_ms)
            return
        if board.doubled_ms is not None and now_ms - board.doubled_ms >= DOUBLE_MS:
            board.doubled_ms = None
            board.forget(now_ms)
            return
        if any(channel >= identity.channels for channel, _, _ in states.changed):
            raise bus.BusWrong("a channel the board does not have")
        board.ack = states.rev
        for channel, opens, closes in states.changed:
            board.opens[channel], board.closes[channel] = opens, closes
        closed = tuple(bool(states.closed >> n & 1) if states.known >> n & 1 else None for n in range(identity.channels))
        coil = None if states.coil == bus.NO_COIL else states.coil
        board.coil_on = coil is not None
        if coil is not None:  # perhaps from before our start
            self._coil_until = max(self._coil_until, now_ms + POLL_EAGER_MS)
        counters = (tuple(board.opens), tuple(board.closes))
        self._events.append(Levels(board.address, states.boot, closed, *counters, coil, bool(states.flags & bus.FLAG_KEY)))

    @property
    def _broken(self) -> int:
        """How many runs of bytes were no frame."""
        return self._decoder.noise + self._decoder.overlong + self._decoder.crc_errors

    def _second_voice(self, frame: bus.Frame, now_ms: int) -> None:
        """Another answer to a request that was answered: the same again is a fault of the line, a different one a second board."""
        last = self._answered_last
        if last is None or (frame.address, frame.sequence, frame.kind) != (last.board.address, last.sequence, last.kind | bus.REPLY):
            return
        if frame.body != last.reply and not last.board.doubled:
            last.board.doubled_ms = now_ms
            last.board.forget(now_ms)

    def _failed(self, asked: Asked) -> None:
        if asked.kind == bus.LAMPS:
            return  # said again soon; whether the board is there is for its polls to find
        if asked.job is None:
            self._poll_failed(asked.board, garbled=self._broken > asked.broken)
        elif asked.job.tries >= TRIES:
            self._jobs.remove(asked.job)
            self._give_up(asked.job)

    def _poll_failed(self, board: OwnBoard, garbled: bool) -> None:
        board.missed(garbled)
        if board.failures < POLLS_MISSED:
            return
        if not board.lost:
            board.lost = True
            board.identity = None
            board.lamps.lost()
            # Something answers and is never understood: on any usable line a board alone is read at least once in eight times.
            self._events.append(BoardLost(board.address, doubled=board.garbled >= POLLS_GARBLED))
        self._drop_jobs(board.address, self._give_up)

    def _not_understood(self, asked: Asked) -> None:
        self._asked = None
        self.rejected += 1
        if asked.kind == bus.LAMPS:
            asked.board.lamps.found(False)
            return
        if asked.job is None:
            self._poll_failed(asked.board, garbled=False)
            return
        self._jobs.remove(asked.job)
        if asked.job.order:
            self._finish(asked.job, "refused", "not_understood", 0)
        else:
            self._give_up(asked.job)

    def _drop_jobs(self, address: int, end: Callable[[Job], None]) -> None:
        gone = [job for job in self._jobs if job.board == address]
        self._jobs = deque(job for job in self._jobs if job.board != address)
        for job in gone:
            end(job)

    def _give_up(self, job: Job) -> None:
        if job.order:
            self._finish(job, "no_answer", "", 0)
        else:
            self._events.append(Executed(job.body, job.board, 0, "no_answer"))

    def _mismatched(self, job: Job) -> None:
        """No pulse on a board whose pins and limits are not the ones we know, and none on two at once."""
        if job.order:
            self._finish(job, "refused", "duplicate" if self._boards[job.board].doubled else "mismatch", 0)
        else:
            self._give_up(job)

    def _finish(self, job: Job, result: Literal["started", "known", "refused", "no_answer"], code: str, wait_ms: int) -> None:
        if job.order:
            self._events.append(UnlockResult(job.order.wish_id, job.board, job.order.channel, result, code, wait_ms))

    def _tell_noise(self, now_ms: int) -> None:
        decoder = self._decoder
        errors = {board.address: board.errors for board in self._boards.values() if board.errors}
        noise = BusNoise(decoder.noise, decoder.overlong, decoder.crc_errors, self.rejected, self.timeouts, errors)
        if noise != self._told and (self._told_ms is None or now_ms - self._told_ms >= NOISE_EVERY_MS):
            self._told, self._told_ms = noise, now_ms
            self._events.append(noise)
