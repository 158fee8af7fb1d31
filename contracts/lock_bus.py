"""The lock bus, both sides: RS-485, 115200 8N1, one master polls, up to 16 boards answer.

On the line:  00 | COBS(payload | CRC-16) | 00     payload: address u8, sequence u8, kind u8, body
A reply has kind | 0x80 and echoes address and sequence. Integers are big endian, times are milliseconds.
CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, not reflected. Zero is only ever a frame's edge, so that a
receiver is in step again at the first zero after any noise.

Runs on MicroPython too: struct and plain classes only.
"""

import struct

PROTOCOL = 1
PROTOCOL_LAMPS = 2  # with lamps: IDENTIFY says how many, and LAMPS may be asked
PROTOCOLS = (PROTOCOL, PROTOCOL_LAMPS)
BAUD = 115200
GAP_MS = 50  # the bytes of one frame follow each other; what came before such a rest is no part of what comes after it
MAX_PAYLOAD = 128
CHANNELS_MAX = 32
WISH_ID_SIZE = 12
REPLY = 0x80
NO_COIL = 0xFF

# kinds
IDENTIFY = 0x01
STATES = 0x02
UNLOCK = 0x03
STOP_ALL = 0x04
SET_LIMITS = 0x05
EXECUTED = 0x06
LAMPS = 0x07
ERROR = 0x7F

# results of UNLOCK
STARTED = 0
KNOWN = 1
COOLING = 2
BRAKED = 3
BUSY = 4
WRONG_BOOT = 5
BAD_CHANNEL = 6
BAD_PULSE = 7

# states of an executed wish
UNKNOWN = 0
RUNNING = 1
DONE = 2
STOPPED = 3

# codes of ERROR
UNKNOWN_KIND = 1
BAD_BODY = 2

# flags of STATES
FLAG_KEY = 0x01

_CRC_NIBBLES = (
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
)  # fmt: skip


class BusWrong(ValueError):
    """Bytes that are no frame or no such message; nothing was changed."""


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE; 0x29B1 for b"123456789"."""
    crc = 0xFFFF
    for byte in data:
        crc = ((crc << 4) & 0xFFFF) ^ _CRC_NIBBLES[(crc >> 12) ^ (byte >> 4)]
        crc = ((crc << 4) & 0xFFFF) ^ _CRC_NIBBLES[(crc >> 12) ^ (byte & 0x0F)]
    return crc


def cobs_encode(data: bytes) -> bytes:
    """The same bytes without any zero; for at most 253 bytes, one byte longer."""
    out = bytearray(1)
    code_at = 0
    for byte in data:
        if byte == 0:
            out[code_at] = len(out) - code_at
            code_at = len(out)
            out.append(0)
        else:
            out.append(byte)
    out[code_at] = len(out) - code_at
    return bytes(out)


def cobs_decode(data: bytes) -> bytes:
    """Undoes cobs_encode; raises BusWrong when a step leads outside."""
    out = bytearray()
    at = 0
    while at < len(data):
        step = data[at]
        if step == 0 or at + step > len(data):
            raise BusWrong("broken COBS")
        out.extend(data[at + 1 : at + step])
        at += step
        if at < len(data):
            out.append(0)
    return bytes(out)


class Frame:
    """What stands between two zeros."""

    def __init__(self, address: int, sequence: int, kind: int, body: bytes) -> None:
        self.address = address
        self.sequence = sequence
        self.kind = kind
        self.body = body

    def encode(self) -> bytes:
        """The bytes on the line; raises BusWrong when the body is too long."""
        payload = bytes((self.address, self.sequence, self.kind)) + self.body
        if len(payload) > MAX_PAYLOAD:
            raise BusWrong("payload too long")
        return b"\x00" + cobs_encode(payload + struct.pack(">H", crc16(payload))) + b"\x00"

    def answer(self, body: bytes) -> bytes:
        """The bytes of the reply to this request."""
        return Frame(self.address, self.sequence, self.kind | REPLY, body).encode()


class Decoder:
    """Bytes in, frames out; never raises, holds at most one frame's bytes, counts what was no frame."""

    LONGEST = MAX_PAYLOAD + 3  # checksum and the COBS byte

    def __init__(self) -> None:
        self.noise = 0
        self.overlong = 0
        self.crc_errors = 0
        self._run = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> "list[Frame]":
        """Every whole frame that these bytes complete."""
        frames: "list[Frame]" = []
        for byte in data:
            if byte:
                self._take(byte)
                continue
            frame = self._end()
            if frame is not None:
                frames.append(frame)
        return frames

    def forget(self) -> None:
        """The line has rested: a frame that has begun never comes to its end."""
        self.noise += 1 if self._run else 0
        self._run = bytearray()
        self._skipping = False

    def _take(self, byte: int) -> None:
        if self._skipping:
            return
        if len(self._run) < self.LONGEST:
            self._run.append(byte)
            return
        self._skipping = True
        self.overlong += 1

    def _end(self) -> "Frame | None":
        run = bytes(self._run)
        skipped = self._skipping
        self._run = bytearray()
        self._skipping = False
        if skipped or not run:
            return None
        try:
            payload = cobs_decode(run)
        except BusWrong:
            self.noise += 1
            return None
        if len(payload) < 5:
            self.noise += 1
            return None
        if crc16(payload):  # over data and its own checksum the remainder is zero
            self.crc_errors += 1
            return None
        return Frame(payload[0], payload[1], payload[2], payload[3:-2])


