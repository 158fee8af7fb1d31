"""ZVT messages: what is composed is what is published, what is published says what it says, and no card data comes out."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices.frames import zvt
from controller.devices.frames import zvt_messages as messages
from controller.devices.frames.wrong import FrameWrong
from controller.devices.frames.zvt_fields import fields, redacted, tags

PUBLISHED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("published_zvt.json").read_text("utf-8"))
CARD = "4242424242424242"
"""A test number that every scheme knows as one."""


@pytest.mark.parametrize("each", PUBLISHED, ids=lambda each: each["apdu"][:40])
def test_a_published_message_says_what_is_published(each: dict[str, Any]) -> None:
    _, told = messages.read_zvt(bytes.fromhex(each["apdu"]))
    assert each["says"].items() <= told.items()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (messages.registration(), "0600061234563e0985"),
        (messages.registration("0978", 0xBA), "060006123456ba0978"),
        (messages.authorisation(350), "06010a04000000000350490985"),
        (messages.authorisation(500, 60, 5), "06010e04000000000500490985013c0205"),
        (messages.authorisation(11_000, currency="0978"), "06010a04000000011000490978"),
        (messages.ACKNOWLEDGED, "800000"),
        (messages.WAIT, "849c00"),
        (messages.NOT_ISSUED, "846600"),
        (messages.ABORT, "06b000"),
        (messages.STATUS_ENQUIRY, "050103123456"),
        (messages.REPEAT_RECEIPT, "0620051234560303"),
        (messages.OPEN_RESERVATIONS, "06230387ffff"),
        (messages.END_OF_DAY, "065003123456"),
        (messages.DIAGNOSIS, "067000"),
    ],
)
def test_what_is_composed_is_what_is_published(message: bytes, text: str) -> None:
    assert message.hex() == text


def test_a_reversal_names_the_receipt_and_the_amount() -> None:
    _, told = messages.read_zvt(messages.reversal("0175", 4000))
    assert (told["receipt"], told["amount_minor"], told["currency"]) == ("0175", 4000, messages.PLN)
    assert messages.read_zvt(messages.reservation_reversal("0007"))[1]["receipt"] == "0007"


@pytest.mark.parametrize("amount", [0, -1, 10**12])
def test_no_amount_that_a_terminal_cannot_read(amount: int) -> None:
    with pytest.raises(FrameWrong, match="an amount is"):
        messages.authorisation(amount)


@given(st.integers(1, 10**12 - 1))
def test_every_amount_is_read_as_it_was_written(amount: int) -> None:
    name, told = messages.read_zvt(messages.authorisation(amount))
    assert (name, told["amount_minor"]) == ("authorisation", amount)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", {}),
        ("10", {"status": "10"}),
        ("2700", {"result": "00"}),
        ("10870175", {"status": "10", "receipt": "0175"}),
        ("870175", {"receipt": "0175"}),
    ],
)
def test_a_completion_begins_with_a_status_or_with_fields(data: str, told: dict[str, str]) -> None:
    message = zvt.apdu(0x060F, bytes.fromhex(data))
    assert messages.read_zvt(message) == ("completion", {"class": "060f", "data_len": len(data) // 2, **told})


def test_unknown_tags_are_skipped() -> None:
    assert tags(bytes.fromhex("1f5503aabbcc" + "1f070102" + "df8101" + "00")) == {"receipt_type_1f07": "02"}
    assert tags(bytes.fromhex("60064304a0000000")) == {"aid": "a0000000"}
    assert tags(bytes.fromhex("1f12010244" + "00")) == {"technology": "contactless", "label": ""}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("99", "data"),  # a field that nobody knows
        ("0400", "length"),
        ("04000000000a50", "data"),
        ("2200", "length"),
        ("22f1", "length"),
        ("22faf1", "length"),
        ("22f1f1ee", "length"),
        ("2700276c", "data"),  # two results
        ("0604", "length"),
        ("0684ffffffff", "length"),
        ("06021f", "length"),
        ("06011f", "length"),
    ],
)
def test_damaged_fields_are_refused(text: str, reason: str) -> None:
    with pytest.raises(FrameWrong) as refused:
        fields(bytes.fromhex(text))
    assert refused.value.reason == reason


def test_status_information_with_a_garbage_tail_is_no_sale() -> None:
    whole = bytes.fromhex(PUBLISHED[7]["apdu"])
    for damaged in (whole + b"\x99", zvt.apdu(0x040F, whole[3:] + b"\x99"), whole[:2] + whole[3:]):
        with pytest.raises(FrameWrong):
            messages.read_zvt(damaged)


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (0x040F, "22f0f8" + CARD),
        (0x040F, "23f0f8" + CARD),
        (0x040F, "24f0f0f8" + CARD),
        (0x040F, "2df0f8" + CARD),
        (0x040F, "3cf0f1f6" + CARD.encode().hex()),
        (0x040F, "8bf1f6" + CARD.encode().hex()),
        (0x040F, "060a4608" + CARD),
        (0x06D1, "00" + CARD.encode().hex()),
        (0x06D1, "00" + b"4242 4242-4242 4242".hex()),
        (0x06D3, "0614" + "2512" + "0710" + CARD.encode().hex()),
        (0x061E, "64" + "3cf0f1f6" + CARD.encode().hex()),
    ],
)
def test_no_card_number_comes_out(command: int, data: str) -> None:
    name, told = messages.read_zvt(zvt.apdu(command, bytes.fromhex(data)))
    said = (json.dumps(told) + messages.words(name, told)).replace(" ", "").replace("-", "")
    assert CARD[:8] not in said


def test_what_is_no_card_number_stays() -> None:
    assert redacted("Trace 001044 VU 100461763 AID A0000000041010") == "Trace 001044 VU 100461763 AID A0000000041010"
    assert redacted(f"Nr {CARD}!") == "Nr ************4242!"


@given(st.binary(max_size=80), st.sampled_from(sorted(messages.COMMANDS)))
def test_any_bytes_are_read_or_refused_by_name(data: bytes, command: int) -> None:
    with suppress(FrameWrong):
        name, told = messages.read_zvt(zvt.apdu(command, data))
        assert messages.words(name, told).startswith(name)


RESULTS = [(0x00, "approved"), (0x6C, "aborted by a key or by time"), (0x05, "refused by the host (05)"), (0xEE, "result ee")]


@pytest.mark.parametrize(("code", "words"), RESULTS)
def test_result_codes_have_words(code: int, words: str) -> None:
    assert messages.result_words(code) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("849c00", "please wait"),
        ("846600", "goods not issued"),
        ("848300", "refused, not possible"),
        ("849d0704000000002200", "goods issued for another amount, 22.00"),
        ("04ff010a", "intermediate status, present the card"),
        ("061e016c", "abort, aborted by a key or by time"),
        ("061e04b887ffff", "abort, no such reservation, receipt ffff"),
    ],
)
def test_a_message_in_one_line(text: str, words: str) -> None:
    assert messages.words(*messages.read_zvt(bytes.fromhex(text))) == words
