"""Playbooks of a clerk's errands: what is taken back, what an audit finds, what is taken out of use and released again."""

import pytest

from contracts import facts as f
from contracts.facts import AuditAnswered, AuditSkipped, DoorOpened, DoorRefused
from contracts.orders import Release
from controller.clerk_rules import to_take_back
from controller.inputs import CodeScanned
from controller.secret import Secret
from tests.controller.bench_machine import CABINET, PIN, BenchMachine
from tests.controller.clerk_bench import CASE, OTHER_CASE, at_audit, at_expired, at_take, at_taken, clerk_in, hold, loaded, lying
from tests.controller.histories import NOW, UNTIL, folded
from tests.controller.test_playbooks_of_clerks import restarted

LAST = max(CABINET.compartments())


def stored_in(deposit: str, compartment: int) -> tuple[f.AnyFact, ...]:
    """A document that lies there."""
    return (
        f.PinSet(deposit=deposit, until=UNTIL),
        f.DepositLoading(deposit=deposit, compartment=compartment, order=""),
        f.DepositStored(deposit=deposit, compartment=compartment),
    )


# --- taking back -------------------------------------------------------------------------------------------------------------------------


def test_an_expired_document_is_taken_back() -> None:
    machine = at_expired()
    assert (machine.screen.screen, machine.screen.data["compartment"], machine.screen.data["left"]) == ("k.expired", 1, 1)
    before = machine.seq
    machine.press("ok")
    machine.run(1_000)
    assert machine.kinds(before) == ["takeback.begun", "door.unlock_due", "door.pulsed", "door.opened"]
    assert [entry.fact.cause for entry in machine.entries() if isinstance(entry.fact, DoorOpened)][-1] == "takeback"
    assert machine.screen.screen == "k.take"
    machine.push(1)
    assert machine.screen.screen == "k.taken"
    before = machine.seq
    machine.press("1")
    assert machine.kinds(before) == ["takeback.ended", "door.given_up", "deposit.taken_back"]
    assert machine.state.locker.deposits["dep-1"].phase == "taken_back"
    assert machine.state.locker.occupant(1) is None
    assert machine.screen.screen == "k.none"


def test_after_that_the_pin_opens_nothing() -> None:
    machine = at_taken()
    machine.press("1", "ok", "cancel")
    before = machine.seq
    machine.enter()
    assert [kind for kind in machine.kinds(before) if kind != "pin.day_begun"] == ["pin.try_spent", "pin.accepted"]
    assert machine.screen.screen.startswith("l.expired")


def test_a_withdrawn_document_is_taken_out_of_its_quarantined_compartment() -> None:
    machine = lying(hours=48)
    machine.cabinet.jam(1, True, machine.ms)
    machine.enter(PIN)
    machine.press("ok")
    machine.run(6_000)
    machine.press("2")  # to be collected at the office: a jam takes the compartment out of use
    assert machine.state.doors.door(1).quarantine == "jam"
    machine.press("ok")
    machine.cabinet.jam(1, False, machine.ms)
    machine.run(15_000)
    clerk_in(machine)
    machine.press("2", "ok")
    machine.run(1_000)
    assert machine.screen.screen == "k.take"
    machine.push(1)
    machine.press("1")
    assert machine.state.locker.deposits["dep-1"].phase == "taken_back"
    assert machine.state.doors.door(1).quarantine == "jam"


@pytest.mark.parametrize("scanned", [False, True])
def test_the_code_of_the_sheet_says_which_document_it_is(scanned: bool) -> None:
    machine = at_taken()
    hold(machine, "dep-2", OTHER_CASE, "111111")

    def read(code: str) -> None:
        if scanned:
            machine.take(CodeScanned(code=Secret(code)))
        else:
            machine.press(*(() if machine.screen.screen == "k.sheet" else ("3",)), *code, "ok")

    before = machine.seq
    read(OTHER_CASE)
    assert (machine.screen.screen, machine.screen.data["problem"], machine.screen.cue) == ("k.sheet", "other_case", "error")
    assert machine.kinds(before) == []
    read(CASE)
    assert machine.kinds(before) == ["takeback.ended", "door.given_up", "deposit.taken_back"]


