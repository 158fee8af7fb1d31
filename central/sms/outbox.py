"""Which messages go out now, with what text, and what their answers change.

A message is owed by a row in the store and rendered anew at each try, so that its deadline is never less than the term away. One message
has one idx for ever: the provider sends it once however often it is asked.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from central.deposits import Deposits
from central.order_desk import clean_code
from central.ports import Now, Sms, SmsResult
from central.settings import Settings
from central.signer import Signer
from central.sms import texts
from central.store import deposits, letters, sms
from central.store.deposits import DepositRow
from central.store.sms import SmsRow
from central.times import HOUR_MS, from_ms, to_ms

RETRY_FIRST_MS = 5_000
RETRY_MAX_MS = 600_000
ANSWER_WITHIN_MS = 90_000


class _Try(msgspec.Struct, frozen=True):
    """When a message may be tried next, and how long the next wait is."""

    at_ms: int
    wait_ms: int


class SmsOutbox:
    """Submits what is owed. Only the timers are its own."""

    def __init__(self, settings: Settings, signer: Signer, book: Deposits) -> None:
        self._settings = settings
        self._signer = signer
        self._book = book
        self._tries: dict[str, _Try] = {}
        self._wake_ms: int | None = None

    def send_due(self, t: Connection, now: Now) -> list[Sms]:
        """The messages to submit after the commit."""
        self._wake_ms = None
        owed = sms.due(t)
        for gone in set(self._tries) - {row.idx for row in owed}:
            del self._tries[gone]
        return [message for row in owed if self._may_go(row.idx, now) for message in self._next(t, row, now)]

    def deadline(self) -> int | None:
        """When send_due has something to do again."""
        return self._wake_ms

    def answered(self, t: Connection, idx: str, result: SmsResult, now: Now) -> None:
        """What the provider said; an answer to a message that is not owed any more changes nothing."""
        row = sms.read(t, idx)
        if row is None:
            letters.count(t, "", "sms_answers_unknown")
            return
        if row.state != "due":
            letters.count(t, "", "sms_answers_late")
            return
        at_ms, code = to_ms(now.wall), clean_code(result.code)
        if result.kind == "unknown":
            last = self._tries.get(idx)
            wait_ms = min(last.wait_ms * 2, RETRY_MAX_MS) if last else RETRY_FIRST_MS
            self._tries[idx] = _Try(now.mono_ms + wait_ms, wait_ms)
            sms.change(t, idx, code=code)
            return
        sms.change(t, idx, state=result.kind, answered_ms=at_ms, code=code, provider_id=result.provider_id[:64])
        if result.kind == "accepted":
            self._book.told(t, row.deposit, now)
        else:
            deposits.change(t, row.deposit, at_ms, reason="sms_refused")

    def delivered(self, t: Connection, idx: str, status: str, now: Now) -> None:
        """What the network said later."""
        if sms.read(t, idx) is None:
            letters.count(t, "", "sms_reports_unknown")
        else:
            sms.change(t, idx, delivery=clean_code(status.lower())[:32])

    def _may_go(self, idx: str, now: Now) -> bool:
        last = self._tries.get(idx)
        if last is not None and last.at_ms > now.mono_ms:
            self._wake(last.at_ms)
            return False
        quiet_ms = self._quiet_for_ms(now)
        if quiet_ms:
            self._wake(now.mono_ms + quiet_ms)
            return False
        return True

    def _next(self, t: Connection, row: SmsRow, now: Now) -> list[Sms]:
        deposit = deposits.read(t, row.deposit)
        if deposit is None or deposit.pin is None or deposit.set_order or deposit.ended_ms:
            return []
        if deposit.until_ms - to_ms(now.wall) < self._settings.terms.collect_h * HOUR_MS:
            self._book.renew(t, deposit, now)
            return []
        last = self._tries.get(row.idx)
        wait_ms = last.wait_ms if last else RETRY_FIRST_MS // 2
        self._tries[row.idx] = _Try(now.mono_ms + ANSWER_WITHIN_MS, wait_ms)
        self._wake(now.mono_ms + ANSWER_WITHIN_MS)
        sms.change(t, row.idx, tries=row.tries + 1, until_ms=deposit.until_ms)
        return [self._render(row, deposit, deposit.pin)]

    def _render(self, row: SmsRow, deposit: DepositRow, sealed: bytes) -> Sms:
        city, place = self._settings.city, self._settings.machines[deposit.machine].place
        pin = self._signer.unseal(sealed, f"pin/{deposit.key}")
        phone = self._signer.unseal(deposit.phone, f"phone/{deposit.key}")
        language = texts.language_of(deposit.language, self._settings.sms.uk)
        text = texts.ready(language, place, pin, from_ms(deposit.until_ms), city.hotline, city.timezone)
        return Sms(row.idx, f"48{phone}", text, self._settings.sms.sender)

    def _quiet_for_ms(self, now: Now) -> int:
        """How long the quiet hours still last; 0 outside of them."""
        quiet = self._settings.sms
        local = now.wall.astimezone(ZoneInfo(self._settings.city.timezone))
        start, end = quiet.quiet_from, quiet.quiet_until
        within = start <= local.hour or local.hour < end if start > end else start <= local.hour < end
        if not quiet.quiet or start == end or not within:
            return 0
        over = local.replace(hour=end, minute=0, second=0, microsecond=0)
        if over <= local:
            over += timedelta(days=1)
        # Counted in UTC: the night of a clock change is an hour longer or shorter.
        return max(1, to_ms(over) - to_ms(now.wall))

    def _wake(self, at_ms: int) -> None:
        self._wake_ms = at_ms if self._wake_ms is None else min(self._wake_ms, at_ms)
