"""Playbooks of what a screen may say: who is told what, when nobody answers the hotline, when the centre knows, when a door was forced."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from contracts.orders import SetPin, phone_mark
from controller.secret import Secret
from controller.settings import HotlineHours
from controller.vault import Vault, VaultKeys
from tests.controller.bench_machine import PHONE, PIN, PIN_KEY, START, BenchMachine, SeededRandomness, pin_hmac
from tests.controller.pin_playbooks import waiting

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = HotlineHours((1, 5), 450, 1_200)


@pytest.mark.parametrize(
    ("local", "trusted", "is_open"),
    [
        ((2026, 11, 23, 7, 29), True, False),
        ((2026, 11, 23, 7, 30), True, True),
        ((2026, 11, 23, 19, 59), True, True),
        ((2026, 11, 23, 20, 0), True, False),
        ((2026, 11, 28, 12, 0), True, False),
        ((2026, 11, 23, 12, 0), False, False),
    ],
)
def test_when_somebody_answers(local: tuple[int, int, int, int, int], trusted: bool, is_open: bool) -> None:
    assert OFFICE.open_at(datetime(*local, tzinfo=WARSAW), trusted) == is_open
    assert HotlineHours().open_at(datetime(*local, tzinfo=WARSAW), trusted)
    assert OFFICE.told() == {"days": [1, 5], "from": "7:30", "until": "20:00"}


def test_outside_these_hours_the_screen_says_them() -> None:
    machine, _ = waiting()
    machine.loop.turns.settings = msgspec.structs.replace(machine.settings, hours=OFFICE)
    machine.press("ok", *"000000", "ok")
    assert "hours" not in machine.screen.data
    machine.wall_jump = timedelta(hours=11)
    machine.run(1_000)
    machine.press("1")
    assert machine.screen.data["hours"] == {"days": [1, 5], "from": "7:30", "until": "20:00"}


def test_a_trouble_is_said_to_be_reported_once_the_centre_has_it() -> None:
    machine, compartment = waiting()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.enter()
    machine.press("ok")
    machine.run(6_000)
    assert (machine.screen.screen, "sent" in machine.screen.data) == ("l.jam", False)
    machine.acknowledge()
    machine.run(100)
    assert machine.screen.data["sent"] is True
    machine.press("2")
    assert (machine.screen.screen, "sent" in machine.screen.data) == ("l.office", False)
    machine.acknowledge()
    machine.run(100)
    assert machine.screen.data["sent"] is True


def test_a_machine_out_of_order_says_when_that_is_known() -> None:
    machine = BenchMachine()
    machine.cabinet.cut_power(machine.ms)
    machine.run(5_000)
    assert (machine.screen.screen, "sent" in machine.screen.data) == ("l.oos", False)
    machine.acknowledge()
    machine.run(100)
    assert machine.screen.data["sent"] is True


def test_the_centre_is_told_within_a_second_that_service_is_back_whatever_the_screen_shows() -> None:
    machine = BenchMachine()
    machine.acknowledge()
    machine.cabinet.cut_power(machine.ms)
    machine.run(5_000)
    assert machine.report().service == "out"
    machine.press("lang")
    machine.cabinet.restore_power(machine.ms)
    machine.run(5_000)
    assert (machine.screen.screen, machine.report().service) == ("lang", "open")


def test_a_coil_that_rests_is_counted_down() -> None:
    machine = BenchMachine()
    machine.stored()
    machine.enter()
    machine.press("ok")  # the coil was driven for the clerk a moment ago
    assert (machine.screen.screen, machine.screen.data["phase"], machine.screen.deadline.kind) == ("l.opening", "waiting", "fact")
    assert 0 < machine.screen.deadline.left_ms <= 5_000
    machine.run(6_000)
    assert machine.screen.screen == "l.open"


def test_a_switch_that_breaks_at_the_open_door_lets_the_resident_go_at_once() -> None:
    machine, compartment = waiting()
    machine.enter()
    machine.press("ok")
    machine.run(1_000)
    machine.cabinet.set_switch(compartment, "flicker", machine.ms)
    machine.run(14_000)
    assert machine.screen.screen == "l.noclose"
    assert machine.state.locker.deposits["dep-1"].phase == "collected"
    assert machine.state.doors.door(compartment).quarantine == "no_close"
    machine.press("ok")
    machine.stored("111222", "dep-2")  # others are served
    machine.run(10_000)
    machine.enter("111222")
    assert machine.screen.screen == "l.found"


def test_a_forced_compartment_is_offered_to_nobody_before_somebody_has_looked() -> None:
    machine, compartment = waiting()
    machine.stored("111222", "dep-2")
    machine.run(10_000)
    machine.enter()
    assert machine.screen.screen == "l.found"
    machine.cabinet.force(compartment, machine.ms)
    machine.run(1_000)
    assert machine.screen.screen == "l.unsure"
    machine.push(compartment)
    machine.press("ok")
    pulses = len(machine.cabinet.pulses)
    machine.enter()
    assert (machine.screen.screen, machine.screen.data["compartment"]) == ("l.unsure", compartment)
    machine.press("ok")
    assert len(machine.cabinet.pulses) == pulses
    machine.enter("111222")
    assert machine.screen.screen == "l.found"  # the others are not kept from theirs


def test_a_second_pulse_is_longer_and_only_by_the_residents_wish() -> None:
    machine, compartment = waiting()
    machine.cabinet.jam(compartment, True, machine.ms)
    machine.enter()
    machine.press("ok")
    machine.run(20_000)
    pulses = [each for each in machine.cabinet.pulses if each.number == compartment]
    machine.press("1")
    machine.run(12_000)
    again = [each for each in machine.cabinet.pulses if each.number == compartment][len(pulses) :]
    assert len(again) == 1
    lasted = [(each.end_ms or 0) - each.start_ms for each in (pulses[-1], again[0])]
    assert 400 <= lasted[0] <= 600 < 900 <= lasted[1] <= 1_100


def vault(machine: BenchMachine) -> Vault:
    return Vault(machine.database, VaultKeys(PIN_KEY, bytes(32)), SeededRandomness(9))


def test_a_number_is_known_by_its_mark_alone_and_a_later_order_without_one_leaves_it() -> None:
    machine, _ = waiting()
    found = vault(machine)
    assert found.match(Secret(PIN), Secret(f"48{PHONE}")) == "dep-1"
    assert found.match(Secret(PIN), Secret("600100201")) is None
    assert found.match(Secret(PIN), Secret("")) is None
    machine.order(SetPin("dep-1", pin_hmac("111222").hex(), START + timedelta(hours=48)))
    assert found.match(Secret("111222"), Secret(PHONE)) == "dep-1"
    machine.order(SetPin("dep-1", pin_hmac("111222").hex(), START + timedelta(hours=48), phone=phone_mark(PIN_KEY, "600100201").hex()))
    assert found.match(Secret("111222"), Secret(PHONE)) is None
    assert found.match(Secret("111222"), Secret("600100201")) == "dep-1"
    assert found.number_key(Secret(PHONE)) == ""  # nobody types numbers: there is nothing to name them by
