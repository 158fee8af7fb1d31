"""Screens: the keys that are offered are the keys that do something, and each screen ends as it should."""

from collections.abc import Callable
from typing import Literal

import pytest

from contracts.facts import DepositTakenBack
from contracts.screen_messages import KEYS
from controller.inputs import KeyPressed
from controller.kiosk.forms import FORMS
from controller.locker.pins import PinPolicy
from controller.visit.screen_table import SCREENS
from tests.controller import clerk_bench
from tests.controller.bench_machine import PIN, BenchMachine


def at(*keys: str, stored: bool = True) -> BenchMachine:
    machine = BenchMachine()
    if stored:
        machine.stored()
        machine.run(10_000)
    machine.press(*keys)
    return machine


def jam(tries: int = 0) -> BenchMachine:
    machine = at("ok", *PIN, "ok")
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("ok")
    machine.run(6_000)
    for _ in range(tries):
        machine.press("1")
        machine.run(13_000)
    return machine


def opened(*keys: str, wait_ms: int = 0) -> BenchMachine:
    machine = at("ok", *PIN, "ok", "ok")
    machine.run(1_000 + wait_ms)
    machine.press(*keys)
    return machine


def dark() -> BenchMachine:
    machine = BenchMachine()
    machine.cabinet.cut_power(machine.ms)
    machine.run(5_000)
    return machine


def closed(machine: BenchMachine, number: int = 1) -> BenchMachine:
    machine.push(number)
    return machine


def after(machine: BenchMachine, *keys: str) -> BenchMachine:
    machine.press(*keys)
    return machine


def expecting() -> BenchMachine:
    machine = BenchMachine()
    clerk_bench.admit(machine)
    return machine


def two_expired() -> BenchMachine:
    machine = clerk_bench.lying()
    machine.stored(pin="111111", deposit="dep-2", hours=0)
    clerk_bench.clerk_in(machine)
    machine.press("2")
    return machine


def loading(*keys: str, close: bool = False) -> BenchMachine:
    machine = BenchMachine()
    machine.loading()
    if close:
        machine.push(1)
    machine.press(*keys)
    return machine


def late(machine: BenchMachine, ms: int) -> BenchMachine:
    machine.run(ms)
    return machine


def stepped_up(*keys: str, auth: Literal["stepup", "pin"] = "stepup") -> BenchMachine:
    machine = BenchMachine(policy=PinPolicy(auth))
    machine.stored()
    machine.run(10_000)
    machine.press("ok")
    for _ in range(20):
        machine.press(*"000000", "ok")
    machine.press("cancel", *keys)
    return machine


def wrong_number(times: int) -> BenchMachine:
    machine = stepped_up("ok", *"600000000", "ok", *"000000", "ok")
    for _ in range(times - 1):
        machine.run(5_000)
        machine.press(*"600000000", "ok", *"000000", "ok")
    machine.run(5_000)
    return machine


def checking() -> BenchMachine:
    return stepped_up("ok", *"600000000", "ok", *"000000", "ok")


def reopening() -> BenchMachine:
    machine = closed(opened())
    machine.press("1")
    return machine


def late_done() -> BenchMachine:
    return closed(opened(wait_ms=61_000))


def unseen() -> BenchMachine:
    machine = at("ok", *PIN, "ok")
    machine.cabinet.set_switch(1, "flicker", machine.ms)
    machine.press("ok")
    machine.run(6_000)
    return machine


def forced(*keys: str, dark: bool = False) -> BenchMachine:
    machine = at()
    machine.cabinet.force(1, machine.ms)
    machine.run(1_000)
    machine.push(1)
    if dark:
        machine.cabinet.cut_power(machine.ms)
        machine.run(5_000)
    machine.press(*keys)
    return machine


def taken_back(hours: int) -> BenchMachine:
    machine = BenchMachine()
    machine.stored(hours=hours)
    machine.write_facts(DepositTakenBack(deposit="dep-1", compartment=1))
    machine.enter()
    return machine


def not_ready() -> BenchMachine:
    machine = BenchMachine()
    machine.hold_pin()
    machine.enter()
    return machine


