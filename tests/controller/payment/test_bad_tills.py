"""What each rule of paying is for: without it, one of the stories ends with money and rights that do not agree."""

from collections.abc import Callable

import pytest

from contracts.payment_facts import AttemptDeclined, AttemptReversed, PaymentFact
from controller.clock import Now
from controller.payment import decide as paying
from controller.payment import due as outstanding
from controller.payment.decide import Ended, Offered
from controller.payment.state import Attempt, Payment
from controller.wishes import Authorise, Wish
from tests.controller.payment.test_card_failures import AMOUNT, LONG_MS, agrees, end_of
from tests.controller.payment.till import Till
from tests.devices.terminal_counter import Counter


def stories(make: Callable[[Counter], Till]) -> None:
    """Power that fails at a commit or at any moment, and a completion that is lost; raises AssertionError when the books are wrong."""
    for cut in (("before", "attempt.committing"), ("after", "attempt.committing"), ("before", "attempt.captured"), None):
        for restart_ms in (0, *range(200, 2_400, 200)):
            machine = make(Counter())
            machine.run(5_000)
            machine.counter.terminal.mute_completion = cut is None
            machine.cut = cut
            machine.pay("a-1", AMOUNT)
            if restart_ms:
                machine.run(restart_ms)
                machine.cut = None
                machine.start()
            machine.run(LONG_MS)
            agrees(machine, end_of(machine))


def test_the_stories_hold() -> None:
    stories(Till)


def forget_at_restart(payment: Payment) -> tuple[PaymentFact, ...]:
    return (AttemptDeclined(attempt=payment.open.id),) if payment.open else ()


def void_on_doubt(attempt: Attempt, request: Ended) -> PaymentFact:
    return _right(attempt, request) if request.end != "unknown" else AttemptReversed(attempt=attempt.id)


_right = paying._ended  # pyright: ignore[reportPrivateUsage]
_right_due = outstanding.due


def ask_again(payment: Payment, now: Now) -> tuple[Wish, ...]:
    attempt = payment.open
    if attempt is None or attempt.phase != "in_doubt":
        return _right_due(payment, now)
    return (Wish(attempt.seq, Authorise(attempt.id, attempt.amount)),)


class CommitsFirst(Till):
    """Tells the terminal to charge, and stores the right afterwards."""

    def _offered(self, request: Offered) -> None:
        self.counter.ours.answer(request.attempt, "commit")
        self.counter.run(100)
        super()._offered(request)


@pytest.mark.parametrize(
    ("where", "name", "bad"),
    [(outstanding, "restarted", forget_at_restart), (paying, "_ended", void_on_doubt), (outstanding, "due", ask_again)],
)
def test_a_rule_that_is_left_out_is_found(monkeypatch: pytest.MonkeyPatch, where: object, name: str, bad: object) -> None:
    monkeypatch.setattr(where, name, bad)
    with pytest.raises(AssertionError):
        stories(Till)


def test_a_commit_before_the_right_is_found() -> None:
    with pytest.raises(AssertionError):
        stories(CommitsFirst)
