"""What is typed is known by the desk's key: the PIN that the vault holds now, with the number of whom it belongs to."""

import pytest

from contracts.facts import Entry, NumberTrySpent, PinAccepted
from controller.vault import HoldPin
from sim.documents import Document
from sim.faults import NOTHING, START
from sim.invariants.entered import Entered
from sim.storm_cabinets import cabinet
from sim.storm_storage import StormVault
from sim.world import World

PIN, OLD, PHONE = "482913", "111222", "380671234567"


@pytest.fixture
def world() -> World:
    world = World(7, cabinet(), plan=NOTHING)
    world.machine.power_on()
    world.stage.loop.run_until_complete(_started())
    document = Document("26000001", PHONE, False)
    document.deposit = "d" * 16
    world.documents.append(document)
    for pin in (OLD, PIN):
        hold(world, pin)
    return world


async def _started() -> None:
    """One step of the loop, in which the machine opens its disk."""


def hold(world: World, pin: str) -> None:
    vault = StormVault(world.machine.disk, world.machine)
    vault.apply((HoldPin(deposit="d" * 16, hmac=world.centre.signer.pin_mark(world.machine.name, pin), phone=""),))


def entered(world: World) -> Entered:
    return Entered(world.machine, world.centre.signer, world.documents)


@pytest.mark.parametrize(
    ("digits", "phone", "right"),
    [
        (PIN, None, True),
        (OLD, None, False),
        ("000000", None, False),
        (PIN, "671234567", True),
        (PIN, "600000001", False),
        (OLD, "671234567", False),
    ],
)
def test_the_present_pin_is_right_with_its_own_number(world: World, digits: str, phone: str | None, right: bool) -> None:
    typed = entered(world)
    typed.compared(digits, phone)
    assert typed.right == ("d" * 16 if right else "")
    assert typed.pins == (["d" * 16] if digits == PIN else [])


def test_tries_are_counted_for_the_number_that_was_confirmed(world: World) -> None:
    typed = entered(world)
    for number, tries in (("600000001", 1), ("671234567", 1), ("600000001", 2)):
        typed.numbered(number)
        typed.take(Entry(1, START, 1_000, "b1", True, NumberTrySpent(number="n")))
        assert typed.tries_of_number == tries
    typed.take(Entry(2, START, 1_000, "b1", True, PinAccepted(match=1, deposit="d" * 16)))
    assert typed.tries_of_number == 0
