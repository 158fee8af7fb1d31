"""Random days with a clerk at the machine: whatever is pressed, scanned, ordered and broken, no door opens in clerk mode without a clerk.

The bench looks after every input, as on the random days of residents; in the end the first screen comes back by itself.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from contracts import facts as f
from contracts.facts import Entry
from contracts.orders import Release
from controller.inputs import CodeScanned
from controller.secret import Secret
from tests.controller.bench_machine import BenchMachine
from tests.controller.clerk_bench import CODE, admit, hold
from tests.controller.test_random_days import ACTIONS, act, check_drawn, check_history, heal, pin_of

MORE: tuple[tuple[int, str, tuple[Any, ...]], ...] = (
    (20, "code", (CODE, CODE, CODE, CODE, "00000000")),
    (16, "case", tuple(range(6))),
    (4, "scan", tuple(range(6))),
    (20, "menu", ("1", "2", "3", "4")),
    (2, "later", (1, 49)),
    *((1, action, (None,)) for action in ("pin", "restart", "dark", "untrusted")),
    (1, "load", (0, 1, 2)),
    (1, "stuck_open", (1, 2)),
    (4, "release", ((1, False), (1, True), (2, False), (3, True), (99, False))),
)
RARE = ("pin", "load", "untrusted", "restart", "dark", "stuck_open")
"""What ends a session or hinders one comes seldom here."""
CLERKS = ("takeback", "audit")


def case_of(deposit: str) -> str:
    return f"26{int(deposit.removeprefix('dep-')):06}"


def clerk_act(machine: BenchMachine, action: str, value: Any) -> None:
    screen = machine.screen.screen
    match action:
        case "code":
            admit(machine)
            machine.press("0", *value, "ok")
        case "case" | "scan":
            deposit = f"dep-{value}"
            hold(machine, deposit, case_of(deposit), pin_of(deposit), low=value == 1)
            if action == "scan":
                machine.take(CodeScanned(code=Secret(case_of(deposit))))
            elif screen in ("k.scan", "k.sheet"):
                machine.press(*case_of(deposit), "ok")
        case "menu" if screen == "k.menu":
            machine.press(value)
        case "later":
            machine.wall_jump += timedelta(hours=value)
        case "release":
            machine.order(Release(compartment=value[0], seen=machine.seq, empty=value[1]))
        case _:
            act(machine, action, value)
    machine.run(5)


def sessions(entries: list[Entry]) -> Iterator[str]:
    """What broke a sentence about sessions, read from the journal alone."""
    actor, codes, loading = "", 0, ""
    for entry in entries:
        match entry.fact:
            case f.ClerkExpected():
                codes = 1
            case f.ClerkCodeEnded():
                codes = 0
            case f.ClerkEntered():
                if not codes or actor:
                    yield f"{entry.seq}: a session without a code of its own"
                actor, codes = entry.fact.actor, 0
            case f.ClerkLeft():
                actor = ""
            case f.DepositLoading():
                loading = entry.fact.order
            case f.DoorUnlockDue() if entry.fact.cause in CLERKS or (entry.fact.cause == "deposit" and not loading):
                if not actor:
                    yield f"{entry.seq}: door {entry.fact.compartment} opens for {entry.fact.cause} without a clerk"
            case _:
                pass


def day(seed: int) -> BenchMachine:
    """A day of a hundred actions."""
    random = Random(f"clerks {seed}")
    machine = BenchMachine(seed)
    for number in (1, 2):
        machine.stored(pin_of(f"dep-{number}"), f"dep-{number}", hours=24 * (number - 1))
        machine.run(10_000)
    drawn = (*(each for each in ACTIONS if each[1] not in RARE), *MORE)
    clerk_act(machine, "code", CODE)
    for _ in range(100):
        _weight, action, values = random.choices(drawn, [weight for weight, _, _ in drawn])[0]
        clerk_act(machine, action, random.choice(values))
    return machine


@pytest.mark.parametrize("seed", range(1, 17))
def test_a_random_day_of_a_clerk_ends_at_the_first_screen(seed: int) -> None:
    machine = day(seed)
    heal(machine)
    machine.run(220_000)
    assert machine.screen.screen == "l.attract"
    assert machine.state.at == 0
    assert (machine.state.clerk.actor, machine.state.clerk.audit, machine.state.clerk.trying) == ("", None, None)
    assert list(sessions(machine.entries())) == []
    check_history(machine)
    check_drawn(machine)


def test_the_days_reach_what_clerks_do() -> None:
    kinds = {kind for seed in range(1, 13) for kind in day(seed).kinds()}
    wanted = {
        "clerk.entered",
        "clerk.left",
        "takeback.ended",
        "deposit.taken_back",
        "audit.answered",
        "audit.skipped",
        "compartment.released",
    }
    assert wanted <= kinds


def test_a_door_that_opens_without_a_clerk_is_noticed() -> None:
    machine = day(1)
    entries = [entry for entry in machine.entries() if not isinstance(entry.fact, f.ClerkEntered)]
    assert list(sessions(entries)) != []
