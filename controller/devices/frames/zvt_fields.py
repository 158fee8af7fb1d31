"""The fields of ZVT messages: bitmaps (BMP) and tag-length-value objects (TLV), without card data (PA00P015; facts: payments 2, 6).

A field whose kind is not known here has no known length: what follows cannot be read, and the message is refused. An unknown tag can be
skipped. Of a card number the last four digits are kept, in texts too; tracks, chip data and the lines of receipts are left out.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from controller.devices.frames.wrong import FrameWrong, need

Size = int | Literal["ll", "lll", "tlv"]
KEPT = 4
"""The last digits of a card number; PCI DSS 3.4.1 would allow more."""
NUMBER = re.compile(r"\d(?:[ -]?\d){12,18}")
"""What may be a card number in a text."""


def digits(value: bytes) -> str:
    """Packed decimals as digits; raises FrameWrong for anything else."""
    text = value.hex()
    need(text.isdecimal(), "data", "a decimal that is none")
    return text


def _time(value: bytes) -> str:
    text = digits(value)
    return ":".join((text[:2], text[2:4], text[4:]))


def _text(value: bytes) -> str:
    return redacted(value.decode("latin-1").rstrip("\x00"))  # terminals differ in letters beyond ASCII, which are for the eyes only


def redacted(text: str) -> str:
    """The same text, of what may be a card number the last digits alone."""
    return NUMBER.sub(lambda found: re.sub(r"\d", "*", found[0][:-KEPT]) + found[0][-KEPT:] if _is_card(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    """Whether the digits carry a card number's check digit (ISO/IEC 7812-1, Luhn)."""
    numbers = [int(digit) for digit in reversed(text) if digit.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in numbers[1::2])
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


def _printable(value: bytes) -> str:
    return _text(value).strip()


def _last(value: bytes) -> str:
    """The last digits of a card number that is masked with E and padded with F."""
    return value.hex().rstrip("f")[-KEPT:].replace("e", "*")


def _hidden(value: bytes) -> str:
    return f"{len(value)} octets left out"


def _int(value: bytes) -> int:
    return int.from_bytes(value, "big")


class Field(msgspec.Struct, frozen=True):
    """What a bitmap is called, how long it is, and what its octets say."""

    name: str
    size: Size
    read: Callable[[bytes], Any] = bytes.hex


FIELDS: dict[int, Field] = {
    0x01: Field("timeout_s", 1, _int),
    0x02: Field("max_status_infos", 1, _int),
    0x03: Field("service_byte", 1),
    0x04: Field("amount_minor", 6, lambda value: int(digits(value))),
    0x05: Field("pump", 1, _int),
    0x06: Field("tlv", "tlv"),
    0x0B: Field("trace", 3, digits),
    0x0C: Field("time", 3, _time),
    0x0D: Field("date_mmdd", 2, digits),
    0x0E: Field("expiry_yymm", 2, digits),
    0x17: Field("sequence", 2, digits),
    0x19: Field("payment_type", 1),
    0x22: Field("card_last4", "ll", _last),
    0x23: Field("track_2", "ll", _hidden),
    0x24: Field("track_3", "lll", _hidden),
    0x27: Field("result", 1),
    0x29: Field("tid", 4, digits),
    0x2A: Field("vu", 15, _printable),
    0x2D: Field("track_1", "ll", _hidden),
    0x2E: Field("chip", "lll", _hidden),
    0x37: Field("original_trace", 3, digits),
    0x3A: Field("check_value", 2, _hidden),
    0x3B: Field("authorisation_code", 8, _printable),
    0x3C: Field("text", "lll", _text),
    0x3D: Field("password", 3, _hidden),
    0x49: Field("currency", 2),
    0x60: Field("totals", "lll", _hidden),
    0x87: Field("receipt", 2),
    0x88: Field("turnover", 3, digits),
    0x8A: Field("card_type", 1),
    0x8B: Field("card_name", "ll", _printable),
    0x8C: Field("card_type_id", 1),
    0x92: Field("chip_data", "lll", _hidden),
    0x9A: Field("purse_data", "lll", _hidden),
    0xA0: Field("host_result", 1),
    0xA7: Field("chip_result", "ll", _hidden),
    0xAA: Field("date_yymmdd", 3, digits),
    0xAF: Field("ef_info", "lll", _hidden),
    0xBA: Field("aid_parameter", 5),
    0xD0: Field("algorithm", 1),
    0xD1: Field("pin_data", "ll", _hidden),
    0xD2: Field("direction", 1),
    0xD3: Field("key_position", 1),
    **{code: Field(f"display_{code - 0xF0}", "ll", _printable) for code in range(0xF1, 0xF9)},
}
"""By the octet that begins it. The receipt number of all open reservations is FFFF, so it is read as it stands."""


