"""Przelewy24 over its HTTP interface (REST API 1.0.17): register, charge by code, ask by our own session id, verify, refund, notification.

Amounts are integer grosz. Signatures are SHA-384 of compact JSON in the order of the fields, with the key `crc`; the order is theirs.
A status of 0 is *pending or declined*: the interface does not tell one from the other, so only time ends it.
"""

import asyncio
import hashlib
import hmac
import logging
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from central.blik.gateway import Absent, Declined, GatewayWrong, Paid, Pending, Reason, Registered, Returned, Status, Unknown

LOG = logging.getLogger("kiosk.centre.blik")
TIMEOUT_S = 15
ANSWER_S = 25
ANSWER_BYTES_MAX = 65_536
CURRENCY, COUNTRY, LANGUAGE = "PLN", "PL", "pl"
AMOUNT_MAX = 5_000_000
"""50 000 PLN, the highest limit of a bank."""
CODE_DIGITS = 6
CODE_WRONG = 28
PENDING_CODES = frozenset({35})
"""The code was used already: by this very attempt, when the answer to it was lost."""

REASONS: dict[str, Reason] = {
    **dict.fromkeys(("ER_WRONG_TICKET", "ER_TIC_EXPIRED", "ER_TIC_STS", "ER_TIC_USED"), "code"),
    **dict.fromkeys(("USER_DECLINED", "ER_BAD_PIN"), "refused"),
    **dict.fromkeys(("USER_TIMEOUT", "TIMEOUT", "AM_TIMEOUT"), "not_confirmed"),
    **dict.fromkeys(("INSUFFICIENT_FUNDS", "LIMIT_EXCEEDED", "ER_DATAAMT_HUGE"), "funds"),
}
"""The gateway's words; what is not among them is technical."""


class Przelewy24Settings(msgspec.Struct, frozen=True):
    """The shop's account; `crc` and `secret` are read from files. `report_url` is where notifications come, `return_url` nobody sees."""

    url: str
    merchant: int
    pos: int
    crc: str
    secret: str
    report_url: str
    return_url: str
    email: str
    ip: str
    user_agent: str = "kiosk-central"


def sign(fields: dict[str, Any], crc: str) -> str:
    """The signature of these fields in this order."""
    return hashlib.sha384(msgspec.json.encode({**fields, "crc": crc})).hexdigest()


class _Data(msgspec.Struct, frozen=True):
    token: str = ""
    status: int | str = ""
    order: int = msgspec.field(name="orderId", default=0)
    amount: int = 0
    currency: str = CURRENCY
    session: str = msgspec.field(name="sessionId", default="")


class _Answer(msgspec.Struct, frozen=True):
    data: _Data | list[Any] | str | None = None
    code: int | str = 0
    error: Any = ""


class Notification(msgspec.Struct, frozen=True, forbid_unknown_fields=False, rename="camel"):
    """What the gateway says by itself, once it is known to be its own."""

    merchant_id: int
    pos_id: int
    session_id: str
    amount: int
    origin_amount: int
    currency: str
    order_id: int
    method_id: int
    statement: str
    sign: str


