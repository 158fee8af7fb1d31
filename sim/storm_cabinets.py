"""The cabinets that the storm plays: our own boards with 24, 93 or 192 doors, and the same 24 doors on boards that were bought."""

from functools import cache
from pathlib import Path

import msgspec

from contracts.board_descriptions import ADDRESSES, BoughtBoard, read_board
from contracts.descriptions import Locker, checked_locker, read_locker
from contracts.locker_files import BoardAt
from sim.bought_boards import words_for
from sim.byte_link import LinkFaults
from sim.faults import Family

HARDWARE = Path(__file__).parents[1] / "hardware"
DESCRIPTIONS: dict[Family, str] = {"cu16": "kerong_cu16", "cu48": "kerong_cu48", "modbus": "modbus_relay_8"}


@cache
def cabinet(doors: int = 24, family: Family = "own") -> Locker:
    """The hardware of a machine with so many doors on boards of this family."""
    locker = read_locker(HARDWARE / f"urzedomat_{doors}.toml")
    return locker if family == "own" else _on_bought_boards(locker, family)


def _on_bought_boards(locker: Locker, family: Family) -> Locker:
    board = read_board(HARDWARE / f"{DESCRIPTIONS[family]}.toml")
    assert isinstance(board, BoughtBoard)
    replaced, channels, first = msgspec.structs.replace, board.file.channels, ADDRESSES[board.file.family][0]
    doors = tuple(replaced(door, board=first + at // channels, channel=at % channels) for at, door in enumerate(locker.file.doors))
    addresses = sorted({door.board for door in doors})
    file = replaced(
        locker.file,
        boards=tuple(BoardAt(address, DESCRIPTIONS[family]) for address in addresses),
        doors=doors,
        bus=replaced(locker.file.bus, baud=board.file.baud),
    )
    return checked_locker(f"24 doors on {family}", file, dict.fromkeys(addresses, board), locker.hash)


def asks_for(locker: Locker, data: bytes) -> str:
    """What a request to bought boards asks: `states` or `unlock`."""
    board = next(iter(locker.bought.values())).file
    told = words_for(board.family, board.channels, board.octets, False).told(data)
    return "other" if told is None else {"ask": "states", "unlock": "unlock"}[told[0]]


def line_faults_of_host(locker: Locker, drawn: LinkFaults) -> dict[str, LinkFaults]:
    """What the line does to requests, where that is not what it does to answers.

    A bought board opens a lock for five octets and a sum: an order that a line makes of another one is beyond every controller.
    """
    return {"host": LinkFaults(lose=drawn.lose, split=drawn.split)} if locker.bought else {}
