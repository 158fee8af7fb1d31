"""People who type PINs and numbers at a machine on the bench."""

from contracts.facts import NumberPaused
from controller.locker.pins import PinPolicy
from tests.controller.bench_machine import BenchMachine

WRONG = "000000"
NOBODY = "799999999"


def waiting(policy: PinPolicy | None = None) -> tuple[BenchMachine, int]:
    machine = BenchMachine(policy=policy or PinPolicy())
    compartment = machine.stored()
    machine.run(10_000)
    return machine, compartment


def wrong_tries(machine: BenchMachine, tries: int) -> None:
    for _ in range(tries):
        machine.press(*(["ok"] if machine.screen.screen == "l.attract" else []), *WRONG, "ok")


def stepped_up() -> tuple[BenchMachine, int]:
    machine, compartment = waiting()
    wrong_tries(machine, 20)
    machine.press("cancel")
    return machine, compartment


def with_number(machine: BenchMachine, number: str, pin: str = WRONG, wait_ms: int = 5_000) -> None:
    machine.press(*(["ok"] if machine.screen.screen == "l.attract" else []), *number, "ok")
    if machine.screen.screen == "l.pin":
        machine.press(*pin, "ok")
        machine.run(wait_ms)


def collected(machine: BenchMachine, compartment: int) -> None:
    machine.enter()
    machine.press("ok")
    machine.run(2_000)
    machine.push(compartment)
    machine.press("ok")


def code_of(machine: BenchMachine, order: str) -> str:
    return machine.state.orders.known[order].code


def paused_facts(machine: BenchMachine) -> list[tuple[int, int | None]]:
    return [(entry.fact.level, entry.fact.pause_ms) for entry in machine.entries() if isinstance(entry.fact, NumberPaused)]
