"""The provider of text messages, over its HTTP interface (POST /sms.do, JSON answers).

`idx` with `check_idx` lets the provider send one message once: an idx that it knows already means that the message is on its way,
so it counts as accepted. `nounicode` and `max_parts` have it refuse what would go out in more parts than are meant; its `normalize` is not
asked for, because it would change the letters of a text that fits.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec

from central.ports import Sms, SmsResult
from central.settings import SmsSettings
from central.sms.texts import UNICODE_PARTS_MAX
from contracts.small_files import read_small

LOG = logging.getLogger("kiosk.centre.sms")
TIMEOUT_S = 20
ANSWER_S = 40
"""A provider that drips its answer byte by byte has given none by then."""
ANSWER_BYTES_MAX = 65_536
OK = 200
IDX_USED = 53
NO_REPORTS_THERE = "provider_70"
FINAL = frozenset({11, 12, 13, 14, 17, 32, 33, 55, 94})
"""Errors that asking again does not mend: text too long, wrong or with a link, number wrong or abroad, sender wrong."""
EXPIRES_MIN, EXPIRES_MAX = timedelta(hours=1), timedelta(hours=12)
"""Between these the provider takes an expiration date; what may live longer has none and lives as long as the network keeps it."""
REPORTS_MAX = 100
"""Reports in one call; the provider sends a handful."""


STATUSES = {
    "401": "NOT_FOUND", "402": "EXPIRED", "403": "SENT", "404": "DELIVERED", "405": "UNDELIVERED", "406": "FAILED", "407": "REJECTED",
    "408": "UNKNOWN", "409": "QUEUE", "410": "ACCEPTED", "411": "RENEWAL", "412": "STOP",
}  # fmt: skip


class ProviderWrong(OSError):
    """The settings of the provider cannot be used: the token file cannot be read."""


class _Sent(msgspec.Struct, frozen=True):
    id: str = ""


class _Answer(msgspec.Struct, frozen=True):
    error: int | str | None = None
    sent: list[_Sent] = msgspec.field(name="list", default_factory=list[_Sent])


class SmsProvider:
    """One provider; each message is one request."""

    def __init__(
        self, settings: SmsSettings, folder: Path, notify_url: str, client: httpx.AsyncClient, now: Callable[[], datetime]
    ) -> None:
        """Raises ProviderWrong."""
        self._now = now
        self._settings = settings
        self._notify_url = notify_url
        self._client = client
        try:
            self._token = read_small(folder / settings.token).strip() if settings.token else ""
        except (OSError, UnicodeDecodeError) as error:
            raise ProviderWrong(f"sms.token: file cannot be read ({type(error).__name__})") from None
        if not (self._token.isascii() and self._token.replace(" ", "").isprintable()):
            raise ProviderWrong("sms.token: holds what no header can carry")

    async def send(self, sms: Sms) -> SmsResult:
        """Submit a message; never raises for what the network or the provider does."""
        form = {
            "to": sms.phone,
            "from": sms.sender,
            "message": sms.text,
            "idx": sms.idx,
            "check_idx": "1",
            "format": "json",
            "encoding": "utf-8",
            "max_parts": str(UNICODE_PARTS_MAX if sms.unicode else 1),
        }
        if not sms.unicode:
            form["nounicode"] = "1"
        if sms.expires is not None and EXPIRES_MIN < sms.expires - self._now() < EXPIRES_MAX:
            form["expiration_date"] = str(int(sms.expires.timestamp()))
        if not self._notify_url:
            return await self._submit(form)
        result = await self._submit({**form, "notify_url": self._notify_url})
        if result.code == NO_REPORTS_THERE:  # a message without its report is worth more than none
            LOG.warning("sms %s: the provider refuses http.public_url for its reports; sent without", sms.idx)
            return await self._submit(form)
        return result

    async def _submit(self, form: dict[str, str]) -> SmsResult:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            async with asyncio.timeout(ANSWER_S):
                return read_answer(*await self._post(form, headers))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            LOG.warning("sms %s: %s", form["idx"], type(error).__name__)
            return SmsResult("unknown", code="no_answer")

    async def _post(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body, of which no more is read than an answer can have."""
        address, body = f"{self._settings.url.rstrip('/')}/sms.do", b""
        async with self._client.stream("POST", address, data=form, headers=headers, timeout=TIMEOUT_S) as response:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    break
            return response.status_code, body


def read_answer(status: int, body: bytes) -> SmsResult:
    """What an answer of the provider means."""
    try:
        answer = msgspec.json.decode(body, type=_Answer, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return SmsResult("unknown", code="answer_unreadable")
    error = _number(answer.error)
    if error == IDX_USED:
        return SmsResult("accepted", code="idx_used")
    if error is not None:
        return SmsResult("refused" if error in FINAL else "unknown", code=f"provider_{error}")
    if status == OK and answer.sent:
        return SmsResult("accepted", provider_id=answer.sent[0].id)
    return SmsResult("unknown", code=f"http_{status}")


ERROR_DIGITS_MAX = 6


class Report(msgspec.Struct, frozen=True):
    """What the network said about one message."""

    idx: str
    status: str


def read_reports(form: Mapping[str, str]) -> list[Report]:
    """The delivery reports of one call: several come as lists of equal length, with commas. What cannot be read is left out."""
    names = _values(form.get("idx", "")), _values(form.get("status_name", "") or form.get("status", ""))
    if len(names[0]) != len(names[1]):
        return []
    known = ((idx, STATUSES.get(status, status)) for idx, status in zip(*names, strict=True))
    return [Report(idx, status) for idx, status in known if idx and status][:REPORTS_MAX]


def _values(text: str) -> list[str]:
    return [part.strip()[:80] for part in text.split(",")[:REPORTS_MAX]]


def _number(error: Any) -> int | None:
    if error is None:
        return None
    text = str(error)
    return int(text) if text.isdecimal() and len(text) <= ERROR_DIGITS_MAX else 0
