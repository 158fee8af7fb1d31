"""Modbus RTU frames of relay boards with inputs: the library's framer and messages, without its input and output.

Only inputs are read (function 2) and only pulses that the board itself times are sent: function 5 at 0200 + relay, in units of 100 ms.
"""

import struct
from typing import Any

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.bit_message import ReadDiscreteInputsRequest, ReadDiscreteInputsResponse

from controller.devices.frames.wrong import FrameWrong, OrderRefused, need

FLASH_ON = 0x0200
FLASH_RELAYS = 256
UNIT_MS = 100
VALUES = {0xFF00: "on", 0x0000: "off", 0x5500: "flip"}
EXCEPTION_SIZE = 5
READ_BITS, READ_REGISTERS = (1, 2), (3, 4)
_framer = FramerRTU(DecodePDU(is_server=False))


def read_inputs(board: int, count: int) -> bytes:
    """Ask for the levels of the first inputs; raises FrameWrong."""
    need(1 <= board <= 247, "board", "a Modbus address is from 1 to 247")
    need(1 <= count <= 2000, "data", "1 to 2000 inputs at once")
    return _framer.buildFrame(ReadDiscreteInputsRequest(dev_id=board, address=0, count=count))


def flash_on(board: int, relay: int, pulse_ms: int) -> bytes:
    """Close a relay, counted from 0, for a time that the board keeps; raises FrameWrong."""
    need(1 <= board <= 247, "board", "a Modbus address is from 1 to 247")
    need(0 <= relay < FLASH_RELAYS, "lock", "a relay from 0 to 255")
    need(pulse_ms > 0 and pulse_ms % UNIT_MS == 0 and pulse_ms // UNIT_MS <= 0x7FFF, "data", "a pulse of whole tenths of a second")
    return _framer.encode(struct.pack(">BHH", 5, FLASH_ON + relay, pulse_ms // UNIT_MS), board, 0)


def inputs_size(count: int) -> int:
    """How many octets the reply to read_inputs has."""
    return 5 + (count + 7) // 8


def input_levels(data: bytes, board: int, count: int) -> int:
    """The levels in the reply of this board, bit 0 = input 0; raises FrameWrong for anything else."""
    payload = _payload(data, board, 2)
    need(len(data) == inputs_size(count), "length", f"{len(data)} octets, {count} inputs take {inputs_size(count)}")
    need(payload[1] == (count + 7) // 8, "length", f"{payload[1]} octets of inputs")
    message = ReadDiscreteInputsResponse()
    message.decode(payload[1:])
    return sum(1 << at for at, level in enumerate(message.bits[:count]) if level)


def echoed(data: bytes, sent: bytes) -> None:
    """A write is answered by itself; raises OrderRefused for an exception and FrameWrong for anything else."""
    if len(data) == EXCEPTION_SIZE and crc_fits(data) and data[:2] == bytes([sent[0], sent[1] | 0x80]):
        raise OrderRefused("data", f"exception {data[2]:02x}")
    _payload(data, sent[0], sent[1])
    need(data == sent, "data", "the echo is not what was sent")


def _payload(data: bytes, board: int, function: int) -> bytes:
    need(len(data) >= 4, "length", f"{len(data)} octets are no frame of Modbus")
    need(crc_fits(data), "checksum", "the CRC does not fit")
    need(data[0] == board, "board", f"the reply of board {data[0]}")
    need(data[1] == function, "command", f"function {data[1]:02x} instead of {function:02x}")
    return data[1:-2]


def crc_fits(data: bytes) -> bool:
    """Whether a frame ends with its own CRC."""
    return len(data) >= 4 and FramerRTU.check_CRC(data[:-2], int.from_bytes(data[-2:], "big"))


def read_modbus(data: bytes) -> dict[str, Any]:
    """What a Modbus frame says, its CRC aside; raises FrameWrong."""
    need(len(data) >= 5, "length", f"{len(data)} octets are no frame of Modbus")
    told: dict[str, Any] = {"function": data[1] & 0x7F, "address": data[0]}
    if data[1] & 0x80:
        need(len(data) == EXCEPTION_SIZE, "length", "an exception is one octet")
        return {"dir": "reply", **told, "exception": data[2]}
    if data[1] in READ_BITS + READ_REGISTERS:
        return {**told, **_read(data)}
    need(data[1] in (5, 6), "command", f"function {data[1]:02x}")
    need(len(data) == 8, "length", f"{len(data)} octets, function {data[1]} has 8")
    first, second = struct.unpack(">HH", data[2:6])
    if data[1] == 6:
        return {"dir": "request", **told, "register": first, "value": second}
    return {"dir": "request", **told, **_written(first, second)}


def _read(data: bytes) -> dict[str, Any]:
    if len(data) == 8 and data[2] != 3:
        start, count = struct.unpack(">HH", data[2:6])
        return {"dir": "request", "start": start, "count": count}
    need(len(data) == 5 + data[2], "length", f"{len(data)} octets do not fit their own length")
    if data[1] in READ_REGISTERS:
        need(data[2] % 2 == 0, "length", "a register has two octets")
        return {"dir": "reply", "values": list(struct.unpack(f">{data[2] // 2}H", data[3:-2]))}
    levels = int.from_bytes(data[3:-2], "little")
    return {"dir": "reply", "set": [at for at in range(8 * data[2]) if levels >> at & 1]}


def _written(coil: int, value: int) -> dict[str, Any]:
    if FLASH_ON <= coil < FLASH_ON + FLASH_RELAYS and value not in (0xFF00, 0x5500):
        return {"coil": coil, "pulse_ms": value * UNIT_MS}
    if value not in VALUES:
        raise FrameWrong("data", f"value {value:04x} of a coil")
    return {"coil": coil, "value": VALUES[value]}
