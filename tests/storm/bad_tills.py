"""Ways of taking money that are known to be wrong; the storm must find each."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import Connection

from central.blik.calls import Call, Charge, Result
from central.blik.desk import BlikDesk
from central.blik.gateway import Unknown
from central.ports import Now as CentreNow
from contracts.payment_facts import AttemptDeclined, AttemptReversed, PaymentFact
from controller import till as tills
from controller.clock import Now
from controller.devices.card_terminal import SaleOffered
from controller.payment import decide as paying
from controller.payment import due as outstanding
from controller.payment.decide import Ended
from controller.payment.state import Attempt, Payment
from controller.till import TerminalEvent, Till
from controller.wishes import Authorise, Wish
from sim.world import Parts

SAID = Till._said  # pyright: ignore[reportPrivateUsage]
ENDED = paying._ended  # pyright: ignore[reportPrivateUsage]
AT_TERMINAL = outstanding._at_terminal  # pyright: ignore[reportPrivateUsage]
ANSWERED = BlikDesk.answered


@contextmanager
def the_terminal_is_told_before_the_right_is_stored() -> Generator[Parts]:
    """The commit leaves, and the right is written afterwards."""

    def early(self: Till, event: TerminalEvent, turn: Callable[[TerminalEvent], bool]) -> None:
        if isinstance(event, SaleOffered):
            self._terminal.answer(event.attempt, "commit")  # pyright: ignore[reportPrivateUsage]
            while data := self._terminal.bytes_to_send(0):  # pyright: ignore[reportPrivateUsage]
                self._line.write(data)  # pyright: ignore[reportPrivateUsage]
        SAID(self, event, turn)

    with patch.object(tills.Till, "_said", early):
        yield Parts()


@contextmanager
def a_card_is_asked_for_again_in_doubt() -> Generator[Parts]:
    """Whoever does not know asks for the money once more."""

    def again(payment: Payment, now: Now) -> tuple[Wish, ...]:
        attempt = payment.open
        if attempt is None or attempt.phase != "in_doubt":
            return AT_TERMINAL(payment, now)
        return (Wish(attempt.seq, Authorise(attempt.id, attempt.amount)),)

    with patch.object(outstanding, "_at_terminal", again):
        yield Parts()


@contextmanager
def a_doubt_is_no_payment() -> Generator[Parts]:
    """A right is void as soon as nobody knows."""

    def void(attempt: Attempt, request: Ended) -> PaymentFact:
        return ENDED(attempt, request) if request.end != "unknown" else AttemptReversed(attempt=attempt.id)

    with patch.object(paying, "_ended", void):
        yield Parts()


@contextmanager
def open_attempts_are_forgotten_at_a_restart() -> Generator[Parts]:
    """What was under way when the power failed was nothing."""

    def forgotten(payment: Payment) -> tuple[PaymentFact, ...]:
        attempts = [*([payment.open] if payment.open else []), *payment.blik.values()]
        return tuple(AttemptDeclined(attempt=attempt.id) for attempt in attempts)

    with patch.object(outstanding, "restarted", forgotten):
        yield Parts()


@contextmanager
def a_code_is_charged_again() -> Generator[Parts]:
    """The gateway did not answer, so it is given the code once more."""

    def again(self: BlikDesk, t: Connection, call: Call, result: Result, now: CentreNow) -> None:
        ANSWERED(self, t, call, result, now)
        if isinstance(call, Charge) and isinstance(result, Unknown):
            self._tokens[call.attempt], self._codes[call.attempt] = call.token, call.code  # pyright: ignore[reportPrivateUsage]

    with patch.object(BlikDesk, "answered", again):
        yield Parts()
