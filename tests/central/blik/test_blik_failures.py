"""Every way in which paying by BLIK can fail (facts: payments 5): meter, centre and bank agree at the end, and nobody is charged twice."""

import pytest

from central.blik.calls import AskStatus, Charge, Refund, Register, Verify
from sim.blik_line import Fault
from tests.central.blik.town import CODE, PRICE, Town

PAID = ("active", "paid", [PRICE])
NOT_PAID: tuple[str, str, list[int]] = ("", "declined", [])
DAY_MS = 25 * 3_600_000


def paid_once(town: Town, attempt: str) -> None:
    assert town.books(attempt) == PAID
    assert town.gateway.sessions[attempt].asked == 1


def test_a_payment_is_confirmed_on_the_phone() -> None:
    town = Town()
    attempt = town.pay()
    town.run(3_000)
    assert town.books(attempt) == ("provisional", "charging", [])
    town.gateway.confirm(attempt)
    town.run(4_000)
    paid_once(town, attempt)
    assert len(town.meter.loop.turns.live.visit.digits) == 0


@pytest.mark.parametrize(("reason", "word"), [("refused", "user"), ("not_confirmed", "timeout"), ("funds", "funds"), ("technical", "bank")])
def test_a_payment_is_declined_and_the_meter_knows_why(reason: str, word: str) -> None:
    town = Town()
    attempt = town.pay()
    town.run(3_000)
    town.gateway.refuse(attempt, reason)  # type: ignore[arg-type]
    town.run(4_000)
    assert town.books(attempt) == NOT_PAID
    assert town.meter.kinds()[-2:] == ["attempt.declined", "right.void"]
    row = town.row(attempt)
    assert row is not None
    assert row.reason == word


def test_a_wrong_code_is_told_at_once() -> None:
    town = Town()
    town.gateway.wrong_code = True
    attempt = town.pay()
    town.run(3_000)
    assert town.books(attempt) == NOT_PAID


@pytest.mark.parametrize("fault", ["lost", "unsent"])
def test_a_register_answer_that_is_lost(fault: Fault) -> None:
    """B1."""
    town = Town()
    town.gateway.faults[Register] = [fault] * 20
    attempt = town.pay()
    town.run(30_000)
    assert town.books(attempt) == NOT_PAID
    assert attempt not in town.gateway.sessions or town.gateway.sessions[attempt].asked == 0


@pytest.mark.parametrize("confirms", [True, False])
@pytest.mark.parametrize("fault", ["lost", "unsent"])
def test_a_charge_answer_that_is_lost(fault: Fault, confirms: bool) -> None:
    """B2, B11: it is asked about, and never asked for again."""
    town = Town()
    town.gateway.faults[Charge] = [fault]
    attempt = town.pay()
    town.run(3_000)
    if confirms:
        town.gateway.confirm(attempt)
    elif fault == "lost":
        town.gateway.refuse(attempt)
    town.run(200_000)
    assert town.books(attempt) == (PAID if confirms and fault == "lost" else NOT_PAID)
    assert town.gateway.sessions[attempt].asked == (1 if fault == "lost" else 0)


@pytest.mark.parametrize("wait_ms", range(0, 6_000, 750))
@pytest.mark.parametrize("who", ["meter", "centre"])
def test_power_that_fails_at_any_moment(who: str, wait_ms: int) -> None:
    """B3, B5, B6: whatever meter and centre know, they come to the same."""
    town = Town()
    attempt = town.pay()
    town.run(wait_ms)
    (town.restart_meter if who == "meter" else town.restart_centre)()
    for _ in range(3):
        session = town.gateway.sessions.get(attempt)
        if session is not None and session.waiting:
            town.gateway.confirm(attempt)
        town.run(5_000)
    town.run(200_000)
    charged = town.gateway.sessions[attempt].asked if attempt in town.gateway.sessions else 0
    assert charged <= 1
    assert town.books(attempt) == (PAID if charged else NOT_PAID)


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("late_s", [61, 120, 200, 3_000])
def test_money_that_comes_late_is_one_charge_and_one_right(late_s: int, tells: bool) -> None:
    """B4: in the 61st second and later, with the network cut at 30 s."""
    town = Town(tells_declines=tells)
    attempt = town.pay()
    town.run(30_000)
    town.cut()
    town.run((late_s - 30) * 1_000)
    assert town.meter.phase(attempt) == "provisional"
    assert town.meter.state.payment.blik[attempt].phase == "in_doubt"
    town.gateway.confirm(attempt)
    town.run(5_000)
    town.heal()
    town.run(130_000)
    paid_once(town, attempt)


