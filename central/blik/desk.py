"""What becomes of a payment by BLIK at the centre: registered, charged once, asked about until it is known (facts: payments 5).

The row is on disk before the gateway is given the code, and the code is in memory alone: after a restart nothing is charged any more, and
what was charged is asked about. Poll and notification both count, either alone is enough. Every state but the open ones is final.
"""

import msgspec
from sqlalchemy import Connection

from central.blik.calls import AskStatus, Call, Charge, Refund, Register, Result, Verify
from central.blik.gateway import Absent, Declined, Paid, Pending, Reason, Registered, Returned, Unknown
from central.ports import Now
from central.signer import Signer
from central.store import attempts, letters
from central.store.attempts import AttemptRow
from central.times import HOUR_MS, MINUTE_MS, to_ms
from contracts.sealed import SealedWrong
from contracts.topics import BlikAsked, BlikEnquiry, BlikState, BlikWord, decode

REGISTER_WITHIN_MS = 20_000
"""Longer nobody waits in front of the machine for a gateway that does not answer; without a charge there is no money."""
AMOUNT_MAX = 5_000_000
"""50 000 PLN, the highest limit of a bank."""
CODE_LIVES_MS = 150_000
"""A code is worth 120 s, and the customer has 60 s to confirm; what the gateway has never heard of by then, it will not hear."""
FOLLOWED_MS = 24 * HOUR_MS
ANSWER_WITHIN_MS = 60_000
PAUSES_MS = ((MINUTE_MS, 2_000), (CODE_LIVES_MS, 5_000), (HOUR_MS, MINUTE_MS), (4 * HOUR_MS, 5 * MINUTE_MS))
"""Up to which age of a payment it is asked about how often."""
REASONS: dict[Reason, str] = {"code": "code", "refused": "user", "not_confirmed": "timeout", "funds": "funds", "technical": "bank"}
WORDS: dict[str, BlikState] = {
    "registering": "pending", "charging": "pending", "verifying": "pending", "paid": "paid", "declined": "declined",
    "refunding": "refunding", "refunded": "refunding", "manual": "manual",
}  # fmt: skip


class _Turn(msgspec.Struct, frozen=True):
    """When the gateway may be asked next about an attempt, and how often it was."""

    at_ms: int
    tries: int = 0


