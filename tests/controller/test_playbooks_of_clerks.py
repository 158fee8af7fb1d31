"""Playbooks of clerk mode: the one-time code, loading at the machine, leaving, and what a power cut leaves behind."""

from datetime import timedelta

import pytest

from contracts.locker_files import Size
from contracts.orders import AdmitClerk, Load, Withdraw, clerk_mark
from contracts.pin_facts import Told
from controller.inputs import CodeCompared, CodeScanned, KeyPressed
from controller.secret import Secret
from tests.controller.bench_machine import CABINET, PIN_KEY, BenchMachine
from tests.controller.clerk_bench import CASE, CLERK, CODE, OTHER_CASE, admit, at_check, at_load, at_scan, clerk_in, hold, loaded, log_in

IN = ["clerk.try_spent", "clerk.entered"]
OPENED = ["deposit.loading", "door.unlock_due", "door.pulsed", "door.opened"]


def restarted(machine: BenchMachine) -> BenchMachine:
    """The power was away and is back."""
    machine.start()
    machine.run(3_000)
    return machine


def mark(code: str) -> str:
    return clerk_mark(PIN_KEY, code).hex()


# --- the code ----------------------------------------------------------------------------------------------------------------------------


def test_the_first_screen_offers_clerk_mode_only_while_a_code_is_expected() -> None:
    machine = BenchMachine()
    assert "0" not in machine.screen.keys
    admit(machine)
    assert machine.screen.screen == "l.attract"
    assert "0" in machine.screen.keys
    machine.run(300_000)
    assert machine.kinds()[-1] == "clerk.code_ended"
    assert "0" not in machine.screen.keys


def test_a_code_opens_one_session() -> None:
    machine = BenchMachine()
    admit(machine)
    before = machine.seq
    log_in(machine)
    assert machine.kinds(before) == IN
    assert (machine.screen.screen, machine.screen.data["clerk"]) == ("k.menu", CLERK)
    machine.press("cancel")
    assert machine.kinds(before) == [*IN, "clerk.left"]
    assert machine.screen.screen == "l.attract"
    assert "0" not in machine.screen.keys
    assert not machine.loop.turns.vault.is_code(Secret(CODE))


def test_a_try_is_on_disk_before_it_is_compared() -> None:
    machine = BenchMachine()
    admit(machine)
    machine.press("0", *CODE)
    machine.take(KeyPressed(key="ok", rev=machine.screen.rev))
    assert [type(item) for item in machine.inbox] == [CodeCompared]  # what the vault says is for the next turn
    assert machine.kinds()[-1] == "clerk.try_spent"
    restarted(machine)
    assert machine.kinds()[-2:] == ["boot.started", "clerk.code_ended"]
    assert machine.state.clerk.trying is None


def test_five_wrong_tries_kill_the_code() -> None:
    machine = BenchMachine()
    admit(machine)
    machine.press("0")
    for left in (4, 3, 2, 1):
        machine.press(*"00000000", "ok")
        assert (machine.screen.screen, machine.screen.data["problem"]) == ("k.login", "wrong")
        assert (machine.screen.data["tries_left"], machine.screen.cue) == (left, "error")
    machine.press(*"00000000", "ok")
    assert machine.screen.screen == "k.nocode"
    machine.press("ok")
    assert "0" not in machine.screen.keys
    assert not machine.loop.turns.vault.is_code(Secret(CODE))


def test_a_newer_code_takes_the_place_of_an_older_one() -> None:
    machine = BenchMachine()
    admit(machine, "11111111", actor="B. Inna")
    admit(machine)
    machine.press("0", *"11111111", "ok")
    assert machine.screen.data["problem"] == "wrong"
    machine.press(*CODE, "ok")
    assert machine.screen.data["clerk"] == CLERK


@pytest.mark.parametrize(("minutes", "code"), [(0, "code_too_old"), (-1, "code_too_old")])
def test_a_code_that_is_old_already_is_refused(minutes: int, code: str) -> None:
    machine = BenchMachine()
    order = admit(machine, minutes=minutes)
    assert machine.state.orders.known[order].code == code


def test_a_code_lasts_five_minutes_however_long_the_order_says() -> None:
    machine = BenchMachine()
    machine.order(AdmitClerk(code=mark(CODE), until=machine.now().wall + timedelta(days=3)))
    machine.run(299_000)
    assert machine.state.clerk.expected is not None
    machine.run(1_500)
    assert machine.state.clerk.expected is None


