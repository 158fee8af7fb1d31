"""ZVT on the line: how a terminal's messages (APDUs) are put into bytes and found among them (PA00P016; facts: payments 2).

Serial   10 02 | APDU, each 10 doubled | 10 03 | CRC low, CRC high      CRC-16/KERMIT over APDU + 03, its octets never doubled
         each frame is answered by one octet, ACK 06 or NAK 15, which is not answered itself
TCP      bare APDUs, in fragments and glued together
APDU     class, instruction, length, data       length FF: two more octets, low one first
"""

from typing import Literal

from controller.devices.frames.wrong import FrameWrong, need

DLE, STX, ETX = 0x10, 0x02, 0x03
ACK, NAK = 0x06, 0x15
LONG = 0xFF
DATA_MAX = 0xFFFF

Link = Literal["ack", "nak"]
LINKS: dict[int, Link] = {ACK: "ack", NAK: "nak"}


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for octet in range(256):
        crc = octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
        entries.append(crc)
    return tuple(entries)


_CRC = _table()


def crc16(data: bytes) -> int:
    """CRC-16/KERMIT: polynomial 1021 reflected, start 0; 0x2189 for b"123456789"."""
    crc = 0
    for octet in data:
        crc = crc >> 8 ^ _CRC[(crc ^ octet) & 0xFF]
    return crc


def apdu(command: int, data: bytes = b"") -> bytes:
    """The message of a command (class and instruction, 0601); raises FrameWrong for more data than a length can say."""
    need(len(data) <= DATA_MAX, "length", f"{len(data)} octets of data")
    size = bytes([len(data)]) if len(data) < LONG else bytes([LONG, *len(data).to_bytes(2, "little")])
    return command.to_bytes(2, "big") + size + data


def split(message: bytes) -> tuple[int, bytes]:
    """The command and the data of a whole message; raises FrameWrong when its length is not what it says."""
    size = size_of(message)
    need(size is not None, "length", f"{len(message)} octets are too few")
    need(size == len(message), "length", f"{len(message)} octets, the message says {size}")
    return int.from_bytes(message[:2], "big"), message[5 if message[2] == LONG else 3 :]


def size_of(begun: bytes) -> int | None:
    """How many octets the message that begins so has; None while that cannot be told."""
    if len(begun) < 3 or (begun[2] == LONG and len(begun) < 5):
        return None
    return 3 + begun[2] if begun[2] != LONG else 5 + int.from_bytes(begun[3:5], "little")


def frame(message: bytes) -> bytes:
    """A message as it goes over a serial line."""
    body = message.replace(bytes([DLE]), bytes([DLE, DLE]))
    return bytes([DLE, STX]) + body + bytes([DLE, ETX]) + crc16(message + bytes([ETX])).to_bytes(2, "little")


class SerialReader:
    """Bytes of a serial line in, answers and messages out, and FrameWrong where a frame was damaged; never raises.

    What is outside of frames and no answer is noise.
    """

    def __init__(self) -> None:
        self.noise = 0
        self._body: bytearray | None = None
        self._dle = False
        self._crc: bytearray | None = None

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._body is not None or self._dle

    def feed(self, data: bytes) -> list[Link | bytes | FrameWrong]:
        """All that these bytes complete."""
        found: list[Link | bytes | FrameWrong] = []
        for octet in data:
            event = self._outside(octet) if self._body is None else self._inside(octet, self._body)
            if event is not None:
                found.append(event)
        return found

    def _outside(self, octet: int) -> Link | None:
        if self._dle:
            self._dle = octet == DLE
            if octet == STX:
                self._body = bytearray()
            else:
                self.noise += 1
            return None
        self._dle = octet == DLE
        if self._dle:
            return None
        if octet not in LINKS:
            self.noise += 1
        return LINKS.get(octet)

    def _inside(self, octet: int, body: bytearray) -> bytes | FrameWrong | None:
        if self._crc is not None:
            self._crc.append(octet)
            return self._ended(body, self._crc) if len(self._crc) == 2 else None
        if not self._dle:
            self._dle = octet == DLE
            if not self._dle:
                body.append(octet)
            return self._over("length", "a frame that does not end") if len(body) > DATA_MAX + 5 else None
        self._dle = False
        match octet:
            case 0x10:
                body.append(octet)
            case 0x03:
                self._crc = bytearray()
            case 0x02:  # the end of the one before was lost: from here on it is another frame
                self._body = bytearray()
                return FrameWrong("length", "a frame without an end")
            case _:
                return self._over("start", f"10 {octet:02x} inside of a frame")
        return None

    def _ended(self, body: bytearray, crc: bytearray) -> bytes | FrameWrong:
        self._body, self._crc = None, None
        if crc16(bytes(body) + bytes([ETX])) != int.from_bytes(crc, "little"):
            return FrameWrong("checksum", "the CRC does not fit")
        return bytes(body)

    def _over(self, reason: Literal["length", "start"], text: str) -> FrameWrong:
        self._body, self._crc, self._dle = None, None, False
        return FrameWrong(reason, text)


class StreamReader:
    """Bytes of a TCP connection in, messages out; never raises."""

    def __init__(self) -> None:
        self._begun = bytearray()

    @property
    def pending(self) -> bytes:
        """What has come of a message that is not whole yet."""
        return bytes(self._begun)

    def feed(self, data: bytes) -> list[bytes]:
        """All messages that these bytes complete."""
        self._begun += data
        found: list[bytes] = []
        while (size := size_of(bytes(self._begun[:5]))) is not None and len(self._begun) >= size:
            found.append(bytes(self._begun[:size]))
            del self._begun[:size]
        return found
