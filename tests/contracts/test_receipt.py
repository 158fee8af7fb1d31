"""The receipt: its bytes are those of the contract, one receipt has one spelling, and nothing else is a receipt."""

import base64
import hashlib
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contracts.receipt import TEXT_BYTES_MAX, Receipt, ReceiptWrong, decode, deposit_mark, encode, machine_mark, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
SITE = "urzad.example"
RECEIPT = Receipt(machine_mark("urzedomat-gronowa-1"), 47, 1_795_439_100, 1_795_439_130, deposit_mark("d-1"), 123_456)


def fields(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.split("#")[1] + "=")


def test_the_bytes_are_those_of_the_contract() -> None:
    text = encode(RECEIPT, SITE, KEY)
    assert text.startswith("https://urzad.example/c#")
    data = fields(text)
    assert len(data) == 31 + 64
    assert data[0] == 1
    assert data[1:5] == hashlib.sha256(b"urzedomat-gronowa-1").digest()[:4]
    assert data[5:7] == bytes((0, 47))
    assert int.from_bytes(data[7:11], "big") == 1_795_439_100
    assert int.from_bytes(data[11:15], "big") == 1_795_439_130
    assert data[15:23] == hashlib.sha256(b"d-1").digest()[:8]
    assert int.from_bytes(data[23:31], "big") == 123_456
    KEY.public_key().verify(data[31:], b"kiosk-receipt-v1\x00" + data[:31])
    assert len(encode(RECEIPT, "x" * 20, KEY)) == 158 <= TEXT_BYTES_MAX


receipts = st.builds(
    Receipt,
    machine=st.binary(min_size=4, max_size=4),
    compartment=st.integers(0, 65_535),
    opened=st.integers(0, 2**32 - 1),
    closed=st.integers(0, 2**32 - 1),
    deposit=st.binary(min_size=8, max_size=8),
    seq=st.integers(0, 2**64 - 1),
)


@given(receipts)
def test_what_was_signed_is_read_again(receipt: Receipt) -> None:
    text = encode(receipt, SITE, KEY)
    assert decode(text) == verify(text, KEY.public_key()) == receipt


@given(receipts, st.integers(0, 94), st.integers(1, 255))
def test_a_changed_byte_is_refused(receipt: Receipt, at: int, change: int) -> None:
    data = bytearray(fields(encode(receipt, SITE, KEY)))
    data[at] ^= change
    text = f"https://{SITE}/c#{base64.urlsafe_b64encode(bytes(data)).rstrip(b'=').decode()}"
    with pytest.raises(ReceiptWrong):
        verify(text, KEY.public_key())


@given(st.text(max_size=200))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(ReceiptWrong):
        decode(text)


def test_another_machine_and_another_spelling_are_refused() -> None:
    text = encode(RECEIPT, SITE, KEY)
    with pytest.raises(ReceiptWrong, match="not this machine's"):
        verify(text, OTHER.public_key())
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    with pytest.raises(ReceiptWrong, match="not readable"):
        decode(text[:-1] + last[last.index(text[-1]) ^ 1])


@pytest.mark.parametrize(
    ("changed", "site"),
    [
        ({}, ""), ({}, "x" * 21), ({}, "https://x"), ({"compartment": 65_536}, SITE), ({"opened": -1}, SITE), ({"closed": 2**32}, SITE),
        ({"machine": b"123"}, SITE), ({"deposit": b"123456789"}, SITE), ({"seq": 2**64}, SITE),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_signed(changed: dict[str, Any], site: str) -> None:
    with pytest.raises(ReceiptWrong, match="out of range"):
        encode(msgspec.structs.replace(RECEIPT, **changed), site, KEY)