def fields(data: bytes) -> dict[str, Any]:
    """What the bitmaps say, by name; raises FrameWrong for one that is unknown, cut short, or no decimal where it must be one."""
    told: dict[str, Any] = {}
    at = 0
    while at < len(data):
        field = FIELDS.get(data[at])
        if field is None:
            raise FrameWrong("data", f"field {data[at]:02x} is unknown, and so is its length")
        begin, end = _span(data, at + 1, field)
        need(end <= len(data), "length", f"field {field.name} is cut short")
        need(field.name not in told, "data", f"field {field.name} comes twice")
        told |= tags(data[begin:end]) if field.size == "tlv" else {field.name: field.read(data[begin:end])}
        at = end
    return told


def _span(data: bytes, at: int, field: Field) -> tuple[int, int]:
    match field.size:
        case "tlv":
            return _length(data, at)
        case "ll" | "lll":
            count = len(field.size)
            need(at + count <= len(data), "length", f"field {field.name} has no length")
            octets = data[at : at + count]
            need(all(octet >> 4 == 0xF and octet & 0xF <= 9 for octet in octets), "length", f"field {field.name}: a length that is none")
            size = int("".join(str(octet & 0xF) for octet in octets))
            return at + count, at + count + size
        case size:
            return at, at + size


# --- TLV ---------------------------------------------------------------------------------------------------------------------------------

TAGS: dict[int, tuple[str, Callable[[bytes], Any]]] = {
    0x07: ("line", _text),
    0x09: ("attribute", bytes.hex),
    0x1F07: ("receipt_type_1f07", bytes.hex),
    0x1F10: ("verification", bytes.hex),
    0x1F12: ("technology", lambda value: {b"\x01": "chip", b"\x02": "contactless"}.get(value, value.hex())),
    0x1F16: ("error", bytes.hex),
    0x1F17: ("error_text", _text),
    0x1F2B: ("long_trace", digits),
    0x43: ("aid", bytes.hex),
    0x44: ("label", _printable),
    0x46: ("emv_customer", _hidden),
    0x47: ("emv_merchant", _hidden),
}
INSIDE = frozenset((0x60,))
"""Objects that hold objects, of which something is told."""
LINES = 0x25
"""The lines of a receipt, which may name a card: how many there are, and nothing else."""


def tags(data: bytes) -> dict[str, Any]:
    """What the known tags say, by name; unknown ones are skipped. Raises FrameWrong for one that is cut short."""
    told: dict[str, Any] = {}
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        begin, end = _length(data, at)
        need(end <= len(data), "length", f"tag {tag:x} is cut short")
        if tag in INSIDE:
            told |= tags(data[begin:end])
        elif tag == LINES:
            told["lines"] = _count(data[begin:end])
        elif tag in TAGS:
            name, read = TAGS[tag]
            told[name] = read(data[begin:end])
        at = end
    return told


def _count(data: bytes) -> int:
    count, at = 0, 0
    while at < len(data):
        tag, at = _tag(data, at)
        _, at = _length(data, at)
        need(at <= len(data), "length", f"tag {tag:x} is cut short")
        count += tag == 0x07
    return count


def _tag(data: bytes, at: int) -> tuple[int, int]:
    tag, more = data[at], data[at] & 0x1F == 0x1F
    at += 1
    while more:
        need(at < len(data), "length", "a tag is cut short")
        tag, more = tag << 8 | data[at], bool(data[at] & 0x80)
        at += 1
    return tag, at


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the value begins and ends."""
    need(at < len(data), "length", "an object has no length")
    first = data[at]
    if first < 0x80:
        return at + 1, at + 1 + first
    count = first & 0x7F
    need(count in (1, 2) and at + 1 + count <= len(data), "length", "a length that is none")
    return at + 1 + count, at + 1 + count + int.from_bytes(data[at + 1 : at + 1 + count], "big")
