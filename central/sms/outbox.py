"""Which messages go out now, with what text, and what their answers change.

A message is owed by a row in the store and rendered anew at each try, so that its deadline is never less than the term away. One message
has one idx for ever: the provider sends it once however often it is asked. One that is not true any more is not sent.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from central.deposits.terms import Terms
from central.order_desk import clean_code
from central.phones import dialled
from central.ports import Now, Sms, SmsResult
from central.settings import Settings
from central.signer import Signer
from central.sms import texts
from central.sms.purposes import PURPOSES, Purpose
from central.sms.quiet import quiet_for_ms
from central.store import deposits, letters, machines, sms
from central.store.deposits import DepositRow
from central.store.sms import SmsRow
from central.times import HOUR_MS, MINUTE_MS, from_ms, to_ms

RETRY_FIRST_MS = 5_000
RETRY_MAX_MS = 600_000
ANSWER_WITHIN_MS = 90_000
TRIED_MS_MAX = 72 * HOUR_MS
"""A provider remembers an idx for some days only: asked later it would send the message a second time."""
LOOK_AGAIN_MS = 10 * MINUTE_MS
"""What waits for a wall time is looked at again after this, for a clock can be set right meanwhile."""
REMINDS_MS_MIN = HOUR_MS
"""A reminder of less is no help any more."""
OVERTAKEN_MS = 7 * HOUR_MS
"""So near the deadline the last reminder says what the first would."""
SILENT_MS = 15 * MINUTE_MS
DELIVERED = "delivered"
UNDELIVERED = ("undelivered", "expired", "failed", "rejected")
ON_THE_WAY = ("sent", "queue", "accepted", "renewal", "unknown", "not_found", "stop")


class _Try(msgspec.Struct, frozen=True):
    """When a message may be tried next, and how long the next wait is."""

    at_ms: int
    wait_ms: int


class SmsOutbox:
    """Submits what is owed. Only the timers are its own; `told` is called when a message with a PIN was accepted."""

    def __init__(self, settings: Settings, signer: Signer, terms: Terms, told: Callable[[Connection, str, Now], None]) -> None:
        self._settings = settings
        self._signer = signer
        self._terms = terms
        self._told = told
        self._tries: dict[str, _Try] = {}
        self._wake_ms: int | None = None

    def send_due(self, t: Connection, now: Now) -> list[Sms]:
        """The messages to submit after the commit."""
        self._wake_ms, at_ms = None, to_ms(now.wall)
        owed = sms.due(t, at_ms)
        for gone in set(self._tries) - {row.idx for row in owed}:
            del self._tries[gone]
        next_ms = sms.next_due_ms(t, at_ms)
        if next_ms is not None:
            self._wake(now.mono_ms + min(next_ms - at_ms, LOOK_AGAIN_MS))
        return [message for row in owed for message in self._next(t, row, now)]

    def deadline(self) -> int | None:
        """When send_due has something to do again."""
        return self._wake_ms

    def answered(self, t: Connection, idx: str, result: SmsResult, now: Now) -> None:
        """What the provider said; an answer to a message that is not owed any more changes nothing."""
        row = sms.read(t, idx)
        if row is None:
            letters.count(t, "", "sms_answers_unknown")
        elif row.state != "due":
            letters.count(t, "", "sms_answers_late")
        elif result.kind == "unknown":
            last = self._tries.get(idx)
            wait_ms = min(last.wait_ms * 2, RETRY_MAX_MS) if last else RETRY_FIRST_MS
            self._tries[idx] = _Try(now.mono_ms + wait_ms, wait_ms)
            sms.change(t, idx, code=clean_code(result.code))
        else:
            self._settled(t, row, result, now)

    def delivered(self, t: Connection, idx: str, status: str, now: Now) -> None:
        """What the network said later; the same again, too late or in another order changes nothing."""
        row, said, at_ms = sms.read(t, idx), clean_code(status.lower())[:32], to_ms(now.wall)
        if row is None:
            letters.count(t, "", "sms_reports_unknown")
            return
        if said not in (DELIVERED, *UNDELIVERED, *ON_THE_WAY):
            letters.count(t, "", "sms_reports_unknown")
            return
        if row.state == "due" and row.tries and said == DELIVERED:
            # The answer of the provider was lost: the phone has the message.
            self._settled(t, row, SmsResult("accepted", code="delivered"), now)
        final = row.delivery == DELIVERED or (row.delivery in UNDELIVERED and said in ON_THE_WAY)
        if not final and row.delivery != said:
            sms.change(t, idx, delivery=said, delivery_ms=at_ms)

    def _settled(self, t: Connection, row: SmsRow, result: SmsResult, now: Now) -> None:
        at_ms, code = to_ms(now.wall), clean_code(result.code)
        sms.change(t, row.idx, state=result.kind, answered_ms=at_ms, code=code, provider_id=result.provider_id[:64])
        if not PURPOSES[row.purpose].names_pin:
            return
        if result.kind == "accepted":
            self._told(t, row.deposit, now)
        else:
            deposits.change(t, row.deposit, at_ms, reason="sms_refused")

    def _next(self, t: Connection, row: SmsRow, now: Now) -> list[Sms]:
        """The message, if it can go now and is true."""
        deposit, purpose = deposits.read(t, row.deposit), PURPOSES.get(row.purpose)
        if deposit is None or purpose is None or deposit.state not in purpose.states or deposit.slip or not deposit.phone:
            sms.change(t, row.idx, state="cancelled", answered_ms=to_ms(now.wall))
            return []
        if not self._may_go(row.idx, purpose, now) or self._must_wait(t, row, purpose, deposit, now):
            return []
        last, at_ms = self._tries.get(row.idx), to_ms(now.wall)
        if row.first_ms and at_ms - row.first_ms > TRIED_MS_MAX:
            self._settled(t, row, SmsResult("refused", code="no_answer"), now)
            return []
        self._tries[row.idx] = _Try(now.mono_ms + ANSWER_WITHIN_MS, last.wait_ms if last else RETRY_FIRST_MS // 2)
        self._wake(now.mono_ms + ANSWER_WITHIN_MS)
        until_ms = deposit.until_ms if purpose.names_until else 0
        sms.change(t, row.idx, tries=row.tries + 1, first_ms=row.first_ms or at_ms, until_ms=until_ms)
        return [self._render(row, purpose, deposit)]

    def _may_go(self, idx: str, purpose: Purpose, now: Now) -> bool:
        last = self._tries.get(idx)
        if last is not None and last.at_ms > now.mono_ms:
            self._wake(last.at_ms)
            return False
        quiet_ms = 0 if purpose.any_hour else quiet_for_ms(self._settings, now.wall)
        if quiet_ms:
            self._wake(now.mono_ms + min(quiet_ms, LOOK_AGAIN_MS))
        return not quiet_ms

    def _must_wait(self, t: Connection, row: SmsRow, purpose: Purpose, deposit: DepositRow, now: Now) -> bool:
        """Whether what the text would name is not so yet, or not so any more."""
        if not purpose.names_until:
            return False
        if deposit.set_order:
            return True  # the end of that order wakes us
        left_ms = deposit.until_ms - to_ms(now.wall)
        if purpose.names_pin:
            if deposit.pin is None:
                sms.change(t, row.idx, state="cancelled", answered_ms=to_ms(now.wall))
                return True
            if left_ms < self._settings.hours(deposit.kind) * HOUR_MS + ANSWER_WITHIN_MS:
                self._terms.renew(t, deposit, now)
                return True
            return False
        too_late = left_ms < REMINDS_MS_MIN or (purpose.before_h >= 24 and left_ms < OVERTAKEN_MS)
        if too_late:
            sms.change(t, row.idx, state="cancelled", code="too_late", answered_ms=to_ms(now.wall))
            return True
        if purpose.before_h and self._out_of_service(t, deposit.machine, now):
            self._wake(now.mono_ms + LOOK_AGAIN_MS)
            return True
        return False

    def _out_of_service(self, t: Connection, machine: str, now: Now) -> bool:
        """Whether a reminder would send somebody to a machine that gives out nothing, or of which nobody knows."""
        station = machines.read(t, machine)
        return bool(station.oos_ms) or (not station.online and to_ms(now.wall) - station.since_ms > SILENT_MS)

    def _render(self, row: SmsRow, purpose: Purpose, deposit: DepositRow) -> Sms:
        settings, city, key = self._settings, self._settings.city, deposit.key
        pin = self._signer.unseal(deposit.pin, f"pin/{key}") if purpose.names_pin and deposit.pin else ""
        place, until = settings.machines[deposit.machine].place, from_ms(deposit.until_ms)
        values = texts.Values(place, city.office, city.hotline, until, from_ms(deposit.ended_ms), pin)
        language = texts.language_of(deposit.language, settings.sms.uk)
        text = texts.text_of(row.purpose, language, values, city.timezone)
        phone = dialled(self._signer.unseal(deposit.phone, f"phone/{key}"))
        expires = until if purpose.before_h else None
        return Sms(row.idx, phone, text, settings.sms.sender, deposit.machine, texts.is_unicode(language), expires)

    def _wake(self, at_ms: int) -> None:
        self._wake_ms = at_ms if self._wake_ms is None else min(self._wake_ms, at_ms)