def line_ms(count: int, baud: int) -> int:
    """How long that many bytes are on the line, rounded up: ten bits each."""
    return (count * 10000 + baud - 1) // baud


def _unpack(layout: str, body: bytes) -> "tuple[int, ...]":
    if len(body) != struct.calcsize(layout):
        raise BusWrong("body of wrong length")
    return struct.unpack(layout, body)


class Identity:
    """Reply to IDENTIFY: protocol u8, firmware 3 x u8, revision u8 (a letter), description hash 8, unique id 8, boot u32, channels u8;
    from protocol 2 on: lamps u8, one for each channel or none."""

    SIZE = 26
    SIZE_LAMPS = 27

    def __init__(
        self, protocol: int, firmware: "tuple[int, int, int]", revision: int,
        description_hash: bytes, unique_id: bytes, boot: int, channels: int, lamps: int = 0,
    ) -> None:  # fmt: skip
        self.protocol = protocol
        self.firmware = firmware
        self.revision = revision
        self.description_hash = description_hash
        self.unique_id = unique_id
        self.boot = boot
        self.channels = channels
        self.lamps = lamps

    def encode(self) -> bytes:
        """The body."""
        a, b, c = self.firmware
        head = struct.pack(">BBBBB", self.protocol, a, b, c, self.revision)
        tail = struct.pack(">IB", self.boot, self.channels)
        if self.protocol == PROTOCOL_LAMPS:
            tail += bytes((self.lamps,))
        return head + self.description_hash + self.unique_id + tail


def decode_identity(body: bytes) -> Identity:
    """Raises BusWrong."""
    if len(body) != (Identity.SIZE_LAMPS if body[:1] == bytes((PROTOCOL_LAMPS,)) else Identity.SIZE):
        raise BusWrong("body of wrong length")
    protocol, a, b, c, revision = struct.unpack(">BBBBB", body[:5])
    boot, channels = struct.unpack(">IB", body[21:26])
    if not 1 <= channels <= CHANNELS_MAX:
        raise BusWrong("impossible number of channels")
    lamps = body[26] if protocol == PROTOCOL_LAMPS else 0
    if lamps not in (0, channels):
        raise BusWrong("impossible number of lamps")
    return Identity(protocol, (a, b, c), revision, body[5:13], body[13:21], boot, channels, lamps)


class States:
    """Reply to STATES: boot u32, rev u16, coil u8 (FF none), flags u8, closed u32, known u32 (bit n = channel n), count u8,
    then for each channel whose counters changed since the acknowledged rev: channel u8, opens u8, closes u8."""

    def __init__(self, boot: int, rev: int, coil: int, flags: int, closed: int, known: int, changed: "list[tuple[int, int, int]]") -> None:
        self.boot = boot
        self.rev = rev
        self.coil = coil
        self.flags = flags
        self.closed = closed
        self.known = known
        self.changed = changed

    def encode(self) -> bytes:
        """The body."""
        head = struct.pack(">IHBBIIB", self.boot, self.rev, self.coil, self.flags, self.closed, self.known, len(self.changed))
        return head + b"".join([bytes(each) for each in self.changed])


STATES_HEAD = 17
STATES_LONGEST = STATES_HEAD + 3 * CHANNELS_MAX


def decode_states(body: bytes) -> States:
    """Raises BusWrong."""
    boot, rev, coil, flags, closed, known, count = _unpack(">IHBBIIB", body[:STATES_HEAD])
    if count > CHANNELS_MAX or len(body) != STATES_HEAD + 3 * count:
        raise BusWrong("body of wrong length")
    if coil != NO_COIL and coil >= CHANNELS_MAX:
        raise BusWrong("impossible coil")
    changed: "list[tuple[int, int, int]]" = []
    for at in range(STATES_HEAD, len(body), 3):
        if body[at] >= CHANNELS_MAX:
            raise BusWrong("impossible channel")
        changed.append((body[at], body[at + 1], body[at + 2]))
    return States(boot, rev, coil, flags, closed, known, changed)


