"""A gateway for BLIK in virtual time, behind the calls of the centre; beside it stands the bank, which has the truth of money.

A gateway may say that a customer refused (`tells_declines`), or leave that to time, as Przelewy24 does.
"""

import heapq
from collections.abc import Callable
from typing import Literal

import msgspec

from central.blik.calls import AskStatus, Call, Charge, Refund, Register, Result, Verify
from central.blik.gateway import Absent, Declined, Paid, Pending, Reason, Registered, Returned, Unknown
from sim.bank import Bank
from sim.bank import Charge as Money

Fault = Literal["lost", "unsent"]
ANSWER_MS = 300


class Session(msgspec.Struct):
    """One attempt at the gateway. `asked` counts how often it was asked for money."""

    attempt: str
    amount: int
    order: int
    asked: int = 0
    waiting: bool = False
    refused: Reason | None = None
    money: Money | None = None
    verified: bool = False


class SimBlikLine:
    """Answers each call after a while; `faults` are those of the next calls of a kind: done or not done, and nobody says so."""

    def __init__(self, bank: Bank, now_ms: Callable[[], int], *, tells_declines: bool = True) -> None:
        self.bank = bank
        self.sessions: dict[str, Session] = {}
        self.faults: dict[type, list[Fault]] = {}
        self.wrong_code: bool = False
        self.other_amount = 0
        self.away = False
        self._used: set[str] = set()
        self._now_ms = now_ms
        self._tells_declines = tells_declines
        self._answers: list[tuple[int, int, Call, Result]] = []
        self._count = 0

    def ask(self, call: Call) -> None:
        """Ask without waiting."""
        faults = self.faults.get(type(call), [])
        fault = faults.pop(0) if faults else "unsent" if self.away else None
        result: Result = Unknown("http_0") if fault == "unsent" else self._done(call)
        self._count += 1
        heapq.heappush(self._answers, (self._now_ms() + ANSWER_MS, self._count, call, Unknown("http_0") if fault else result))

    def deadline(self) -> int | None:
        """When the next answer comes."""
        return self._answers[0][0] if self._answers else None

    def answers(self) -> list[tuple[Call, Result]]:
        """Those whose time has come."""
        come: list[tuple[Call, Result]] = []
        while self._answers and self._answers[0][0] <= self._now_ms():
            _, _, call, result = heapq.heappop(self._answers)
            come.append((call, result))
        return come

    # --- the phone -----------------------------------------------------------------------------------------------------------------------

    def confirm(self, attempt: str) -> None:
        """The customer confirms in the bank's application, in time or late."""
        session = self.sessions[attempt]
        if session.waiting and session.money is None:
            money = self.bank.approve(session.amount + self.other_amount)
            assert isinstance(money, Money)
            self.bank.settle(money, "charged")
            session.money, session.waiting = money, False

    def refuse(self, attempt: str, reason: Reason = "refused") -> None:
        """The customer says no, or the bank does."""
        session = self.sessions[attempt]
        session.waiting, session.refused = False, reason

    def paid(self, attempt: str) -> Paid | None:
        """What a notification would say."""
        session = self.sessions.get(attempt)
        return None if session is None or session.money is None else Paid(session.order, session.money.amount, session.verified)

    # --- the gateway ---------------------------------------------------------------------------------------------------------------------

    def _done(self, call: Call) -> Result:
        match call:
            case Register():
                known = self.sessions.setdefault(call.attempt, Session(call.attempt, call.amount, 300_001 + len(self.sessions)))
                return Registered(f"T-{known.order}")
            case Charge():
                return self._charge(call)
            case AskStatus():
                return self._status(call.attempt)
            case Verify():
                self.sessions[call.attempt].verified = True
                return True
            case Refund():
                return self._refund(call)

    def _charge(self, call: Charge) -> Result:
        session = self.sessions[call.attempt]
        session.asked += 1
        if self.wrong_code or call.code in self._used:
            session.refused = "code"
            return Declined("code")
        self._used.add(call.code)
        session.waiting = True
        return Pending()

    def _status(self, attempt: str) -> Result:
        session = self.sessions.get(attempt)
        if session is None or not session.asked:
            return Absent()
        if session.money is not None:
            paid = self.paid(attempt)
            assert paid is not None
            return Returned(session.order) if session.money.state == "returned" else paid
        if session.refused is not None and self._tells_declines:
            return Declined(session.refused)
        return Pending()

    def _refund(self, call: Refund) -> Result:
        money = self.sessions[call.attempt].money
        if money is not None and money.state == "charged":
            self.bank.settle(money, "returned")
        return True
