"""A clerk at a machine on the bench: logs in with a one-time code, holds documents with their case codes, opens and closes doors."""

from datetime import timedelta

from contracts.locker_files import Size
from contracts.orders import AdmitClerk, Load, SetPin, case_mark, clerk_mark
from contracts.pin_facts import Told
from tests.controller.bench_machine import PIN_KEY, BenchMachine, pin_hmac

CODE = "71940382"
CLERK = "A. Nowak"
CASE = "26004711"
OTHER_CASE = "26004712"


def admit(machine: BenchMachine, code: str = CODE, minutes: int = 5, actor: str = CLERK) -> str:
    """The desk draws a code; the order's id."""
    until = machine.now().wall + timedelta(minutes=minutes)
    return machine.order(AdmitClerk(code=clerk_mark(PIN_KEY, code).hex(), until=until), actor=actor)


def hold(
    machine: BenchMachine,
    deposit: str = "dep-1",
    case: str = CASE,
    pin: str = "482913",
    low: bool = False,
    hours: int = 48,
    size: Size = "S",
    told: Told = "sms",
) -> str:
    """The desk registers a document with its case code."""
    until = machine.now().wall + timedelta(hours=hours)
    marks = {"hmac": pin_hmac(pin).hex(), "case": case_mark(PIN_KEY, case).hex()}
    return machine.order(SetPin(deposit=deposit, until=until, low=low, size=size, told=told, **marks))


def log_in(machine: BenchMachine, code: str = CODE) -> BenchMachine:
    """From the first screen into the menu."""
    machine.press("0", *code, "ok")
    return machine


def clerk_in(machine: BenchMachine | None = None) -> BenchMachine:
    """A clerk at the menu."""
    machine = machine or BenchMachine()
    admit(machine)
    return log_in(machine)


def at_scan(case: str = "", **held: object) -> BenchMachine:
    """A clerk at k.scan who has typed these digits; a document waits."""
    machine = BenchMachine()
    hold(machine, **held)  # type: ignore[arg-type]
    clerk_in(machine)
    machine.press("1", *case)
    return machine


def at_load() -> BenchMachine:
    """A clerk before the open door of the document's compartment."""
    machine = at_scan(CASE)
    machine.press("ok")
    machine.run(1_000)
    return machine


def at_check() -> BenchMachine:
    """A clerk who has closed that door."""
    machine = at_load()
    machine.push(machine.state.at)
    return machine


def loaded() -> BenchMachine:
    """A clerk whose document is stored in compartment 1."""
    machine = at_check()
    machine.press("1")
    return machine


def lying(hours: int = 0, pin: str = "482913") -> BenchMachine:
    """A document in compartment 1 whose time is over; nobody is here."""
    machine = BenchMachine()
    hold(machine, hours=hours, pin=pin)
    machine.order(Load(deposit="dep-1", case=CASE))
    machine.run(1_000)
    machine.push(1)
    machine.press("1", "ok")
    machine.run(10_000)
    return machine


def at_expired() -> BenchMachine:
    """A clerk at the list of what is to be taken out."""
    machine = clerk_in(lying())
    machine.press("2")
    return machine


def at_take() -> BenchMachine:
    """A clerk before the open door of an expired document."""
    machine = at_expired()
    machine.press("ok")
    machine.run(1_000)
    return machine


def at_taken() -> BenchMachine:
    """A clerk who has closed that door."""
    machine = at_take()
    machine.push(1)
    return machine


def at_audit(answers: str = "") -> BenchMachine:
    """A clerk before the open door of the compartment after those answered."""
    machine = clerk_in()
    machine.press("3")
    machine.run(1_000)
    for answer in answers:
        compartment = machine.state.at
        machine.press(answer)
        machine.push(compartment)
        machine.run(13_000)
    return machine
