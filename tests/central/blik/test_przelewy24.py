"""The gateway over its real interface: paths, fields, signatures and status codes, with the answers that are lost and those that lie."""

import asyncio
import hashlib
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.blik.gateway import Absent, Declined, GatewayWrong, Paid, Pending, Registered, Returned, Unknown
from central.blik.przelewy24 import Przelewy24, Przelewy24Settings, sign
from sim.bank import Bank
from sim.blik_gateway import BlikGatewayServer

T = TypeVar("T")
AMOUNT = 350
CODE = "777123"
SETTINGS = Przelewy24Settings(
    url="http://gateway.example",
    merchant=1234,
    pos=1234,
    crc="c0ffee",
    secret="a secret",
    report_url="https://centre.example/blik",
    return_url="https://centre.example/",
    email="parking@city.example",
    ip="192.0.2.1",
)


class Wire(httpx.AsyncBaseTransport):
    """To the gateway and back; an answer that is lost is a connection that ends."""

    def __init__(self, gateway: BlikGatewayServer) -> None:
        self._inner = httpx.ASGITransport(gateway.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionResetError:
            raise httpx.ReadError("lost", request=request) from None


class House:
    """A gateway, its bank, and our end."""

    def __init__(self, settings: Przelewy24Settings = SETTINGS) -> None:
        self.bank = Bank()
        self.gateway = BlikGatewayServer(self.bank, SETTINGS)
        self.ours = Przelewy24(settings, httpx.AsyncClient(transport=Wire(self.gateway)))

    def charged(self, attempt: str = "a-1", code: str = CODE, amount: int = AMOUNT) -> object:
        """What was said to the code, after the attempt was registered."""
        registered = ask(self.ours.register(attempt, amount, "Parking"))
        assert isinstance(registered, Registered)
        return ask(self.ours.charge(registered.token, code))


def ask(call: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(call)


def answering(status: int, body: bytes) -> Przelewy24:
    """Our end at a gateway that says just this."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    return Przelewy24(SETTINGS, httpx.AsyncClient(transport=transport))


def test_the_published_signature() -> None:
    """github.com/mnastalski/przelewy24-php"""
    body = msgspec.json.encode({"slash": "foo/bar", "unicode": "ąźćż"})
    assert body.decode() == '{"slash":"foo/bar","unicode":"ąźćż"}'
    assert hashlib.sha384(body).hexdigest() == (
        "4e9e3bc8c346c7487dbd4a4b4c6b5ec4561685d9018b775980e362159e3d4436e971036c3b278a07d9dd233298f0e45d"
    )
    assert sign({"slash": "foo/bar"}, "x") == hashlib.sha384(b'{"slash":"foo/bar","crc":"x"}').hexdigest()


def test_a_payment_from_the_code_to_the_verified_money() -> None:
    house = House()
    assert ask(house.ours.status("a-1")) == Absent()
    assert house.charged() == Pending()
    assert ask(house.ours.status("a-1")) == Pending()
    house.gateway.confirm("a-1")
    paid = ask(house.ours.status("a-1"))
    assert paid == Paid(300_001, AMOUNT, verified=False)
    assert ask(house.ours.verify("a-1", AMOUNT, 300_001))
    assert ask(house.ours.verify("a-1", AMOUNT, 300_001))
    assert ask(house.ours.status("a-1")) == Paid(300_001, AMOUNT, verified=True)
    assert house.bank.charged == [AMOUNT]


def test_the_same_attempt_is_registered_once() -> None:
    house = House()
    first = ask(house.ours.register("a-1", AMOUNT, "Parking"))
    assert ask(house.ours.register("a-1", AMOUNT, "Parking")) == first
    assert ask(house.ours.register("a-1", AMOUNT + 1, "Parking")) == Declined("technical")


@pytest.mark.parametrize("code", ["123456", "12345", "1234567", "", "77712a", "\u0667" * 6])
def test_a_code_that_is_none_or_not_good(code: str) -> None:
    house = House()
    assert house.charged(code=code) == Declined("code")
    assert house.bank.charges == []


def test_an_answer_that_is_lost_is_unknown_and_the_code_is_not_charged_twice() -> None:
    house = House()
    house.gateway.trouble.next = {"charge": "lost"}
    assert house.charged() == Unknown("http_0")
    house.gateway.confirm("a-1")
    assert house.charged() == Pending()  # "already used": it was this one's
    assert isinstance(ask(house.ours.status("a-1")), Paid)
    assert house.bank.charged == [AMOUNT]


@pytest.mark.parametrize("trouble", ["lost", "error"])
@pytest.mark.parametrize("call", ["register", "status", "verify", "refund"])
def test_every_call_can_be_made_again_after_trouble(call: str, trouble: Any) -> None:
    house = House()
    if call != "register":
        house.charged()
        house.gateway.confirm("a-1")
    house.gateway.trouble.next = {call: trouble}
    calls: dict[str, Any] = {
        "register": lambda: house.ours.register("a-1", AMOUNT, "Parking"),
        "status": lambda: house.ours.status("a-1"),
        "verify": lambda: house.ours.verify("a-1", AMOUNT, 300_001),
        "refund": lambda: house.ours.refund("r-1", "a-1", 300_001, AMOUNT),
    }
    first = ask(calls[call]())
    assert first is False or isinstance(first, Unknown)
    again = ask(calls[call]())
    if call == "refund":
        assert again is False  # the gateway has it already, and says so when it is asked
        assert ask(house.ours.status("a-1")) == Returned(300_001)
        assert house.bank.charged == []
    else:
        assert again is True or isinstance(again, Registered | Paid)


def test_money_is_given_back_once() -> None:
    house = House()
    house.charged()
    house.gateway.confirm("a-1")
    assert ask(house.ours.refund("r-1", "a-1", 300_001, AMOUNT))
    assert not ask(house.ours.refund("r-2", "a-1", 300_001, AMOUNT))
    assert house.bank.charged == []


def test_a_customer_who_confirms_late_or_never() -> None:
    house = House()
    house.charged()
    house.gateway.refuse("a-1")
    house.gateway.confirm("a-1")
    assert ask(house.ours.status("a-1")) == Pending()  # the interface does not tell a refusal from waiting
    assert house.bank.charges == []


def test_a_notification_is_believed_when_it_is_signed_for_this_shop() -> None:
    house = House()
    house.charged()
    house.gateway.confirm("a-1")
    body = house.gateway.notification("a-1")
    said = house.ours.notified(body)
    assert said is not None
    assert (said.session_id, said.amount, said.order_id) == ("a-1", AMOUNT, 300_001)
    for forged in (
        body.replace(b"350", b"351"),
        body.replace(b"a-1", b"a-2"),
        body.replace(b"PLN", b"EUR"),
        body[:-3],
        b"",
        b"{}",
        b"\xff",
    ):
        assert house.ours.notified(forged) is None
    other = Przelewy24(msgspec.structs.replace(SETTINGS, crc="another"), httpx.AsyncClient())
    assert other.notified(body) is None


def test_a_wrong_account_is_refused() -> None:
    house = House(msgspec.structs.replace(SETTINGS, secret="wrong"))
    assert ask(house.ours.register("a-1", AMOUNT, "Parking")) == Declined("technical")
    with pytest.raises(GatewayWrong, match="header"):
        Przelewy24(msgspec.structs.replace(SETTINGS, secret="zł"), httpx.AsyncClient())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ER_WRONG_TICKET", "code"),
        ("USER_DECLINED", "refused"),
        ("USER_TIMEOUT", "not_confirmed"),
        ("INSUFFICIENT_FUNDS", "funds"),
        ("SOMETHING_NEW", "technical"),
    ],
)
def test_reasons_that_a_person_can_be_told(error: str, reason: Any) -> None:
    ours = answering(400, msgspec.json.encode({"error": error, "code": 400}))
    assert ask(ours.charge("T-1", CODE)) == Declined(reason)


@pytest.mark.parametrize("status", [0, 200, 201, 301, 400, 404, 409, 500, 503])
@given(
    body=st.one_of(
        st.binary(max_size=40), st.sampled_from([b"[" * 5_000, b"null", b'{"data":[]}', b'{"data":{"token":5}}', b'{"data":"x"}'])
    )
)
def test_whatever_a_gateway_says_has_an_answer(status: int, body: bytes) -> None:
    ours = answering(status or 204, body)
    assert isinstance(ask(ours.register("a-1", AMOUNT, "Parking")), Registered | Declined | Unknown)
    assert isinstance(ask(ours.status("a-1")), Absent | Unknown)
    assert not ask(ours.verify("a-1", AMOUNT, 1))


@pytest.mark.parametrize(
    "data",
    [
        {"sessionId": "a-2", "status": 2, "amount": AMOUNT, "currency": "PLN", "orderId": 1},
        {"sessionId": "a-1", "status": 2, "amount": AMOUNT, "currency": "EUR", "orderId": 1},
        {"sessionId": "a-1", "status": 9, "amount": AMOUNT, "currency": "PLN", "orderId": 1},
    ],
)
def test_what_is_not_about_this_attempt_is_no_payment(data: dict[str, Any]) -> None:
    ours = answering(200, msgspec.json.encode({"data": data, "responseCode": 0}))
    assert isinstance(ask(ours.status("a-1")), Unknown)


@pytest.mark.parametrize("amount", [0, -1, 5_000_001])
def test_amounts_that_no_bank_takes(amount: int) -> None:
    assert ask(House().ours.register("a-1", amount, "Parking")) == Declined("technical")


def test_neither_code_nor_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="kiosk")
    house = House()
    house.gateway.trouble.next = {"charge": "lost"}
    house.charged()
    assert "ReadError" in caplog.text
    assert CODE not in caplog.text
    assert SETTINGS.secret not in caplog.text
    assert "T-0000" not in caplog.text
