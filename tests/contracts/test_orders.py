"""The envelope of orders: whatever is not signed by us, for this machine, in range, gets one named error that tells nothing of it."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from central.sms.purposes import PURPOSES
from contracts.orders import (
    DOMAIN,
    ORDER_BYTES_MAX,
    AdmitClerk,
    AnyAsk,
    ExtendAll,
    Forget,
    Load,
    Order,
    OrderWrong,
    Release,
    SendSms,
    SetPin,
    Withdraw,
    case_mark,
    clerk_mark,
    open_envelope,
    phone_mark,
    pin_mark,
    sign,
)  # fmt: skip

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = (KEY.public_key(),)
MACHINE = "urzedomat-1"
MARK = "geheim482913"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SET_PIN = SetPin(deposit="dep-1", hmac="ab" * 32, until=AT)
LOAD = Load(deposit="dep-1", case="26004711")


def order(ask: AnyAsk = LOAD, **changes: Any) -> Order:
    fields: dict[str, Any] = {"machine": MACHINE, "id": "o-1", "counter": 1, "nonce": "n", "expires": AT, "actor": "a", "reason": "r"}
    return msgspec.structs.replace(Order(**fields, ask=ask), **changes)


def signed(body: bytes) -> bytes:
    parts = {"order": body, "signature": KEY.sign(DOMAIN + body)}
    return msgspec.json.encode({name: base64.urlsafe_b64encode(part).rstrip(b"=").decode() for name, part in parts.items()})


def refusal(payload: bytes) -> str:
    with pytest.raises(OrderWrong) as wrong:
        open_envelope(payload, KEYS, MACHINE)
    assert MARK not in str(wrong.value)
    return str(wrong.value)


EVERY_ASK: tuple[AnyAsk, ...] = (
    SET_PIN, LOAD, Load(deposit="d", case="1/2 A.b-3", low=True),
    SetPin(deposit="d", hmac="ab" * 32, until=AT, phone="cd" * 32, case="ef" * 32, low=True, told="slip"),
    AdmitClerk(code="ab" * 32, until=AT),
    ExtendAll(until=AT), Withdraw(deposit="d"), Forget(deposit="d"), Release(compartment=999, seen=0, empty=True),
    SendSms(idx="d-ready", sealed="Zm9v_-"),
)  # fmt: skip
OUT_OF_RANGE: tuple[AnyAsk, ...] = (
    SetPin(deposit="d", hmac="ab" * 32, until=AT, phone="601234123"), SetPin(deposit="d", hmac="ab" * 32, until=AT, case="26004711"),
    AdmitClerk(code="12345678", until=AT), AdmitClerk(code="ab" * 32, until=AT.replace(tzinfo=None)),
    ExtendAll(until=AT.replace(tzinfo=None)),
    Withdraw(deposit=""), Forget(deposit="A"), Release(compartment=0, seen=1), Release(compartment=1000, seen=1),
    Release(compartment=1, seen=-1),
    SendSms(idx="", sealed="Zm9v"),
    SendSms(idx="d", sealed=""), SendSms(idx="d", sealed="Zm9v="), SendSms(idx="d", sealed="a" * 2049),
)  # fmt: skip


@pytest.mark.parametrize("ask", OUT_OF_RANGE)
def test_a_field_out_of_range_is_refused(ask: AnyAsk) -> None:
    assert refusal(sign(order(ask), KEY)) == "order: a field is out of range"


@pytest.mark.parametrize("mark", [phone_mark, case_mark, clerk_mark])
def test_a_mark_names_its_digits_for_one_purpose_and_one_key(mark: Callable[[bytes, str], bytes]) -> None:
    key = bytes(32)
    assert mark(key, "12345678") == mark(key, "12345678")
    others = [pin_mark, *(one for one in (phone_mark, case_mark, clerk_mark) if one is not mark)]
    assert mark(key, "12345678") not in [mark(key, "12345679"), mark(b"k" * 32, "12345678"), *(one(key, "12345678") for one in others)]


@pytest.mark.parametrize("ask", EVERY_ASK)
def test_what_is_signed_is_opened(ask: AnyAsk) -> None:
    sent = order(ask)
    assert open_envelope(sign(sent, KEY), KEYS, MACHINE) == sent
    assert open_envelope(sign(sent, KEY), (OTHER.public_key(), *KEYS), MACHINE) == sent  # while a key is replaced, two count


def test_every_flipped_bit_is_refused() -> None:
    payload = sign(order(SET_PIN), KEY)
    for place in range(len(payload) * 8):
        flipped = bytearray(payload)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(OrderWrong):
            open_envelope(bytes(flipped), KEYS, MACHINE)


@given(st.binary(max_size=400))
def test_any_bytes_get_the_named_error(payload: bytes) -> None:
    for candidate in (payload, signed(payload)):
        with pytest.raises(OrderWrong):
            open_envelope(candidate, KEYS, MACHINE)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_parts_get_the_named_error(first: bytes, second: bytes) -> None:
    parts = {"order": base64.urlsafe_b64encode(first).decode(), "signature": base64.urlsafe_b64encode(second).decode()}
    refusal(msgspec.json.encode(parts))


@pytest.mark.parametrize(
    "wrong",
    [
        sign(order(), OTHER),
        msgspec.json.encode({"order": MARK, "signature": MARK}),
        msgspec.json.encode({"order": "ąę" + MARK, "signature": ""}),
        msgspec.json.encode({"order": "", "signature": "", MARK: MARK}),
        signed(b'{"machine": "' + MARK.encode() + b'"}'),
        signed(msgspec.json.encode(order()).replace(b'"load"', b'"' + MARK.encode() + b'"')),
        signed(msgspec.json.encode(order()).replace(b'"reason"', b'"' + MARK.encode() + b'"')),
        signed(msgspec.json.encode(order(counter=1)).replace(b'"counter":1', b'"counter":1e99')),
        b"[" * ORDER_BYTES_MAX,
        b" " * ORDER_BYTES_MAX + sign(order(), KEY),
    ],
    ids=range(10),
)
def test_what_is_not_ours_is_refused_without_its_words(wrong: bytes) -> None:
    assert refusal(wrong).split(":")[0] in {"envelope", "order"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"machine": f"urzedomat-{MARK}"},
        {"id": MARK.upper()},
        {"id": ""},
        {"id": "o" * 65},
        {"counter": 0},
        {"counter": -1},
        {"actor": MARK * 6},
        {"expires": AT.replace(tzinfo=None)},
        {"ask": Load(deposit=f"{MARK}!", case="1")},
        {"ask": Load(deposit="d", case=f"{MARK}<script>")},
        {"ask": Load(deposit="d", case="")},
        {"ask": Load(deposit="d", case="1" * 33)},
        {"ask": SetPin(deposit="d", hmac=MARK, until=AT)},
        {"ask": SetPin(deposit="d", hmac="AB" * 32, until=AT)},
        {"ask": SetPin(deposit="d", hmac="ab" * 32 + "\n", until=AT)},
        {"ask": SetPin(deposit="d", hmac="ab" * 32, until=AT.replace(tzinfo=None))},
    ],
    ids=repr,
)
def test_a_signed_order_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    assert refusal(sign(order(**wrong), KEY)).startswith("order: ")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_message_of_every_purpose_may_go_through_the_modem(purpose: str) -> None:
    ask = SendSms(idx=f"{'d' * 16}-{purpose}-12", sealed="Zm9v_-")
    assert open_envelope(sign(order(ask), KEY), KEYS, MACHINE).ask == ask
