"""Playbooks of collection: what the resident and the door do, and which facts come of it in which order."""

from datetime import timedelta

from tests.controller.bench_machine import PIN, BenchMachine

FOUND = ["pin.try_spent", "pin.accepted"]
OPENED = ["collection.begun", "door.unlock_due", "door.pulsed", "door.opened", "document.handed_over"]
ENDED = ["door.closed", "collection.ended", "door.given_up"]
JAM = ["collection.begun", "door.unlock_due", "door.pulsed", "door.jammed"]


def at_found() -> tuple[BenchMachine, int, int]:
    machine = BenchMachine()
    compartment = machine.found()
    assert machine.screen.screen == "l.found"
    return machine, compartment, machine.seq


def opened() -> tuple[BenchMachine, int, int]:
    machine, compartment, _ = at_found()
    machine.press("ok")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    return machine, compartment, machine.seq


def test_pin_door_document() -> None:
    machine = BenchMachine()
    compartment = machine.stored()
    machine.run(10_000)
    before = machine.seq
    machine.enter()
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert machine.kinds(before) == ["pin.day_begun", *FOUND, *OPENED, *ENDED]
    assert machine.screen.screen == "l.done"
    assert machine.screen.data["collected_at"] == "10:00"
    machine.press("ok")
    assert machine.screen.screen == "l.attract"
    assert machine.faults() == []


def test_nothing_opens_without_the_green_key_in_front_of_the_door() -> None:
    machine, _, before = at_found()
    pulses = len(machine.cabinet.pulses)
    machine.run(300_000)
    assert machine.kinds(before) == []
    assert len(machine.cabinet.pulses) == pulses
    assert machine.screen.screen == "l.attract"


def test_opened_and_closed_in_one_reading_is_a_hand_over_and_its_end() -> None:
    machine, compartment, before = at_found()
    machine.press("ok")
    machine.cabinet.tick(machine.ms + 700)  # a controller that is held up: the door opens and is closed before it asks again
    machine.cabinet.push(compartment, machine.ms + 700)
    machine.cabinet.tick(machine.ms + 800)
    machine.ms += 800
    machine.run(1_500)
    assert machine.kinds(before) == [*OPENED, *ENDED]
    assert machine.screen.screen == "l.done.late"  # when it opened, nobody saw


def test_a_coil_that_rests_is_asked_again_without_a_word() -> None:
    machine = BenchMachine()
    machine.stored()
    machine.enter()
    before = machine.seq
    machine.press("ok")
    assert machine.screen.screen == "l.opening"
    machine.run(7_000)
    kinds = machine.kinds(before)
    assert kinds == ["collection.begun", "door.unlock_due", "door.refused", *OPENED[1:]]
    assert {screen.screen for screen in machine.screens[-3:]} <= {"l.found", "l.opening", "l.open"}


def test_a_jammed_door_is_tried_twice_more_and_then_it_is_the_office() -> None:
    machine, compartment, before = at_found()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    assert machine.kinds(before) == [*JAM, "fault.raised"]
    for left in (2, 1):
        assert (machine.screen.screen, machine.screen.data["tries_left"], "1" in machine.screen.keys) == ("l.jam", left, True)
        before = machine.seq
        machine.press("1")
        machine.run(13_000)
        assert [kind for kind in machine.kinds(before) if kind != "door.refused"].count("door.jammed") == 1
    assert (machine.screen.screen, machine.screen.data["tries_left"], "1" in machine.screen.keys) == ("l.jam", 0, False)
    pulses, before = len(machine.cabinet.pulses), machine.seq
    machine.press("1")
    machine.run(10_000)
    assert machine.kinds(before) == []
    assert len(machine.cabinet.pulses) == pulses
    machine.press("2")
    assert machine.kinds(before) == ["deposit.withdrawn", "door.given_up", "compartment.quarantined"]
    assert machine.screen.screen == "l.office"
    assert machine.faults() == [f"door_jammed door {compartment}"]
    machine.press("ok")
    machine.enter()
    assert machine.screen.screen == "l.office"


