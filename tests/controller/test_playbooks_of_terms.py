"""Playbooks of terms and of what the desk asks about a document: extended, withdrawn, forgotten, given a new PIN."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.facts import DepositTakenBack, DepositWithdrawn
from contracts.orders import AnyAsk, ExtendAll, Forget, SetPin, Withdraw, phone_mark
from contracts.pin_facts import Told
from tests.controller.bench_machine import PIN, PIN_KEY, START, BenchMachine, pin_hmac
from tests.controller.pin_playbooks import code_of, waiting

AUTUMN, SPRING = datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)
"""The moments at which clocks in Poland go back and forward."""


@pytest.mark.parametrize("change", [AUTUMN, SPRING])
@pytest.mark.parametrize(("left_s", "screen"), [(2, "l.found"), (-1, "l.expired")])
def test_a_term_ends_to_the_second_across_the_night_of_the_clocks(change: datetime, left_s: int, screen: str) -> None:
    machine = BenchMachine()
    machine.wall_jump = change - timedelta(hours=24) - START
    machine.stored(hours=48)
    until = machine.state.locker.deposits["dep-1"].until
    machine.press("ok", *PIN)
    machine.wall_jump += until - timedelta(seconds=left_s) - machine.now().wall
    machine.press("ok")
    assert machine.screen.screen == screen


def test_a_term_that_ends_before_the_door_is_asked_for_opens_nothing() -> None:
    machine, _ = waiting()
    machine.enter()
    machine.wall_jump = timedelta(hours=48)
    pulses = len(machine.cabinet.pulses)
    machine.press("ok")
    assert machine.screen.screen == "l.expired"
    assert len(machine.cabinet.pulses) == pulses


def test_without_a_clock_no_term_ends() -> None:
    machine, _ = waiting()
    machine.trusted = False
    machine.wall_jump = timedelta(days=400)
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_all_terms_are_extended_at_once_and_none_is_shortened() -> None:
    machine, _ = waiting()
    machine.stored("111222", "dep-2", hours=100)
    machine.hold_pin("222333", "dep-3")
    held = machine.state.locker.deposits["dep-3"].until
    before, until = machine.seq, START + timedelta(hours=72)
    assert code_of(machine, machine.order(ExtendAll(until))) == "ok"
    assert machine.kinds(before) == ["order.taken", "terms.extended", "order.ended"]
    deposits = machine.state.locker.deposits
    assert (deposits["dep-1"].until, deposits["dep-3"].until) == (until, held)
    assert deposits["dep-2"].until > until
    machine.wall_jump = timedelta(hours=71)
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_what_is_expired_can_be_extended() -> None:
    machine, _ = waiting()
    machine.wall_jump = timedelta(hours=50)
    machine.enter()
    assert machine.screen.screen == "l.expired"
    machine.order(ExtendAll(START + timedelta(hours=72)))
    machine.press("ok")
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_a_document_is_withdrawn_by_the_desk_and_its_pin_says_so() -> None:
    machine, compartment = waiting()
    before = machine.seq
    assert code_of(machine, machine.order(Withdraw("dep-1"))) == "ok"
    assert [entry.fact for entry in machine.entries() if entry.seq == before + 2] == [
        DepositWithdrawn(deposit="dep-1", compartment=compartment, reason="desk")
    ]
    machine.enter()
    assert machine.screen.screen == "l.office"
    assert machine.state.locker.occupant(compartment) == "dep-1"
    assert machine.state.doors.door(compartment).quarantine == ""
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=compartment))
    assert machine.state.locker.occupant(compartment) is None
    machine.press("ok")
    machine.enter()
    assert (machine.screen.screen, machine.screen.data["office"]) == ("l.moved", "ul. Gronowa 22a")


@pytest.mark.parametrize("told", ["sms", "slip"])
def test_whoever_has_a_slip_is_not_promised_a_message(told: Told) -> None:
    machine, _ = waiting()
    until, mark = machine.now().wall + timedelta(hours=48), phone_mark(PIN_KEY, "012345678").hex()
    machine.order(SetPin("dep-1", pin_hmac(PIN).hex(), until, phone=mark, told=told))
    machine.enter()
    machine.order(Withdraw("dep-1"))
    assert (machine.screen.screen, machine.screen.data["told"]) == ("l.office", told)
    machine.press("ok")
    machine.enter()
    assert (machine.screen.screen, machine.screen.data["told"]) == ("l.office", told)


def test_whoever_stands_before_the_compartment_is_told_of_the_withdrawal_and_nobody_else_is() -> None:
    machine, _ = waiting()
    machine.enter()
    machine.order(Withdraw("dep-1"))
    assert machine.screen.screen == "l.office"
    other, _ = waiting()
    other.hold_pin("111222", "dep-2")
    other.press("ok", *"11")
    other.order(Withdraw("dep-1"))
    assert (other.screen.screen, other.screen.data["filled"]) == ("l.pin", 2)


def test_a_registration_is_forgotten_before_its_document_is_put_in() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    before = machine.seq
    assert code_of(machine, machine.order(Forget("dep-1"))) == "ok"
    assert machine.kinds(before) == ["order.taken", "deposit.forgotten", "order.ended"]
    for table in ("vault", "phone_marks"):
        assert machine.database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    machine.enter()
    assert machine.screen.screen == "l.wrong"


def at_open_door() -> BenchMachine:
    machine, _ = waiting()
    machine.enter()
    machine.press("ok")
    machine.run(1_000)
    return machine


def begun() -> BenchMachine:
    machine, _ = waiting()
    machine.cabinet.jam(1, True, machine.ms)
    machine.enter()
    machine.press("ok")
    return machine


def loading() -> BenchMachine:
    machine = BenchMachine()
    machine.loading()
    return machine


@pytest.mark.parametrize(
    ("machine", "ask", "code"),
    [
        (BenchMachine, Withdraw("dep-9"), "deposit_unknown"),
        (BenchMachine, Forget("dep-9"), "deposit_unknown"),
        (loading, Withdraw("dep-1"), "deposit_waiting"),
        (loading, Forget("dep-1"), "busy"),
        (begun, Withdraw("dep-1"), "busy"),
        (lambda: waiting()[0], Forget("dep-1"), "deposit_stored"),
        (at_open_door, Withdraw("dep-1"), "deposit_ended"),
        (at_open_door, Forget("dep-1"), "deposit_ended"),
    ],
)
def test_what_cannot_be_withdrawn_or_forgotten_now(machine: type[BenchMachine], ask: AnyAsk, code: str) -> None:
    bench = machine()
    assert code_of(bench, bench.order(ask)) == code


def test_what_was_taken_back_after_its_time_waits_at_the_office() -> None:
    machine = BenchMachine()
    compartment = machine.stored(hours=1)
    machine.wall_jump = timedelta(hours=2)
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=compartment))
    machine.enter()
    assert (machine.screen.screen, machine.screen.data["office"]) == ("l.expired.office", "ul. Gronowa 22a")
    machine.wall_jump = timedelta(days=31)
    machine.run(3_700_000)
    assert machine.kinds()[-1] == "deposit.forgotten"


def test_a_new_pin_voids_the_old_one_for_whoever_is_just_typing_it() -> None:
    machine, _ = waiting()
    machine.press("ok", *PIN)
    machine.hold_pin("111222")
    machine.press("ok")
    assert machine.screen.screen == "l.wrong"
