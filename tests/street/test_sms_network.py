"""The simulated provider, asked by the centre's real provider adapter over HTTP."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ports import Sms, SmsResult
from central.settings import SmsSettings
from central.sms.provider import SmsProvider
from sim.street.sms_network import IDX_USED, NO_PHONE, NO_TEXT, SmsNetwork, SmsWrong, Trouble, read_form

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
GOOD = {"to": "48601234123", "message": "PIN: 123456", "idx": "k1-ready", "check_idx": "1", "from": "UM Poznan"}


def network() -> SmsNetwork:
    return SmsNetwork(lambda: None)


def sent(to: SmsNetwork, *messages: Sms) -> list[SmsResult]:
    """What the centre's adapter makes of the provider's answers."""

    async def send() -> list[SmsResult]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(to.app())) as client:
            provider = SmsProvider(SmsSettings(url="http://sms.test/"), Path(), "http://centre.test/sms/reports", client, lambda: AT)
            return [await provider.send(message) for message in messages]

    return asyncio.run(send())


def test_the_centre_sends_a_message_and_the_phone_gets_it() -> None:
    air = network()
    message = Sms("k1-ready", "48601234123", "Zażółć: PIN: 123456", "UM Poznan", unicode=True)
    assert sent(air, message) == [SmsResult("accepted", provider_id="sms-1")]
    assert air.inbox() == []
    reports = air.deliver(AT)
    assert [(one.text, one.phone, one.sender, one.arrived) for one in air.inbox()] == [
        ("Zażółć: PIN: 123456", "48601234123", "UM Poznan", AT)
    ]
    assert [(one.url, one.form["idx"], one.form["status_name"]) for one in reports] == [
        ("http://centre.test/sms/reports", "k1-ready", "DELIVERED")
    ]
    assert air.deliver(AT) == []


def test_the_same_idx_is_one_message() -> None:
    air, message = network(), Sms("k1-ready", "48601234123", "PIN: 123456", "UM Poznan")
    results = sent(air, message, message)
    assert [one.kind for one in results] == ["accepted", "accepted"]
    assert len(air.messages) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "48123"}, NO_PHONE), ({"to": ""}, NO_PHONE), ({"message": ""}, NO_TEXT), ({"message": "x" * 2000}, NO_TEXT)],
)
def test_a_wrong_request_is_refused_and_changes_nothing(change: dict[str, str], code: int) -> None:
    air = network()
    with pytest.raises(SmsWrong) as wrong:
        air.take(GOOD | change)
    assert wrong.value.code == code
    assert air.messages == []


@pytest.mark.parametrize(
    ("text", "unicode", "kind"),
    [("x" * 160, False, "accepted"), ("x" * 161, False, "refused"), ("ą", False, "refused"), ("ж" * 201, True, "accepted"),
     ("ж" * 202, True, "refused")],
)  # fmt: skip
def test_a_text_in_more_parts_than_were_meant_is_refused(text: str, unicode: bool, kind: str) -> None:
    assert sent(network(), Sms("k1-ready", "48601234123", text, "UM Poznan", unicode=unicode))[0].kind == kind


def test_a_provider_that_is_down_is_asked_again() -> None:
    air, message = network(), Sms("k1-ready", "380441234567", "x", "UM Poznan")
    air.trouble = Trouble(down=True)
    assert sent(air, message)[0].kind == "unknown"
    air.trouble = Trouble()
    assert sent(air, message)[0].kind == "accepted"


def test_a_number_that_no_message_reaches_is_reported_once() -> None:
    air = network()
    air.trouble = Trouble(undelivered=frozenset({"48601234123"}), twice=True)
    sent(air, Sms("k1-ready", "48601234123", "x", "UM Poznan"), Sms("k2-ready", "48602234123", "x", "UM Poznan"))
    reports = air.deliver(AT)
    assert sorted(one.form["status_name"] for one in reports) == ["DELIVERED"] * 2 + ["UNDELIVERED"] * 2
    assert [one.idx for one in air.inbox()] == ["k2-ready"]
    assert air.deliver(AT) == []


def test_a_used_idx_is_refused_by_number() -> None:
    air = network()
    air.take(GOOD)
    with pytest.raises(SmsWrong) as wrong:
        air.take(GOOD)
    assert wrong.value.code == IDX_USED


@given(st.binary(max_size=200) | st.binary(min_size=8193, max_size=8300))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        form = read_form(body)
    except SmsWrong:
        return
    assert all(isinstance(value, str) for value in form.values())


def test_a_message_shows_nobody_its_pin() -> None:
    air = network()
    assert "123456" not in repr(air.take(GOOD))
    assert "601" not in repr(air.messages)
