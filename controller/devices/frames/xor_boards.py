"""Frames of the boards that end in an exclusive or: 8A (Shuoming, YIWEI, CM06) and WKLY. Any bit flipped in two octets passes.

8A     HEAD BOARD LOCK FUNC XOR              state 11 closed, 00 open: the wiring variant turns it round
WKLY   57 4B 4C 59 LEN BOARD CMD data XOR    LEN = the whole frame; state 00 open, 01 closed; 85 comes unasked
"""

from typing import Any, Literal

from controller.devices.frames.wrong import FrameWrong, need, xor8

WKLY_START = b"WKLY"
WKLY_MANY = {0x80: "together", 0x87: "one by one"}
WKLY_ONE = {0x81: "flash", 0x82: "unlock", 0x83: "status"}
_8A_REQUESTS = {(0x8A, 0x11): "unlock", (0x80, 0x33): "status", (0x82, 0x22): "firmware", (0x9A, 0x11): "hold"}
_8A_STATES = {0x11: False, 0x00: True}


def _closed(data: bytes) -> bytes:
    return data + bytes([xor8(data)])


# --- 8A ----------------------------------------------------------------------------------------------------------------------------------


def board_8a_request(command: Literal["unlock", "status", "firmware"], board: int, lock: int) -> bytes:
    """Open or ask one lock, counted from 1; lock 0 asks for all and is refused for opening. Raises FrameWrong."""
    need(1 <= board <= 32, "board", "an 8A has an address from 1 to 32")
    need((1 if command == "unlock" else 0) <= lock <= 50, "lock", "a lock from 1 to 50")
    head, function = next(pair for pair, name in _8A_REQUESTS.items() if name == command)
    return _closed(bytes([head, board, lock, function]))


def read_8a(data: bytes) -> dict[str, Any]:
    """What an 8A frame says, its XOR aside; the echo of an order cannot be told from the order. Raises FrameWrong."""
    need(len(data) >= 5, "length", f"{len(data)} octets are no frame of an 8A")
    if data[0] == 0x90:
        return {"dir": "request", "cmd": "unlock_many", "board": data[1]}
    need(len(data) == 5, "length", f"{len(data)} octets are no frame of an 8A")
    head, board, lock, function = data[:4]
    command = _8A_REQUESTS.get((head, function))
    if command == "unlock" and lock == 0:
        return {"dir": "request", "cmd": "unlock_all", "board": board}
    if command is not None:
        told = {"dir": "request", "cmd": command, "board": board}
        return {**told, "lock": lock} if lock and command != "firmware" else told
    if head in (0x80, 0x82) and function in _8A_STATES:
        return {"dir": "reply" if head == 0x80 else "event", "board": board, "lock": lock, "open": _8A_STATES[function]}
    need(head in (0x80, 0x82, 0x8A, 0x9A), "start", f"no 8A frame begins with {head:02x}")
    raise FrameWrong("command", f"function {function:02x} after {head:02x}")


# --- WKLY --------------------------------------------------------------------------------------------------------------------------------


def _wkly(board: int, command: int, *data: int) -> bytes:
    need(0 <= board <= 255, "board", "an address is one octet")
    return _closed(WKLY_START + bytes([8 + len(data), board, command, *data]))


def wkly_unlock(board: int, lock: int) -> bytes:
    """Open one lock, counted from 1; raises FrameWrong."""
    need(1 <= lock <= 255, "lock", "a lock is one octet, from 1")
    return _wkly(board, 0x82, lock)


def wkly_status(board: int, lock: int | None = None) -> bytes:
    """Ask one lock, or all of the board; raises FrameWrong."""
    if lock is None:
        return _wkly(board, 0x84)
    need(1 <= lock <= 255, "lock", "a lock is one octet, from 1")
    return _wkly(board, 0x83, lock)


def read_wkly(data: bytes) -> dict[str, Any]:
    """What a WKLY frame says, its XOR aside; raises FrameWrong."""
    need(len(data) >= 8, "length", f"{len(data)} octets are no frame of a WKLY")
    need(data.startswith(WKLY_START), "start", "no frame of a WKLY")
    need(data[4] == len(data), "length", f"{len(data)} octets, the frame says {data[4]}")
    board, command, body = data[5], data[6], data[7:-1]
    if command in WKLY_ONE:
        return {"board": board, **_wkly_one(WKLY_ONE[command], body)}
    if command in WKLY_MANY:
        return {"board": board, **_wkly_many(WKLY_MANY[command], body)}
    if command == 0x84:
        return {"board": board, **_wkly_all(body)}
    if command == 0x85:
        need(len(body) == 2, "length", "an event names a channel and its state")
        return {"dir": "event", "board": board, "lock": body[0], "open": _wkly_open(body[1])}
    if command == 0x86:
        need(len(body) <= 1, "length", "opening all has a status at most")
        return {"board": board, "cmd": "unlock_all", **({"dir": "reply", "ok": body[0] == 0} if body else {"dir": "request"})}
    raise FrameWrong("command", f"command {command:02x} of a WKLY")


def _wkly_open(state: int) -> bool:
    need(state in (0, 1), "data", f"state {state:02x} is neither open nor closed")
    return state == 0


def _wkly_one(command: str, body: bytes) -> dict[str, Any]:
    if len(body) == 1:
        return {"dir": "request", "cmd": command, "lock": body[0]}
    need(len(body) == 3, "length", f"{command} with {len(body)} octets")
    return {"dir": "reply", "cmd": command, "ok": body[0] == 0, "lock": body[1], "open": _wkly_open(body[2])}


def _wkly_many(how: str, body: bytes) -> dict[str, Any]:
    if len(body) == 1:
        return {"dir": "reply", "cmd": "unlock_many", "how": how, "ok": body[0] == 0}
    need(len(body) >= 2 and body[0] == len(body) - 1, "length", "the locks are not as many as the frame says")
    return {"dir": "request", "cmd": "unlock_many", "how": how, "locks": list(body[1:])}


def _wkly_all(body: bytes) -> dict[str, Any]:
    if not body:
        return {"dir": "request", "cmd": "status"}
    need(len(body) >= 2 and body[1] == len(body) - 2, "length", "the channels are not as many as the frame says")
    states = [_wkly_open(state) for state in body[2:]]
    opened = [channel for channel, is_open in enumerate(states, 1) if is_open]
    closed = [channel for channel, is_open in enumerate(states, 1) if not is_open]
    return {"dir": "reply", "cmd": "status", "ok": body[0] == 0, "open": opened, "closed": closed}
