"""Random days at the cabinet: whatever people, doors, power and the desk do, the machine keeps its rules and goes on.

The bench looks after every input: no rule of the state is broken, no board's rule, no deadline stays in the past. In the end everybody
goes away, everything is mended, and the first screen must come back by itself.
"""

from itertools import pairwise
from random import Random
from typing import Any, get_args

import msgspec
import pytest

from contracts.orders import Load
from contracts.screen_messages import KEYS, LANGUAGES
from controller.clock import Now
from controller.doors import state as doors
from controller.doors.state import Phase
from controller.kiosk.rendering import Look, render
from controller.locker.pin_state import Pins
from controller.state import State, fold
from tests.controller.bench_machine import CASE, BenchMachine, broken_rules

WRONG = "999999"
COMPARTMENTS = (1, 1, 2, 3, 5)
ACTIONS: tuple[tuple[int, str, tuple[Any, ...]], ...] = (
    (30, "active", tuple(range(20))),
    (14, "ok", (None,)),
    (14, "pin", (0, 1, 2, 3, 4, 5, None)),
    (3, "keys", KEYS),
    (1, "hold", tuple(range(5))),
    (12, "load", tuple(range(5))),
    (16, "close", (None,)),
    (10, "run", (1, 30, 300, 2_000, 6_000, 6_000, 25_000, 65_000)),
    (3, "force", COMPARTMENTS),
    (4, "jam", COMPARTMENTS),
    (5, "mend", COMPARTMENTS),
    (1, "stuck_open", COMPARTMENTS),
    (1, "flicker", COMPARTMENTS),
    (4, "restart", (None,)),
    (1, "dark", (None,)),
    (3, "light", (None,)),
    (1, "untrusted", (None,)),
    (2, "trusted", (None,)),
)
"""How often, what, and with which of these values."""

TRANSITIONS: set[tuple[str, str]] = {
    ("", "due"), ("due", "pulsed"), ("pulsed", "opened"), ("opened", "closed"),
    ("due", "refused"), ("due", "doubt"), ("pulsed", "jammed"),
    ("due", "opened"),  # the edge may come before the board's answer
    ("pulsed", "doubt"), ("refused", "doubt"),  # a restart lies between
    ("doubt", "opened"), ("jammed", "opened"), ("refused", "opened"), ("closed", "opened"),
    ("refused", "due"), ("doubt", "due"), ("jammed", "due"), ("closed", "due"),  # asked for again
}  # fmt: skip


def pin_of(deposit: str) -> str:
    return f"{7 * int(deposit.removeprefix('dep-')):06}"


def act(machine: BenchMachine, action: str, value: Any) -> None:
    keys = machine.screen.keys
    match action:
        case "keys":
            machine.press(value)
        case "ok" if "ok" in keys:
            machine.press("ok")
        case "active" if keys:
            machine.press(keys[int(value) % len(keys)])
        case "pin":
            here = [key for key, one in machine.state.locker.deposits.items() if one.phase == "stored"] or ["dep-1"]
            pin = WRONG if value is None else pin_of(here[int(value) % len(here)])
            machine.press(*(["ok"] if machine.screen.screen == "l.attract" else []), *pin, "ok")
        case "hold":
            machine.hold_pin(pin_of(f"dep-{value}"), f"dep-{value}")
        case "load":
            waiting = [key for key, one in machine.state.locker.deposits.items() if one.phase == "waiting"]
            key = waiting[0] if waiting and value else f"dep-{machine.counter}"
            machine.hold_pin(pin_of(key), key)
            machine.order(Load(deposit=key, case=CASE, low=value == 1))
            machine.run(700)
        case _:
            world(machine, action, value)
    machine.run(5)


def world(machine: BenchMachine, action: str, value: Any) -> None:
    match action:
        case "close":
            for number in [number for number, door in machine.cabinet.doors.items() if not door.closed]:
                machine.push(number)
        case "force":
            machine.cabinet.force(value, machine.ms)
        case "jam" | "mend":
            machine.cabinet.jam(value, action == "jam", machine.ms)
            machine.cabinet.set_switch(value, "good", machine.ms)
        case "stuck_open" | "flicker":
            machine.cabinet.set_switch(value, action, machine.ms)
        case "run":
            machine.run(value)
        case "restart":
            machine.start()
        case "dark":
            machine.cabinet.cut_power(machine.ms)
        case "light":
            machine.cabinet.restore_power(machine.ms)
        case "trusted" | "untrusted":
            machine.trusted = action == "trusted"
        case _:
            pass