def test_a_document_that_is_not_there_takes_the_compartment_out_of_use() -> None:
    machine = at_taken()
    before = machine.seq
    machine.press("2")
    assert machine.kinds(before) == ["takeback.ended", "door.given_up", "compartment.quarantined"]
    assert machine.state.doors.door(1).quarantine == "not_there"
    assert machine.state.locker.deposits["dep-1"].phase == "stored"
    assert (machine.screen.screen, machine.screen.data["reason"]) == ("k.untaken", "not_there")


def test_what_was_looked_for_in_vain_comes_last() -> None:
    withdrawn = (
        f.DepositWithdrawn(deposit="dep-1", compartment=1, reason="jam"),
        f.DepositWithdrawn(deposit="dep-2", compartment=2, reason="jam"),
    )
    lies = (*stored_in("dep-1", 1), *stored_in("dep-2", 2), *withdrawn)
    assert to_take_back(folded(*lies), NOW) == [("dep-1", 1), ("dep-2", 2)]
    gone = f.CompartmentQuarantined(compartment=1, reason="not_there")
    assert to_take_back(folded(*lies, gone), NOW) == [("dep-2", 2), ("dep-1", 1)]


def test_a_door_that_does_not_close_keeps_nobody() -> None:
    machine = at_take()
    before = machine.seq
    machine.press("1")
    assert machine.kinds(before) == ["takeback.ended", "door.given_up", "compartment.quarantined", "fault.raised"]
    assert machine.state.clerk.actor != ""
    machine.press("ok", "ok")  # its door stands open: it cannot be opened now
    assert (machine.screen.screen, machine.screen.data["problem"]) == ("k.expired", "not_ready")
    machine.push(1)
    assert machine.faults() == []


def test_a_door_that_does_not_open_is_told() -> None:
    machine = at_expired()
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    assert (machine.screen.screen, machine.screen.data["reason"]) == ("k.untaken", "jam")
    assert machine.state.doors.door(1).quarantine == "jam"
    assert machine.state.locker.deposits["dep-1"].phase == "stored"


def test_one_door_after_another() -> None:
    machine = lying()
    machine.stored("111111", "dep-2", hours=0)
    clerk_in(machine)
    machine.press("2", "down", "ok")
    machine.run(12_000)
    assert machine.state.at == 2
    machine.push(2)
    machine.press("1")
    assert (machine.screen.data["compartment"], machine.screen.data["left"]) == (1, 1)


def test_an_untrusted_clock_expires_nothing() -> None:
    machine = at_expired()
    machine.trusted = False
    machine.run(60_000)
    assert machine.screen.screen == "k.none"


def test_a_power_cut_after_the_door_was_closed_asks_for_the_truth() -> None:
    machine = restarted(at_taken())
    assert (machine.screen.screen, machine.state.clerk.actor) == ("k.taken", "")
    machine.press("1")
    assert machine.state.locker.deposits["dep-1"].phase == "taken_back"
    assert machine.screen.screen == "l.attract"


def test_a_clerk_who_goes_without_saying_leaves_the_compartment_out_of_use() -> None:
    machine = at_taken()
    machine.run(201_000)
    assert machine.state.doors.door(1).quarantine == "unconfirmed"
    assert machine.screen.screen == "l.attract"


# --- the audit ---------------------------------------------------------------------------------------------------------------------------


def test_an_audit_looks_into_every_compartment() -> None:
    machine = loaded()
    machine.run(15_000)
    machine.press("cancel", "3")
    for number in CABINET.compartments():
        machine.run(15_000)
        assert (machine.screen.screen, machine.screen.data["index"]) == ("k.audit", number)
        assert machine.state.at == number
        books = "document" if number == 1 else "empty"
        assert machine.screen.data["state"] == books
        machine.press("1" if number in (2, 3) or books == "empty" else "2")
        machine.push(number)
    machine.run(1_000)
    assert machine.screen.screen == "k.audited"
    assert (machine.screen.data["same"], machine.screen.data["diff"], machine.screen.data["skipped"]) == (LAST, 0, 0)
    assert not any(door.quarantine for door in machine.state.doors.doors.values())


def test_a_difference_takes_the_compartment_out_of_use() -> None:
    machine = at_audit("3")
    assert machine.state.doors.door(1).quarantine == "audit"
    assert [(one.fact.contents, one.fact.same) for one in machine.entries() if isinstance(one.fact, AuditAnswered)] == [("other", False)]
    assert machine.state.at == 2


