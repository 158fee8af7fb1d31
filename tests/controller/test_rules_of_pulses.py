"""How long a lock is driven when somebody asks for its door again: twice as long where the board counts the time as it is told."""

import msgspec
import pytest

from contracts import facts as f
from controller import rules
from controller.live import Live
from controller.locker.state import Collection
from controller.settings import Settings
from controller.state import State
from sim.faults import Family
from sim.storm_cabinets import cabinet

SECOND_MS: dict[Family, int] = {"own": 1000, "cu16": 500, "cu48": 500, "modbus": 1000}


@pytest.mark.parametrize("family", SECOND_MS)
def test_the_second_try_is_as_long_as_the_board_can(family: Family) -> None:
    settings = Settings("urzedomat-1", "U-01", "ul. Gronowa 22a", cabinet(24, family), "0.1")
    begun = f.CollectionBegun(deposit="dep-1", compartment=1)
    pulses: list[int] = []
    for asked in (1, 2):
        locker = msgspec.structs.replace(State().locker, collection=Collection("dep-1", 1, asked))
        (due,) = rules.follow(msgspec.structs.replace(State(), locker=locker), Live(nonce="n"), settings, begun)
        assert isinstance(due, f.DoorUnlockDue)
        pulses.append(due.pulse_ms)
    assert pulses == [500, SECOND_MS[family]]
