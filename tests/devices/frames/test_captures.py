"""Captures read for people: one answer a frame, whatever the hexadecimal looks like and wherever it is cut."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import lock_bus as bus
from controller.__main__ import main
from controller.devices.frames import zvt, zvt_messages
from controller.devices.frames.captures import PROTOCOLS, Protocol, decoded

FRAMES = Path(__file__).parent
LOCKS: list[dict[str, Any]] = json.loads((FRAMES / "published.json").read_text("utf-8"))
TERMINAL: list[dict[str, Any]] = json.loads((FRAMES / "published_zvt.json").read_text("utf-8"))
SALE = "10 02 06 01 0A 04 00 00 00 00 03 50 49 09 85 10 03 F8 97"


def names(protocol: Protocol, *captures: str) -> list[str]:
    """Of each frame its name, or its error with an exclamation mark."""
    return [answer["name"] if answer["ok"] else f"!{answer['error']}" for answer in decoded(protocol, captures)]


@pytest.mark.parametrize("each", TERMINAL, ids=lambda each: each["apdu"][:40])
def test_every_published_message_bare_and_framed(each: dict[str, Any]) -> None:
    for text in (each["apdu"], zvt.frame(bytes.fromhex(each["apdu"])).hex(" ").upper()):
        (answer,) = decoded("zvt", [text])
        assert answer["ok"]
        assert each["says"].items() <= answer["fields"].items()


@pytest.mark.parametrize("each", LOCKS, ids=lambda each: f"{each['family']}-{each['hex']}")
def test_every_published_frame_of_a_lock_board(each: dict[str, Any]) -> None:
    (answer,) = decoded(each["family"].lower(), [each["hex"]])
    assert answer["ok"]
    assert each["says"].items() <= answer["fields"].items()
    assert answer["text"].startswith(each["family"])


@pytest.mark.parametrize(
    "text", [SALE, SALE.replace(" ", ""), SALE.lower().replace(" ", ":"), "0x" + SALE.replace(" ", ", 0x"), f"  {SALE}\n"]
)
def test_hexadecimal_as_people_write_it(text: str) -> None:
    (answer,) = decoded("zvt", [text])
    assert (answer["name"], answer["fields"]["amount_minor"], answer["text"]) == ("authorisation", 350, "authorisation, 3.50 PLN")


def test_a_conversation_with_its_answers() -> None:
    line = bytes.fromhex(SALE) + b"\x06" + zvt.frame(zvt_messages.ACKNOWLEDGED) + b"\x06"
    assert names("zvt", line.hex()) == ["authorisation", "ack", "acknowledged", "ack"]
    assert names("zvt", "15") == ["nak"]
    assert names("zvt", (zvt_messages.WAIT + zvt_messages.ABORT).hex()) == ["please wait", "abort by us"]


@pytest.mark.parametrize("framed", [True, False])
@given(cut=st.integers(2, 12))  # one octet 06 alone is an answer
def test_fragments_are_joined(framed: bool, cut: int) -> None:
    message = zvt_messages.authorisation(350)
    line = zvt.frame(message) if framed else message
    assert names("zvt", line[:cut].hex(), line[cut:].hex(), line.hex()) == ["authorisation", "authorisation"]


def test_fragments_of_lock_frames_are_joined() -> None:
    assert names("cu16", "020030", "0335", "0201310337") == ["status", "unlock"]
    assert names("modbus", "01020000", "000879cc") == ["request"]
    run = bus.Frame(3, 9, bus.STOP_ALL, b"").encode().hex()
    assert names("lockbus", run[:6], run[6:] + run) == ["stop all", "stop all"]


def test_what_never_ends_is_told_and_hides_nothing() -> None:
    assert names("zvt", SALE[:20], SALE, SALE[:20]) == ["!length", "authorisation", "!length"]
    assert names("cu16", "020030", "0201310337") == ["!length", "unlock"]


@pytest.mark.parametrize(
    ("protocol", "text", "error"),
    [
        ("zvt", SALE[:-1] + "6", "crc"),
        ("zvt", "xyz", "hex"),
        ("zvt", "123", "hex"),
        ("zvt", "", "length"),
        ("zvt", "060f05", "length"),
        ("zvt", "ffee00", "command"),
        ("zvt", "040f0199", "data"),
        ("cu16", "0200300336", "checksum"),
        ("cu16", "0200990335", "command"),
        ("wkly", "574b4c590900820184", "checksum"),
        ("8a", "8a0101119c", "checksum"),
        ("winnsen", "900605010104", "start"),
        ("modbus", "01050000ff008c3b", "crc"),
        ("lockbus", "00 06 01 02 04 dd 4b 00", "crc"),
        ("lockbus", "00 09 01 00", "data"),
    ],
)
def test_what_is_no_frame_has_a_name(protocol: Protocol, text: str, error: str) -> None:
    assert names(protocol, text) == [f"!{error}"]


def test_our_own_bus_in_words() -> None:
    order = bus.UnlockOrder(b"\x01" * 12, 7, 4, 300).encode()
    said = (
        bus.Frame(1, 5, bus.UNLOCK, order).encode()
        + bus.Frame(1, 5, bus.UNLOCK | bus.REPLY, bus.encode_unlocked(bus.COOLING, 900)).encode()
        + bus.Frame(1, 6, bus.STATES, bus.encode_ack(3)).encode()
        + bus.Frame(1, 6, bus.STATES | bus.REPLY, bus.States(7, 4, bus.NO_COIL, 1, 0b01, 0b11, [(1, 2, 3)]).encode()).encode()
        + bus.Frame(1, 7, bus.EXECUTED | bus.REPLY, bus.encode_executed(7, bus.DONE)).encode()
        + bus.Frame(1, 8, bus.SET_LIMITS, bus.Limits(500, 0, 8, 700).encode()).encode()
        + bus.Frame(1, 9, bus.LAMPS, bus.encode_lamps(0b100, 25)).encode()
        + bus.Frame(1, 9, bus.ERROR | bus.REPLY, bus.encode_error(bus.LAMPS, bus.UNKNOWN_KIND)).encode()
    )
    answers = list(decoded("lockbus", [said.hex()]))
    assert [answer["name"] for answer in answers] == [
        "unlock", "unlock", "states", "states", "executed", "set limits", "lamps", "error",
    ]  # fmt: skip
    assert answers[0]["text"] == f"board 1, request 5: unlock, wish {'01' * 12}, boot 7, channel 4, pulse_ms 300"
    assert (answers[1]["fields"]["result"], answers[1]["fields"]["wait_ms"]) == ("cooling", 900)
    assert (answers[3]["fields"]["closed"], answers[3]["fields"]["open"], answers[3]["fields"]["coil"]) == ([0], [1], None)
    assert answers[-1]["fields"] == {"dir": "reply", "board": 1, "sequence": 9, "asked": "lamps", "error": "unknown kind"}


def test_a_body_of_the_wrong_length_on_our_own_bus() -> None:
    assert names("lockbus", bus.Frame(1, 5, bus.UNLOCK, b"\x01").encode().hex()) == ["!length"]
    assert names("lockbus", bus.Frame(1, 5, 0x44, b"").encode().hex()) == ["!command"]


@given(st.sampled_from(PROTOCOLS), st.lists(st.one_of(st.binary(max_size=40).map(bytes.hex), st.text(max_size=10)), max_size=4))
def test_any_input_has_an_answer(protocol: Protocol, captures: list[str]) -> None:
    answers = list(decoded(protocol, captures))
    assert answers
    for answer in answers:
        assert set(answer) == ({"ok", "name", "fields", "text"} if answer["ok"] else {"ok", "error", "text"})
        json.dumps(answer)


def test_the_command_reads_octets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "zvt", *SALE.split()]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "authorisation"
    assert main(["decode", "zvt", SALE[:-1] + "6"]) == 1
    assert json.loads(capsys.readouterr().out) == {"ok": False, "error": "crc", "text": "the CRC does not fit"}


def test_the_command_reads_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "of today.txt"
    file.write_text(f"# at the meter\n{SALE}\n\n{SALE[:15]}\n{SALE[15:]}\n", "ascii")
    assert main(["decode", "zvt", str(file)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["decode", "zvt", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"kiosk-controller: CaptureWrong: {tmp_path}: cannot be read (IsADirectoryError)\n"
    assert main(["decode", "zvt", str(tmp_path / "none")]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "hex"


def test_the_command_reads_standard_input() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "controller", "decode", "zvt"], input=SALE.encode(), capture_output=True, timeout=60, check=True
    )
    assert json.loads(ended.stdout)["ok"] is True
