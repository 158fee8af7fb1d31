"""Any frame of any family, read for people (a technician who watches a bus) and checked before it is sent."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from controller.devices.frames import modbus
from controller.devices.frames.kerong import read_cu12, read_cu16, read_cu48, read_scu
from controller.devices.frames.winnsen import read_winnsen
from controller.devices.frames.wrong import FrameWrong, need, sum8, xor8
from controller.devices.frames.xor_boards import read_8a, read_wkly

FamilyName = Literal["CU16", "CU48", "CU12", "SCU", "WKLY", "8A", "WINNSEN", "MODBUS"]
CU12_SUM_AT, SCU_SUM_AT = 7, 6


class _Family(msgspec.Struct, frozen=True):
    checksum: str
    fits: Callable[[bytes], bool]
    read: Callable[[bytes], dict[str, Any]]


def _sum_at(at: int) -> Callable[[bytes], bool]:
    return lambda data: len(data) > max(at, 0) and data[at] == sum8(data[:at])


def _xor_fits(data: bytes) -> bool:
    return len(data) > 1 and data[-1] == xor8(data[:-1])


FAMILIES: dict[FamilyName, _Family] = {
    "CU16": _Family("sum8", _sum_at(-1), read_cu16),
    "CU48": _Family("sum8", _sum_at(-1), read_cu48),
    "CU12": _Family("sum8 over the first 7 octets, data follows", _sum_at(CU12_SUM_AT), read_cu12),
    "SCU": _Family("sum8", _sum_at(SCU_SUM_AT), read_scu),
    "WKLY": _Family("xor8", _xor_fits, read_wkly),
    "8A": _Family("xor8", _xor_fits, read_8a),
    "WINNSEN": _Family("none", lambda data: True, read_winnsen),
    "MODBUS": _Family("crc16-modbus", modbus.crc_fits, modbus.read_modbus),
}


def read_frame(family: FamilyName, data: bytes) -> dict[str, Any]:
    """What a frame says and whether its sum fits; a sum that fits proves little. Raises FrameWrong for bytes that are no frame at all."""
    kind = FAMILIES[family]
    return {"checksum": kind.checksum, "checksum_ok": kind.fits(data), **kind.read(data)}


def checked(family: FamilyName, data: bytes) -> bytes:
    """The same bytes, when they are a whole frame whose sum verifies; nothing else is ever sent. Raises FrameWrong."""
    told = read_frame(family, data)
    need(told["checksum_ok"], "checksum", "the sum of a frame that is to be sent does not fit")
    return data


def accepted(family: FamilyName, data: bytes) -> dict[str, Any]:
    """What a frame with a fitting sum says; raises FrameWrong."""
    told = read_frame(family, data)
    if not told["checksum_ok"]:
        raise FrameWrong("checksum", "the sum does not fit")
    return told
