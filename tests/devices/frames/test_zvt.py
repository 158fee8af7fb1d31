"""ZVT on the line: the published frames, their check octets, and every way in which bytes are no frame."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices.frames import zvt
from controller.devices.frames.wrong import FrameWrong

PUBLISHED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("published_zvt.json").read_text("utf-8"))
FRAMED = [each for each in PUBLISHED if each["frame"]]
PLN_350 = "06010a04000000000350490985"


def messages(data: bytes) -> list[bytes]:
    """The whole messages of a serial line."""
    return [event for event in zvt.SerialReader().feed(data) if isinstance(event, bytes)]


def test_the_crc_is_kermits() -> None:
    assert zvt.crc16(b"123456789") == 0x2189


@pytest.mark.parametrize("each", FRAMED, ids=lambda each: each["apdu"])
def test_a_published_frame_is_made_and_read_octet_for_octet(each: dict[str, Any]) -> None:
    message = bytes.fromhex(each["apdu"])
    assert zvt.frame(message).hex() == each["frame"]
    assert messages(bytes.fromhex(each["frame"])) == [message]


@pytest.mark.parametrize(("amount", "crc"), [("024489", "1010"), ("090360", "1002")])
def test_check_octets_are_never_doubled(amount: str, crc: str) -> None:
    message = bytes.fromhex(f"06010a04000000{amount}490985")
    line = zvt.frame(message) + bytes([zvt.ACK]) + zvt.frame(message)
    assert line.hex().count(f"1003{crc}") == 2
    assert zvt.SerialReader().feed(line) == [message, "ack", message]


@given(st.lists(st.binary(min_size=3, max_size=60), max_size=5), st.integers(1, 7))
def test_any_messages_in_any_pieces_come_out_as_they_went_in(sent: list[bytes], piece: int) -> None:
    line = b"".join(zvt.frame(message) for message in sent)
    reader = zvt.SerialReader()
    found = [event for at in range(0, len(line), piece) for event in reader.feed(line[at : at + piece])]
    assert (found, reader.noise, reader.pending) == (sent, 0, False)


@given(st.sampled_from(FRAMED), st.data())
def test_one_changed_bit_is_never_a_message(each: dict[str, Any], data: st.DataObject) -> None:
    line = bytes.fromhex(each["frame"])
    at, bit = data.draw(st.integers(0, len(line) - 1)), data.draw(st.integers(0, 7))
    changed = bytes([*line[:at], line[at] ^ 1 << bit, *line[at + 1 :]])
    assert bytes.fromhex(each["apdu"]) not in messages(changed)


@given(st.binary(max_size=200), st.sampled_from(FRAMED))
def test_after_any_noise_the_second_frame_is_read(noise: bytes, each: dict[str, Any]) -> None:
    frame = bytes.fromhex(each["frame"])
    assert bytes.fromhex(each["apdu"]) in messages(noise + frame + frame + frame)


def test_a_frame_without_an_end_is_told_and_the_next_is_read() -> None:
    frame = bytes.fromhex(FRAMED[0]["frame"])
    events = zvt.SerialReader().feed(frame[:6] + frame)
    assert [event.reason for event in events if isinstance(event, FrameWrong)] == ["length"]
    assert events[-1] == bytes.fromhex(FRAMED[0]["apdu"])


def test_a_frame_that_never_ends_is_given_up() -> None:
    reader = zvt.SerialReader()
    events = reader.feed(bytes([zvt.DLE, zvt.STX]) + b"\x55" * (zvt.DATA_MAX + 100))
    assert [event.reason for event in events if isinstance(event, FrameWrong)] == ["length"]
    assert not reader.pending


@given(st.lists(st.binary(max_size=600), max_size=5), st.integers(1, 50))
def test_a_stream_in_any_pieces_is_cut_by_its_lengths(datas: list[bytes], piece: int) -> None:
    sent = [zvt.apdu(0x040F, data) for data in datas]
    line = b"".join(sent)
    reader = zvt.StreamReader()
    found = [message for at in range(0, len(line), piece) for message in reader.feed(line[at : at + piece])]
    assert (found, reader.pending) == (sent, b"")
    assert [zvt.split(message) for message in sent] == [(0x040F, data) for data in datas]


def test_a_long_length_is_two_octets_the_low_one_first() -> None:
    assert zvt.apdu(0x06D3, b"x" * 254)[2:4].hex() == "fe78"
    assert zvt.apdu(0x06D3, b"x" * 255)[2:5].hex() == "ffff00"
    assert zvt.apdu(0x06D3, b"x" * 0x1234)[2:5].hex() == "ff3412"
    with pytest.raises(FrameWrong, match="65536 octets"):
        zvt.apdu(0x06D3, b"x" * 65536)


@pytest.mark.parametrize("text", ["", "06", "0601", "0601ff", "0601ff01", "06010a04", f"{PLN_350}00"])
def test_a_length_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(FrameWrong) as refused:
        zvt.split(bytes.fromhex(text))
    assert refused.value.reason == "length"
