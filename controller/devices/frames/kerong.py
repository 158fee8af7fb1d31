"""Frames of the Kerong CU16, CU48, CU12 and SCU. All octets before the sum are added up: two changes that cancel each other pass.

CU16   02 ADDR CMD 03 SUM            ADDR = board << 4 | lock - 1       reply 02 ADDR 35 hooks(2) objects(2) 03 SUM
CU48   02 DEV LOCK CMD 03 SUM        LOCK = lock - 1; some have the two the other way round        reply 02 DEV LOCK 75 LEN data SUM
CU12   02 A L CMD ASK LEN 03 SUM     then LEN octets that no sum covers
SCU    F5 DEV c1 c2 00 5F SUM        a reply adds one octet that no sum covers
In every status the low octet comes first; bit 1 is closed, and for objects there.
"""

from typing import Any, Literal

from controller.devices.frames.wrong import FrameWrong, need, numbers, sum8

Octets = Literal["device_lock", "lock_device"]

CU16_LOCKS, CU48_LOCKS, CU12_LOCKS = 16, 48, 12
CU16_BOARDS = 10
CU16_BROADCAST = 15
CU16_REPLY_SIZE = 9
CU48_REPLY_SIZE = 12
CU16_COMMANDS = {0x30: "status", 0x31: "unlock", 0x32: "query_all", 0x33: "unlock_all", 0x37: "unlock_time"}
CU48_COMMANDS = {0x60: "status", 0x61: "unlock"}
CU12_COMMANDS = {0x80: "status", 0x81: "unlock"}
SCU_COMMANDS = {(0x70, 0x00): "status", (0x00, 0x71): "unlock"}


def _summed(data: bytes) -> bytes:
    return data + bytes([sum8(data)])


# --- CU16 --------------------------------------------------------------------------------------------------------------------------------


def cu16_status(board: int) -> bytes:
    """Ask a board for its hooks and objects; raises FrameWrong for a board that cannot be."""
    need(0 <= board < CU16_BOARDS, "board", f"a CU16 has an address below {CU16_BOARDS}")
    return _summed(bytes([0x02, board << 4, 0x30, 0x03]))


def cu16_unlock(board: int, lock: int) -> bytes:
    """Open one lock, counted from 1; raises FrameWrong."""
    need(0 <= board < CU16_BOARDS, "board", f"a CU16 has an address below {CU16_BOARDS}")
    need(1 <= lock <= CU16_LOCKS, "lock", "a CU16 has locks 1 to 16")
    return _summed(bytes([0x02, board << 4 | lock - 1, 0x31, 0x03]))


def cu16_hooks(data: bytes, board: int) -> tuple[int, int]:
    """(hooks, objects) of the reply of this board, bit 0 = lock 1; raises FrameWrong for anything else."""
    _cu16_reply(data)
    need(data[-1] == sum8(data[:-1]), "checksum", "the sum does not fit")
    need(data[1] >> 4 == board, "board", f"the reply of board {data[1] >> 4}")
    return int.from_bytes(data[3:5], "little"), int.from_bytes(data[5:7], "little")


def _cu16_reply(data: bytes) -> None:
    need(len(data) == CU16_REPLY_SIZE, "length", f"{len(data)} octets, a CU16 answers with {CU16_REPLY_SIZE}")
    need(data[0] == 0x02 and data[7] == 0x03, "start", "no frame of a CU16")
    need(data[2] == 0x35, "command", f"command {data[2]:02x} is no reply")


def read_cu16(data: bytes) -> dict[str, Any]:
    """What a CU16 frame says, its sum aside; raises FrameWrong."""
    if len(data) == CU16_REPLY_SIZE:
        _cu16_reply(data)
        hooks, objects = int.from_bytes(data[3:5], "little"), int.from_bytes(data[5:7], "little")
        there = numbers(objects, CU16_LOCKS, 1)
        return {"dir": "reply", "board": data[1] >> 4, "open": numbers(hooks, CU16_LOCKS, 0), "object": there}
    need(len(data) == 5, "length", f"{len(data)} octets are no frame of a CU16")
    need(data[0] == 0x02 and data[3] == 0x03, "start", "no frame of a CU16")
    command = CU16_COMMANDS.get(data[2])
    if command is None:
        raise FrameWrong("command", f"command {data[2]:02x} of a CU16")
    told: dict[str, Any] = {"dir": "request", "cmd": command}
    if command == "query_all":
        return told
    if data[1] >> 4 == CU16_BROADCAST:
        return {**told, "broadcast": True}
    told["board"] = data[1] >> 4
    return {**told, "lock": (data[1] & 0x0F) + 1} if command == "unlock" else told


# --- CU48 --------------------------------------------------------------------------------------------------------------------------------


def _cu48(command: int, board: int, lock: int, octets: Octets) -> bytes:
    need(0 <= board <= 254, "board", "a CU48 has an address from 0 to 254")
    need(1 <= lock <= CU48_LOCKS, "lock", "a CU48 has locks 1 to 48")
    pair = (board, lock - 1) if octets == "device_lock" else (lock - 1, board)
    return _summed(bytes([0x02, *pair, command, 0x03]))