def expired() -> BenchMachine:
    machine = BenchMachine()
    machine.stored(hours=0)
    machine.enter()
    return machine


def used() -> BenchMachine:
    machine = closed(opened())
    machine.run(121_000)
    machine.enter()
    return machine


def jammed_loading() -> BenchMachine:
    machine = BenchMachine()
    machine.cabinet.jam(1, True, machine.ms)
    machine.loading()
    machine.run(6_000)
    return machine


def opening() -> BenchMachine:
    machine = at("ok", *PIN, "ok")
    machine.cabinet.jam(1, True, machine.ms)
    machine.press("ok")
    return machine


def k_opening() -> BenchMachine:
    machine = BenchMachine()
    machine.cabinet.jam(1, True, machine.ms)
    machine.loading()
    return machine


def refusals(machine: BenchMachine) -> dict[str, int]:
    """How often something was refused, but for what the bus counts of itself."""
    return {code: count for code, count in machine.loop.turns.live.counts.items() if not code.startswith("bus_")}


WAYS: dict[str, Callable[[], BenchMachine]] = {
    "l.attract": lambda: at(),
    "lang": lambda: at("ok", "lang"),
    "help": lambda: at("ok", "help"),
    "info": lambda: at("ok", "help", "6"),
    "info.page": lambda: at("ok", "help", "6", "1"),
    "l.pin": lambda: at("ok", "1"),
    "l.wrong": lambda: at("ok", *"000000", "ok"),
    "l.phone": lambda: stepped_up("ok"),
    "l.phone.last": lambda: after(at("ok"), *(key for _ in range(20) for key in (*"000000", "ok"))),
    "l.wrong.phone": lambda: wrong_number(1),
    "l.locked": lambda: wrong_number(3),
    "l.spent": lambda: stepped_up("ok", auth="pin"),
    "l.checking": checking,
    "l.found": lambda: at("ok", *PIN, "ok"),
    "l.opening": opening,
    "l.open": opened,
    "l.close": lambda: opened(wait_ms=60_000),
    "l.noclose": lambda: opened("1", wait_ms=60_000),
    "l.report": lambda: opened("1"),
    "l.reported": lambda: opened("1", "2"),
    "l.done": lambda: closed(opened()),
    "l.done.late": late_done,
    "l.grace": reopening,
    "l.unseen": unseen,
    "l.unsure": lambda: forced("ok", *PIN, "ok"),
    "l.expired.office": lambda: taken_back(0),
    "l.moved": lambda: taken_back(48),
    "l.oos.forced": lambda: forced(dark=True),
    "l.jam": jam,
    "l.jam.last": lambda: jam(2),
    "l.office": lambda: at("ok", *PIN, "ok", "1"),
    "l.expired": expired,
    "l.notready": not_ready,
    "l.used": used,
    "l.stop": lambda: at("ok", "cancel"),
    "more_time": lambda: late(at("ok"), 60_100),
    "l.oos": dark,
    "k.opening": k_opening,
    "k.load": loading,
    "k.check": lambda: loading(close=True),
    "k.loaded.last": lambda: loading("1", close=True),
    "k.failed.last": jammed_loading,
    "k.login": lambda: after(expecting(), "0", "1"),
    "k.nocode": lambda: after(expecting(), "0", *(key for _ in range(5) for key in (*"00000000", "ok"))),
    "k.menu": clerk_bench.clerk_in,
    "k.scan": lambda: clerk_bench.at_scan("2"),
    "k.other": lambda: after(clerk_bench.at_check(), "3", "7"),
    "k.loaded": clerk_bench.loaded,
    "k.failed": lambda: after(clerk_bench.at_check(), "3", "7", "ok"),
    "k.expired": two_expired,
    "k.none": lambda: after(clerk_bench.clerk_in(), "2"),
    "k.take": clerk_bench.at_take,
    "k.taken": clerk_bench.at_taken,
    "k.sheet": lambda: after(clerk_bench.at_taken(), "3", *clerk_bench.CASE),
    "k.untaken": lambda: after(clerk_bench.at_taken(), "2"),
    "k.audit": lambda: closed(after(clerk_bench.at_audit("1")), 2),
    "k.audit.last": lambda: closed(clerk_bench.at_audit()),
    "k.close": lambda: after(clerk_bench.at_audit(), "1"),
    "k.audited": lambda: after(closed(clerk_bench.at_audit()), "cancel"),
    "k.which": lambda: after(clerk_bench.clerk_in(), "4", "7"),
    "k.quar": lambda: after(clerk_bench.clerk_in(), "4", "7", "ok"),
    "k.quarantined": lambda: after(clerk_bench.clerk_in(), "4", "7", "ok", "3"),
}
"""A way to every screen that can be looked at for a while."""