def test_without_a_clock_nobody_can_say_how_old_a_code_is() -> None:
    machine = BenchMachine()
    machine.trusted = False
    order = admit(machine)
    assert machine.state.orders.known[order].code == "clock_untrusted"


def test_the_code_is_in_no_fact_and_no_message() -> None:
    machine = clerk_in()
    assert all(CODE.encode() not in payload for _, payload in machine.published)
    assert CODE not in repr(machine.entries()) + repr(machine.screens)


# --- loading -----------------------------------------------------------------------------------------------------------------------------


def test_a_document_is_loaded_by_its_case() -> None:
    machine = at_scan(CASE)
    before = machine.seq
    machine.press("ok")
    machine.run(1_000)
    assert machine.kinds(before) == OPENED
    assert (machine.screen.screen, machine.screen.data["case"]) == ("k.load", CASE)
    compartment = machine.state.at
    machine.push(compartment)
    before = machine.seq
    machine.press("1")
    assert machine.kinds(before) == ["deposit.stored", "door.given_up"]
    assert (machine.screen.screen, machine.screen.data["busy"]) == ("k.loaded", 1)
    assert machine.state.locker.occupant(compartment) == "dep-1"
    assert CASE not in repr(machine.entries())
    assert machine.loop.turns.live.cases == {}
    assert machine.loop.turns.vault.cases() == {}


@pytest.mark.parametrize("told", ["sms", "slip"])
def test_the_clerk_is_told_whether_a_slip_is_to_be_printed(told: Told) -> None:
    machine = at_scan(CASE, told=told)
    machine.press("ok")
    machine.run(1_000)
    machine.push(machine.state.at)
    machine.press("1")
    assert (machine.screen.screen, machine.screen.data["told"]) == ("k.loaded", told)
    before = machine.seq
    machine.order(Withdraw("dep-1"))
    assert "deposit.withdrawn" in machine.kinds(before)
    assert machine.screen.screen == "k.loaded"  # what the desk says of a document is not for the clerk's next step


def test_a_batch_goes_without_logging_in_again() -> None:
    machine = clerk_in()
    machine.press("1")
    for number in range(24):
        hold(machine, f"dep-{number}", f"{26000000 + number}", f"{number:06}")
        machine.press(*f"{26000000 + number}", "ok")
        machine.run(12_000)
        machine.push(machine.state.at)
        machine.press("1")
        assert machine.screen.data["busy"] == number + 1
        machine.press("ok")
        machine.run(10_000)
    assert machine.kinds().count("clerk.entered") == 1
    assert sorted(one.compartment for one in machine.state.locker.deposits.values()) == list(CABINET.compartments())
    hold(machine, "dep-24", "26000099", "999999")
    machine.press(*"26000099", "ok")
    assert machine.screen.data["problem"] == "full"


def test_a_scanner_does_what_eight_digits_and_green_do() -> None:
    machine = at_scan()
    machine.take(CodeScanned(code=Secret(CASE)))
    machine.run(1_000)
    machine.push(machine.state.at)
    machine.press("1")
    hold(machine, "dep-2", OTHER_CASE, "111111")
    machine.take(CodeScanned(code=Secret(OTHER_CASE)))  # on k.loaded: the next one of the batch
    machine.run(1_000)
    assert (machine.screen.screen, machine.screen.data["case"]) == ("k.load", OTHER_CASE)
    before = machine.seq
    machine.take(CodeScanned(code=Secret(CASE)))
    assert (machine.seq, machine.count("scan_not_expected")) == (before, 1)


@pytest.mark.parametrize("screen", ["l.attract", "k.login", "k.menu"])
def test_a_scan_elsewhere_does_nothing(screen: str) -> None:
    machine = BenchMachine()
    hold(machine)
    admit(machine)
    machine.press(*{"l.attract": (), "k.login": ("0",), "k.menu": ("0", *CODE, "ok")}[screen])
    assert machine.screen.screen == screen
    before = machine.seq
    machine.take(CodeScanned(code=Secret(CASE)))
    assert (machine.seq, machine.screen.screen, machine.count("scan_not_expected")) == (before, screen, 1)