def test_the_next_door_opens_once_this_one_is_closed() -> None:
    machine = at_audit()
    machine.press("1")
    assert machine.screen.screen == "k.close"
    machine.run(5_000)
    assert machine.state.at == 1
    machine.push(1)
    machine.run(1_000)
    assert (machine.state.at, machine.screen.screen) == (2, "k.audit")


def test_one_back() -> None:
    machine = at_audit("3")
    machine.press("4")
    assert machine.screen.screen == "k.close"
    machine.push(2)
    machine.run(13_000)
    assert (machine.state.at, machine.screen.say) == (1, "k.audit.last")
    machine.press("1")
    machine.push(1)
    machine.run(13_000)
    assert machine.state.at == 2
    assert machine.state.clerk.audit is not None
    assert machine.state.clerk.audit.answers == {1: True}
    assert machine.state.doors.door(1).quarantine == "audit"  # nothing comes back into service by itself


def test_a_quarantined_compartment_that_agrees_stays_out_of_use() -> None:
    machine = clerk_in()
    machine.press("4", "1", "ok", "3", "ok", "3")
    machine.run(1_000)
    assert machine.screen.data["state"] == "quarantined_empty"
    machine.press("1")
    assert machine.state.doors.door(1).quarantine == "dirty"


def test_dead_boards_are_passed_over_and_told() -> None:
    machine = at_audit("11")
    machine.cabinet.cut_power(machine.ms)
    machine.run(6_000)
    machine.press("1")
    machine.cabinet.push(3, machine.ms)
    machine.run(1_000)
    assert machine.state.at == 3  # nobody has seen this door close
    machine.press("1")
    machine.run(1_000)
    assert machine.screen.screen == "k.audited"
    skipped = [one.fact for one in machine.entries() if isinstance(one.fact, AuditSkipped)]
    assert [(one.compartments, one.reason) for one in skipped] == [((3,), "no_close"), (tuple(range(4, LAST + 1)), "not_ready")]
    assert machine.screen.data["skipped"] == LAST - 3


def test_a_door_that_does_not_open_is_passed_over() -> None:
    machine = clerk_in()
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("3")
    machine.run(20_000)
    assert machine.state.at == 2
    assert machine.state.doors.door(1).quarantine == "jam"
    assert machine.screen.screen == "k.audit" or machine.screen.say == "k.audit.last"


def test_a_door_that_does_not_close_is_passed_over() -> None:
    machine = at_audit()
    machine.press("1", "1")
    machine.run(13_000)
    assert (machine.state.at, machine.state.doors.door(1).quarantine) == (2, "no_close")
    assert machine.faults() == ["door_left_open door 1"]
    assert machine.state.clerk.actor != ""


def test_what_was_answered_before_a_power_cut_stays() -> None:
    machine = at_audit("13")
    before = machine.seq
    restarted(machine)
    assert machine.kinds(before)[:5] == ["boot.started", "clerk.left", "audit.ended", "compartment.quarantined", "door.given_up"]
    assert machine.state.doors.door(2).quarantine == "audit"
    assert machine.screen.screen == "l.attract"


@pytest.mark.parametrize("how", ["power cut", "walked away", "walked away after the answer"])
def test_a_door_that_an_audit_left_open_is_looked_into(how: str) -> None:
    machine = lying(hours=48)
    clerk_in(machine)
    machine.press("3")
    machine.run(1_000)
    if how == "power cut":
        machine = restarted(machine)
    else:
        machine.press(*(["2"] if how.endswith("answer") else []))
        machine.run(200_000)
    assert machine.state.clerk.audit is None
    machine.push(1)
    machine.run(1_000)
    door = machine.state.doors.door(1)
    assert (door.position, door.quarantine) == ("closed", "unconfirmed")


def test_a_door_that_was_shut_without_an_answer_is_looked_into() -> None:
    machine = lying(hours=48)
    clerk_in(machine)
    machine.press("3")
    machine.run(1_000)
    machine.push(1)
    machine.run(200_000)
    assert machine.state.clerk.audit is None
    assert machine.state.doors.door(1).quarantine == "unconfirmed"


def test_a_clerk_who_stops_looking_leaves_the_compartment_in_use() -> None:
    machine = lying(hours=48)
    clerk_in(machine)
    machine.press("3")
    machine.run(1_000)
    machine.push(1)
    machine.run(1_000)
    machine.press("cancel", "ok")
    assert machine.state.clerk.audit is None
    assert machine.state.doors.door(1).quarantine == ""


