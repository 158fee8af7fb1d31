"""What the dialogue with bought boards is told of a cabinet: the language of each board and how each door is read."""

from contracts.board_descriptions import BoughtBoard
from contracts.descriptions import Locker
from controller.devices.board_languages import Cu16, Cu48, Language
from controller.devices.bought_boards import BoardPlan, BoughtBoards, Wiring
from controller.devices.modbus_relays import ModbusRelays


def bought_dialogue(cabinet: Locker, start: int) -> BoughtBoards:
    """The dialogue with the bought boards of this cabinet; `start` is how often this controller has started."""
    plans = {address: _plan(cabinet, address, board) for address, board in cabinet.bought.items()}
    return BoughtBoards(plans, cabinet.file.bus.baud, start)


def _language(board: BoughtBoard) -> Language:
    match board.file.family:
        case "cu16":
            return Cu16()
        case "cu48":
            return Cu48(board.file.octets)
        case "modbus":
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
    return Wiring(door.switch, level)
