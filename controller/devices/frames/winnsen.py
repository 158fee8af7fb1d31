"""Frames of the Winnsen boards, which carry no checksum at all: 90 LEN FUNC STATION … 03, LEN = the whole frame.

Reply 85 says station, lock, status; reply 92 says station, status, lock. Status 00 closed, 01 open, 02 refused because the lock rests.
"""

from typing import Any, Literal

from controller.devices.frames.wrong import FrameWrong, need

REQUESTS = {0x05: "unlock", 0x12: "status"}
REPLIES = {0x85: "unlock", 0x92: "status"}
STATUS = {0x00: "closed", 0x01: "open", 0x02: "refused"}


def winnsen_request(command: Literal["unlock", "status"], station: int, lock: int) -> bytes:
    """Open or ask one lock, counted from 1; raises FrameWrong."""
    need(0 <= station <= 4, "board", "a station from 0 to 4")
    need(1 <= lock <= 255, "lock", "a lock is one octet, from 1")
    code = next(code for code, name in REQUESTS.items() if name == command)
    return bytes([0x90, 0x06, code, station, lock, 0x03])


def read_winnsen(data: bytes) -> dict[str, Any]:
    """What a Winnsen frame says; raises FrameWrong."""
    need(len(data) in (6, 7), "length", f"{len(data)} octets are no frame of a Winnsen")
    need(data[0] == 0x90 and data[-1] == 0x03, "start", "no frame of a Winnsen")
    need(data[1] == len(data), "length", f"{len(data)} octets, the frame says {data[1]}")
    function = data[2]
    if len(data) == 6 and function in REQUESTS:
        return {"dir": "request", "cmd": REQUESTS[function], "board": data[3], "lock": data[4]}
    if len(data) == 7 and function in REPLIES:
        lock, status = (data[4], data[5]) if function == 0x85 else (data[5], data[4])
        need(status in STATUS, "data", f"status {status:02x}")
        return {"dir": "reply", "cmd": REPLIES[function], "board": data[3], "lock": lock, "status": STATUS[status]}
    raise FrameWrong("command", f"function {function:02x} with {len(data)} octets")