def test_a_door_that_opens_at_the_second_try_clears_the_jam() -> None:
    machine, compartment, _ = at_found()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    machine.cabinet.jam(compartment, False, machine.ms)
    before = machine.seq
    machine.press("1")
    machine.run(8_000)
    machine.push(compartment)
    kinds = machine.kinds(before)
    assert [kind for kind in kinds if kind != "door.refused"][-7:] == [
        "door.pulsed",
        *OPENED[3:],
        "door.closed",
        "fault.cleared",
        *ENDED[1:],
    ]
    assert (machine.faults(), machine.screen.screen) == ([], "l.done")


def unplugged_after_its_pulse() -> tuple[BenchMachine, int, int]:
    """The bus is gone from the pulse on; five seconds later the resident asks what to do."""
    machine, compartment, before = at_found()
    machine.press("ok")
    machine.run(100)
    assert machine.kinds(before)[-1] == "door.pulsed"
    machine.line.link.connected = False
    machine.run(5_200)
    return machine, compartment, before


def test_a_door_that_nobody_sees_is_in_doubt_and_not_driven_again() -> None:
    machine, compartment, before = unplugged_after_its_pulse()
    machine.cabinet.push(compartment, machine.ms)
    assert machine.kinds(before)[-3:] == ["fault.raised", "door.in_doubt", "fault.raised"]
    assert (machine.screen.screen, "1" in machine.screen.keys) == ("l.unseen", False)
    pulses = len(machine.cabinet.pulses)
    machine.press("1")
    machine.line.link.connected = True
    machine.run(7_000)
    assert len(machine.cabinet.pulses) == pulses
    found = ["door.opened", "document.handed_over", "door.closed", "collection.ended", "door.given_up"]
    assert [kind for kind in machine.kinds(before) if kind in found] == found  # the board has counted it
    assert machine.state.locker.deposits["dep-1"].phase == "collected"


def test_a_door_that_is_seen_closed_again_may_be_tried_again() -> None:
    machine, compartment, _ = at_found()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("ok")
    machine.run(100)
    machine.line.link.connected = False
    machine.run(5_200)
    machine.cabinet.jam(compartment, False, machine.ms)
    machine.line.link.connected = True
    machine.run(7_000)
    assert (machine.screen.screen, "1" in machine.screen.keys) == ("l.jam", True)
    machine.press("1")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"


def test_who_leaves_a_door_that_nobody_sees_leaves_it_to_somebody_who_looks_inside() -> None:
    machine, compartment, _ = unplugged_after_its_pulse()
    machine.press("cancel")
    assert machine.state.doors.door(compartment).quarantine == "in_doubt"
    assert f"door_in_doubt door {compartment}" in machine.faults()


def test_who_leaves_a_jammed_door_keeps_the_pin() -> None:
    machine, compartment, _ = at_found()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    before = machine.seq
    machine.press("cancel")
    assert machine.kinds(before) == ["collection.abandoned", "door.given_up"]
    machine.cabinet.jam(compartment, False, machine.ms)
    machine.run(10_000)
    machine.enter()
    machine.press("ok")
    machine.run(2_000)
    assert machine.screen.screen == "l.open"


def test_who_walks_away_from_a_jammed_door_is_asked_and_given_up() -> None:
    machine, compartment, _ = at_found()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    before = machine.seq
    machine.run(60_100)
    assert machine.screen.screen == "more_time"
    machine.run(20_100)
    assert machine.kinds(before) == ["collection.abandoned", "door.given_up"]
    assert machine.screen.screen == "l.attract"


def test_out_of_reach_is_withdrawn_without_a_pulse() -> None:
    machine, compartment, before = at_found()
    pulses = len(machine.cabinet.pulses)
    machine.press("1")
    assert machine.kinds(before) == ["deposit.withdrawn", "door.given_up"]
    assert machine.screen.screen == "l.office"
    assert len(machine.cabinet.pulses) == pulses
    assert machine.state.locker.occupant(compartment) == "dep-1"