ENDS_MS = {
    **dict.fromkeys(("l.phone", "l.phone.last", "l.pin", "l.wrong", "l.wrong.phone", "l.unseen", "l.found"), 80_000),
    **dict.fromkeys(("l.jam", "l.jam.last", "lang", "help", "info", "l.stop"), 80_000),
    "info.page": 180_000,
    **{name: one.ending_ms for name, one in SCREENS.items() if one.wait == "ending"},
    "l.grace": 120_000, "l.checking": 5_000, "more_time": 20_000, "l.report": 270_000, "l.reported": 180_000, "k.login": 80_000,
    **{name: 200_000 for name, one in SCREENS.items() if one.idle_ms},
}  # fmt: skip
"""When each screen has gone by itself at the latest, though nobody touches a key."""


def test_there_is_a_way_to_every_screen() -> None:
    assert set(WAYS) == set(FORMS)


@pytest.mark.parametrize("name", WAYS)
def test_the_keys_that_are_offered_are_those_that_do_something(name: str) -> None:
    machine = WAYS[name]()
    active = machine.screen.keys
    for key in (*(key for key in KEYS if key not in active), *active):
        machine = WAYS[name]() if key in active else machine
        assert machine.screen.say == name
        before = (repr(machine.screen), machine.seq, machine.loop.turns.live.visit.idle_ms)
        offered, refused = key in machine.screen.keys, refusals(machine)
        machine.ms += 1
        machine.loop.take(KeyPressed(key=key, rev=machine.screen.rev))
        machine.run(5)
        done = (repr(machine.screen), machine.seq, machine.loop.turns.live.visit.idle_ms) != before
        assert done == offered, f"{key} on {name}"
        if not offered:
            assert machine.count("key_not_active") == refused.get("key_not_active", 0) + 1
        else:
            assert refusals(machine) == refused, f"{key} on {name} was refused"


@pytest.mark.parametrize("name", ENDS_MS)
def test_a_screen_that_nobody_touches_ends(name: str) -> None:
    machine = WAYS[name]()
    machine.run(min(15_000, ENDS_MS[name] - 5_000))
    assert machine.screen.say == name
    machine.run(ENDS_MS[name] - 15_000 + 1_500 if ENDS_MS[name] > 20_000 else 6_500)
    assert machine.screen.say != name


def test_a_language_that_was_chosen_lasts_for_one_visit() -> None:
    machine = at("lang", "4")
    assert (machine.screen.say, machine.screen.lang) == ("l.attract", "de")
    machine.press("ok")
    assert machine.screen.lang == "de"
    machine.press("cancel", "ok")
    assert (machine.screen.say, machine.screen.lang) == ("l.attract", "pl")
    machine.press("lang", "2")
    machine.run(61_000)
    assert (machine.screen.say, machine.screen.lang) == ("l.attract", "pl")


def test_a_key_for_a_screen_that_is_gone_does_nothing() -> None:
    machine = at("ok", *PIN, "ok")
    old = machine.screen.rev
    machine.press("1")
    assert machine.screen.say == "l.office"
    machine.loop.take(KeyPressed(key="ok", rev=old))
    assert machine.screen.say == "l.office"
    machine.loop.take(KeyPressed(key="ok", rev=machine.screen.rev + 1))
    assert machine.screen.say == "l.office"
    assert machine.count("key_of_another_screen") == 2


def test_another_door_does_not_take_a_choice_away() -> None:
    machine = at("ok", "lang")
    machine.cabinet.force(9, machine.ms)
    machine.run(1_000)
    assert machine.screen.say == "lang"
