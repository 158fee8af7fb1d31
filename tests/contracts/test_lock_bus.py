"""The bus contract against golden bytes, an independent CRC and COBS, and any bytes at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import lock_bus as bus

GOLDEN = json.loads((Path(__file__).parents[2] / "contracts/examples/lock_bus.json").read_text())["frames"]
WISH = bus.wish_id(bytes.fromhex("7c1e90ab55667788"), 48213)

# What our encoders make of the same messages, in the order of the golden file.
IDENTITY = bus.Identity(1, (1, 0, 0), ord("B"), bytes.fromhex("A1B2C3D4E5F60718"), bytes.fromhex("E6605838832A4B00"), 7, 24)
LAMPED = bus.Identity(2, (1, 1, 0), ord("C"), bytes.fromhex("A1B2C3D4E5F60718"), bytes.fromhex("E6605838832A4B00"), 7, 24, 24)
OURS = [
    bus.Frame(0, 1, bus.IDENTIFY, b""),
    bus.Frame(0, 1, bus.IDENTIFY | bus.REPLY, IDENTITY.encode()),
    bus.Frame(3, 254, bus.STATES, bus.encode_ack(0)),
    bus.Frame(3, 254, bus.STATES | bus.REPLY, bus.States(7, 513, 4, bus.FLAG_KEY, 0xFFFFEF, 0xFFFFDF, [(4, 2, 1)]).encode()),
    bus.Frame(15, 0, bus.STATES | bus.REPLY, bus.States(1, 1, bus.NO_COIL, 0, 0, 0, []).encode()),
    bus.Frame(3, 255, bus.UNLOCK, bus.UnlockOrder(WISH, 7, 4, 500).encode()),
    bus.Frame(3, 255, bus.UNLOCK | bus.REPLY, bus.encode_unlocked(bus.STARTED, 0)),
    bus.Frame(3, 255, bus.UNLOCK | bus.REPLY, bus.encode_unlocked(bus.COOLING, 4200)),
    bus.Frame(3, 16, bus.STOP_ALL, b""),
    bus.Frame(3, 16, bus.STOP_ALL | bus.REPLY, b""),
    bus.Frame(3, 17, bus.SET_LIMITS, bus.Limits(300, 0, 4, 0).encode()),
    bus.Frame(3, 17, bus.SET_LIMITS | bus.REPLY, bus.Limits(300, 5000, 4, 700).encode()),
    bus.Frame(3, 18, bus.EXECUTED, WISH),
    bus.Frame(3, 18, bus.EXECUTED | bus.REPLY, bus.encode_executed(7, bus.DONE)),
    bus.Frame(3, 19, bus.ERROR | bus.REPLY, bus.encode_error(9, bus.UNKNOWN_KIND)),
    bus.Frame(0, 2, bus.IDENTIFY | bus.REPLY, LAMPED.encode()),
    bus.Frame(3, 20, bus.LAMPS, bus.encode_lamps(0x10, 25)),
    bus.Frame(3, 20, bus.LAMPS | bus.REPLY, bus.encode_lamps(0x10, 25)),
    bus.Frame(3, 21, bus.LAMPS, bus.encode_lamps(0, bus.BRIGHTEST)),
]


def bitwise_crc(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
    return register


def groups(data: bytes) -> list[bytes]:
    return [bytes([len(part) + 1]) + part for part in data.split(b"\0")]


def payload_of(golden: dict[str, Any]) -> bytes:
    return bytes.fromhex("".join(line.split("  ")[0] for line in golden["bytes"]))


def test_check_value_of_the_checksum() -> None:
    assert bus.crc16(b"123456789") == bitwise_crc(b"123456789") == 0x29B1


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden["name"] for golden in GOLDEN])
def test_the_golden_working_is_right(golden: dict[str, Any]) -> None:
    payload = payload_of(golden)
    registers = [f"{byte:02X}>{bitwise_crc(payload[: at + 1]):04X}" for at, byte in enumerate(payload)]
    assert golden["crc_register_after_each_byte"].split() == registers
    assert golden["crc"] == f"{bitwise_crc(payload):04X}"
    parts = groups(payload + bytes.fromhex(golden["crc"]))
    assert [bytes.fromhex(group.replace("|", "")) for group in golden["cobs_groups"]] == parts
    assert bytes.fromhex(golden["frame"]) == b"\0" + b"".join(parts) + b"\0"


@pytest.mark.parametrize(("golden", "frame"), list(zip(GOLDEN, OURS, strict=True)), ids=[golden["name"] for golden in GOLDEN])
def test_our_bytes_are_the_golden_bytes(golden: dict[str, Any], frame: bus.Frame) -> None:
    assert frame.encode().hex(" ").upper() == golden["frame"]
    (decoded,) = bus.Decoder().feed(bytes.fromhex(golden["frame"]))
    assert (decoded.address, decoded.sequence, decoded.kind, decoded.body) == (frame.address, frame.sequence, frame.kind, frame.body)


def test_each_message_comes_back() -> None:
    identity = bus.decode_identity(OURS[1].body)
    assert vars(identity) == vars(IDENTITY)
    assert vars(bus.decode_identity(LAMPED.encode())) == vars(LAMPED)
    assert bus.decode_lamps(OURS[16].body) == (0x10, 25)
    states = bus.decode_states(OURS[3].body)
    assert (states.boot, states.rev, states.coil, states.flags, states.closed, states.known) == (7, 513, 4, 1, 0xFFFFEF, 0xFFFFDF)
    assert states.changed == [(4, 2, 1)]
    assert bus.decode_ack(OURS[2].body) == 0
    assert vars(bus.decode_unlock(OURS[5].body)) == {"wish_id": WISH, "boot": 7, "channel": 4, "pulse_ms": 500}
    assert bus.decode_unlocked(OURS[7].body) == (bus.COOLING, 4200)
    assert vars(bus.decode_limits(OURS[11].body)) == vars(bus.Limits(300, 5000, 4, 700))
    assert bus.decode_executed(OURS[13].body) == (7, bus.DONE)
    assert bus.decode_error(OURS[14].body) == (9, bus.UNKNOWN_KIND)


def test_a_wait_longer_than_the_field_is_capped() -> None:
    assert bus.decode_unlocked(bus.encode_unlocked(bus.BRAKED, 100_000)) == (bus.BRAKED, 65535)


@given(st.binary(max_size=bus.MAX_PAYLOAD + 2))
def test_cobs_leaves_no_zero_and_comes_back(data: bytes) -> None:
    encoded = bus.cobs_encode(data)
    assert 0 not in encoded
    assert encoded == b"".join(groups(data))
    assert bus.cobs_decode(encoded) == data


@given(st.binary(max_size=400), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=bus.MAX_PAYLOAD - 3))
def test_after_any_noise_the_next_frame_is_decoded(noise: bytes, address: int, sequence: int, kind: int, body: bytes) -> None:
    decoder = bus.Decoder()
    decoder.feed(noise)
    frames = decoder.feed(bus.Frame(address, sequence, kind, body).encode())
    assert [(frame.address, frame.sequence, frame.kind, frame.body) for frame in frames[-1:]] == [(address, sequence, kind, body)]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_raise_nothing_and_hold_at_most_one_frame(pieces: list[bytes]) -> None:
    decoder = bus.Decoder()
    whole = bus.Decoder()
    frames = [frame for piece in pieces for frame in decoder.feed(piece)]
    again = whole.feed(b"".join(pieces))
    assert [frame.encode() for frame in frames] == [frame.encode() for frame in again]
    assert (decoder.noise, decoder.overlong, decoder.crc_errors) == (whole.noise, whole.overlong, whole.crc_errors)
    assert len(vars(decoder)["_run"]) <= bus.Decoder.LONGEST


@given(st.sampled_from(OURS), st.data())
def test_one_changed_byte_is_never_another_frame(frame: bus.Frame, data: st.DataObject) -> None:
    line = bytearray(frame.encode())
    at = data.draw(st.integers(1, len(line) - 2))
    line[at] ^= data.draw(st.integers(1, 255))
    decoder = bus.Decoder()
    assert decoder.feed(bytes(line)) == []
    assert decoder.noise + decoder.crc_errors > 0


def test_what_is_wrong_is_counted_by_kind() -> None:
    decoder = bus.Decoder()
    decoder.feed(b"\x00\x09\x01\x00")
    assert (decoder.noise, decoder.overlong, decoder.crc_errors) == (1, 0, 0)
    decoder.feed(b"\x07" * 1000 + b"\x00")
    assert (decoder.noise, decoder.overlong, decoder.crc_errors) == (1, 1, 0)
    decoder.feed(b"\x07\x01\x02\x03\x04\x05\x06\x00")
    assert (decoder.noise, decoder.overlong, decoder.crc_errors) == (1, 1, 1)


def test_a_body_that_does_not_fit_is_refused() -> None:
    with pytest.raises(bus.BusWrong):
        bus.Frame(0, 0, bus.STATES, bytes(bus.MAX_PAYLOAD - 2)).encode()


DECODERS = (
    bus.decode_identity, bus.decode_states, bus.decode_ack, bus.decode_unlock, bus.decode_unlocked,
    bus.check_wish_id, bus.decode_executed, bus.decode_limits, bus.decode_lamps, bus.decode_error,
)  # fmt: skip


@pytest.mark.parametrize("decode", DECODERS, ids=[decode.__name__ for decode in DECODERS])
def test_a_wrong_body_is_one_named_error(decode: Any) -> None:
    @given(st.binary(max_size=140))
    def any_body(body: bytes) -> None:
        try:
            decode(body)
        except bus.BusWrong:
            return

    any_body()


@pytest.mark.parametrize(
    ("decode", "body"),
    [
        (bus.decode_identity, IDENTITY.encode()[:-1] + b"\0"),
        (bus.decode_states, bus.States(1, 1, 32, 0, 0, 0, []).encode()),
        (bus.decode_states, bus.States(1, 1, 0, 0, 0, 0, [(32, 0, 0)]).encode()),
        (bus.decode_states, bus.States(1, 1, 0, 0, 0, 0, [(1, 0, 0)]).encode()[:-1]),
        (bus.decode_unlocked, b"\x08\0\0"),
        (bus.decode_executed, bus.encode_executed(1, 4)),
        (bus.check_wish_id, bytes(11)),
        (bus.decode_identity, IDENTITY.encode() + b"\x18"),
        (bus.decode_identity, LAMPED.encode()[:-1]),
        (bus.decode_identity, LAMPED.encode()[:-1] + b"\x17"),
        (bus.decode_lamps, bus.encode_lamps(1, 101)),
        (bus.decode_lamps, bus.encode_lamps(1, 50)[:-1]),
    ],
)
def test_impossible_values_are_refused(decode: Any, body: bytes) -> None:
    with pytest.raises(bus.BusWrong):
        decode(body)


def test_line_time_is_ten_bits_a_byte_rounded_up() -> None:
    assert bus.line_ms(0, 115200) == 0
    assert bus.line_ms(12, 115200) == 2
    assert bus.line_ms(96, 9600) == 100