def test_a_door_left_open_is_told_after_a_minute_and_given_up_after_three() -> None:
    machine, compartment, before = opened()
    machine.run(58_000)
    assert machine.screen.screen == "l.open"
    machine.run(2_000)
    assert machine.screen.screen == "l.close"
    machine.run(118_000)
    assert machine.screen.screen == "l.close"
    assert machine.kinds(before) == []
    machine.run(2_000)
    assert machine.kinds(before) == ["collection.ended", "door.given_up", "compartment.quarantined", "fault.raised"]
    assert machine.screen.screen == "l.noclose"
    machine.run(30_000)
    assert machine.screen.screen == "l.attract"
    before = machine.seq
    machine.push(compartment)
    assert machine.kinds(before) == ["door.closed", "fault.cleared"]


def test_a_door_that_does_not_close_lets_the_resident_go_at_once() -> None:
    machine, compartment, before = opened()
    machine.run(61_000)
    machine.press("1")
    assert machine.kinds(before) == ["collection.ended", "door.given_up", "compartment.quarantined", "fault.raised"]
    assert machine.screen.screen == "l.noclose"
    assert machine.faults() == [f"door_left_open door {compartment}"]


def test_a_language_can_be_chosen_before_the_open_door() -> None:
    machine, _, before = opened()
    machine.press("lang", "2")
    assert (machine.screen.screen, machine.screen.lang) == ("l.open", "en")
    machine.press("lang")
    assert machine.screen.screen == "lang"
    machine.run(61_000)
    assert machine.screen.screen == "l.close"  # who only looked at the languages still has a door to close
    machine.press("lang", "1")
    assert (machine.screen.screen, machine.screen.lang) == ("l.close", "pl")
    assert machine.kinds(before) == []


def test_a_door_that_nobody_asked_for_is_forced() -> None:
    machine = BenchMachine()
    before = machine.seq
    machine.cabinet.force(7, machine.ms)
    machine.run(1_000)
    assert machine.kinds(before) == ["door.opened", "fault.raised", "compartment.quarantined"]
    assert machine.faults() == ["door_forced door 7"]
    machine.push(7)
    assert machine.kinds(before)[3:] == ["door.closed"]


def test_a_used_pin_says_when() -> None:
    machine, compartment, _ = opened()
    machine.push(compartment)
    machine.run(121_000)
    machine.enter()
    assert machine.screen.screen == "l.used"
    assert machine.screen.data["when"] == "23.11 10:00"


def test_a_hand_over_by_an_untrusted_clock_names_no_time() -> None:
    machine, compartment, _ = at_found()
    machine.trusted = False
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert (machine.screen.screen, machine.screen.data["collected_at"]) == ("l.done.late", "")
    machine.trusted = True
    machine.run(121_000)
    machine.enter()
    assert (machine.screen.screen, machine.screen.data["when"]) == ("l.used", "")


def test_an_expired_pin_opens_nothing_while_the_clock_is_trusted() -> None:
    machine = BenchMachine()
    machine.stored(hours=1)
    machine.wall_jump = timedelta(hours=1)
    machine.enter()
    assert machine.screen.screen == "l.expired"
    machine.press("ok")
    machine.trusted = False
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_a_document_that_expires_on_the_found_screen_does_not_open() -> None:
    machine = BenchMachine()
    machine.stored(hours=1)
    machine.enter()
    assert machine.screen.screen == "l.found"
    machine.wall_jump = timedelta(hours=1)
    before = machine.seq
    machine.press("ok")
    assert machine.kinds(before) == []
    assert machine.screen.screen == "l.expired"


def test_a_pin_before_the_document_is_not_ready() -> None:
    machine = BenchMachine()
    machine.hold_pin()
    machine.enter()
    assert machine.screen.screen == "l.notready"
    machine.run(31_000)
    assert machine.screen.screen == "l.attract"


def test_a_board_that_is_silent_opens_nothing_and_says_so() -> None:
    machine, _, before = at_found()
    machine.cabinet.cut_power(machine.ms)
    machine.run(5_000)
    assert machine.kinds(before) == ["fault.raised"]
    before = machine.seq
    machine.press("ok")
    assert machine.kinds(before) == ["collection.begun", "door.unlock_due", "door.refused"]
    assert machine.screen.screen == "l.jam"
    machine.press("cancel")
    assert machine.screen.screen == "l.oos"
    machine.cabinet.restore_power(machine.ms)
    machine.run(10_000)
    assert machine.screen.screen == "l.attract"
    assert machine.faults() == []
    assert PIN not in repr(machine.loop.turns.live)