def test_a_refusal_that_the_gateway_never_tells_ends_by_itself() -> None:
    """A status that may mean pending or declined is declined when nothing came of it in a day."""
    town = Town(tells_declines=False)
    attempt = town.pay()
    town.run(3_000)
    town.gateway.refuse(attempt)
    town.run(200_000)
    assert town.books(attempt) == ("provisional", "charging", [])
    town.meter.ms += DAY_MS
    town.run(70_000)
    assert town.books(attempt) == NOT_PAID


def test_a_verification_that_is_lost_is_said_again() -> None:
    """B7."""
    town = Town()
    town.gateway.faults[Verify] = ["lost", "unsent"]
    attempt = town.pay()
    town.run(3_000)
    town.gateway.confirm(attempt)
    town.run(20_000)
    paid_once(town, attempt)


def test_a_notification_alone_is_enough_and_twice_is_once() -> None:
    """B9."""
    town = Town()
    town.gateway.faults[AskStatus] = ["unsent"] * 1_000
    attempt = town.pay()
    town.run(3_000)
    town.gateway.confirm(attempt)
    paid = town.gateway.paid(attempt)
    assert paid is not None
    for _ in range(3):
        town.centre.blik_notified(attempt, paid, town.now())
        town.run(2_000)
    paid_once(town, attempt)


def test_a_notification_of_nothing_that_was_asked_is_told_and_grants_nothing() -> None:
    """B9."""
    from central.blik.gateway import Paid

    town = Town()
    town.centre.blik_notified("nobody-asked", Paid(1, PRICE, verified=False), town.now())
    town.run(1_000)
    assert town.row("nobody-asked") is None


def test_without_contact_nothing_leaves_the_meter() -> None:
    """B10."""
    town = Town()
    town.cut()
    assert town.refused() == "no_centre"
    town.heal()
    assert town.refused() == ""


def test_a_code_that_the_network_swallows_is_never_charged() -> None:
    """B10: the meter asks, and what nobody has heard of is declined before it can still arrive."""
    town = Town()
    attempt = town.pay()
    town.meter.run(400)
    swallowed = [payload for topic, payload in town.meter.published if topic.endswith("/blik")]
    town.meter.published.clear()
    town.heard = 0
    town.run(240_000)
    assert town.books(attempt) == NOT_PAID
    town.meter.publish(f"kiosk/v1/{town.meter.settings.machine}/up/blik", swallowed[0])
    town.run(10_000)
    assert attempt not in town.gateway.sessions
    assert town.books(attempt) == NOT_PAID


def test_another_amount_is_a_persons_and_the_right_stays() -> None:
    """B12."""
    town = Town()
    town.gateway.other_amount = 1
    attempt = town.pay()
    town.run(3_000)
    town.gateway.confirm(attempt)
    town.run(10_000)
    assert town.books(attempt) == ("provisional", "manual", [PRICE + 1])
    assert town.meter.kinds()[-1] == "attempt.manual"


def test_the_same_ask_twice_is_one_charge() -> None:
    town = Town()
    attempt = town.pay()
    town.meter.run(400)
    asks = [(topic, payload) for topic, payload in town.meter.published if topic.endswith("/blik")]
    town.meter.published += asks
    town.run(3_000)
    town.gateway.confirm(attempt)
    town.run(5_000)
    paid_once(town, attempt)


def test_a_second_payment_waits_for_nobody_elses_doubt() -> None:
    town = Town()
    first = town.pay()
    town.run(70_000)
    second = town.pay("777456")
    town.run(2_000)
    town.gateway.confirm(second)
    town.run(4_000)
    assert town.meter.phase(second) == "active"
    town.gateway.confirm(first)
    town.run(60_000)
    assert town.bank.charged == [PRICE, PRICE]
    assert (town.meter.phase(first), town.meter.state.payment.blik) == ("active", {})


def test_the_code_is_nowhere_kept() -> None:
    town = Town()
    attempt = town.pay()
    town.run(3_000)
    town.gateway.confirm(attempt)
    town.run(10_000)
    kept = repr(town.meter.entries()) + repr(town.meter.published) + repr(town.row(attempt)) + repr(town.meter.loop.turns.live)
    raw = town.engine.raw_connection()
    kept += "".join(raw.driver_connection.iterdump())  # type: ignore[union-attr]
    assert CODE not in kept


def test_a_refund_whose_answer_is_lost_is_one_refund() -> None:
    """B8: as the desk asks for one."""
    town = Town()
    attempt = town.pay()
    town.run(3_000)
    town.gateway.confirm(attempt)
    town.run(5_000)
    town.gateway.faults[Refund] = ["lost", "unsent"]
    town.centre.refund(attempt, town.now())
    town.run(10_000)
    row = town.row(attempt)
    assert row is not None
    assert (row.state, town.bank.charged) == ("refunded", [])
