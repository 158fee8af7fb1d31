"""A till: paying and the terminal's dialogue with a journal between them, where the power may fail before and after each commit."""

from datetime import UTC, datetime, timedelta

import msgspec

from contracts.payment_facts import PaymentFact
from controller.clock import Now
from controller.devices.card_terminal import LastSale, SaleEnded, SaleOffered
from controller.payment import decide as paying
from controller.payment import due as outstanding
from controller.payment.decide import Ended, Enquired, Offered, PayAsked, PaymentRequest
from controller.payment.state import Payment, fold
from controller.refused import Refused
from controller.wishes import Authorise, Commit, EnquireLast, Wish
from tests.devices.terminal_counter import Counter

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


class PowerFailed(Exception):
    """Here the story is cut."""


class Row(msgspec.Struct, frozen=True):
    """A line of the journal, as much of it as paying needs."""

    seq: int
    wall: datetime
    mono_ms: int
    boot: str
    trusted: bool
    fact: PaymentFact


class Till:
    """One machine with a terminal; `cut` names the kind of fact before or after whose commit the power fails, once."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.rows: list[Row] = []
        self.payment = Payment()
        self.boots = 0
        self.started_ms = 0
        self.begun: set[tuple[int, type]] = set()
        self.cut: tuple[str, str] | None = None
        self.disk_full = False
        self.start()

    def now(self) -> Now:
        """The clocks: this boot's begins at its start."""
        wall = START + timedelta(milliseconds=self.counter.ms)
        return Now(wall, self.counter.ms - self.started_ms, f"boot-{self.boots}", trusted=True)

    def start(self) -> None:
        """Power on: what the journal has, and nothing else."""
        self.boots += 1
        self.started_ms = self.counter.ms
        self.counter.restart()
        self.begun.clear()
        self.payment = Payment()
        for row in self.rows:
            self.payment = fold(self.payment, row, row.fact)  # type: ignore[arg-type]
        self._commit(outstanding.restarted(self.payment))

    def pay(self, attempt: str, amount: int) -> None:
        """Somebody presses pay; raises Refused."""
        self._take(PayAsked(attempt, amount))

    def run(self, ms: int, *, card: bool = True) -> None:
        """Time passes; with `card` somebody holds a card to the terminal when it asks. A failure of power ends in a new start."""
        until = self.counter.ms + ms
        while self.counter.ms < until:
            try:
                self._step(card, until)
            except PowerFailed:
                self.cut = None
                self.start()

    def ended(self) -> tuple[str, str] | None:
        """How the last attempt ended, while none is open."""
        return self.payment.last if self.payment.open is None else None

    def kinds(self) -> list[str]:
        """The facts of the journal."""
        return [str(type(row.fact).__struct_config__.tag) for row in self.rows]

    def _step(self, card: bool, until_ms: int) -> None:
        counter = self.counter
        counter.step(until_ms)
        if card and counter.terminal.wants_card:
            counter.terminal.present_card(counter.ms)
        events, counter.seen = counter.seen, []
        for event in events:
            match event:
                case SaleOffered(attempt=attempt, sale=s):
                    self._offered(Offered(attempt, s.amount, s.trace, s.receipt, s.time, s.date, s.card, s.last4))
                case SaleEnded(attempt=attempt, end=end, result=result):
                    self._try(Ended(attempt, end, result))
                case LastSale(sale=s, known=known):
                    self._try(Enquired(known, s.trace, s.receipt, s.amount) if s else Enquired(known))
                case _:
                    pass
        self._commit(outstanding.overdue(self.payment, self.now()))
        for each in outstanding.due(self.payment, self.now()):
            self._begin(each)

    def _offered(self, request: Offered) -> None:
        if self.disk_full or not self._try(request):
            self.counter.ours.answer(request.attempt, "not_issued")

    def _try(self, request: PaymentRequest) -> bool:
        try:
            self._take(request)
        except Refused:
            return False
        return True

    def _take(self, request: PaymentRequest) -> None:
        self._commit(paying.decide(self.payment, request))

    def _commit(self, facts: tuple[PaymentFact, ...]) -> None:
        if not facts:
            return
        kind = str(type(facts[-1]).__struct_config__.tag)
        if self.cut == ("before", kind):
            raise PowerFailed
        now = self.now()
        rows = [Row(len(self.rows) + n, now.wall, now.mono_ms, now.boot, True, fact) for n, fact in enumerate(facts, 1)]
        self.rows += rows
        if self.cut == ("after", kind):
            raise PowerFailed
        for row in rows:
            self.payment = fold(self.payment, row, row.fact)  # type: ignore[arg-type]

    def _begin(self, each: Wish) -> None:
        key = (each.id, type(each.what))
        if key in self.begun:
            return
        self.begun.add(key)
        ours = self.counter.ours
        match each.what:
            case Authorise(attempt=attempt, amount=amount):
                ours.authorise(attempt, amount)
            case Commit(attempt=attempt):
                ours.answer(attempt, "commit")
            case EnquireLast():
                ours.enquire()
            case _:
                raise AssertionError(each)