def test_a_code_that_nobody_knows_opens_nothing() -> None:
    machine = at_scan(OTHER_CASE)
    before = machine.seq
    machine.press("ok")
    assert machine.kinds(before) == []
    assert (machine.screen.screen, machine.screen.data["problem"], machine.screen.cue) == ("k.scan", "unknown", "error")
    assert machine.screen.data["filled"] == 0
    machine.press("2")
    assert (machine.screen.data["problem"], machine.screen.cue) == ("", "")


def test_a_case_that_is_stored_already_is_told_with_its_compartment() -> None:
    machine = loaded()
    compartment = machine.state.locker.deposits["dep-1"].compartment
    machine.press("ok", *CASE, "ok")
    assert (machine.screen.data["problem"], machine.screen.data["compartment"], machine.screen.cue) == ("dup", compartment, "error")


def test_a_low_compartment_on_request() -> None:
    machine = at_scan(CASE, low=True)
    machine.press("ok")
    assert CABINET.is_low(machine.state.at)
    machine = at_load()
    assert not CABINET.is_low(machine.state.at)
    machine.press("2")
    machine.push(machine.state.at)
    machine.run(1_000)
    assert CABINET.is_low(machine.state.at)
    assert machine.screen.screen == "k.load"


@pytest.mark.parametrize(("size", "low", "opened"), [("S", False, "M"), ("S", True, "S"), ("M", True, "M"), ("L", False, "L")])
def test_a_document_gets_the_smallest_free_compartment_that_it_fits_into(size: Size, low: bool, opened: str) -> None:
    # All small ones of this cabinet are low, and low ones are kept for those who ask.
    machine = at_scan(CASE, size=size, low=low)
    machine.press("ok")
    assert CABINET.compartments()[machine.state.at].size == opened


def test_a_document_that_fits_into_none_of_the_free_compartments_is_not_loaded() -> None:
    machine = BenchMachine()
    large = [number for number, place in CABINET.compartments().items() if place.size == "L"]
    for number, _ in enumerate(large, 1):
        hold(machine, f"dep-{number}", pin=f"48291{number}", size="L")
        machine.order(Load(deposit=f"dep-{number}", case=CASE))
        machine.run(1_000)
        machine.push(machine.state.at)
        machine.press("1", "ok")
        machine.run(12_000)
    hold(machine, "dep-9", OTHER_CASE, pin="482919", size="L")
    clerk_in(machine)
    machine.press("1", *OTHER_CASE, "ok")
    assert (machine.screen.screen, machine.screen.data["problem"]) == ("k.scan", "full")
    assert sorted(one.compartment for one in machine.state.locker.deposits.values() if one.phase == "stored") == large


def test_a_compartment_that_is_not_empty_is_out_of_use_and_another_opens() -> None:
    machine = at_load()
    first = machine.state.at
    machine.press("1")
    machine.push(first)
    machine.run(1_000)
    assert machine.state.doors.door(first).quarantine == "not_empty"
    assert machine.state.at not in (0, first)


def test_in_another_one_takes_both_out_of_use() -> None:
    machine = at_check()
    compartment, before = machine.state.at, machine.seq
    machine.press("3", "9", "9", "ok")
    assert (machine.screen.screen, machine.screen.data["problem"]) == ("k.other", "unknown")
    machine.press(*str(compartment), "ok")
    assert machine.screen.data["problem"] == "unknown"
    machine.press("7", "ok")
    assert machine.kinds(before) == ["deposit.not_stored", "door.given_up", "compartment.quarantined", "compartment.quarantined"]
    assert [machine.state.doors.door(number).quarantine for number in (compartment, 7)] == ["elsewhere", "elsewhere"]
    assert machine.state.locker.deposits["dep-1"].phase == "waiting"
    assert (machine.screen.screen, machine.screen.data["clerk"]) == ("k.failed", CLERK)
    machine.press("ok")
    assert machine.screen.screen == "k.scan"


def test_back_from_another_one_asks_again() -> None:
    machine = at_check()
    machine.press("3", "7", "cancel", "cancel")
    assert machine.screen.screen == "k.check"


def test_a_door_that_does_not_open_is_told_and_the_batch_goes_on() -> None:
    machine = at_scan(CASE)
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    assert (machine.screen.screen, machine.screen.data["reason"]) == ("k.failed", "jam")
    machine.press("ok", *CASE, "ok")
    machine.run(1_000)
    assert (machine.screen.screen, machine.state.at) == ("k.load", 2)


