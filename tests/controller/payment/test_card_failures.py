"""Every way in which paying by card can be cut (facts: payments 4): the bank's truth, the journal and what is granted agree at the end."""

import pytest

from controller.payment.decide import Ended, Enquired, Offered, PayAsked, decide
from controller.payment.due import restarted
from controller.payment.state import Payment
from controller.refused import Refused
from sim.byte_link import LinkFaults
from tests.controller.payment.till import PowerFailed, Till
from tests.devices.terminal_counter import Counter
from tests.devices.test_card_terminal import NOISY

AMOUNT = 350
LONG_MS = 600_000


def till(seed: int = 1, faults: LinkFaults | None = None) -> Till:
    ready = Till(Counter(seed, faults))
    ready.run(5_000)
    return ready


def agrees(machine: Till, end: str) -> None:
    """It has ended so, and the customer has paid exactly when the right stands."""
    assert machine.ended() == ("a-1", end), machine.kinds()
    paid = [charge.amount for charge in machine.counter.bank.charges if charge.state == "charged"]
    assert paid == ([AMOUNT] if end == "captured" else [])
    assert not any(charge.state == "held" for charge in machine.counter.bank.charges)


def end_of(machine: Till) -> str:
    """How it has ended, which it has."""
    ended = machine.ended()
    assert ended is not None
    return ended[1]


def test_a_sale() -> None:
    machine = till()
    machine.pay("a-1", AMOUNT)
    machine.run(20_000)
    agrees(machine, "captured")
    assert machine.kinds() == ["terminal.stored", "attempt.made", "attempt.authorised", "attempt.committing", "attempt.captured"]


CUTS = [
    (("before", "attempt.made"), None),  # C1
    (("after", "attempt.made"), "declined"),  # C2
    (("before", "attempt.committing"), "declined"),  # C5, C6
    (("after", "attempt.committing"), "reversed"),  # C7
    (("before", "attempt.captured"), "captured"),  # C10
    (("after", "attempt.captured"), "captured"),  # C11
]


@pytest.mark.parametrize(("cut", "end"), CUTS)
def test_power_that_fails_at_a_commit(cut: tuple[str, str], end: str | None) -> None:
    machine = till()
    machine.cut = cut
    try:
        machine.pay("a-1", AMOUNT)
    except PowerFailed:
        machine.cut = None
        machine.start()
    machine.run(LONG_MS)
    if end is None:
        assert (machine.ended(), machine.counter.bank.charges) == (None, [])
    else:
        agrees(machine, end)


@pytest.mark.parametrize("wait_ms", range(0, 4_000, 200))
def test_power_that_fails_at_any_moment_of_a_sale(wait_ms: int) -> None:
    """C2 to C11: whatever the terminal and the journal have, they come to the same."""
    machine = till()
    machine.pay("a-1", AMOUNT)
    machine.run(wait_ms)
    machine.start()
    machine.run(LONG_MS)
    agrees(machine, end_of(machine))


@pytest.mark.parametrize("octets", range(0, 80, 4))
def test_a_cable_that_is_cut_after_any_octet(octets: int) -> None:
    """C3, C8, C9."""
    machine = till()
    machine.counter.cuts_at = machine.counter.to_terminal.sent_bytes + octets
    machine.pay("a-1", AMOUNT)
    machine.run(250_000)
    machine.counter.heal()
    machine.run(LONG_MS)
    agrees(machine, end_of(machine))


def test_a_completion_that_is_lost() -> None:
    """C9."""
    machine = till()
    machine.counter.terminal.mute_completion = True
    machine.pay("a-1", AMOUNT)
    machine.run(LONG_MS)
    agrees(machine, "captured")
    assert "attempt.in_doubt" in machine.kinds()


def test_a_right_that_cannot_be_stored() -> None:
    """C13."""
    machine = till()
    machine.disk_full = True
    machine.pay("a-1", AMOUNT)
    machine.run(60_000)
    agrees(machine, "declined")


def test_a_terminal_that_loses_its_power_with_the_offer() -> None:
    """C4, C15: it reverses what was not acknowledged."""
    machine = till()
    machine.pay("a-1", AMOUNT)
    machine.run(1_500)
    machine.counter.terminal.power_cut()
    machine.run(30_000)
    machine.counter.terminal.power_on(machine.counter.ms)
    machine.run(LONG_MS)
    agrees(machine, end_of(machine))


def test_a_terminal_that_never_speaks_again_is_a_persons_after_a_day() -> None:
    """C16."""
    machine = till()
    machine.pay("a-1", AMOUNT)
    machine.run(1_500)
    machine.counter.terminal.power_cut()
    machine.counter.ms += 23 * 3_600_000
    machine.run(LONG_MS)
    assert machine.payment.open is not None
    assert machine.payment.open.phase == "in_doubt"
    machine.counter.ms += 3_600_000
    machine.run(10_000)
    assert machine.ended() == ("a-1", "manual")


def test_one_attempt_is_open_at_a_time() -> None:
    """C17."""
    machine = till()
    machine.pay("a-1", AMOUNT)
    with pytest.raises(Refused, match="attempt_open"):
        machine.pay("a-2", AMOUNT)


def test_nothing_is_sold_before_the_terminal_has_said_what_it_has() -> None:
    with pytest.raises(Refused, match="terminal_unknown"):
        decide(Payment(), PayAsked("a-1", AMOUNT))


def test_the_sale_before_is_not_ours() -> None:
    """C18: by its trace, whatever clocks say, though the amount is the same."""
    machine = till()
    machine.pay("a-1", AMOUNT)
    machine.run(20_000)
    machine.pay("a-2", AMOUNT)
    machine.run(300)
    machine.start()
    machine.run(LONG_MS)
    assert machine.ended() == ("a-2", "declined")
    assert machine.counter.bank.charged == [AMOUNT]


@pytest.mark.parametrize("seed", range(15))
def test_on_a_bad_line_with_failing_power_money_and_rights_agree(seed: int) -> None:
    machine = till(seed, NOISY)
    machine.run(300_000)
    granted: list[int] = []
    for number in range(3):
        if machine.payment.open is not None or machine.payment.stored is None:
            machine.run(LONG_MS)
            continue
        amount = 100 + number
        machine.pay(f"a-{number}", amount)
        machine.run(700 * (1 + (seed + number) % 9))
        if (seed + number) % 2:
            machine.start()
        machine.run(LONG_MS)
        if machine.ended() == (f"a-{number}", "captured"):
            granted.append(amount)
    machine.counter.heal()
    machine.run(2 * LONG_MS)
    if machine.payment.open is None and machine.payment.last and machine.payment.last[1] == "captured":
        granted = sorted({*granted, 100 + int(machine.payment.last[0][-1])})
    assert machine.payment.open is None
    assert "attempt.manual" not in machine.kinds()
    assert sorted(machine.counter.bank.charged) == granted


ILLEGAL = [Offered("a-1", AMOUNT, "1", "1"), Ended("a-1", "stored"), Enquired(known=False)]


@pytest.mark.parametrize("request_", ILLEGAL, ids=lambda request: type(request).__name__)
def test_what_nobody_asked_for_changes_nothing(request_: object) -> None:
    with pytest.raises(Refused):
        decide(Payment(stored=""), request_)  # type: ignore[arg-type]
    assert restarted(Payment()) == ()
