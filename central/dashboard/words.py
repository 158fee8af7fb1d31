"""Turns codes, moments and facts into sentences, in the languages of the catalogues."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from central.dashboard.local_time import field_of
from central.settings import Settings, SettingsWrong
from central.times import from_ms
from central.views import DepositView, FactView, OrderView
from contracts import money
from contracts.screen_messages import Language
from contracts.texts import languages, read_catalogues

FOLDER = Path(__file__).parent / "texts"
VALUE_MAX = 80
ACCEPTED_MAX = 200
KEY_SHOWN = 6
REASONS = frozenset({"reason", "code"})
IDS = frozenset({"deposit", "order", "attempt"})
MOMENTS = frozenset({"until", "start"})
HOST_CODES = range(1, 100)
"""What a terminal passes on from the bank has two decimal digits."""


class _Entry(msgspec.Struct, frozen=True):
    fact: dict[str, Any]


class _Gaps(dict[str, str]):
    """A value that is not there is shown as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


class _Written(msgspec.Struct, frozen=True):
    wall: datetime
    trusted: bool


class Words:
    """The texts of one language and one time zone."""

    def __init__(self, language: Language, zone: str) -> None:
        self.language: Language = language
        self._texts = read_catalogues(FOLDER)[language]
        self._zone = ZoneInfo(zone)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values; the key itself when there is none."""
        text = self._texts.get(key, key)
        return text.format_map(_Gaps({name: str(value) for name, value in values.items()})) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def time(self, moment: datetime | None) -> str:
        """Hour, minute and second."""
        return f"{self._local(moment):%H:%M:%S}" if moment else "–"

    def day_time(self, moment: datetime | None) -> str:
        """Day, hour and minute."""
        return f"{self._local(moment):%d.%m %H:%M}" if moment else "–"

    def moment(self, moment: datetime) -> str:
        """Day, month, year, hour, minute and second."""
        return f"{self._local(moment):%d.%m.%Y %H:%M:%S}"

    def field(self, moment: datetime) -> str:
        """A moment as a form field shows it."""
        return field_of(moment, str(self._zone))

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self._zone)
        except OverflowError:  # a machine may say the year 1 or 9999, which other zones do not have
            return moment

    def stamp(self, ms: int) -> str:
        """A moment of the store: day, hour and minute."""
        return self.day_time(from_ms(ms))

    def where(self, text: str) -> str:
        """The place of a fault."""
        what, _, number = text.partition(" ")
        return self(f"where.{what}", n=number) if number and self.has(f"where.{what}") else text

    def reason(self, code: str, kind: str = "") -> str:
        """A machine's or provider's code in words; some kinds of fact have their own, for a busy board is not a busy machine."""
        known = next((key for key in (f"r.{kind}.{code}", f"r.{code}") if self.has(key)), None)
        return self(known) if known else self("r.other", code=code[:VALUE_MAX])

    def screen(self, name: str) -> str:
        """What a machine's screen does; its name when a newer release has made it."""
        return self(f"screen.{name}") if self.has(f"screen.{name}") else name[:VALUE_MAX]

    def deposit_state(self, deposit: DepositView) -> str:
        """Where a document is."""
        if deposit.reported:
            return self(f"d.reported.{deposit.reported}")
        if deposit.slip and self.has(f"d.slip.{deposit.state}"):
            return self(f"d.slip.{deposit.state}")
        return self(f"d.{deposit.state}")

    def notice(self, deposit: DepositView, in_contact: bool) -> str:
        """What the clerk who has just done something with a document must know of it now."""
        values = {"case": deposit.case, "n": deposit.compartment, "reason": self.reason(deposit.reason)}
        return self(f"f.{_notice(deposit, in_contact)}", **values, state=self.deposit_state(deposit))

    def order_state(self, order: OrderView) -> str:
        """How far an order is: no answer is not a failure."""
        if order.overdue:
            return self("o.overdue")
        return self("o.unsent") if order.state == "drafted" else self(f"o.{order.state}")

    def fact_moment(self, view: FactView) -> str:
        """When a machine wrote a fact, by its own clock while that was known to be right; otherwise when it came."""
        try:
            entry = msgspec.json.decode(view.entry, type=_Written)
        except msgspec.DecodeError:
            entry = None
        return self.moment(entry.wall if entry is not None and entry.trusted else view.received)

    def fact(self, view: FactView) -> str:
        """A fact as a sentence."""
        if view.kind == "?":
            return self("fact.unreadable")
        if not self.has(f"fact.{view.kind}"):
            return self("fact.unknown", kind=view.kind)
        return self(f"fact.{view.kind}", **self._values(view))

    def _values(self, view: FactView) -> dict[str, str]:
        try:
            fact = msgspec.json.decode(view.entry, type=_Entry).fact
        except msgspec.DecodeError:
            return {"kind": view.kind}
        values = {name: self._value(view.kind, name, value) for name, value in fact.items()}
        if isinstance(pause_ms := fact.get("pause_ms"), int):
            values["pause_s"] = str(pause_ms // 1000)
        return values or {"kind": view.kind}

    def _value(self, kind: str, name: str, value: object) -> str:
        text = str(value)[:VALUE_MAX]
        if name in REASONS:
            return self.reason(text, kind)
        if name in IDS:
            return text[:KEY_SHOWN]
        if name == "where":
            return self.where(text)
        if name == "closed":
            return self("door.closed" if value else "door.open")
        if name == "fault" and self.has(f"fault.{text}"):
            return self(f"fault.{text}")
        if name in MOMENTS:
            return self._moment(text)
        if name == "result":
            return self._result(text)
        if name == "amount" and isinstance(value, int):
            return money.told(value)
        return self(f"w.{text}") if self.has(f"w.{text}") else text

    def _result(self, code: str) -> str:
        """What a card terminal or the centre said of a payment (facts: payments 2, 5)."""
        known = f"r.terminal.{code or 'none'}"
        if self.has(known):
            return self(known)
        by_host = code.isascii() and code.isdigit() and int(code) in HOST_CODES
        return self("r.terminal.host", code=code) if by_host else self("r.other", code=code)

    def _moment(self, text: str) -> str:
        try:
            return self.day_time(msgspec.convert(text, datetime, strict=False))
        except msgspec.ValidationError:
            return "?"


def _notice(deposit: DepositView, in_contact: bool) -> str:
    match deposit.state:
        case "registered" | "held" if deposit.reason:
            return "failed"
        case "loading":
            return "opened" if deposit.compartment else "loading" if in_contact else "waits"
        case "registered":
            return "done"
        case "held" | "cancelled":
            return deposit.state
        case _:
            return "state"


def spoken() -> tuple[Language, ...]:
    """The languages of the pages."""
    return languages(FOLDER)


def check_language(settings: Settings) -> None:
    """The pages speak the language that the settings name; raises SettingsWrong."""
    if settings.language not in spoken():
        raise SettingsWrong(f"language: is none of {', '.join(spoken())}")


def language_of(asked: str | None, accepted: str, default: Language) -> Language:
    """The language somebody chose, else the first of ours that the browser accepts (its Accept-Language), else the default."""
    ours = spoken()
    return next((language for language in (asked, *_by_weight(accepted)) if language in ours), default)


def _by_weight(accepted: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in accepted[:ACCEPTED_MAX].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    return [language for weight, language in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]
