"""A gateway for BLIK behind Przelewy24's HTTP interface (1.0.17), with its fields, signatures and codes, and the phone that confirms.

What it does wrong is in `Trouble`; what was really charged is the bank's to say.
"""

import base64
import hmac
from typing import Any, Literal

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from central.blik.przelewy24 import Przelewy24Settings, sign
from sim.bank import Bank, Charge

CODES = "777"
"""Codes that begin so are good, as in the sandbox."""
DECLINED_LATER = frozenset((599, 8188, 899))
METHOD = 181


class Trouble(msgspec.Struct):
    """What goes wrong with the next call of a name: `lost` does it and answers nothing, `error` does it and answers 500."""

    next: dict[str, Literal["lost", "error"]] = {}
    wrong_amount: bool = False


class Session(msgspec.Struct):
    """One attempt as the gateway knows it; the code is not kept."""

    id: str
    amount: int
    token: str
    order: int
    charge: Charge | None = None
    waiting: bool = False
    verified: bool = False
    refunds: dict[str, int] = {}


class BlikGatewayServer:
    """The gateway; `app` is its interface. Who holds the phone calls `confirm` or `refuse`."""

    def __init__(self, bank: Bank, settings: Przelewy24Settings) -> None:
        self.bank = bank
        self.trouble = Trouble()
        self.sessions: dict[str, Session] = {}
        self.used: set[str] = set()
        """Marks of codes, which are good once."""
        self._settings = settings
        self.app = Starlette(
            routes=[
                Route("/api/v1/transaction/register", self._register, methods=["POST"]),
                Route("/api/v1/paymentMethod/blik/chargeByCode", self._charge, methods=["POST"]),
                Route("/api/v1/transaction/by/sessionId/{session}", self._status, methods=["GET"]),
                Route("/api/v1/transaction/verify", self._verify, methods=["PUT"]),
                Route("/api/v1/transaction/refund", self._refund, methods=["POST"]),
            ]
        )

    # --- the phone -----------------------------------------------------------------------------------------------------------------------

    def confirm(self, session: str) -> None:
        """The customer confirms in the bank's application, in time or late."""
        about = self.sessions[session]
        if about.waiting and about.charge is None and about.amount not in DECLINED_LATER:
            approved = self.bank.approve(about.amount)
            if isinstance(approved, Charge):
                about.charge = approved
                self.bank.settle(approved, "charged")
        about.waiting = False

    def refuse(self, session: str) -> None:
        """The customer says no."""
        self.sessions[session].waiting = False

    def notification(self, session: str) -> bytes:
        """What the gateway sends by itself when a session is paid."""
        about, s = self.sessions[session], self._settings
        amount = about.amount + (1 if self.trouble.wrong_amount else 0)
        signed: dict[str, Any] = {
            "merchantId": s.merchant, "posId": s.pos, "sessionId": about.id, "amount": amount, "originAmount": amount, "currency": "PLN",
            "orderId": about.order, "methodId": METHOD, "statement": f"p24-{about.order}",
        }  # fmt: skip
        return msgspec.json.encode({**signed, "sign": sign(signed, s.crc)})

    # --- the interface -------------------------------------------------------------------------------------------------------------------

    async def _register(self, request: Request) -> Response:
        body = await self._body(request)
        s = self._settings
        if body is None:
            return _no(401, "Incorrect authentication")
        signed = {name: body.get(name) for name in ("sessionId", "merchantId", "amount", "currency")}
        right = body.get("sign") == sign(signed, s.crc) and (body.get("merchantId"), body.get("posId")) == (s.merchant, s.pos)
        psu = body.get("additional", {}).get("PSU", {})
        needs = ("description", "email", "country", "language", "urlReturn", "urlStatus")
        if not right or not psu.get("IP") or not psu.get("userAgent") or any(not body.get(name) for name in needs):
            return _no(400, "Invalid input data")
        session = str(body["sessionId"])
        known = self.sessions.get(session)
        if known is not None and known.amount != body["amount"]:
            return _no(400, "Session exists")
        order = len(self.sessions) + 1
        about = known or Session(session, int(body["amount"]), f"T-{order:08d}", 300_000 + order)
        self.sessions[session] = about
        return self._answer("register", JSONResponse({"data": {"token": about.token}, "responseCode": 0}))

    async def _charge(self, request: Request) -> Response:
        body = await self._body(request)
        if body is None:
            return _no(401, "Incorrect authentication")
        about = next((each for each in self.sessions.values() if each.token == body.get("token")), None)
        code = str(body.get("blikCode", ""))
        if about is None or len(code) != 6 or not code.isdigit():
            return _no(400, "Invalid input data")
        if code in self.used:
            return _no(400, "ER_TIC_USED", 35)
        if not code.startswith(CODES):
            return _no(400, "ER_WRONG_TICKET", 28)
        self.used.add(code)
        about.waiting = True
        return self._answer("charge", JSONResponse({"data": {"orderId": about.order, "message": "success"}, "responseCode": 0}, 201))

    async def _status(self, request: Request) -> Response:
        if await self._body(request, empty=True) is None:
            return _no(401, "Incorrect authentication")
        about = self.sessions.get(request.path_params["session"])
        if about is None:
            return _no(404, "Transaction not found")
        paid = about.charge is not None
        state = 0 if not paid else 3 if about.charge and about.charge.state == "returned" else 2 if about.verified else 1
        amount = about.amount + (1 if self.trouble.wrong_amount else 0)
        data = {"orderId": about.order, "sessionId": about.id, "status": state, "amount": amount, "currency": "PLN"}
        return self._answer("status", JSONResponse({"data": data, "responseCode": 0}))

    async def _verify(self, request: Request) -> Response:
        body = await self._body(request)
        if body is None:
            return _no(401, "Incorrect authentication")
        about = self.sessions.get(str(body.get("sessionId")))
        signed = {name: body.get(name) for name in ("sessionId", "orderId", "amount", "currency")}
        if body.get("sign") != sign(signed, self._settings.crc) or about is None or about.charge is None:
            return _no(400, "Invalid input data")
        if (body.get("orderId"), body.get("amount")) != (about.order, about.amount):
            return _no(400, "Invalid input data")
        about.verified = True
        return self._answer("verify", JSONResponse({"data": {"status": "success"}, "responseCode": 0}))

    async def _refund(self, request: Request) -> Response:
        body = await self._body(request)
        if body is None:
            return _no(401, "Incorrect authentication")
        (one,) = body["refunds"]
        about = self.sessions.get(str(one["sessionId"]))
        if about is None or about.charge is None or one["orderId"] != about.order or one["amount"] != about.amount:
            return _no(400, "Invalid input data")
        if body["refundsUuid"] in about.refunds:
            return _no(409, "Refund exists")
        if about.charge.state != "charged":
            return _no(400, "Invalid input data")
        about.refunds[body["refundsUuid"]] = one["amount"]
        self.bank.settle(about.charge, "returned")
        return self._answer("refund", JSONResponse({"data": [{**one, "status": True}], "responseCode": 0}, 201))

    async def _body(self, request: Request, *, empty: bool = False) -> dict[str, Any] | None:
        wanted = base64.b64encode(f"{self._settings.pos}:{self._settings.secret}".encode()).decode()
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {wanted}"):
            return None
        return {} if empty else await request.json()

    def _answer(self, name: str, right: Response) -> Response:
        match self.trouble.next.pop(name, ""):
            case "lost":
                raise ConnectionResetError(name)
            case "error":
                return _no(500, "Internal error")
            case _:
                return right


def _no(status: int, error: str, code: int = 0) -> Response:
    return JSONResponse({"error": error, "code": code or status}, status)
