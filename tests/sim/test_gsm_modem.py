"""The simulated modem: what it answers, what arrives on phones, and that whatever is typed never stalls it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gsm_modem import GsmModem, ModemFaults
from tests.sim.test_sms_pdu import HELLO

SEND = f"AT+CMGS={len(HELLO) - 1}\r".encode()
PHONE = "48600100200"


def modem(faults: ModemFaults | None = None) -> GsmModem:
    made = GsmModem(Random(1), faults)
    made.write(b"ATE0\rAT+CNMI=2,1,0,1,0\r", 0)
    assert made.read(0).endswith(b"\r\nOK\r\n")
    return made


def send(to: GsmModem, now_ms: int = 0) -> list[str]:
    """What the modem says from the first millisecond on, a line each."""
    to.write(SEND + HELLO.hex().encode() + b"\x1a", now_ms)
    return to.read(now_ms + 1_000_000).decode().split()


def test_a_message_arrives_and_is_reported() -> None:
    one = modem()
    said = send(one)
    assert said[:4] == [">", "+CMGS:", "1", "OK"]
    assert said[4:6] == ["+CDS:", str(len(bytes.fromhex(said[6])) - 1)]
    assert [(text.phone, text.text) for text in one.sent] == [(PHONE, "hellohello")]
    assert PHONE not in repr(one.sent)


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (ModemFaults(refused=1), [">", "+CMS", "ERROR:", "42"]),
        (ModemFaults(report_lost=1), [">", "+CMGS:", "1", "OK"]),
        (ModemFaults(answer_lost=1, report_lost=1), [">"]),
    ],
)
def test_faults(faults: ModemFaults, said: list[str]) -> None:
    one = modem(faults)
    assert send(one) == said
    assert len(one.sent) == (0 if faults.refused else 1)


def test_reports_come_late_twice_and_bad() -> None:
    one = modem(ModemFaults(report_late=1, report_twice=1, not_delivered=1))
    one.write(SEND + HELLO.hex().encode() + b"\x1a", 0)
    assert b"+CDS" not in one.read(20_000)
    said = one.read(200_000).decode().split()
    assert said.count("+CDS:") == 2
    assert said[-1].endswith("46")


def test_without_network_or_card_nothing_goes() -> None:
    one = modem()
    one.network = False
    assert send(one)[-1] == "331"
    one.network, one.sim = True, "pin"
    assert send(one)[-1] == "311"
    one.sim = "none"
    assert send(one)[-1] == "310"
    assert one.sent == []
    one.write(b"AT+CPIN?\rAT+CREG?\r", 0)
    assert b"+CME ERROR: 10" in one.read(0)
    one.alive = False
    one.write(b"AT\r", 0)
    assert one.read(10) == b""


def test_a_prompt_is_left_without_a_message() -> None:
    one = modem()
    one.write(SEND + b"0011\x1b", 0)
    assert one.read(0) == b"\r\n> \r\nOK\r\n"
    one.write(b"AT\r", 0)
    assert one.read(0) == b"\r\nOK\r\n"


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b"AT\r", SEND, b"\x1a", b"\x1b", b"AT+CPIN?\r", b"ATE1\r"])), max_size=30)
)
def test_whatever_is_typed_it_stays_a_modem(pieces: list[bytes]) -> None:
    one = modem()
    for at, piece in enumerate(pieces):
        one.write(piece, at)
    one.write(b"\x1b\r", 1_000)
    one.read(1_000_000)
    one.write(b"AT\r", 1_000_000)
    assert one.read(1_000_000).endswith(b"\r\nOK\r\n")
    assert one.sent == [] or SEND in pieces