def cu48_status(board: int, octets: Octets) -> bytes:
    """Ask a board for its hooks; raises FrameWrong."""
    return _cu48(0x60, board, 1, octets)


def cu48_unlock(board: int, lock: int, octets: Octets) -> bytes:
    """Open one lock, counted from 1; raises FrameWrong."""
    return _cu48(0x61, board, lock, octets)


def cu48_hooks(data: bytes, board: int, octets: Octets) -> int:
    """The 48 hooks of this board's reply, bit 0 = lock 1; raises FrameWrong for anything else."""
    _cu48_reply(data)
    need(len(data) == CU48_REPLY_SIZE, "length", f"{len(data)} octets, a CU48 answers with {CU48_REPLY_SIZE}")
    need(data[-1] == sum8(data[:-1]), "checksum", "the sum does not fit")
    said = data[1] if octets == "device_lock" else data[2]
    need(said == board, "board", f"the reply of board {said}")
    return int.from_bytes(data[5:11], "little")


def _cu48_reply(data: bytes) -> None:
    need(len(data) >= 6 and len(data) == 6 + data[4], "length", f"{len(data)} octets do not fit their own length")
    need(data[0] == 0x02, "start", "no frame of a CU48")
    need(data[3] == 0x75, "command", f"command {data[3]:02x} is no reply")


def read_cu48(data: bytes, octets: Octets = "device_lock") -> dict[str, Any]:
    """What a CU48 frame says, its sum aside; raises FrameWrong."""
    at_board, at_lock = (1, 2) if octets == "device_lock" else (2, 1)
    if len(data) > 6:
        _cu48_reply(data)
        need(data[4] >= 6, "length", f"{data[4]} octets hold no 48 locks")
        hooks = int.from_bytes(data[5:11], "little")
        return {"dir": "reply", "board": data[at_board], "open": numbers(hooks, CU48_LOCKS, 0)}
    need(len(data) == 6, "length", f"{len(data)} octets are no frame of a CU48")
    need(data[0] == 0x02 and data[4] == 0x03, "start", "no frame of a CU48")
    command = CU48_COMMANDS.get(data[3])
    if command is None:
        raise FrameWrong("command", f"command {data[3]:02x} of a CU48")
    told = {"dir": "request", "cmd": command, "board": data[at_board]}
    return {**told, "lock": data[at_lock] + 1} if command == "unlock" else told


# --- CU12, SCU ---------------------------------------------------------------------------------------------------------------------------


def cu12_request(command: Literal["status", "unlock"], board: int, lock: int = 1) -> bytes:
    """Ask a CU12, or open one of its locks, counted from 1; raises FrameWrong."""
    need(0 <= board <= 255, "board", "an address is one octet")
    need(1 <= lock <= CU12_LOCKS, "lock", "a CU12 has locks 1 to 12")
    code = next(code for code, name in CU12_COMMANDS.items() if name == command)
    return _summed(bytes([0x02, board, lock - 1, code, 0x00, 0x00, 0x03]))


def read_cu12(data: bytes) -> dict[str, Any]:
    """What a CU12 frame says, its sum aside: with data behind the sum it is a reply; raises FrameWrong."""
    need(len(data) >= 8 and len(data) == 8 + data[5], "length", f"{len(data)} octets are no frame of a CU12")
    need(data[0] == 0x02 and data[6] == 0x03, "start", "no frame of a CU12")
    command = CU12_COMMANDS.get(data[3])
    if command is None:
        raise FrameWrong("command", f"command {data[3]:02x} of a CU12")
    told: dict[str, Any] = {"dir": "reply" if data[5] else "request", "cmd": command, "board": data[1]}
    if data[5] >= 2:
        told["open"] = numbers(int.from_bytes(data[8:10], "little"), CU12_LOCKS, 0)
    return {**told, "lock": data[2] + 1} if command == "unlock" else told


def scu_request(command: Literal["status", "unlock"], device: int) -> bytes:
    """Ask a single lock, or open it; raises FrameWrong."""
    need(0 <= device <= 64, "board", "an SCU has an address from 0 to 64")
    first, second = next(pair for pair, name in SCU_COMMANDS.items() if name == command)
    return _summed(bytes([0xF5, device, first, second, 0x00, 0x5F]))


def read_scu(data: bytes) -> dict[str, Any]:
    """What an SCU frame says, its sum aside; raises FrameWrong."""
    need(len(data) in (7, 8), "length", f"{len(data)} octets are no frame of an SCU")
    need(data[0] == 0xF5 and data[5] == 0x5F, "start", "no frame of an SCU")
    command = SCU_COMMANDS.get((data[2], data[3]))
    if command is None:
        raise FrameWrong("command", f"command {data[2]:02x} {data[3]:02x} of an SCU")
    told = {"dir": "request", "cmd": command, "board": data[1]}
    return told if len(data) == 7 else {**told, "dir": "reply", "open": not data[7] & 1}