# --- who else is there -------------------------------------------------------------------------------------------------------------------


def test_nobody_elses_order_opens_a_door_while_a_clerk_is_in() -> None:
    machine = BenchMachine()
    hold(machine)
    clerk_in(machine)
    order = machine.order(Load(deposit="dep-1", case=CASE), actor="B. Inna")
    assert machine.state.orders.known[order].code == "busy"
    order = machine.order(Load(deposit="dep-1", case=CASE), actor=CLERK)
    machine.run(1_000)
    assert machine.screen.screen == "k.load"
    machine.push(machine.state.at)
    machine.press("1")
    assert machine.state.orders.known[order].code == "ok"
    assert machine.screen.screen == "k.loaded"


def test_a_clerk_who_says_nothing_is_asked_and_then_logged_out() -> None:
    machine = clerk_in()
    machine.run(181_000)
    assert machine.screen.screen == "more_time"
    machine.press("5")
    assert machine.screen.screen == "k.menu"
    before = machine.seq
    machine.run(201_000)
    assert machine.kinds(before) == ["clerk.left"]
    assert machine.screen.screen == "l.attract"


def test_a_clerk_who_goes_before_saying_where_the_document_is() -> None:
    machine = at_check()
    compartment, before = machine.state.at, machine.seq
    machine.run(201_000)
    assert machine.kinds(before) == ["clerk.left", "deposit.not_stored", "door.given_up", "compartment.quarantined"]
    assert machine.state.doors.door(compartment).quarantine == "unconfirmed"
    assert machine.screen.say == "k.failed.last"


def test_a_door_left_open_ends_the_session_and_keeps_its_question() -> None:
    machine = at_load()
    compartment, before = machine.state.at, machine.seq
    machine.run(181_000)
    assert machine.kinds(before) == ["fault.raised", "clerk.left"]
    assert (machine.screen.screen, machine.screen.keys) == ("k.load", ("help", "audio"))
    machine.push(compartment)
    assert machine.screen.screen == "k.check"
    machine.press("1")
    assert machine.screen.say == "k.loaded.last"


# --- a power cut -------------------------------------------------------------------------------------------------------------------------


def test_the_question_comes_back_after_a_power_cut_and_no_door_opens_for_it() -> None:
    machine = restarted(at_check())
    compartment = machine.state.at
    assert machine.kinds()[-2:] == ["boot.started", "clerk.left"]
    assert (machine.screen.screen, machine.screen.data["clerk"]) == ("k.check", "")
    before = machine.seq
    machine.press("1")
    assert machine.kinds(before) == ["deposit.stored", "door.given_up"]
    assert machine.state.locker.occupant(compartment) == "dep-1"
    machine.press("ok")
    assert machine.screen.screen == "l.attract"


def test_without_its_clerk_a_loading_opens_no_door_again() -> None:
    machine = restarted(at_check())
    compartment, before = machine.state.at, machine.seq
    machine.press("2")  # a stranger may stand here, and the document may lie there
    assert machine.kinds(before) == ["deposit.not_stored", "door.given_up", "compartment.quarantined"]
    assert machine.state.doors.door(compartment).quarantine == "unconfirmed"
    assert machine.screen.say == "k.failed.last"


def test_a_power_cut_at_the_open_door_asks_once_it_is_closed() -> None:
    machine = restarted(at_load())
    compartment = machine.state.at
    assert (machine.screen.screen, machine.screen.keys) == ("k.load", ("help", "audio"))
    machine.push(compartment)
    before = machine.seq
    machine.press("3")  # the number of the other one is asked of a clerk alone
    assert machine.kinds(before) == ["deposit.not_stored", "door.given_up", "compartment.quarantined"]


def test_a_power_cut_in_the_menu_ends_the_session() -> None:
    machine = restarted(clerk_in())
    assert machine.screen.screen == "l.attract"
    machine.press("0", "1")
    assert machine.state.clerk.actor == ""


def test_a_question_that_nobody_answers_after_a_power_cut_is_unconfirmed() -> None:
    machine = restarted(at_check())
    compartment = machine.state.at
    machine.run(201_000)
    assert machine.state.doors.door(compartment).quarantine == "unconfirmed"
    assert machine.state.at == 0
