"""The simulated SMS provider behind its real HTTP interface, and the phones its messages arrive on."""

from collections.abc import Callable
from datetime import datetime
from re import compile as pattern
from urllib.parse import parse_qs

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from central.sms.gsm7 import NotGsm7, septets

BODY_MAX = 8192
TEXT_MAX = 918
PHONE = pattern(r"48[4-8][0-9]{8}|(?!48)[1-9][0-9]{9,14}")
NO_TEXT, TOO_MANY_PARTS, NO_PHONE, IDX_USED = 11, 12, 13, 53
GSM_PART, UNICODE_PART = 153, 67
STATUS = {"DELIVERED": "404", "UNDELIVERED": "405", "SENT": "403"}


class SmsWrong(ValueError):
    """A request the provider refuses; `code` is its error number."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class Message:
    """One text message; may hold a PIN and a phone, so it has no repr."""

    __slots__ = ("arrived", "id", "idx", "lost", "notify_url", "phone", "reported", "sender", "text")

    def __init__(self, number: int, phone: str, sender: str, text: str, idx: str, notify_url: str) -> None:
        self.id = f"sms-{number}"
        self.phone = phone
        self.sender = sender
        self.text = text
        self.idx = idx
        self.notify_url = notify_url
        self.arrived: datetime | None = None
        self.reported = False
        self.lost = False

    @property
    def deposit(self) -> str:
        """The document it speaks of, as the centre numbers its messages."""
        return self.idx.partition("-")[0]

    def __repr__(self) -> str:
        return f"Message({self.id})"


class Report(msgspec.Struct, frozen=True):
    """What the provider tells its customer once a message has arrived."""

    url: str
    form: dict[str, str]


class Trouble(msgspec.Struct, frozen=True):
    """What the provider does wrong: `down` answers with an error, `undelivered` are numbers no message reaches, `twice` repeats reports.

    `lost`: no message reaches anybody.
    """

    down: bool = False
    lost: bool = False
    twice: bool = False
    undelivered: frozenset[str] = frozenset()


class SmsNetwork:
    """Takes messages from the centre and delivers them when the resident looks at the phone; `changed` is called for every new one."""

    def __init__(self, changed: Callable[[], None], trouble: Trouble | None = None) -> None:
        self.messages: list[Message] = []
        self.trouble = trouble or Trouble()
        self._changed = changed

    def app(self) -> Starlette:
        """The provider's web interface: POST /sms.do."""
        return Starlette(routes=[Route("/sms.do", self._submit, methods=["POST"])])

    def forget(self) -> None:
        """A new day: no messages."""
        self.messages.clear()

    def inbox(self) -> list[Message]:
        """What has arrived, newest first."""
        return [message for message in reversed(self.messages) if message.arrived is not None]

    def arrived(self, deposit: str) -> bool:
        """Whether a message about this deposit is on the phone."""
        return any(message.deposit == deposit for message in self.inbox())

    def gone(self, deposit: str) -> bool:
        """Whether the newest message about this deposit was lost."""
        return next((message.lost for message in reversed(self.messages) if message.deposit == deposit), False)

    def moving(self) -> bool:
        """Whether a message could arrive now, or its sender be told that it cannot."""
        return any(message.arrived is None and not message.lost for message in self.messages)

    def deliver(self, now: datetime) -> list[Report]:
        """Everything on its way arrives; the reports to send."""
        going = [message for message in self.messages if message.arrived is None and not message.lost and self._reaches(message)]
        lost = [message for message in self.messages if message.arrived is None and not self._reaches(message) and not message.reported]
        for message in going:
            message.arrived = now
        told = [message for message in (*going, *lost) if message.notify_url]
        for message in told:
            message.reported = True
        for message in lost:
            message.lost = message.reported = True
        reports = [Report(one.notify_url, _form(one, "DELIVERED" if one.arrived else "UNDELIVERED")) for one in told]
        return reports * 2 if self.trouble.twice else reports

    def take(self, form: dict[str, str]) -> Message:
        """One request; raises SmsWrong, and then nothing is sent."""
        phone, text, idx = form.get("to", ""), form.get("message", ""), form.get("idx", "")[:255]
        if not PHONE.fullmatch(phone):
            raise SmsWrong(NO_PHONE, "No correct phonenumbers")
        if not 0 < len(text) <= TEXT_MAX:
            raise SmsWrong(NO_TEXT, "Message too long or there is no message")
        gsm = _is_gsm(text)
        if form.get("nounicode") == "1" and not gsm:
            raise SmsWrong(NO_TEXT, "Special characters and nounicode")
        if form.get("max_parts", "").isdecimal() and _parts(text, gsm) > int(form["max_parts"]):
            raise SmsWrong(TOO_MANY_PARTS, "Message has more parts than max_parts")
        if idx and form.get("check_idx") == "1" and any(message.idx == idx for message in self.messages):
            raise SmsWrong(IDX_USED, "Not unique idx parameter")
        message = Message(len(self.messages) + 1, phone, form.get("from", "")[:11], text, idx, form.get("notify_url", "")[:300])
        self.messages.append(message)
        self._changed()
        return message

    def _reaches(self, message: Message) -> bool:
        return not self.trouble.lost and message.phone not in self.trouble.undelivered

    async def _submit(self, request: Request) -> JSONResponse:
        if self.trouble.down:
            return JSONResponse({"error": 201, "message": "System internal error"}, status_code=500)
        try:
            message = self.take(read_form(await request.body()))
        except SmsWrong as wrong:
            return JSONResponse({"error": wrong.code, "message": str(wrong)})
        sent = {"id": message.id, "points": 0.16, "number": message.phone, "status": "QUEUE", "error": None, "idx": message.idx}
        return JSONResponse({"count": 1, "list": [sent]})


def _form(message: Message, status: str) -> dict[str, str]:
    return {"MsgId": message.id, "idx": message.idx, "to": message.phone, "status": STATUS[status], "status_name": status}


def _is_gsm(text: str) -> bool:
    try:
        return septets(text) >= 0
    except NotGsm7:
        return False


def _parts(text: str, gsm: bool) -> int:
    """How many messages a phone gets; one has a little more room than each of several."""
    length, one, part = (septets(text), 160, GSM_PART) if gsm else (len(text.encode("utf-16-be")) // 2, 70, UNICODE_PART)
    return 1 if length <= one else -(-length // part)


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form; raises SmsWrong."""
    if len(body) > BODY_MAX:
        raise SmsWrong(NO_TEXT, "Message too long or there is no message")
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=30, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise SmsWrong(NO_TEXT, "Form cannot be read") from None
    return {name: values[0] for name, values in fields.items()}
