"""The dialogue with a card terminal over ZVT without I/O: one thing at a time, the commit only when it is told to (facts: payments 2 to 4).

Call receive or tick, then write bytes_to_send until it is empty, read events, and come back at deadline. It starts from zero after a crash:
what became of a sale is then asked for (`enquire`), never guessed. A sale is stored by the terminal when `answer` says *commit*; before
that it reverses by itself.
"""

from collections import deque
from typing import Literal

import msgspec

from controller.devices.frames import zvt_messages as zvt
from controller.devices.frames.wrong import FrameWrong
from controller.devices.zvt_line import ZvtLine

T3_MS = 5_000
"""Until a command is taken or refused."""
T4_MS = 180_000
"""Until it is done, begun anew by every word of the terminal."""
STATUS_EVERY_MS = 60_000
WAIT_AFTER_MS = 2_000
"""So long the terminal is left without an answer to an offered sale; then it is asked to wait."""
WAITS_MAX = 10

Goods = Literal["commit", "not_issued"]
End = Literal["stored", "declined", "unknown"]
Kind = Literal["register", "status", "authorise", "enquire", "reverse", "end_of_day"]


class Sale(msgspec.Struct, frozen=True):
    """What a terminal says of a sale: money in grosz, its numbers as they stand, of the card the name and the last four digits."""

    amount: int
    trace: str
    receipt: str
    time: str = ""
    date: str = ""
    card: str = ""
    last4: str = ""


class TerminalSeen(msgspec.Struct, frozen=True):
    """The terminal answers and is registered."""


class TerminalLost(msgspec.Struct, frozen=True):
    """It does not answer any more, or refuses to be registered (`result`)."""

    result: str = ""


class TerminalSays(msgspec.Struct, frozen=True):
    """What the customer is to do now."""

    attempt: str
    status: str


class SaleOffered(msgspec.Struct, frozen=True):
    """The host has approved; nothing is charged before `answer` says so."""

    attempt: str
    sale: Sale


class SaleEnded(msgspec.Struct, frozen=True):
    """How an authorisation or a reversal ended; `unknown` is to be enquired, and never asked for again."""

    attempt: str
    end: End
    result: str = ""


class LastSale(msgspec.Struct, frozen=True):
    """What the terminal stored last; None when it has nothing, and `known` false when it did not say."""

    sale: Sale | None
    known: bool = True


class DayEnded(msgspec.Struct, frozen=True):
    """The terminal has settled its day, or refused."""

    done: bool
    result: str = ""


Event = TerminalSeen | TerminalLost | TerminalSays | SaleOffered | SaleEnded | LastSale | DayEnded


class Busy(RuntimeError):
    """One attempt is open at this terminal already."""


class _Job:
    """One command: sent until the terminal takes it, then running until it is complete."""

    def __init__(self, kind: Kind, message: bytes, attempt: str = "", amount: int = 0) -> None:
        self.kind, self.message, self.attempt, self.amount = kind, message, attempt, amount
        self.running = False
        self.until_ms: int | None = None
        self.sale: Sale | None = None
        self.goods: Goods | None = None
        self.offered_ms: int | None = None
        self.waits = 0


