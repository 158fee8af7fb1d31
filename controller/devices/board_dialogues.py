"""The one place that knows which dialogue the boards of a cabinet need; everything above speaks to any of them alike."""

from typing import Protocol

from contracts.board_descriptions import BoughtBoard
from contracts.descriptions import Locker
from controller.devices.board_languages import Cu16, Cu48, Language
from controller.devices.bought_boards import BoardPlan, BoughtBoards, Wiring
from controller.devices.lock_board_events import Event
from controller.devices.lock_boards import LockBoards


class BoardDialogue(Protocol):
    """The lock bus as the loop sees it: call receive or tick, write bytes_to_send until it is empty, read events, come back at deadline."""

    watched: int | None
    """The board of a door that is pending or open; it is asked more often than the others."""

    def unlock(self, wish_id: bytes, board: int, channel: int, pulse_ms: int, boot: int) -> None:
        """Ask for one pulse; ends in one UnlockResult."""
        ...

    def enquire(self, wish_id: bytes, board: int) -> None:
        """Ask what became of a wish; ends in one Executed."""
        ...

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces."""
        ...

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        ...

    def deadline(self) -> int | None:
        """When to call tick and bytes_to_send again."""
        ...

    def bytes_to_send(self, now_ms: int) -> bytes:
        """The next request, or nothing."""
        ...

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        ...


def dialogue_for(cabinet: Locker, start: int) -> BoardDialogue:
    """The dialogue that the cabinet's description asks for; `start` is how often this controller has started."""
    baud = cabinet.file.bus.baud
    if cabinet.family == "own":
        return LockBoards({address: board.bus_hash for address, board in cabinet.boards.items()}, baud)
    return BoughtBoards({address: _plan(cabinet, address, board) for address, board in cabinet.bought.items()}, baud, start)


def _language(board: BoughtBoard) -> Language:
    match board.file.family:
        case "cu16":
            return Cu16()
        case "cu48":
            return Cu48(board.file.octets)
        case "modbus":
            from controller.devices.modbus_relays import ModbusRelays

            return ModbusRelays(board.file.channels)


def _plan(cabinet: Locker, address: int, board: BoughtBoard) -> BoardPlan:
    limits = board.file.limits
    wiring = tuple(_wiring(cabinet, address, board, channel) for channel in range(board.file.channels))
    return BoardPlan(_language(board), wiring, limits.debounce_ms.value, limits.cooldown_ms.value, limits.doors_per_minute.value)


def _wiring(cabinet: Locker, address: int, board: BoughtBoard, channel: int) -> Wiring:
    door = cabinet.at(address, channel)
    if door is None:
        return Wiring(channel, board.file.closed_level)
    level = board.file.closed_level if door.closed_level is None else door.closed_level
    return Wiring(door.switch, level, door.object_sensor)
