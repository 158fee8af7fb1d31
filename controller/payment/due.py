"""What is outstanding at the terminal and at the centre, and what time and a restart make of an attempt.

Recovery: whatever was under way when the power failed is asked for and never begun again; a BLIK code is gone with the memory it was in.
"""

from datetime import timedelta

from contracts.payment_facts import AttemptInDoubt, AttemptManual, PaymentFact
from controller.clock import Now
from controller.payment.state import Attempt, Payment
from controller.wishes import Authorise, ChargeBlik, Commit, EnquireBlik, EnquireLast, Wish

QUIET_MS = 45_000
"""Before it is asked, the terminal has had time to reverse by itself: 30 s for our answer, and what the line needs."""
CONFIRM_MS = 60_000
"""Until a payment by BLIK is confirmed or in doubt."""
AGAIN_MS = (30_000, 60_000, 120_000, 300_000, 900_000)
"""Between two enquiries that were not answered."""
SILENT_FOR = timedelta(hours=24)


def restarted(payment: Payment) -> tuple[PaymentFact, ...]:
    """Whatever was under way when the power failed is asked for."""
    attempts = [*([payment.open] if payment.open is not None else []), *payment.blik.values()]
    return tuple(AttemptInDoubt(attempt=attempt.id, tries=max(1, attempt.tries)) for attempt in attempts)


def overdue(payment: Payment, now: Now) -> tuple[PaymentFact, ...]:
    """A card about which nobody could say anything for a day is a person's; the centre is asked again about what it has not settled."""
    facts: list[PaymentFact] = []
    attempt = payment.open
    if attempt is not None and attempt.phase == "in_doubt" and now.trusted and now.wall >= attempt.made + SILENT_FOR:
        facts.append(AttemptManual(attempt=attempt.id, reason="silent"))
    for blik in payment.blik.values():
        if now.mono_ms >= _ask_centre_ms(blik, now):
            facts.append(AttemptInDoubt(attempt=blik.id, tries=blik.tries + 1))
    return tuple(facts)


def due(payment: Payment, now: Now) -> tuple[Wish, ...]:
    """What is outstanding at terminal and centre."""
    return (*_at_terminal(payment, now), *(_at_centre(attempt) for attempt in payment.blik.values()))


def _at_terminal(payment: Payment, now: Now) -> tuple[Wish, ...]:
    attempt = payment.open
    if attempt is None:
        return (Wish(0, EnquireLast()),) if payment.stored is None else ()
    match attempt.phase:
        case "intent":
            return (Wish(attempt.seq, Authorise(attempt.id, attempt.amount)),)
        case "committing":
            return (Wish(attempt.seq, Commit(attempt.id)),)
        case "in_doubt":
            return (Wish(attempt.seq, EnquireLast()),) if now.mono_ms >= _ask_terminal_ms(attempt, now) else ()


def _at_centre(attempt: Attempt) -> Wish:
    what = EnquireBlik(attempt.id, attempt.amount) if attempt.phase == "in_doubt" else ChargeBlik(attempt.id, attempt.amount)
    return Wish(attempt.seq, what)


def deadline(payment: Payment, now: Now) -> int | None:
    """When time brings something about by itself, in mono_ms of this boot."""
    times = [_ask_centre_ms(attempt, now) for attempt in payment.blik.values()]
    attempt = payment.open
    if attempt is not None and attempt.phase == "in_doubt":
        ask_ms = _ask_terminal_ms(attempt, now)
        times += [ask_ms] if ask_ms > now.mono_ms else []
        times += [now.mono_ms + max(0, (attempt.made + SILENT_FOR - now.wall) // timedelta(milliseconds=1))] if now.trusted else []
    return min(times, default=None)


def _ask_terminal_ms(attempt: Attempt, now: Now) -> int:
    """The first time after the terminal has come to rest, then ever more seldom; an earlier boot's clock says nothing."""
    wait_ms = QUIET_MS if attempt.tries <= 1 else AGAIN_MS[min(attempt.tries - 2, len(AGAIN_MS) - 1)]
    return (attempt.mono_ms if attempt.boot == now.boot else 0) + wait_ms


def _ask_centre_ms(attempt: Attempt, now: Now) -> int:
    wait_ms = CONFIRM_MS if attempt.phase != "in_doubt" else AGAIN_MS[min(attempt.tries - 1, len(AGAIN_MS) - 1)]
    return (attempt.mono_ms if attempt.boot == now.boot else 0) + wait_ms
