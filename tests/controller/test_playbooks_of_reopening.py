"""Playbooks of the way back: shortly after the door was closed the same PIN opens it once more; and what the machine certifies."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.receipt import deposit_mark, machine_mark, verify
from tests.controller.bench_machine import MACHINE, PHONE, PIN, RECEIPT_KEY, START, BenchMachine
from tests.controller.pin_playbooks import stepped_up

RESUMED = ["pin.try_spent", "pin.accepted", "collection.resumed", "door.unlock_due"]


def taken(open_ms: int = 1_000) -> tuple[BenchMachine, int]:
    """Somebody has taken the document and closed the door; the coil has rested."""
    machine = BenchMachine()
    compartment = machine.found()
    machine.press("ok")
    machine.run(open_ms)
    machine.push(compartment)
    return machine, compartment


def test_the_same_pin_opens_it_once_more_and_hands_nothing_over_again() -> None:
    machine, compartment = taken()
    assert (machine.screen.screen, machine.screen.deadline.kind) == ("l.done", "fact")
    before = machine.seq
    machine.press("1", *PIN, "ok")
    assert machine.kinds(before)[:4] == RESUMED
    machine.run(6_000)
    assert machine.screen.screen == "l.open"
    assert machine.kinds(before)[-2:] == ["door.opened", "collection.reopened"]
    machine.push(compartment)
    assert machine.kinds().count("document.handed_over") == 1
    assert (machine.screen.screen, "1" in machine.screen.keys) == ("l.done.late", False)  # once only
    machine.press("ok")
    machine.enter()
    assert machine.screen.screen == "l.used"


def test_the_same_pin_at_the_first_screen_opens_it_directly() -> None:
    machine, _ = taken()
    machine.press("ok")
    machine.run(100_000)
    machine.enter()
    assert machine.screen.screen == "l.open" or machine.screen.screen == "l.opening"


@pytest.mark.parametrize(("after_ms", "screen"), [(118_000, "l.opening"), (121_000, "l.used")])
def test_it_lasts_two_minutes_from_the_closing(after_ms: int, screen: str) -> None:
    machine, _ = taken()
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("ok")
    machine.run(after_ms - 1_400)
    machine.enter()
    assert machine.screen.screen == screen


def test_a_wrong_pin_there_is_a_wrong_entry() -> None:
    machine, _ = taken()
    machine.press("1", *"000000", "ok")
    assert (machine.screen.screen, machine.state.locker.pins.wrong) == ("l.wrong", 1)
    machine.press(*PIN, "ok")
    assert machine.screen.screen == "l.opening"


def test_another_documents_pin_there_is_a_wrong_entry_too() -> None:
    machine = BenchMachine()
    machine.stored("111222", "dep-2")
    machine.run(8_000)
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    machine.press("1", *"111222", "ok")
    assert (machine.screen.screen, machine.state.locker.pins.wrong) == ("l.wrong", 1)


def test_with_a_step_up_a_wrong_entry_there_counts_for_this_door_alone() -> None:
    machine, compartment = stepped_up()
    machine.press("ok", *PHONE, "ok", *PIN, "ok", "ok")
    machine.run(1_000)
    machine.push(compartment)
    wrong, before = machine.state.locker.pins.wrong, machine.seq
    machine.press("1", *"000000", "ok")
    assert machine.kinds(before) == ["number.try_spent", "pin.rejected"]
    assert (machine.screen.screen, machine.screen.say) == ("l.phone", "l.phone.last")
    assert (machine.state.locker.pins.wrong, list(machine.state.locker.pins.numbers)) == (wrong, ["dep-1"])
    machine.press(*PHONE, "ok", *PIN, "ok")
    assert machine.screen.screen == "l.opening"


def test_the_way_back_ends_by_itself() -> None:
    machine, _ = taken()
    machine.run(30_000)
    machine.press("1")
    assert machine.screen.screen == "l.grace"
    machine.run(80_000)
    assert machine.screen.screen == "l.grace"
    machine.run(11_000)
    assert machine.screen.screen == "l.attract"


def test_after_a_restart_there_is_none() -> None:
    machine, _ = taken()
    machine.start()
    machine.run(1_000)
    machine.enter()
    assert machine.screen.screen == "l.used"


def test_not_into_a_compartment_that_somebody_reported() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.press("1", "2")
    machine.push(compartment)
    machine.press("ok")
    machine.enter()
    assert machine.screen.screen == "l.used"


def test_nor_where_a_clerk_has_put_another_document_since() -> None:
    machine, compartment = taken()
    machine.press("ok")
    others = [number for number in machine.cabinet.doors if number != compartment]
    for number in others:
        machine.cabinet.set_switch(number, "flicker", machine.ms)
    machine.run(6_000)
    assert machine.loading("dep-2", "111222") == compartment
    machine.push(compartment)
    machine.press("1", "ok")
    machine.enter()
    assert machine.screen.screen == "l.used"


def test_a_jam_on_the_way_back_can_be_left_to_the_office() -> None:
    machine, compartment = taken()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.press("1", *PIN, "ok")
    machine.run(12_000)
    assert machine.screen.screen == "l.jam"
    machine.press("2")
    assert (machine.screen.screen, machine.screen.data["compartment"]) == ("l.reported", compartment)
    assert not machine.screen.data["open"]  # nobody is asked to close what is closed
    assert machine.state.doors.door(compartment).quarantine == "jam"
    assert machine.state.locker.deposits["dep-1"].phase == "collected"
    assert "deposit.withdrawn" not in machine.kinds()


def test_a_doubt_on_the_way_back_can_be_left_to_the_office_and_the_document_stays_handed_over() -> None:
    machine, compartment = taken()
    machine.run(6_000)
    machine.press("1", *PIN, "ok")
    machine.run(100)
    machine.line.link.connected = False
    machine.run(5_200)
    assert machine.screen.screen == "l.unseen"
    machine.press("2")
    assert machine.screen.screen == "l.reported"
    assert machine.state.doors.door(compartment).quarantine == "in_doubt"
    assert machine.state.locker.deposits["dep-1"].phase == "collected"


def test_the_receipt_says_when_the_door_was_open_and_who_certifies_it() -> None:
    machine, compartment = taken()
    text = machine.screen.data["receipt"]
    receipt = verify(text, Ed25519PrivateKey.from_private_bytes(RECEIPT_KEY).public_key())
    handed = next(entry for entry in machine.entries() if machine.kinds()[entry.seq - 1] == "document.handed_over")
    assert (receipt.machine, receipt.deposit) == (machine_mark(MACHINE), deposit_mark("dep-1"))
    assert (receipt.compartment, receipt.seq, receipt.opened) == (compartment, handed.seq, int(handed.wall.timestamp()))
    assert receipt.opened <= receipt.closed <= receipt.opened + 2
    assert (machine.screen.data["domain"], len(text)) == ("kiosk.example", 151)


def test_no_receipt_of_a_door_that_stood_open_for_more_than_a_minute() -> None:
    assert taken(59_000)[0].screen.screen == "l.done"
    machine, _ = taken(61_000)
    assert machine.screen.screen == "l.done.late"
    assert "receipt" not in machine.screen.data
    assert {"1", "ok"} <= set(machine.screen.keys)


def test_no_receipt_and_no_time_without_a_clock() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.trusted = False
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert (machine.screen.screen, machine.screen.data["collected_at"], machine.screen.data["reopens"]) == ("l.done.late", "", True)
    assert machine.loop.turns.live.visit.receipt == ""


def test_no_receipt_when_somebody_set_the_clock_back_while_the_door_was_open() -> None:
    machine = BenchMachine()
    compartment = machine.found()
    machine.press("ok")
    machine.run(1_000)
    machine.wall_jump = -timedelta(hours=1)
    machine.push(compartment)
    assert machine.now().wall < START
    assert machine.screen.screen == "l.done.late"