def heal(machine: BenchMachine) -> None:
    """Everything is mended, doors are closed, and nobody is there any more."""
    machine.cabinet.restore_power(machine.ms)
    for number in machine.cabinet.doors:
        machine.cabinet.jam(number, False, machine.ms)
        machine.cabinet.set_switch(number, "good", machine.ms)
    for _ in range(3):
        machine.run(12_000)
        for number, door in machine.cabinet.doors.items():
            if not door.closed:
                machine.push(number)
    machine.run(1_200_000)  # a question to a clerk and what follows, each twice as long for somebody who listens or reads large text


def transitions(state: State, after: State) -> set[tuple[str, str]]:
    """How the locks' phases went on from one state to the next."""
    found: set[tuple[str, str]] = set()
    for number, door in after.doors.doors.items():
        before = state.doors.door(number).lock
        if door.lock is not None and (before is None or (before.phase, before.wish) != (door.lock.phase, door.lock.wish)):
            found.add(("" if before is None else before.phase, door.lock.phase))
    return found


def day(seed: int) -> BenchMachine:
    """A day of eighty actions."""
    random = Random(seed)
    machine = BenchMachine(seed)
    machine.stored(pin_of("dep-1"), "dep-1")
    machine.run(6_000)
    for _ in range(80):
        _weight, action, values = random.choices(ACTIONS, [weight for weight, _, _ in ACTIONS])[0]
        act(machine, action, random.choice(values))
    return machine


@pytest.mark.parametrize("seed", range(1, 17))
def test_a_random_day_ends_at_the_first_screen(seed: int) -> None:
    machine = day(seed)
    heal(machine)
    assert machine.screen.screen == "l.attract"
    assert machine.state.locker.loading is None
    assert machine.state.locker.collection is None
    assert {order.state for order in machine.state.orders.known.values()} <= {"done", "failed", "refused", "expired"}
    told = dict(machine.answers())
    assert [key for key, order in machine.state.orders.known.items() if told.get(key) != order.state] == []
    check_history(machine)
    check_drawn(machine)


def check_history(machine: BenchMachine) -> None:
    """The phases go as controller/doors/state.py says, and what was lived is what a restart would read."""
    state = State()
    for entry in machine.entries():
        after = fold(state, entry)
        assert transitions(state, after) <= TRANSITIONS
        state = after
    assert state == machine.state == machine.loop.turns.journal.restore("0.1")


def test_the_table_of_phases_is_the_one_of_the_docstring() -> None:
    assert {phase for pair in TRANSITIONS for phase in pair} - {""} == set(get_args(Phase))
    line = next(line for line in str(doors.__doc__).splitlines() if "Phases:" in line)
    chains = [part.strip().split(" → ") for part in line.split("Phases:")[1].split(";")[:3]]
    steps = [step for chain in chains for step in pairwise(chain)]
    pairs = {(first, second) for here, then in steps for first in here.split(" | ") for second in then.split(" | ")}
    assert len(pairs) == 6
    assert pairs <= TRANSITIONS


def check_drawn(machine: BenchMachine) -> None:
    """Each message that was shown is a page in every language, and the key to each target is one that does something."""
    look = Look(city="Poznań")
    for message in {repr((m.screen, m.keys, m.data)): m for m in machine.screens}.values():
        for language in LANGUAGES:
            assert render(msgspec.structs.replace(message, lang=language), look)


def test_the_bench_notices_a_hot_loop_and_a_broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = BenchMachine()

    def stuck(_now: Now) -> int:
        return 0

    monkeypatch.setattr(machine.loop, "deadline", stuck)
    with pytest.raises(AssertionError, match="hot loop"):
        machine.run(100)
    state = machine.state
    torn = msgspec.structs.replace(state, locker=msgspec.structs.replace(state.locker, pins=Pins(wrong=-1)))
    assert broken_rules(torn) == ["wrong tries below zero"]