class CardTerminal:
    """One terminal behind one line."""

    def __init__(self, line: ZvtLine) -> None:
        self._line = line
        self._jobs: deque[_Job] = deque([_Job("register", zvt.registration())])
        self._job: _Job | None = None
        self._seen = False
        self._heard_ms = 0
        self._status, self._status_ms = b"", 0
        self._events: list[Event] = []

    def authorise(self, attempt: str, amount: int) -> None:
        """Ask for money, in grosz; ends in one SaleEnded. Raises Busy while an attempt is open, FrameWrong for an impossible amount."""
        if self.open_attempt is not None:
            raise Busy(self.open_attempt)
        self._jobs.append(_Job("authorise", zvt.authorisation(amount, timeout_s=30, status_infos=WAITS_MAX), attempt, amount))

    @property
    def open_attempt(self) -> str | None:
        """The attempt for which money is being asked."""
        jobs = [*([self._job] if self._job else []), *self._jobs]
        return next((job.attempt for job in jobs if job.kind == "authorise"), None)

    def answer(self, attempt: str, goods: Goods) -> None:
        """The right is on disk, or there is none: the first word counts, and one for another attempt does nothing."""
        job = self._job
        if job is None or job.attempt != attempt or job.sale is None or job.goods is not None:
            return
        job.goods = goods
        if job.offered_ms is not None:
            self._say_goods(job)

    def abort(self, attempt: str) -> None:
        """The customer has changed their mind; it may be too late."""
        waiting = next((job for job in self._jobs if job.attempt == attempt and job.kind == "authorise"), None)
        if waiting is not None:
            self._jobs.remove(waiting)
            self._events.append(SaleEnded(attempt, "declined"))
        elif self._job is not None and self._job.attempt == attempt and self._job.sale is None:
            self._line.send(zvt.ABORT)

    def enquire(self) -> None:
        """Ask what was stored last; ends in one LastSale. A terminal that is not registered is registered first: it would not say."""
        if not self._seen and not self._jobs:
            self._jobs.append(_Job("register", zvt.registration()))
        self._jobs.append(_Job("enquire", zvt.REPEAT_RECEIPT))

    def reverse(self, attempt: str, receipt: str, amount: int) -> None:
        """Give a stored sale back; ends in one SaleEnded, where `stored` is the reversal."""
        self._jobs.append(_Job("reverse", zvt.reversal(receipt, amount), attempt, amount))

    def end_of_day(self) -> None:
        """Settle; ends in one DayEnded."""
        self._jobs.append(_Job("end_of_day", zvt.END_OF_DAY))

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    # --- time and bytes ------------------------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces."""
        for message in self._line.receive(data, now_ms):
            self._heard_ms = now_ms
            self._message(message, now_ms)
        self._check(now_ms)

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        self._line.tick(now_ms)
        job = self._job
        if job is not None and job.offered_ms is not None and job.goods is None and now_ms >= job.offered_ms + WAIT_AFTER_MS:
            job.offered_ms = None
            job.waits += 1
            if job.waits > WAITS_MAX:
                job.goods = "not_issued"
            self._line.send(zvt.WAIT if job.goods is None else zvt.NOT_ISSUED)
        self._check(now_ms)

    def bytes_to_send(self, now_ms: int) -> bytes:
        """What is to be written now."""
        if self._job is None:
            if not self._jobs and now_ms >= self._heard_ms + STATUS_EVERY_MS:
                self._jobs.append(_Job("status", zvt.STATUS_ENQUIRY) if self._seen else _Job("register", zvt.registration()))
            if self._jobs:
                self._job = self._jobs.popleft()
                self._job.until_ms = now_ms + T3_MS + T2_ALL_MS
                self._line.send(self._job.message)
        return self._line.bytes_to_send(now_ms)

    def deadline(self) -> int | None:
        """When to call tick and bytes_to_send next, in the past when something is due now."""
        if self._job is None:
            return 0 if self._jobs else self._heard_ms + STATUS_EVERY_MS
        times = [time for time in (self._line.deadline(), self._job.until_ms) if time is not None]
        if self._job.offered_ms is not None and self._job.goods is None:
            times.append(self._job.offered_ms + WAIT_AFTER_MS)
        return min(times)

    def _check(self, now_ms: int) -> None:
        job = self._job
        if job is None or job.until_ms is None:
            return
        if self._line.lost or now_ms >= job.until_ms:
            self._line.lost = False
            self._heard_ms = now_ms
            self._over("unknown", "")

    # --- what the terminal says ----------------------------------------------------------------------------------------------------------

    def _message(self, message: bytes, now_ms: int) -> None:
        command = int.from_bytes(message[:2], "big")
        try:
            _, told = zvt.read_zvt(message)
        except FrameWrong:
            # A damaged offer is no sale, and nothing that we do not understand is agreed to.
            self._line.send(zvt.NOT_ISSUED if command == STATUS_INFORMATION else zvt.NOT_POSSIBLE)
            return
        job = self._job
        if job is not None and (job.running or (command == INTERMEDIATE and job.kind == "authorise")):
            job.running, job.until_ms = True, now_ms + T4_MS  # a status proves that the command was taken, though that word was lost
        result = str(told.get("result", ""))
        if command != INTERMEDIATE:
            self._status = b""
        if command == zvt.TAKEN or command >> 8 == zvt.REFUSED:
            self._answered(command == zvt.TAKEN, result, now_ms)
        elif command == STATUS_INFORMATION:
            self._status_information(told, now_ms)
        elif command != INTERMEDIATE or not self._echo(message, now_ms):
            # Said again, and late, it could meet an offer that came in between, and would be the commit.
            self._line.send(zvt.ACKNOWLEDGED, once=True)
            self._said(command, told, result)

    def _echo(self, message: bytes, now_ms: int) -> bool:
        """Whether the line has brought a status twice: two acknowledgements of one could be the commit of what comes next."""
        again = self._status == message and now_ms < self._status_ms + ECHO_MS
        self._status, self._status_ms = message, now_ms
        return again

    def _answered(self, taken: bool, result: str, now_ms: int) -> None:
        """To the command, if it waits for an answer; what comes later answers an abort, or comes twice."""
        job = self._job
        if job is None or job.running:
            return
        if taken:
            job.running, job.until_ms = True, now_ms + T4_MS
        elif job.kind == "authorise" and result == NOT_READY:  # it may be busy with this very sale, when its first answer was lost
            self._over("unknown", result)
        elif job.kind == "enquire":
            self._job = None
            self._events.append(LastSale(None, known=False))
        else:
            self._over("declined", result)

    def _said(self, command: int, told: dict[str, object], result: str) -> None:
        job = self._job
        if job is None:
            return
        match command:
            case 0x04FF if job.kind == "authorise":
                self._events.append(TerminalSays(job.attempt, str(told["status"])))
            case 0x060F if job.running:
                self._completed(job)
            case 0x061E:
                self._over("declined", result)
            case _:
                pass

    def _status_information(self, told: dict[str, object], now_ms: int) -> None:
        job = self._job
        sale = _sale(told)
        if job is not None and job.kind == "enquire":
            job.sale = sale
            self._line.send(zvt.ACKNOWLEDGED)
        elif job is not None and job.kind == "authorise":
            self._offered(job, sale, str(told.get("result", "")), now_ms)
        elif job is not None and job.kind in ("reverse", "end_of_day"):
            self._line.send(zvt.ACKNOWLEDGED)
        else:  # of a sale that we know nothing of any more: it must not be stored
            self._line.send(zvt.NOT_ISSUED if sale is not None else zvt.ACKNOWLEDGED)

    def _offered(self, job: _Job, sale: Sale | None, result: str, now_ms: int) -> None:
        if sale is None or sale.amount != job.amount:
            # Not approved: there is nothing to store, and its end follows. Another amount than was asked for is refused.
            self._line.send(zvt.ACKNOWLEDGED if sale is None and result != "00" else zvt.NOT_ISSUED)
            return
        job.offered_ms = now_ms
        if job.sale is None:
            job.sale = sale
            self._events.append(SaleOffered(job.attempt, sale))
        elif job.sale != sale:
            job.goods = "not_issued"
        if job.goods is not None:
            self._say_goods(job)

    def _say_goods(self, job: _Job) -> None:
        job.offered_ms = None
        self._line.send(zvt.ACKNOWLEDGED if job.goods == "commit" else zvt.NOT_ISSUED)

    def _completed(self, job: _Job) -> None:
        match job.kind:
            case "authorise" if job.goods == "commit":
                self._over("stored", "")
            case "authorise":
                self._over("declined" if job.goods == "not_issued" else "unknown", "")
            case _:
                self._over("stored", "")

    def _over(self, end: End, result: str) -> None:
        job, self._job = self._job, None
        assert job is not None
        match job.kind:
            case "register" | "status":
                self._contact(end, result)
                return
            case "authorise" | "reverse":
                self._events.append(SaleEnded(job.attempt, end, result))
            case "enquire":
                self._events.append(LastSale(job.sale if end == "stored" else None, known=end == "stored" or result == NOTHING_STORED))
            case _:
                self._events.append(DayEnded(end == "stored", result))
        if end == "unknown":
            self._contact(end, result)

    def _contact(self, end: End, result: str) -> None:
        if (end == "stored") == self._seen:
            return
        self._seen = end == "stored"
        self._events.append(TerminalSeen() if self._seen else TerminalLost(result))
        if not self._seen and end == "unknown":
            self._jobs.appendleft(_Job("register", zvt.registration()))


STATUS_INFORMATION, INTERMEDIATE = 0x040F, 0x04FF
ECHO_MS = 1_000
NOT_READY = "a0"
NOTHING_STORED = "64"
"""The abort of a repeat receipt that there is none to repeat; to be proven on the terminal that is bought."""
T2_ALL_MS = 15_000
"""A command that is said three times on a line that answers nothing."""


def _sale(told: dict[str, object]) -> Sale | None:
    """The sale of a status information that says approved, in our money, with the numbers by which it is found again; else None."""
    amount, trace, receipt = told.get("amount_minor"), told.get("long_trace", told.get("trace")), told.get("receipt")
    right = told.get("result", "00") == "00" and told.get("currency", zvt.PLN) == zvt.PLN
    if not right or not isinstance(amount, int) or not isinstance(trace, str) or not isinstance(receipt, str):
        return None
    more = {
        name: str(told.get(key, ""))
        for name, key in (("time", "time"), ("date", "date_mmdd"), ("card", "card_name"), ("last4", "card_last4"))
    }
    return Sale(amount, trace, receipt, **more)
