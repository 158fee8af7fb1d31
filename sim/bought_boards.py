"""Simulated bought lock boards, byte for byte and written from the published formats alone, so that a mistake is not made twice.

A board hears every byte of the line, forgets a broken run after a silence, times its own pulse, and answers a little later.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

Told = tuple[Literal["ask", "unlock"], int, int, int]
"""What a request says: what, board, channel from 0, pulse in ms (0: the board's own)."""


class Words(Protocol):
    """One family as its boards speak it."""

    @property
    def request_size(self) -> int:
        """Octets of a request."""
        ...

    @property
    def answers_orders(self) -> bool:
        """Whether an order is answered at all."""
        ...

    def told(self, data: bytes) -> Told | None:
        """What these octets ask; None for no request."""
        ...

    def status(self, board: int, levels: int, objects: int) -> bytes:
        """The levels, with a right sum."""
        ...

    def taken(self, request: bytes, status: bytes) -> bytes:
        """The answer to an order."""
        ...

    def refusal(self, request: bytes) -> bytes:
        """The answer that it will not; empty where a family has none."""
        ...

    def compensated(self, status: bytes) -> bytes:
        """The status with two changes that its sum does not show; the same where there are none."""
        ...


def summed(data: bytes) -> bytes:
    """With the sum of all octets behind."""
    return data + bytes([sum(data) % 256])


class Cu16Words(msgspec.Struct, frozen=True):
    """Kerong CU16."""

    request_size: int = 5
    answers_orders: bool = False

    def told(self, data: bytes) -> Told | None:
        """02 ADDR CMD 03 SUM."""
        if data != summed(data[:4]) or data[0] != 2 or data[3] != 3:
            return None
        board, channel = divmod(data[1], 16)
        return {0x30: ("ask", board, 0, 0), 0x31: ("unlock", board, channel, 0)}.get(data[2])  # pyright: ignore[reportReturnType]

    def status(self, board: int, levels: int, objects: int) -> bytes:
        """Hooks and objects, low octets first."""
        return summed(struct.pack("<BBBHHB", 2, board * 16, 0x35, levels, objects, 3))

    def taken(self, request: bytes, status: bytes) -> bytes:
        """A status."""
        return status

    def refusal(self, request: bytes) -> bytes:
        """It has none."""
        return b""

    def compensated(self, status: bytes) -> bytes:
        """A hook falls and the object beside it rises."""
        octets = bytearray(status)
        bit = next((1 << at for at in range(8) if octets[3] >> at & 1 and not octets[5] >> at & 1), 0)
        octets[3], octets[5] = octets[3] - bit, octets[5] + bit
        return bytes(octets)


class Cu48Words(msgspec.Struct, frozen=True):
    """Kerong CU48; `device_first` is the order of the two address octets."""

    device_first: bool = True
    request_size: int = 6
    answers_orders: bool = False

    def told(self, data: bytes) -> Told | None:
        """02 DEV LOCK CMD 03 SUM."""
        if data != summed(data[:5]) or data[0] != 2 or data[4] != 3:
            return None
        board, channel = (data[1], data[2]) if self.device_first else (data[2], data[1])
        return {0x60: ("ask", board, 0, 0), 0x61: ("unlock", board, channel, 0)}.get(data[3])  # pyright: ignore[reportReturnType]

    def status(self, board: int, levels: int, objects: int) -> bytes:
        """Six octets of hooks, the lowest first."""
        pair = (board, 0) if self.device_first else (0, board)
        return summed(bytes([2, *pair, 0x75, 6]) + levels.to_bytes(6, "little"))

    def taken(self, request: bytes, status: bytes) -> bytes:
        """A status."""
        return status

    def refusal(self, request: bytes) -> bytes:
        """It has none."""
        return b""

    def compensated(self, status: bytes) -> bytes:
        """The highest hook of two octets falls: together a whole 256."""
        octets = bytearray(status)
        high = [at for at in range(5, 11) if octets[at] & 0x80][:2]
        for at in high if len(high) == 2 else []:
            octets[at] -= 0x80
        return bytes(octets)


def crc16(data: bytes) -> int:
    """CRC-16 of Modbus: polynomial A001, reflected, start FFFF."""
    crc = 0xFFFF
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


class ModbusWords(msgspec.Struct, frozen=True):
    """A relay board with `channels` inputs."""

    channels: int = 8
    request_size: int = 8
    answers_orders: bool = True

    def told(self, data: bytes) -> Told | None:
        """Function 2 from input 0, or function 5 at 0200 + relay."""
        board, function, first, second, crc = struct.unpack("<BB2s2sH", data)
        if crc != crc16(data[:6]):
            return None
        place, value = int.from_bytes(first, "big"), int.from_bytes(second, "big")
        if function == 2 and (place, value) == (0, self.channels):
            return "ask", board, 0, 0
        return ("unlock", board, place - 0x200, value * 100) if function == 5 and 0x200 <= place < 0x300 else None

    def status(self, board: int, levels: int, objects: int) -> bytes:
        """The inputs, the lowest first."""
        count = (self.channels + 7) // 8
        data = bytes([board, 2, count]) + levels.to_bytes(count, "little")
        return data + struct.pack("<H", crc16(data))

    def taken(self, request: bytes, status: bytes) -> bytes:
        """The order itself."""
        return request

    def refusal(self, request: bytes) -> bytes:
        """Exception 2: no such relay."""
        data = bytes([request[0], request[1] | 0x80, 2])
        return data + struct.pack("<H", crc16(data))

    def compensated(self, status: bytes) -> bytes:
        """No two flips pass this CRC."""
        return status


Spoil = Literal["lose", "flip", "compensate", "busy", "other_board", "unasked", "cut", "late", "refuse"]
SILENCE_MS = 15
ANSWERS_AFTER_MS = 4
BUSY_MS = 600
LATE_MS = 70


class BoughtBoard:
    """One board; `spoils` happen to its next answers, one after another."""

    def __init__(self, address: int, words: Words, pulse_ms: int) -> None:
        self.address = address
        self.words = words
        self.power = True
        self.channel: int | None = None
        self.pulse_end_ms = 0
        self.spoils: list[Spoil] = []
        self.answer_ms: int | None = None
        self._own_pulse_ms = pulse_ms
        self._answer: bytes = b""
        self._run = b""
        self._heard_ms = 0
        self._busy_until = 0

    def hear(self, data: bytes, look: Callable[[], tuple[int, int]], now_ms: int) -> int | None:
        """Bytes from the line; the channel whose coil goes on because of them. `look` gives the levels and the objects."""
        self._run = (self._run if now_ms - self._heard_ms < SILENCE_MS else b"") + data
        self._heard_ms = now_ms
        size = self.words.request_size
        while self.power and len(self._run) >= size:
            told = self.words.told(self._run[:size])
            if told is None or now_ms < self._busy_until:
                self._run = self._run[1:]
                continue
            request, self._run = self._run[:size], self._run[size:]
            if told[1] == self.address:
                return self._obey(told, request, self.words.status(self.address, *look()), now_ms)
        return None

    def answer(self, now_ms: int) -> bytes:
        """What it puts on the line now."""
        if self.answer_ms is None or now_ms < self.answer_ms:
            return b""
        self.answer_ms = None
        return self._answer if self.power else b""

    def _obey(self, told: Told, request: bytes, status: bytes, now_ms: int) -> int | None:
        unlock = told[0] == "unlock"
        if unlock and self.spoils[:1] == ["refuse"]:
            self.spoils.pop(0)
            self._answer, self.answer_ms = self.words.refusal(request), now_ms + ANSWERS_AFTER_MS
            return None
        if not unlock or self.words.answers_orders:
            answer = self.words.taken(request, status) if unlock else status
            after_ms = LATE_MS if self.spoils[:1] == ["late"] else ANSWERS_AFTER_MS
            self._answer = self._spoiled(answer, now_ms)
            self.answer_ms = now_ms + after_ms if self._answer else None
        if not unlock:
            return None
        self.channel, self.pulse_end_ms = told[2], now_ms + (told[3] or self._own_pulse_ms)
        return told[2]

    def _spoiled(self, answer: bytes, now_ms: int) -> bytes:
        waiting = self.spoils[:1] and self.spoils[0] != "refuse"  # a refusal waits for an order
        match self.spoils.pop(0) if waiting else None:
            case None | "late" | "refuse":
                return answer
            case "lose":
                return b""
            case "flip":
                return bytes([*answer[:-2], answer[-2] ^ 0x04, answer[-1]])
            case "compensate":
                return self.words.compensated(answer)
            case "busy":
                self._busy_until = now_ms + BUSY_MS
                return b""
            case "other_board":
                return self.words.status(self.address ^ 1, 0, 0)
            case "unasked":
                return self.words.status(self.address, 0, 0) + answer
            case "cut":
                return answer[:-2]


def words_for(family: str, channels: int, octets: str, answers_orders: bool) -> Words:
    """How a family's boards speak; `answers_orders` for the Kerong boards, some of which do and some do not."""
    kinds: Mapping[str, Words] = {
        "cu16": Cu16Words(answers_orders=answers_orders),
        "cu48": Cu48Words(device_first=octets == "device_lock", answers_orders=answers_orders),
        "modbus": ModbusWords(channels),
    }
    return kinds[family]
