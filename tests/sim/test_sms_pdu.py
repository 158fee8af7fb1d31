"""Text messages on the air: golden bytes from 3GPP's own example and a hand-worked report, and nothing but one named error for the rest."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.sms_pdu import PduWrong, Submitted, read_submit, status_report

# Worked by hand: no service centre, SMS-SUBMIT with report, phone 48600100200, "hellohello" as in 3GPP TS 23.038's packing.
HELLO = bytes.fromhex("0021000B918406100002F000000AE8329BFD4697D9EC37")


def test_the_hand_worked_message() -> None:
    assert read_submit(HELLO) == Submitted("48600100200", "hellohello", report=True)


def test_two_octets_a_letter_and_the_parts_of_a_long_message() -> None:
    header = bytes.fromhex("050003A70201")
    body = header + "żó".encode("utf-16-be")
    pdu = bytes.fromhex("0051000B918406100002F00008AA") + bytes([len(body)]) + body
    assert read_submit(pdu) == Submitted("48600100200", "żó", report=False, group=0xA7, part=1, parts=2)


def test_a_report_says_which_message_when_and_how() -> None:
    at = datetime(2026, 11, 24, 8, 5, 9, tzinfo=timezone(timedelta(hours=1)))
    assert status_report(42, "48600100200", at, 0).hex().upper() == "00062A0B918406100002F0" + "62114280509040" * 2 + "00"
    assert status_report(1, "4860010020", datetime(2026, 1, 2, tzinfo=UTC), 0x46).hex().upper().startswith("0006010A918406100002")


@given(st.binary(max_size=200))
def test_anything_else_is_one_named_error(data: bytes) -> None:
    try:
        read = read_submit(data)
    except PduWrong:
        return
    assert isinstance(read.text, str)


@given(st.integers(0, len(HELLO) - 1))
def test_a_message_that_is_cut_short_is_none(size: int) -> None:
    with pytest.raises(PduWrong):
        read_submit(HELLO[:size])
