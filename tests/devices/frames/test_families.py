"""Frames of bought boards: the published ones, what is composed reads as it was meant, and every way in which bytes are no frame."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices.frames import kerong, modbus, winnsen, xor_boards
from controller.devices.frames.families import FAMILIES, FamilyName, accepted, checked, read_frame
from controller.devices.frames.wrong import FrameWrong, OrderRefused, Reason

PUBLISHED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("published.json").read_text("utf-8"))
NAMES: tuple[FamilyName, ...] = tuple(FAMILIES)


def told(family: FamilyName, data: bytes) -> dict[str, Any]:
    return {key: value for key, value in accepted(family, data).items() if not key.startswith("checksum")}


@pytest.mark.parametrize("frame", PUBLISHED, ids=lambda frame: f"{frame['family']}-{frame['hex']}")
def test_a_published_frame_says_what_is_published(frame: dict[str, Any]) -> None:
    assert frame["says"].items() <= told(frame["family"], bytes.fromhex(frame["hex"])).items()


@pytest.mark.parametrize("frame", [each for each in PUBLISHED if each["family"] != "WINNSEN"], ids=lambda frame: frame["hex"])
def test_any_one_bit_more_or_less_is_found_where_the_sum_looks(frame: dict[str, Any]) -> None:
    data = bytes.fromhex(frame["hex"])
    for at in range(len(data)):
        for bit in range(8):
            changed = bytes([*data[:at], data[at] ^ 1 << bit, *data[at + 1 :]])
            with pytest.raises(FrameWrong):
                checked(frame["family"], changed)


@pytest.mark.parametrize(
    ("data", "family", "hex_text"),
    [
        (kerong.cu16_status(0), "CU16", "0200300335"),
        (kerong.cu16_unlock(1, 1), "CU16", "0210310346"),
        (kerong.cu48_status(0, "device_lock"), "CU48", "020000600365"),
        (kerong.cu48_unlock(0, 1, "device_lock"), "CU48", "020000610366"),
        (kerong.cu12_request("status", 0), "CU12", "0200008000000385"),
        (kerong.scu_request("unlock", 1), "SCU", "f5010071005fc6"),
        (xor_boards.board_8a_request("unlock", 2, 5), "8A", "8a0205119c"),
        (xor_boards.board_8a_request("status", 1, 0), "8A", "80010033b2"),
        (xor_boards.wkly_unlock(10, 1), "WKLY", "574b4c59090a820189"),
        (xor_boards.wkly_status(0), "WKLY", "574b4c5908008485"),
        (xor_boards.wkly_status(0, 1), "WKLY", "574b4c590900830182"),
        (winnsen.winnsen_request("unlock", 1, 1), "WINNSEN", "900605010103"),
        (modbus.flash_on(1, 0, 700), "MODBUS", "0105020000078db0"),
        (modbus.read_inputs(1, 8), "MODBUS", "01020000000879cc"),
    ],
)
def test_what_is_composed_is_what_is_published(data: bytes, family: FamilyName, hex_text: str) -> None:
    assert checked(family, data).hex() == hex_text


@given(st.integers(0, 9), st.integers(1, 16))
def test_cu16_orders_read_as_they_were_meant(board: int, lock: int) -> None:
    assert told("CU16", kerong.cu16_unlock(board, lock)) == {"dir": "request", "cmd": "unlock", "board": board, "lock": lock}


@given(st.integers(0, 254), st.integers(1, 48), st.sampled_from(("device_lock", "lock_device")))
def test_cu48_orders_read_as_they_were_meant(board: int, lock: int, octets: kerong.Octets) -> None:
    data = kerong.cu48_unlock(board, lock, octets)
    assert kerong.read_cu48(data, octets) == {"dir": "request", "cmd": "unlock", "board": board, "lock": lock}


@given(st.integers(1, 247), st.integers(0, 255), st.integers(1, 30))
def test_modbus_pulses_read_as_they_were_meant(board: int, relay: int, tenths: int) -> None:
    data = modbus.flash_on(board, relay, tenths * 100)
    meant = {"dir": "request", "function": 5, "address": board, "coil": 512 + relay, "pulse_ms": tenths * 100}
    assert told("MODBUS", data) == meant
    modbus.echoed(data, data)


@pytest.mark.parametrize(
    ("family", "hex_text", "says"),
    [
        ("CU16", "0200330338", {"dir": "request", "cmd": "unlock_all", "board": 0}),
        ("CU16", "02f0300325", {"dir": "request", "cmd": "status", "broadcast": True}),
        ("CU12", "020000800002038701fe", None),
        ("CU12", "0200008000020387feff", {"dir": "reply", "cmd": "status", "board": 0, "open": [1]}),
        ("CU12", "0200028100000388", {"dir": "request", "cmd": "unlock", "board": 0, "lock": 3}),
        ("SCU", "f5017000005fc5", {"dir": "request", "cmd": "status", "board": 1}),
        ("SCU", "f5017000005fc501", {"dir": "reply", "cmd": "status", "board": 1, "open": False}),
        ("8A", "8a0100119a", {"dir": "request", "cmd": "unlock_all", "board": 1}),
        ("8A", "8201030080", {"dir": "event", "board": 1, "lock": 3, "open": True}),
        ("WKLY", "574b4c5908008687", {"dir": "request", "cmd": "unlock_all", "board": 0}),
        ("WKLY", "574b4c590b008300010181", {"dir": "reply", "cmd": "status", "board": 0, "ok": True, "lock": 1, "open": False}),
        ("WINNSEN", "90079201020303", {"dir": "reply", "cmd": "status", "board": 1, "lock": 3, "status": "refused"}),
        ("WINNSEN", "90078501030203", {"dir": "reply", "cmd": "unlock", "board": 1, "lock": 3, "status": "refused"}),
        ("MODBUS", "0185020000", None),
        ("MODBUS", "010300000001840a", {"dir": "request", "function": 3, "address": 1, "start": 0, "count": 1}),
        ("MODBUS", "0103020007f986", {"dir": "reply", "function": 3, "address": 1, "values": [7]}),
        ("MODBUS", "018502c351", {"dir": "reply", "function": 5, "address": 1, "exception": 2}),
    ],
)
def test_less_usual_frames(family: FamilyName, hex_text: str, says: dict[str, Any] | None) -> None:
    data = bytes.fromhex(hex_text)
    if says is None:
        with suppress(FrameWrong):
            assert read_frame(family, data)
    else:
        assert told(family, data) == says


@pytest.mark.parametrize(
    ("family", "hex_text", "reason"),
    [
        ("CU16", "02003003", "length"),
        ("CU16", "0200300336", "checksum"),
        ("CU16", "0300300336", "start"),
        ("CU16", "0200390338", "command"),
        ("CU16", "020036ffff0200033b", "command"),
        ("CU48", "0200007505ffffffffff77", "length"),
        ("CU48", "020000620367", "command"),
        ("CU12", "0200008000010386", "length"),
        ("SCU", "f5010170005fc6", "command"),
        ("SCU", "f5010071005fc7", "checksum"),
        ("8A", "8a01011199", "checksum"),
        ("8A", "8001010282", "command"),
        ("8A", "8101011190", "start"),
        ("WKLY", "574b4c590a0082018380", "length"),
        ("WKLY", "574b4c59090082", "length"),
        ("WKLY", "574b4c590b00820001027f", "data"),
        ("WKLY", "574b4c590900880188", "command"),
        ("WINNSEN", "900605010104", "start"),
        ("WINNSEN", "900705010103", "length"),
        ("WINNSEN", "90078501010303", "data"),
        ("WINNSEN", "900613010103", "command"),
        ("MODBUS", "01050000ff008c3b", "checksum"),
        ("MODBUS", "01050000123400000000", "length"),
        ("MODBUS", "0105000012340000", "data"),
        ("MODBUS", "0111000012340000", "command"),
    ],
)
def test_what_is_no_frame_is_named(family: FamilyName, hex_text: str, reason: Reason) -> None:
    with pytest.raises(FrameWrong) as wrong:
        checked(family, bytes.fromhex(hex_text))
    assert wrong.value.reason == reason


def test_a_frame_with_a_wrong_sum_can_be_read_and_never_sent() -> None:
    """Some published frames carry a wrong sum; whoever watches a bus wants to know what they say all the same."""
    wrong = bytes.fromhex("f5017000005f00")
    assert read_frame("SCU", wrong) == {"checksum": "sum8", "checksum_ok": False, "dir": "request", "cmd": "status", "board": 1}
    with pytest.raises(FrameWrong, match="sum"):
        checked("SCU", wrong)


def test_a_weak_sum_lets_two_changes_pass_that_cancel_each_other() -> None:
    """Why a fitting sum proves little: a hook falls and an object rises, and both readings are whole frames."""
    one, other = bytes.fromhex("020035ffff00000338"), bytes.fromhex("020035feff01000338")
    assert (told("CU16", one)["open"], told("CU16", other)["open"]) == ([], [1])


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: kerong.cu16_unlock(10, 1), "board"),
        (lambda: kerong.cu16_unlock(0, 17), "lock"),
        (lambda: kerong.cu16_status(15), "board"),
        (lambda: kerong.cu48_unlock(0, 49, "device_lock"), "lock"),
        (lambda: kerong.cu48_status(255, "device_lock"), "board"),
        (lambda: kerong.cu12_request("unlock", 0, 13), "lock"),
        (lambda: kerong.scu_request("status", 65), "board"),
        (lambda: xor_boards.board_8a_request("unlock", 1, 0), "lock"),
        (lambda: xor_boards.board_8a_request("unlock", 33, 1), "board"),
        (lambda: xor_boards.wkly_unlock(0, 0), "lock"),
        (lambda: winnsen.winnsen_request("unlock", 5, 1), "board"),
        (lambda: modbus.flash_on(0, 0, 500), "board"),
        (lambda: modbus.flash_on(1, 0, 550), "data"),
        (lambda: modbus.flash_on(1, 256, 500), "lock"),
        (lambda: modbus.read_inputs(1, 0), "data"),
    ],
)
def test_what_cannot_be_asked_for_is_not_composed(call: Any, reason: Reason) -> None:
    with pytest.raises(FrameWrong) as wrong:
        call()
    assert wrong.value.reason == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("020035ffff0200033b", "checksum"),
        ("021035ffff0200034a", "board"),
        ("020035ffff0200", "length"),
        ("020035ffff0200033a00", "length"),
        ("020036ffff0200033b", "command"),
    ],
)
def test_another_answer_is_no_status_of_this_board(data: str, reason: Reason) -> None:
    with pytest.raises(FrameWrong) as wrong:
        kerong.cu16_hooks(bytes.fromhex(data), 0)
    assert wrong.value.reason == reason


@pytest.mark.parametrize(("data", "reason"), [("01020105618c", "checksum"), ("01020105618b00", "length"), ("0102", "length")])
def test_another_answer_is_no_reading_of_inputs(data: str, reason: Reason) -> None:
    with pytest.raises(FrameWrong) as wrong:
        modbus.input_levels(bytes.fromhex(data), 1, 8)
    assert wrong.value.reason == reason
    assert modbus.input_levels(bytes.fromhex("01020105618b"), 1, 8) == 5
    with pytest.raises(FrameWrong):
        modbus.input_levels(bytes.fromhex("01020105618b"), 2, 8)
    with pytest.raises(FrameWrong):
        modbus.input_levels(bytes.fromhex("01020105618b"), 1, 16)
    with pytest.raises(FrameWrong):
        modbus.echoed(modbus.flash_on(1, 1, 500), modbus.flash_on(1, 0, 500))


def test_an_exception_is_a_refusal_only_when_it_is_whole_and_meant_for_this_order() -> None:
    sent = modbus.flash_on(1, 0, 500)
    with pytest.raises(OrderRefused):
        modbus.echoed(bytes.fromhex("018502c351"), sent)
    for other in ("018502c352", "018202c161", "028502c315"):
        with pytest.raises(FrameWrong) as wrong:
            modbus.echoed(bytes.fromhex(other), sent)
        assert not isinstance(wrong.value, OrderRefused)


@given(st.sampled_from(NAMES), st.binary(max_size=30))
def test_any_bytes_are_a_frame_or_one_named_error(family: FamilyName, data: bytes) -> None:
    with suppress(FrameWrong):
        assert checked(family, data) == data


@given(st.sampled_from(PUBLISHED), st.integers(0, 20), st.binary(min_size=1, max_size=3))
def test_nearly_a_frame_is_a_frame_or_one_named_error(frame: dict[str, Any], at: int, more: bytes) -> None:
    data = bytes.fromhex(frame["hex"])
    for near in (data[:at], data[:at] + more + data[at:], data[:at] + more + data[at + len(more) :]):
        with suppress(FrameWrong):
            assert checked(frame["family"], near) == near