def test_who_answers_without_a_session_is_not_believed_alone() -> None:
    machine = restarted(at_take())
    machine.push(1)
    machine.run(1_000)
    assert machine.screen.screen == "k.taken"
    machine.press("1")
    assert machine.state.locker.deposits["dep-1"].phase == "taken_back"
    assert machine.state.doors.door(1).quarantine == "unconfirmed"


def test_an_audit_can_be_ended_early() -> None:
    machine = at_audit("1")
    machine.push(2)
    before = machine.seq
    machine.press("cancel")
    assert machine.kinds(before) == ["audit.ended", "door.given_up"]
    assert (machine.screen.screen, machine.screen.data["same"]) == ("k.audited", 1)


def test_an_audit_waits_for_the_brake_of_the_board() -> None:
    machine = clerk_in()
    machine.press("3")
    for number in CABINET.compartments():
        machine.run(1_000)
        if machine.screen.screen == "k.opening":
            assert machine.screen.data["rests"]
            machine.run(60_000)
        assert machine.state.at == number
        machine.press("1")
        machine.push(number)
    machine.run(1_000)
    assert (machine.screen.screen, machine.screen.data["same"], machine.screen.data["skipped"]) == ("k.audited", LAST, 0)
    assert any(isinstance(one.fact, DoorRefused) and one.fact.code == "braked" for one in machine.entries())


# --- out of use and back -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "reason"), [("1", "no_close"), ("2", "damaged"), ("3", "dirty"), ("4", "wrong_contents")])
def test_a_compartment_is_taken_out_of_use_and_released(key: str, reason: str) -> None:
    machine = clerk_in()
    machine.press("4", "1", "2", "ok", key)
    assert machine.state.doors.door(12).quarantine == reason
    assert (machine.screen.screen, machine.screen.data["compartment"]) == ("k.quarantined", 12)
    before = machine.seq
    machine.order(Release(compartment=12, seen=machine.seq))
    assert machine.kinds(before) == ["order.taken", "compartment.released", "order.ended"]
    assert machine.state.doors.door(12).quarantine == ""


def test_a_release_clears_what_only_a_look_can_clear() -> None:
    machine = BenchMachine()
    machine.cabinet.force(3, machine.ms)
    machine.run(1_000)
    machine.push(3)
    assert machine.faults() == ["door_forced door 3"]
    machine.order(Release(compartment=3, seen=machine.seq))
    assert machine.faults() == []


def test_a_release_of_an_empty_compartment_ends_the_document_that_lay_there() -> None:
    machine = at_taken()
    machine.press("2")
    machine.order(Release(compartment=1, seen=machine.seq))
    assert machine.state.locker.occupant(1) == "dep-1"
    machine.press("ok", "ok")
    machine.run(13_000)
    machine.push(1)
    machine.press("2")
    machine.order(Release(compartment=1, seen=machine.seq, empty=True))
    assert machine.state.locker.deposits["dep-1"].phase == "taken_back"
    assert machine.state.locker.occupant(1) is None


def test_a_release_of_what_happened_after_the_look_is_refused() -> None:
    machine = BenchMachine()
    machine.cabinet.force(3, machine.ms)
    machine.run(1_000)
    machine.push(3)
    looked = machine.seq
    machine.cabinet.force(3, machine.ms)
    machine.run(1_000)
    machine.push(3)
    order = machine.order(Release(compartment=3, seen=looked))
    assert machine.state.orders.known[order].code == "changed_since"
    assert machine.state.doors.door(3).quarantine == "forced"
    machine.order(Release(compartment=3, seen=machine.seq))
    assert machine.state.doors.door(3).quarantine == ""


def stands_open(machine: BenchMachine) -> None:
    machine.cabinet.force(3, machine.ms)
    machine.run(1_000)


def somebody_stands_there(machine: BenchMachine) -> None:
    machine.loading()


@pytest.mark.parametrize(
    ("prepare", "number", "code"),
    [
        (BenchMachine.hold_pin, 99, "compartment_unknown"),
        (BenchMachine.hold_pin, 3, "not_quarantined"),
        (stands_open, 3, "door_open"),
        (somebody_stands_there, 1, "busy"),
    ],
)
def test_a_release_that_cannot_be_done_is_refused(prepare: object, number: int, code: str) -> None:
    machine = BenchMachine()
    prepare(machine)  # type: ignore[operator]
    order = machine.order(Release(compartment=number, seen=machine.seq))
    assert machine.state.orders.known[order].code == code