class BlikDesk:
    """Attempts of all machines. Only timers, codes and tokens are its own."""

    def __init__(self, signer: Signer, *, has_gateway: bool) -> None:
        self._signer = signer
        self._has_gateway = has_gateway
        self._codes: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._turns: dict[str, _Turn] = {}
        self._tell: set[str] = set()
        self._wake_ms: int | None = None

    # --- machines ------------------------------------------------------------------------------------------------------------------------

    def asked(self, t: Connection, machine: str, payload: bytes, now: Now) -> None:
        """A machine asks for money; raises MessageWrong."""
        ask = decode(payload, BlikAsked)
        if self._known(t, machine, ask.attempt, now):
            return
        reason = self._refusal(ask, now)
        try:
            code = self._signer.open_code(machine, ask.attempt, ask.sealed)
        except SealedWrong:
            letters.security(t, machine, "code_seal_wrong", ask.attempt[:16], to_ms(now.wall))
            reason, code = "net", ""
        self._begin(t, machine, ask.attempt, ask.amount, reason, now)
        if reason is None:
            self._codes[ask.attempt] = code

    def _refusal(self, ask: BlikAsked, now: Now) -> str | None:
        return None if self._has_gateway and 0 < ask.amount <= AMOUNT_MAX and now.wall < ask.until else "net"

    def enquired(self, t: Connection, machine: str, payload: bytes, now: Now) -> None:
        """A machine wants to know; what nobody has heard of cannot be asked for any more. Raises MessageWrong.

        A database that was restored may have forgotten a charge, so the gateway is asked before the attempt is declined.
        """
        enquiry = decode(payload, BlikEnquiry)
        if not self._known(t, machine, enquiry.attempt, now):
            self._begin(t, machine, enquiry.attempt, enquiry.amount, None if self._has_gateway else "net", now)

    def _known(self, t: Connection, machine: str, attempt: str, now: Now) -> bool:
        row = attempts.read(t, attempt)
        if row is None:
            return False
        if row.machine == machine:
            self._tell.add(attempt)
        else:
            letters.security(t, machine, "attempt_of_another_machine", attempt[:16], to_ms(now.wall))
        return True

    def _begin(self, t: Connection, machine: str, attempt: str, amount: int, reason: str | None, now: Now) -> None:
        at_ms = to_ms(now.wall)
        state: attempts.State = "registering" if reason is None else "declined"
        attempts.begin(t, AttemptRow(attempt[:64], machine, min(max(amount, 0), 2**63 - 1), state, at_ms, at_ms, reason or ""))
        self._tell.add(attempt)
        self._turns[attempt] = _Turn(now.mono_ms)

    # --- what is due ---------------------------------------------------------------------------------------------------------------------

    def send_due(self, t: Connection, now: Now) -> list[Call]:
        """What to ask of the gateway after the commit."""
        self._wake_ms = None
        rows = attempts.unsettled(t)
        kept = {row.attempt for row in rows}
        for memory in (self._codes, self._tokens, self._turns):
            for gone in memory.keys() - kept:
                del memory[gone]
        return [call for row in rows for call in self._next(t, row, now)]

    def words(self, t: Connection) -> list[tuple[str, BlikWord]]:
        """What machines are to be told after the commit: machine and word."""
        told = [row for attempt in sorted(self._tell) if (row := attempts.read(t, attempt)) is not None]
        self._tell.clear()
        return [(row.machine, BlikWord(row.attempt, WORDS[row.state], row.reason)) for row in told]

    def deadline(self) -> int | None:
        """When send_due has something to do again."""
        return self._wake_ms

    def _next(self, t: Connection, row: AttemptRow, now: Now) -> list[Call]:
        turn = self._turns.setdefault(row.attempt, _Turn(now.mono_ms))
        if now.mono_ms < turn.at_ms:
            self._wake(turn.at_ms)
            return []
        call = self._call(t, row, now)
        if call is None:
            return []
        # Until the answer is there nothing else is asked about this attempt; one that is lost is not waited for.
        self._turns[row.attempt] = _Turn(now.mono_ms + ANSWER_WITHIN_MS, turn.tries + 1)
        self._wake(now.mono_ms + ANSWER_WITHIN_MS)
        return [call]

    def _call(self, t: Connection, row: AttemptRow, now: Now) -> Call | None:
        at_ms = to_ms(now.wall)
        match row.state:
            case "registering" if row.attempt not in self._codes:  # nothing is charged any more, but something may have been
                attempts.change(t, row.attempt, at_ms, state="charging", charged_ms=at_ms)
                return AskStatus(row.attempt)
            case "registering" if at_ms >= row.created_ms + REGISTER_WITHIN_MS:
                self._settle(t, row, now, "declined", "net")
                return None
            case "registering":
                return Register(row.attempt, row.amount)
            case "charging" if row.attempt in self._tokens:
                return Charge(row.attempt, self._tokens.pop(row.attempt), self._codes.pop(row.attempt))
            case "charging":
                return AskStatus(row.attempt)
            case "verifying":
                return Verify(row.attempt, row.amount, row.order_no)
            case _:
                return Refund(row.attempt, row.order_no, row.taken)

    def _wake(self, at_ms: int) -> None:
        self._wake_ms = at_ms if self._wake_ms is None else min(self._wake_ms, at_ms)

    # --- the gateway ---------------------------------------------------------------------------------------------------------------------

    def answered(self, t: Connection, call: Call, result: Result, now: Now) -> None:
        """What the gateway said to a call; one to an attempt that is settled changes nothing."""
        row = attempts.read(t, call.attempt)
        if row is None or row.state not in attempts.OPEN:
            letters.count(t, "", "blik_answers_late")
            return
        self._rest(row, now)
        match call, result:
            case Register(), Registered(token=token) if row.state == "registering" and row.attempt in self._codes:
                self._tokens[row.attempt] = token
                attempts.change(t, row.attempt, to_ms(now.wall), state="charging", charged_ms=to_ms(now.wall))
                self._turns[row.attempt] = _Turn(now.mono_ms)
                self._tell.add(row.attempt)
            case ((Register() | Charge() | AskStatus()), Declined(reason=reason)):
                self._settle(t, row, now, "declined", REASONS[reason])
            case AskStatus(), (Absent() | Pending() | Unknown() | Paid() | Returned()):
                self._seen(t, row, result, now)
            case Verify(), True:
                self._settle(t, row, now, "paid")
            case Refund(), True:
                self._settle(t, row, now, "refunded")
            case _:
                pass  # asked again when its time has come

    def notified(self, t: Connection, attempt: str, paid: Paid, now: Now) -> None:
        """The gateway says by itself that an attempt is paid; its signature was checked, its amount was not."""
        row = attempts.read(t, attempt)
        if row is None:
            letters.security(t, "", "payment_unknown", attempt[:16], to_ms(now.wall))
        elif row.state in ("charging", "registering"):
            self._seen(t, row, paid, now)
        elif row.state == "declined":  # money for what was given up: a person gives it back
            self._settle(t, row, now, "manual", "late", order_no=paid.order, taken=paid.amount)

    def refund(self, t: Connection, attempt: str, now: Now) -> bool:
        """Give the money of a paid attempt, or of a person's, back; false when there is none."""
        row = attempts.read(t, attempt)
        if row is None or row.state not in ("paid", "manual") or not row.taken:
            return False
        attempts.change(t, attempt, to_ms(now.wall), state="refunding")
        self._turns[attempt] = _Turn(now.mono_ms)
        self._tell.add(attempt)
        return True

    def _seen(self, t: Connection, row: AttemptRow, status: Absent | Pending | Unknown | Paid | Returned, now: Now) -> None:
        asked_for_ms = to_ms(now.wall) - row.charged_ms
        match status:
            case Paid(amount=taken, order=order) if taken != row.amount:
                self._settle(t, row, now, "manual", "amount", order_no=order, taken=taken)
            case Paid(verified=True):
                self._settle(t, row, now, "paid", order_no=status.order, taken=status.amount)
            case Paid():
                attempts.change(t, row.attempt, to_ms(now.wall), state="verifying", order_no=status.order, taken=status.amount)
                self._turns[row.attempt] = _Turn(now.mono_ms)
            case Returned() if row.state == "refunding":
                self._settle(t, row, now, "refunded")
            case Returned():
                self._settle(t, row, now, "declined", "bank")
            case Absent() if row.state == "charging" and asked_for_ms >= CODE_LIVES_MS:
                self._settle(t, row, now, "declined", "timeout")
            case Pending() if row.state == "charging" and asked_for_ms >= FOLLOWED_MS:
                self._settle(t, row, now, "declined", "timeout")
            case Unknown() if asked_for_ms >= FOLLOWED_MS:
                self._settle(t, row, now, "manual", "silent")
            case _:
                pass

    def _settle(self, t: Connection, row: AttemptRow, now: Now, state: attempts.State, reason: str = "", **more: int) -> None:
        attempts.change(t, row.attempt, to_ms(now.wall), state=state, reason=reason, **more)
        for memory in (self._codes, self._tokens):
            memory.pop(row.attempt, None)
        self._tell.add(row.attempt)

    def _rest(self, row: AttemptRow, now: Now) -> None:
        tries = self._turns.get(row.attempt, _Turn(0)).tries
        age_ms = to_ms(now.wall) - (row.charged_ms or row.created_ms)
        pause_ms = next((pause for until_ms, pause in PAUSES_MS if age_ms < until_ms), 15 * MINUTE_MS)
        self._turns[row.attempt] = _Turn(now.mono_ms + pause_ms, tries)
