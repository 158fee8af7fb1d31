"""What the centre seals opens at its machine, under its idx, and nowhere else."""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from contracts import sealed
from contracts.orders import SendSms, open_envelope, sign
from contracts.sealed import Letter, SealedWrong, open_letter, seal_letter
from tests.contracts.test_orders import KEY, KEYS, order

PIN_KEY, NONCE = bytes(range(32)), bytes(12)
MACHINE, IDX = "urzedomat-1", "dep-1-ready"
PHONE, TEXT = "48600100200", "UM Poznan: dokument czeka. PIN: 482913."

phones = st.from_regex(sealed.PHONE, fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=sealed.TEXT_MAX)


@given(phones, texts, st.booleans(), st.binary(min_size=12, max_size=12))
def test_it_opens_at_its_machine(phone: str, text: str, wide: bool, nonce: bytes) -> None:
    opened = open_letter(PIN_KEY, MACHINE, IDX, seal_letter(PIN_KEY, MACHINE, IDX, Letter(phone, text, wide), nonce))
    assert (opened.phone, opened.text, opened.wide) == (phone, text, wide)


@pytest.mark.parametrize(
    ("key", "machine", "idx"),
    [(bytes(32), MACHINE, IDX), (PIN_KEY, "urzedomat-2", IDX), (PIN_KEY, MACHINE, "dep-2-ready"), (PIN_KEY, f"{MACHINE}/dep", "1-ready")],
)
def test_it_opens_nowhere_else(key: bytes, machine: str, idx: str) -> None:
    closed = seal_letter(PIN_KEY, MACHINE, IDX, Letter(PHONE, TEXT), NONCE)
    with pytest.raises(SealedWrong, match="not sealed for this machine"):
        open_letter(key, machine, idx, closed)


def test_the_pin_key_itself_opens_nothing() -> None:
    """The key that seals is derived: whoever holds one of both cannot use it as the other."""
    data = base64.urlsafe_b64decode(seal_letter(PIN_KEY, MACHINE, IDX, Letter(PHONE, TEXT), NONCE) + "==")
    with pytest.raises(InvalidTag):
        AESGCM(PIN_KEY).decrypt(data[:12], data[12:], f"{MACHINE}/{IDX}".encode())


@given(st.text(max_size=400))
def test_anything_else_is_one_named_error(text: str) -> None:
    with pytest.raises(SealedWrong):
        open_letter(PIN_KEY, MACHINE, IDX, text)


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_opens(at: int, change: int) -> None:
    data = bytearray(base64.urlsafe_b64decode(seal_letter(PIN_KEY, MACHINE, IDX, Letter(PHONE, TEXT), NONCE) + "=="))
    data[at % len(data)] ^= change
    with pytest.raises(SealedWrong):
        open_letter(PIN_KEY, MACHINE, IDX, base64.urlsafe_b64encode(bytes(data)).decode().rstrip("="))


@given(st.binary(max_size=200))
def test_a_sealed_something_is_no_message(content: bytes) -> None:
    closed = NONCE + AESGCM(sealed._key(PIN_KEY, MACHINE, sealed.DOMAIN)).encrypt(NONCE, content, f"{MACHINE}/{IDX}".encode())  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(SealedWrong):
        open_letter(PIN_KEY, MACHINE, IDX, base64.urlsafe_b64encode(closed).decode().rstrip("="))


@pytest.mark.parametrize(
    ("phone", "text"),
    [("", "x"), ("+48600100200", "x"), ("0600", "x"), (PHONE, ""), (PHONE, "x" * 307), (PHONE, "\1" * 300), (PHONE, "\ud800")],
)
def test_no_letter_is_made_of_that(phone: str, text: str) -> None:
    with pytest.raises(SealedWrong):
        Letter(phone, text)


def test_a_letter_and_its_errors_show_nothing() -> None:
    assert PHONE not in repr(Letter(PHONE, TEXT))
    with pytest.raises(SealedWrong) as wrong:
        Letter(PHONE, TEXT * 9)
    assert "482913" not in str(wrong.value)


@pytest.mark.parametrize("sign_", ["x", "€", "😀"])
def test_the_longest_letter_fits_into_an_order(sign_: str) -> None:
    text = sign_ * sealed.TEXT_MAX
    closed = seal_letter(PIN_KEY, MACHINE, IDX, Letter("9" * 15, text), NONCE)
    sent = order(ask=SendSms(idx=IDX, sealed=closed))
    assert open_envelope(sign(sent, KEY), KEYS, sent.machine).ask == sent.ask
