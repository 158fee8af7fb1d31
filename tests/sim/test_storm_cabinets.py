"""The cabinets of the storm: the same doors on every family of boards, and what is asked of them."""

import pytest

from controller.devices.board_dialogues import dialogue_for
from sim.byte_link import LinkFaults
from sim.faults import FAMILIES, Family
from sim.storm_cabinets import asks_for, cabinet, line_faults_of_host

BOUGHT = [family for family in FAMILIES if family != "own"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_the_same_24_doors(family: Family) -> None:
    locker = cabinet(24, family)
    assert locker.family == family
    assert [(door.number, door.size, door.column) for door in locker.file.doors] == [
        (door.number, door.size, door.column) for door in cabinet().file.doors
    ]


@pytest.mark.parametrize("family", BOUGHT)
def test_what_is_asked_is_known_by_its_bytes(family: Family) -> None:
    locker = cabinet(24, family)
    boards = dialogue_for(locker, 1)
    boards.tick(0)
    assert asks_for(locker, boards.bytes_to_send(0)) == "states"
    language = {"cu16": bytes([2, 0, 0x31, 3, 0x36]), "cu48": bytes([2, 0, 0, 0x61, 3, 0x66])}
    if family in language:
        assert asks_for(locker, language[family]) == "unlock"
        assert asks_for(locker, language[family][:-1] + b"\x00") == "other"


def test_requests_to_bought_boards_are_lost_and_never_changed() -> None:
    drawn = LinkFaults(lose=0.1, flip=0.2, noise=0.3, duplicate=0.4, cut=0.5, split=0.6)
    assert line_faults_of_host(cabinet(), drawn) == {}
    assert line_faults_of_host(cabinet(24, "cu16"), drawn) == {"host": LinkFaults(lose=0.1, split=0.6)}
