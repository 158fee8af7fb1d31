"""A sale by card at the whole machine: loop, journal, terminal and bank agree at the end, whatever fails."""

import pytest

from sim.byte_link import LinkFaults
from tests.controller.bench_machine import BenchMachine
from tests.controller.payment.bench_meter import PRICE, BenchMeter

LONG_MS = 600_000


def ready(seed: int = 1, faults: LinkFaults | None = None) -> BenchMeter:
    meter = BenchMeter(seed, faults)
    meter.run(5_000)
    return meter


def agrees(meter: BenchMeter, attempt: str) -> bool:
    """Whether the driver has paid, which they have exactly when the right is active; nothing is open or held."""
    paid = [charge.amount for charge in meter.bank.charges if charge.state == "charged"]
    assert meter.state.payment.open is None
    assert not any(charge.state == "held" for charge in meter.bank.charges)
    assert paid == ([PRICE] if meter.phase(attempt) == "active" else [])
    assert meter.phase(attempt) in ("active", "")
    return bool(paid)


def test_a_sale_makes_a_right_before_it_is_charged() -> None:
    meter = ready()
    attempt = meter.buy()
    assert attempt
    meter.run(20_000)
    assert agrees(meter, attempt)
    assert meter.kinds()[-7:] == [
        "terminal.stored", "right.quoted", "attempt.made", "attempt.authorised", "right.provisional", "attempt.committing",
        "attempt.captured", "right.active",
    ][-7:]  # fmt: skip


def test_a_driver_without_a_card_pays_nothing_and_has_no_right() -> None:
    meter = ready()
    meter.card = False
    attempt = meter.buy()
    assert attempt
    meter.run(LONG_MS)
    assert not agrees(meter, attempt)
    assert meter.kinds()[-2:] == ["attempt.declined", "right.void"]


@pytest.mark.parametrize("wait_ms", range(0, 4_000, 250))
def test_power_that_fails_at_any_moment(wait_ms: int) -> None:
    meter = ready()
    attempt = meter.buy()
    assert attempt
    meter.run(wait_ms)
    meter.start_again()
    meter.run(LONG_MS)
    agrees(meter, attempt)


def test_two_drivers_cannot_pay_at_once() -> None:
    meter = ready()
    assert meter.buy()
    assert meter.buy() is None


def test_a_terminal_without_power_is_a_fault_and_sells_nothing() -> None:
    meter = ready()
    meter.terminal.power_cut()
    meter.run(120_000)
    assert meter.faults() == ["terminal_silent terminal"]
    assert meter.buy() is None
    meter.terminal.power_on(meter.ms)
    meter.run(120_000)
    assert meter.faults() == []
    attempt = meter.buy()
    assert attempt
    meter.run(20_000)
    assert agrees(meter, attempt)


def test_a_machine_that_meets_a_silent_terminal_asks_again_what_it_has() -> None:
    meter = BenchMeter(dark=True)
    meter.run(200_000)
    assert "terminal.stored" not in meter.kinds()
    meter.terminal.power_on(meter.ms)
    meter.run(120_000)
    assert "terminal.stored" in meter.kinds()
    assert meter.buy()


def test_without_a_trusted_clock_nothing_is_sold() -> None:
    meter = ready()
    meter.trusted = False
    assert meter.buy() is None


def test_a_locker_sells_nothing() -> None:
    machine = BenchMachine()
    assert "attempt.made" not in machine.kinds()
    assert BenchMeter.buy(machine) is None  # type: ignore[arg-type]


def test_attempts_of_a_day_have_ids_of_their_own_without_runs_of_decimals() -> None:
    meter = ready()
    made: list[str] = []
    for _ in range(5):
        attempt = meter.buy()
        assert attempt
        made.append(attempt)
        meter.run(20_000)
        assert meter.phase(attempt) == "active"
    assert len(set(made)) == 5
    assert all(len(attempt) == 16 and not attempt.isdecimal() for attempt in made)
    assert meter.bank.charged == [PRICE] * 5