def encode_ack(rev: int) -> bytes:
    """Body of the request STATES: the rev seen last, u16; 0 asks for every channel's counters."""
    return struct.pack(">H", rev)


def decode_ack(body: bytes) -> int:
    """Raises BusWrong."""
    return _unpack(">H", body)[0]


class UnlockOrder:
    """Body of the request UNLOCK: wish id 12, expected boot u32, channel u8, pulse_ms u16."""

    SIZE = WISH_ID_SIZE + 7

    def __init__(self, wish_id: bytes, boot: int, channel: int, pulse_ms: int) -> None:
        self.wish_id = wish_id
        self.boot = boot
        self.channel = channel
        self.pulse_ms = pulse_ms

    def encode(self) -> bytes:
        """The body; raises BusWrong for a wish id of another length."""
        return check_wish_id(self.wish_id) + struct.pack(">IBH", self.boot, self.channel, self.pulse_ms)


def decode_unlock(body: bytes) -> UnlockOrder:
    """Raises BusWrong."""
    if len(body) != UnlockOrder.SIZE:
        raise BusWrong("body of wrong length")
    boot, channel, pulse_ms = struct.unpack(">IBH", body[WISH_ID_SIZE:])
    return UnlockOrder(body[:WISH_ID_SIZE], boot, channel, pulse_ms)


def encode_unlocked(result: int, wait_ms: int) -> bytes:
    """Body of the reply to UNLOCK: result u8, how long to wait before asking again u16 (capped)."""
    return struct.pack(">BH", result, min(wait_ms, 0xFFFF))


def decode_unlocked(body: bytes) -> "tuple[int, int]":
    """(result, wait_ms); raises BusWrong."""
    result, wait_ms = _unpack(">BH", body)
    if result > BAD_PULSE:
        raise BusWrong("unknown result")
    return result, wait_ms


def wish_id(epoch: bytes, sequence: int) -> bytes:
    """The id of a wish on the bus: the journal epoch's first 4 bytes and the wish's sequence number u64."""
    return epoch[:4] + struct.pack(">Q", sequence)


def check_wish_id(body: bytes) -> bytes:
    """The same bytes (body of the request EXECUTED); raises BusWrong for another length."""
    if len(body) != WISH_ID_SIZE:
        raise BusWrong("wish id of wrong length")
    return body


def encode_executed(boot: int, state: int) -> bytes:
    """Body of the reply to EXECUTED: boot u32, state u8."""
    return struct.pack(">IB", boot, state)


def decode_executed(body: bytes) -> "tuple[int, int]":
    """(boot, state); raises BusWrong."""
    boot, state = _unpack(">IB", body)
    if state > STOPPED:
        raise BusWrong("unknown state")
    return boot, state


class Limits:
    """Body of SET_LIMITS and of its reply (then: the limits in force): four u16; 0 in the request leaves a limit as described."""

    def __init__(self, pulse_ms_max: int, cooldown_ms: int, doors_per_minute: int, silence_ms: int) -> None:
        self.pulse_ms_max = pulse_ms_max
        self.cooldown_ms = cooldown_ms
        self.doors_per_minute = doors_per_minute
        self.silence_ms = silence_ms

    def encode(self) -> bytes:
        """The body."""
        return struct.pack(">HHHH", self.pulse_ms_max, self.cooldown_ms, self.doors_per_minute, self.silence_ms)


def decode_limits(body: bytes) -> Limits:
    """Raises BusWrong."""
    pulse_ms_max, cooldown_ms, doors_per_minute, silence_ms = _unpack(">HHHH", body)
    return Limits(pulse_ms_max, cooldown_ms, doors_per_minute, silence_ms)


BRIGHTEST = 100


def encode_lamps(lit: int, percent: int) -> bytes:
    """Body of LAMPS and of its reply (then: as they are): lit u32 (bit n = channel n), brightness u8 in percent."""
    return struct.pack(">IB", lit, percent)


def decode_lamps(body: bytes) -> "tuple[int, int]":
    """(lit, percent); raises BusWrong."""
    lit, percent = _unpack(">IB", body)
    if percent > BRIGHTEST:
        raise BusWrong("impossible brightness")
    return lit, percent


def encode_error(kind: int, code: int) -> bytes:
    """Body of ERROR's reply: the kind that was asked u8, code u8."""
    return bytes((kind, code))


def decode_error(body: bytes) -> "tuple[int, int]":
    """(kind, code); raises BusWrong."""
    kind, code = _unpack(">BB", body)
    return kind, code
