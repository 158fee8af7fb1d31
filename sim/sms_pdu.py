"""What a text message is on the air (3GPP TS 23.040): reads what a modem is given to send, writes the network's status report."""

from datetime import datetime

import msgspec

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}
ESCAPE = 0x1B
VALIDITY_BYTES = (0, 7, 1, 7)
"""By the validity format of the first octet."""


class PduWrong(ValueError):
    """Bytes that are no SMS-SUBMIT."""


class Submitted(msgspec.Struct, frozen=True):
    """One part of a message: `part` of `parts`, those of one message share `group`; `report` when its sender wants one."""

    phone: str
    text: str
    report: bool
    group: int = 0
    part: int = 1
    parts: int = 1


class _Octets:
    """Takes octets from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, size: int) -> bytes:
        if size > len(self._data):
            raise PduWrong("the message is too short")
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def one(self) -> int:
        return self.take(1)[0]

    def rest(self) -> bytes:
        return self._data


def read_submit(pdu: bytes) -> Submitted:
    """An SMS-SUBMIT with the service centre's address before it; raises PduWrong."""
    octets = _Octets(pdu)
    octets.take(octets.one())
    first = octets.one()
    if first & 0x03 != 0x01:
        raise PduWrong("no SMS-SUBMIT")
    octets.one()  # the reference is the modem's
    digits = octets.one()
    octets.one()
    phone = _digits(octets.take((digits + 1) // 2))[:digits]
    octets.one()
    coding = octets.one()
    octets.take(VALIDITY_BYTES[first >> 3 & 0x03])
    length, data = octets.one(), octets.rest()
    group, part, parts, header = _header(data) if first & 0x40 else (0, 1, 1, 0)
    return Submitted(phone, _text(coding, length, data, header), bool(first & 0x20), group, part, parts)


def _digits(octets: bytes) -> str:
    return "".join(f"{octet & 0x0F:X}{octet >> 4:X}" for octet in octets)


def _header(data: bytes) -> tuple[int, int, int, int]:
    """Group, part and parts of a long message, and the header's own length."""
    octets = _Octets(data)
    size = octets.one()
    inner = _Octets(octets.take(size))
    while inner.rest():
        kind, body = inner.one(), inner.take(inner.one())
        if kind == 0x00 and len(body) == 3:
            return body[0], body[2], body[1], size + 1
        if kind == 0x08 and len(body) == 4:
            return int.from_bytes(body[:2], "big"), body[3], body[2], size + 1
    return 0, 1, 1, size + 1


def _text(coding: int, length: int, data: bytes, header: int) -> str:
    match coding & 0x0C:
        case 0x00:
            skipped = -(-header * 8 // 7)
            return _letters(_septets(data, length)[skipped:])
        case 0x08:
            if length > len(data):
                raise PduWrong("the message is too short")
            try:
                return data[header:length].decode("utf-16-be")
            except UnicodeDecodeError:
                raise PduWrong("no readable text") from None
        case _:
            raise PduWrong("an alphabet of its own")


def _septets(data: bytes, count: int) -> list[int]:
    bits = int.from_bytes(data, "little")
    if count * 7 > len(data) * 8:
        raise PduWrong("the message is too short")
    return [bits >> 7 * at & 0x7F for at in range(count)]


def _letters(septets: list[int]) -> str:
    letters, escaped = list[str](), False
    for septet in septets:
        if septet == ESCAPE and not escaped:
            escaped = True
            continue
        letters.append(EXTENDED.get(septet, " ") if escaped else BASIC[septet])
        escaped = False
    return "".join(letters)


def status_report(reference: int, phone: str, at: datetime, status: int) -> bytes:
    """An SMS-STATUS-REPORT without service centre: `status` 0 delivered, from 0x40 on given up."""
    digits = phone + "F" * (len(phone) % 2)
    address = bytes([len(phone), 0x91]) + bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))
    return bytes([0x00, 0x06, reference]) + address + _stamp(at) * 2 + bytes([status])


def _stamp(at: datetime) -> bytes:
    quarters = int((at.utcoffset() or at - at).total_seconds()) // 900
    values = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second, abs(quarters))
    octets = bytearray(value % 10 << 4 | value // 10 for value in values)
    octets[6] |= 0x08 if quarters < 0 else 0
    return bytes(octets)
