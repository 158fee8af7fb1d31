"""All of what the facts say about text messages through the modem: each ends once, and one whose end nobody knows is never sent again.

due → try_spent → sent, failed or in_doubt; sent → delivered. The network knows no id of ours, so nobody can ask it afterwards: the try
is on disk before the modem has the message, and a power cut between leaves it in doubt. One message at a time is with the modem.
"""

from typing import Literal

import msgspec

from contracts.facts import DeliveryStatus, Entry, Fact, SmsDelivered, SmsDue, SmsFailed, SmsInDoubt, SmsSent, SmsTrySpent
from controller.clock import Now
from controller.refused import Refused
from controller.wishes import SubmitSms, Wish

SmsFact = SmsDue | SmsTrySpent | SmsSent | SmsFailed | SmsInDoubt | SmsDelivered

WAITING_MS = 600_000
"""Longer than this no message waits for a network: its text names a deadline, and the centre must write it anew."""
TRYING_MS = 240_000
"""The modem's own answer comes earlier; this is for one that never does."""
KEPT = 500
"""Messages sent that are remembered, for their reports and so that none goes out twice."""


class Message(msgspec.Struct, frozen=True):
    """One message that has not ended; `seq` is of the fact that brought it into this phase, `mono_ms` the time in `boot`."""

    idx: str
    order: str
    phase: Literal["waiting", "trying"]
    seq: int
    boot: str
    mono_ms: int


class Sent(msgspec.Struct, frozen=True):
    """A message that the network took; `reported` once it said what became of it."""

    idx: str
    reference: int
    reported: bool = False


class Sms(msgspec.Struct, frozen=True):
    """Messages that have not ended and those that were sent, each oldest first; `ended_order` asked for the one that ended last."""

    sending: tuple[Message, ...] = ()
    sent: tuple[Sent, ...] = ()
    ended_order: str = ""

    def order_of(self, idx: str) -> str | None:
        """The order that is sending this message."""
        return next((one.order for one in self.sending if one.idx == idx), None)

    def was_sent(self, idx: str) -> bool:
        """Whether the network took this message before."""
        return any(one.idx == idx for one in self.sent)

    def trying(self) -> Message | None:
        """The message that is with the modem."""
        return next((one for one in self.sending if one.phase == "trying"), None)


class SmsOutcome(msgspec.Struct, frozen=True):
    """How handing over ended."""

    wish: int
    end: Literal["sent", "failed", "doubt"]
    code: str = ""
    reference: int = 0


class SmsReport(msgspec.Struct, frozen=True):
    """The network says what became of the message with this reference."""

    reference: int
    status: DeliveryStatus


def decide(sms: Sms, request: SmsOutcome | SmsReport) -> tuple[Fact, ...]:
    """Facts for an outcome or report; raises Refused for one that is late, comes twice or names none of ours."""
    if isinstance(request, SmsReport):
        # A modem counts references up to 255: of several messages with this one the report is for the newest.
        sent = next((one for one in reversed(sms.sent) if one.reference == request.reference), None)
        if sent is None:
            raise Refused("report_unknown")
        if sent.reported:
            raise Refused("settled")
        return (SmsDelivered(idx=sent.idx, status=request.status),)
    message = sms.trying()
    if message is None or message.seq != request.wish:
        raise Refused("late_outcome")
    match request.end:
        case "sent":
            return (SmsSent(idx=message.idx, reference=request.reference),)
        case "failed":
            return (SmsFailed(idx=message.idx, code=request.code),)
        case "doubt":
            return (SmsInDoubt(idx=message.idx),)


def next_try(sms: Sms) -> tuple[Fact, ...]:
    """The message that goes next, while the modem is ready and has none."""
    return (SmsTrySpent(idx=sms.sending[0].idx),) if sms.sending and sms.trying() is None else ()


def overtaken(sms: Sms, deposit: str) -> tuple[Fact, ...]:
    """The messages of this deposit that wait for the modem: what they say was so before."""
    waiting = (one for one in sms.sending if one.phase == "waiting" and one.idx.startswith(f"{deposit}-"))
    return tuple(SmsFailed(idx=one.idx, code="overtaken") for one in waiting)


def restarted(sms: Sms) -> tuple[Fact, ...]:
    """What a restart settles: the message that was with the modem."""
    message = sms.trying()
    return (SmsInDoubt(idx=message.idx),) if message is not None else ()


def overdue(sms: Sms, now: Now) -> tuple[Fact, ...]:
    """The first message that has waited too long; the others have their turns."""
    late = next((one for one in sms.sending if now.mono_ms >= _late_at(one, now.boot)), None)
    if late is None:
        return ()
    return (SmsInDoubt(idx=late.idx),) if late.phase == "trying" else (SmsFailed(idx=late.idx, code="no_network"),)


def deadline(sms: Sms, now: Now) -> int | None:
    """When the next message has waited too long, in mono_ms of this boot."""
    return min((_late_at(one, now.boot) for one in sms.sending), default=None)


def _late_at(message: Message, boot: str) -> int:
    since_ms = message.mono_ms if message.boot == boot else 0
    return since_ms + (TRYING_MS if message.phase == "trying" else WAITING_MS)


def due(sms: Sms, boot: str) -> tuple[Wish, ...]:
    """The message that the modem is to have."""
    message = sms.trying()
    return (Wish(message.seq, SubmitSms(message.idx)),) if message is not None and message.boot == boot else ()


def fold(sms: Sms, entry: Entry, fact: SmsFact) -> Sms:
    """The messages after this fact."""
    match fact:
        case SmsDue():
            message = Message(fact.idx, fact.order, "waiting", entry.seq, entry.boot, entry.mono_ms)
            return msgspec.structs.replace(sms, sending=(*sms.sending, message))
        case SmsTrySpent():
            return msgspec.structs.replace(sms, sending=tuple(_tried(one, entry) if one.idx == fact.idx else one for one in sms.sending))
        case SmsSent():
            return msgspec.structs.replace(_ended(sms, fact.idx), sent=(*sms.sent, Sent(fact.idx, fact.reference))[-KEPT:])
        case SmsFailed() | SmsInDoubt():
            return _ended(sms, fact.idx)
        case SmsDelivered():
            reported = (msgspec.structs.replace(one, reported=True) if one.idx == fact.idx else one for one in sms.sent)
            return msgspec.structs.replace(sms, sent=tuple(reported))


def _tried(message: Message, entry: Entry) -> Message:
    return msgspec.structs.replace(message, phase="trying", seq=entry.seq, boot=entry.boot, mono_ms=entry.mono_ms)


def _ended(sms: Sms, idx: str) -> Sms:
    others = tuple(one for one in sms.sending if one.idx != idx)
    return msgspec.structs.replace(sms, sending=others, ended_order=sms.order_of(idx) or "")
