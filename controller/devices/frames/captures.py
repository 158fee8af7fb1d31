"""Captures of a line, as hexadecimal text, read for a technician: one answer for each frame, good or bad."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, cast, get_args

from contracts import lock_bus
from controller.devices.frames import zvt, zvt_messages
from controller.devices.frames.families import FAMILIES, FamilyName, accepted
from controller.devices.frames.lock_bus_words import read_lock_bus
from controller.devices.frames.wrong import FrameWrong

Protocol = Literal["zvt", "lockbus", "cu16", "cu48", "cu12", "scu", "wkly", "8a", "winnsen", "modbus"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
CRC = ("zvt", "lockbus", "modbus")
"""Protocols whose check octets are a cyclic redundancy check; those of the others are a sum."""
NOT_HEX = re.compile(r"[^0-9A-Fa-f]")
SEPARATORS = re.compile(r"0[xX]|\\x|[\s,;:-]+")


class CaptureWrong(OSError):
    """A file of captures that cannot be read."""


FRAME_MAX = 260
"""No frame of a bought board is longer: its length is one octet."""

Answer = dict[str, Any]


def octets(text: str) -> bytes:
    """The bytes of hexadecimal text, with or without blanks, commas, colons and 0x; raises FrameWrong."""
    digits = SEPARATORS.sub("", text)
    if NOT_HEX.search(digits):
        raise FrameWrong("hex", "not hexadecimal")
    if len(digits) % 2:
        raise FrameWrong("hex", "half an octet is missing")
    return bytes.fromhex(digits)


def is_file_name(text: str) -> bool:
    """Whether this cannot be a capture."""
    return NOT_HEX.search(SEPARATORS.sub("", text)) is not None


def decoded(protocol: Protocol, captures: Iterable[str]) -> Iterator[Answer]:
    """One answer a frame: `ok`, `name`, `fields` and `text`, or `ok` false, `error` and `text`.

    A capture is a line of text. A frame that one of them begins may end in the next; what no next one ends is an error of its own.
    """
    read = _reader(protocol)
    begun, nothing = b"", True
    for capture in captures:
        try:
            data = octets(capture)
        except FrameWrong as wrong:
            nothing = False
            yield _bad(protocol, wrong)
            continue
        if not data:
            continue
        nothing = False
        answers, rest = read(begun + data)
        alone, alone_rest = read(data) if begun else (answers, rest)
        if begun and not _good(answers) and _good(alone):  # what had begun is not what this one goes on with
            yield _cut_short(begun)
            answers, rest = alone, alone_rest
        yield from answers
        begun = rest
    if begun or nothing:
        yield _cut_short(begun)


def _good(answers: list[Answer]) -> bool:
    return bool(answers) and all(answer["ok"] for answer in answers)


def _cut_short(begun: bytes) -> Answer:
    return {"ok": False, "error": "length", "text": f"{len(begun)} octets are no whole frame"}


def _bad(protocol: Protocol, wrong: FrameWrong) -> Answer:
    error = "crc" if wrong.reason == "checksum" and protocol in CRC else wrong.reason
    return {"ok": False, "error": error, "text": str(wrong)}


Read = Callable[[bytes], tuple[list[Answer], bytes]]
"""The answers of all whole frames, and what is left of one that has begun."""


def _reader(protocol: Protocol) -> Read:
    match protocol:
        case "zvt":
            return _zvt
        case "lockbus":
            return _lock_bus
        case _:
            return lambda data: _family(protocol, cast(FamilyName, protocol.upper()), data)


# --- ZVT ---------------------------------------------------------------------------------------------------------------------------------


def _zvt(data: bytes) -> tuple[list[Answer], bytes]:
    """Serial frames with their answers, or bare messages one after another."""
    if not _framed(data):
        reader = zvt.StreamReader()
        return [_zvt_message(message) for message in reader.feed(data)], reader.pending
    reader = zvt.SerialReader()
    answers: list[Answer] = []
    ended = 0
    for at in range(len(data)):
        for event in reader.feed(data[at : at + 1]):
            answers.append(_zvt_event(event))
        if not reader.pending:
            ended = at + 1
    return answers, data[ended:]


def _framed(data: bytes) -> bool:
    start = bytes([zvt.DLE, zvt.STX])
    return start.startswith(data) or data.startswith(start) or (data[0] in zvt.LINKS and (len(data) == 1 or data[1:].startswith(start)))


def _zvt_event(event: zvt.Link | bytes | FrameWrong) -> Answer:
    match event:
        case "ack" | "nak":
            return {"ok": True, "name": event, "fields": {}, "text": "received" if event == "ack" else "not received, once more"}
        case FrameWrong():
            return _bad("zvt", event)
        case _:
            return _zvt_message(event)


def _zvt_message(message: bytes) -> Answer:
    try:
        name, fields = zvt_messages.read_zvt(message)
    except FrameWrong as wrong:
        return _bad("zvt", wrong)
    return {"ok": True, "name": name, "fields": fields, "text": zvt_messages.words(name, fields)}


# --- lock boards -------------------------------------------------------------------------------------------------------------------------


def _lock_bus(data: bytes) -> tuple[list[Answer], bytes]:
    """What stands between zeros; a capture that holds no zero at all is one frame without its edges."""
    whole, edge, rest = data.rpartition(b"\0")
    if not edge:
        whole, rest = data, b""
    answers: list[Answer] = []
    for run in whole.split(b"\0"):
        if run:
            answers.append(_lock_bus_run(run))
    return answers, rest


def _lock_bus_run(run: bytes) -> Answer:
    decoder = lock_bus.Decoder()
    frames = decoder.feed(run + b"\0")
    try:
        if not frames:
            raise FrameWrong("checksum" if decoder.crc_errors else "length" if decoder.overlong else "data", "no frame of the lock bus")
        name, fields, text = read_lock_bus(frames[0])
    except FrameWrong as wrong:
        return _bad("lockbus", wrong)
    return {"ok": True, "name": name, "fields": fields, "text": text}


def _family(protocol: Protocol, family: FamilyName, data: bytes) -> tuple[list[Answer], bytes]:
    """The longest beginning that is a whole frame, then the next; no frame of these boards says where it ends in the same way."""
    answers: list[Answer] = []
    while data:
        longest = min(len(data), FRAME_MAX)
        size = next((size for size in range(longest, 0, -1) if _accepted(family, data[:size]) is not None), 0)
        if not size:
            break
        fields = _accepted(family, data[:size]) or {}
        name = str(fields.get("cmd", fields.get("dir", "frame")))
        answers.append({"ok": True, "name": name, "fields": fields, "text": _told(family, fields)})
        data = data[size:]
    if data and not answers:
        try:
            FAMILIES[family].read(data)
        except FrameWrong as wrong:
            return ([], data) if wrong.reason == "length" and len(data) <= FRAME_MAX else ([_bad(protocol, wrong)], b"")
        return [_bad(protocol, FrameWrong("checksum", "the sum does not fit"))], b""
    return answers, data


def _accepted(family: FamilyName, data: bytes) -> dict[str, Any] | None:
    try:
        return accepted(family, data)
    except FrameWrong:
        return None


UNTOLD = ("checksum", "checksum_ok", "dir")


def _told(family: FamilyName, fields: dict[str, Any]) -> str:
    said = ", ".join(f"{key} {value}" for key, value in fields.items() if key not in UNTOLD)
    return f"{family} {fields.get('dir', 'frame')}: {said}"