class Przelewy24:
    """One shop at the gateway."""

    def __init__(self, settings: Przelewy24Settings, client: httpx.AsyncClient) -> None:
        """Raises GatewayWrong for an account that no header can carry."""
        if not (settings.secret.isascii() and settings.secret.isprintable()):
            raise GatewayWrong("blik.secret: holds what no header can carry")
        self._settings = settings
        self._client = client
        self._auth = httpx.BasicAuth(str(settings.pos), settings.secret)

    async def register(self, attempt: str, amount: int, description: str) -> Registered | Declined | Unknown:
        """Announce an attempt; the same session again gives its token again."""
        if not 0 < amount <= AMOUNT_MAX:
            return Declined("technical")
        s = self._settings
        body = {
            "merchantId": s.merchant,
            "posId": s.pos,
            "sessionId": attempt,
            "amount": amount,
            "currency": CURRENCY,
            "description": description,
            "email": s.email,
            "country": COUNTRY,
            "language": LANGUAGE,
            "urlReturn": s.return_url,
            "urlStatus": s.report_url,
            "sign": sign({"sessionId": attempt, "merchantId": s.merchant, "amount": amount, "currency": CURRENCY}, s.crc),
            "additional": {"PSU": {"IP": s.ip, "userAgent": s.user_agent}},
        }
        status, answer = await self._ask("POST", "/api/v1/transaction/register", body)
        if status == HTTPStatus.OK and isinstance(answer.data, _Data) and answer.data.token:
            return Registered(answer.data.token)
        return _refused(status, answer)

    async def charge(self, token: str, code: str) -> Pending | Declined | Unknown:
        """Ask for the money, once; *already used* means that it was asked for before."""
        if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
            return Declined("code")
        body = {"token": token, "blikCode": code}
        status, answer = await self._ask("POST", "/api/v1/paymentMethod/blik/chargeByCode", body)
        if status == HTTPStatus.CREATED:
            return Pending()
        if answer.code in PENDING_CODES:
            return Pending()
        return _refused(status, answer)

    async def status(self, attempt: str) -> Status:
        """What became of a session; a payment in other money, or of another session, is unknown."""
        status, answer = await self._ask("GET", f"/api/v1/transaction/by/sessionId/{attempt}", None)
        if status == HTTPStatus.NOT_FOUND:
            return Absent()
        data = answer.data
        if status != HTTPStatus.OK or not isinstance(data, _Data) or data.session != attempt or data.currency != CURRENCY:
            return Unknown(f"http_{status}")
        match data.status:
            case 0 | "0":
                return Pending()
            case 1 | "1" | 2 | "2":
                return Paid(data.order, data.amount, verified=int(data.status) == 2)
            case 3 | "3":
                return Returned(data.order)
            case _:
                return Unknown("status_unknown")

    async def verify(self, attempt: str, amount: int, order: int) -> bool:
        """Say that the payment is known; saying it twice does nothing more."""
        s = self._settings
        signed = {"sessionId": attempt, "orderId": order, "amount": amount, "currency": CURRENCY}
        body = {"merchantId": s.merchant, "posId": s.pos, **signed, "sign": sign(signed, s.crc)}
        status, answer = await self._ask("PUT", "/api/v1/transaction/verify", body)
        return status == HTTPStatus.OK and isinstance(answer.data, _Data) and answer.data.status == "success"

    async def refund(self, refund: str, attempt: str, order: int, amount: int) -> bool:
        """Give money back; `refundsUuid` makes the same request one refund. What is refused the second time, `status` says was returned."""
        one = {"orderId": order, "sessionId": attempt, "amount": amount, "description": "zwrot"}
        body = {"requestId": refund, "refundsUuid": refund, "refunds": [one]}
        status, _ = await self._ask("POST", "/api/v1/transaction/refund", body)
        return status == HTTPStatus.CREATED

    def notified(self, body: bytes) -> Notification | None:
        """A notification that is the gateway's own and about this shop; None for anything else. Its amount is still to be compared."""
        try:
            said = msgspec.json.decode(body[:ANSWER_BYTES_MAX], type=Notification)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        s = self._settings
        signed = {
            "merchantId": said.merchant_id,
            "posId": said.pos_id,
            "sessionId": said.session_id,
            "amount": said.amount,
            "originAmount": said.origin_amount,
            "currency": said.currency,
            "orderId": said.order_id,
            "methodId": said.method_id,
            "statement": said.statement,
        }
        own = hmac.compare_digest(sign(signed, s.crc).encode(), said.sign.encode())
        return said if own and (said.merchant_id, said.pos_id, said.currency) == (s.merchant, s.pos, CURRENCY) else None

    def paid(self, body: bytes) -> tuple[str, Paid] | None:
        """Session and payment of a notification that is the gateway's own; it is still to be verified."""
        said = self.notified(body)
        return None if said is None else (said.session_id, Paid(said.order_id, said.amount, verified=False))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, _Answer]:
        """Status and answer; 0 when there was none. Neither body nor answer is ever logged: they hold the code."""
        try:
            async with asyncio.timeout(ANSWER_S):
                status, said = await self._exchange(method, path, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            LOG.warning("blik %s: %s", path.rsplit("/", 1)[0], type(error).__name__)
            return 0, _Answer()
        try:
            return status, msgspec.json.decode(said, type=_Answer, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return status if status >= HTTPStatus.BAD_REQUEST else 0, _Answer()

    async def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        address, said = f"{self._settings.url.rstrip('/')}{path}", b""
        async with self._client.stream(method, address, json=body, auth=self._auth, timeout=TIMEOUT_S) as response:
            async for piece in response.aiter_bytes():
                said += piece
                if len(said) > ANSWER_BYTES_MAX:
                    break
            return response.status_code, said


def _refused(status: int, answer: _Answer) -> Declined | Unknown:
    """A clear no is one with an error of the caller's; whatever else happened may have gone through."""
    if status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Unknown(f"http_{status}")
    if answer.code == CODE_WRONG:
        return Declined("code")
    return Declined(REASONS.get(str(answer.error), "technical"))
