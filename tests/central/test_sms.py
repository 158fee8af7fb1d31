"""Texts, alphabet and provider of the messages."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ports import Sms
from central.settings import City, MachineSettings, Settings, SettingsWrong, SmsSettings
from central.sms import gsm7, texts
from central.sms.provider import SmsProvider, read_answer, read_reports
from central.sms.purposes import PURPOSES
from contracts.screen_messages import LANGUAGES, Language

ONE_PART: tuple[Language, ...] = ("pl", "en", "de")
UNTIL = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
LONGEST = "ul. Marszałka Focha 128 b, x"


LENGTHS = {
    "ready": (146, 147, 146), "reminder24": (139, 140, 147), "reminder6": (140, 133, 140), "expired": (114, 119, 118),
    "pin_reissued": (145, 142, 145), "extended": (134, 138, 144), "collected": (99, 103, 111), "office": (135, 147, 140),
    "reach": (113, 136, 127),
}  # fmt: skip
"""As the deck gives them for Polish, English and German, at a place and office of 15 signs."""
ROUND = "24.11 godz. 14:00"


def values(place: str) -> texts.Values:
    """The longest moments in Polish."""
    return texts.Values(place, place, "61 646 33 44", UNTIL, UNTIL, "482913")


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("language", ONE_PART)
def test_one_part_at_the_longest_values(purpose: str, language: Language) -> None:
    assert len(LONGEST) == 28
    text = texts.text_of(purpose, language, values(LONGEST), "Europe/Warsaw")
    assert gsm7.fits_one_part(text)
    assert ("482913" in text) == PURPOSES[purpose].names_pin
    assert "{" not in text


@pytest.mark.parametrize("purpose", LENGTHS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_lengths_of_the_deck(purpose: str, at: int) -> None:
    language = ONE_PART[at]
    text = texts.text_of(purpose, language, values("ul. Gronowa 22a"), "Europe/Warsaw")
    written = texts.text_of_moment(language, UNTIL, "Europe/Warsaw")
    assert len(text.replace(written, ROUND)) == LENGTHS[purpose][at]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_ukrainian_takes_three_parts_at_most(purpose: str) -> None:
    text = texts.text_of(purpose, "uk", values(LONGEST), "Europe/Warsaw")
    assert len(text.encode("utf-16-be")) // 2 <= 3 * 67


def test_no_message_holds_a_link() -> None:
    for purpose in PURPOSES:
        for language in LANGUAGES:
            assert not re.search(r"https?:|www\.|\w/\w", texts.text_of(purpose, language, values("ul. Gronowa"), "Europe/Warsaw"))


def test_polish_goes_without_diacritics() -> None:
    text = texts.text_of("ready", "pl", values("ul. Żołądź"), "Europe/Warsaw")
    assert "ul. Zoladz" in text
    assert "Odbierz do 24.11 godz. 14:00." in text
    assert "482913" not in repr(values("ul. Gronowa"))


def test_only_ukrainian_has_letters_of_its_own() -> None:
    assert [language for language in LANGUAGES if texts.is_unicode(language)] == ["uk"]


def test_ukrainian_needs_its_switch() -> None:
    assert texts.language_of("uk", True) == "uk"
    assert texts.language_of("uk", False) == "en"


def test_the_alphabet() -> None:
    assert len(gsm7.BASIC) == 127
    assert gsm7.septets("a€") == 3
    with pytest.raises(gsm7.NotGsm7, match=r"U\+0105"):
        gsm7.septets("ą")


def test_settings_that_do_not_fit_are_named() -> None:
    texts.check_texts(Settings(machines={"m-1": MachineSettings(place=LONGEST)}))
    with pytest.raises(SettingsWrong, match=r"machines\.m-1\.place"):
        texts.check_texts(Settings(machines={"m-1": MachineSettings(place="площа")}))
    with pytest.raises(SettingsWrong, match="two parts"):
        texts.check_texts(Settings(machines={"m-1": MachineSettings(place=LONGEST)}, city=City(hotline="1" * 30)))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"count":1,"list":[{"id":"X1","status":"QUEUE"}]}', "accepted"),
        (200, b'{"error":53,"message":"Not unique idx"}', "accepted"),
        (400, b'{"error":"53"}', "accepted"),
        (200, b'{"error":13,"message":"wrong number"}', "refused"),
        (200, b'{"error":103,"message":"no credit"}', "unknown"),
        (500, b"<html>", "unknown"),
        (503, b"{}", "unknown"),
        (200, b"[" * 100_000, "unknown"),
        (200, b'{"error":"' + b"9" * 5_000 + b'"}', "unknown"),
        (200, b'{"error":' + b"9" * 4_000 + b"}", "unknown"),
    ],
)
def test_answers_of_the_provider(status: int, body: bytes, kind: str) -> None:
    assert read_answer(status, body).kind == kind


NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


async def ask(handler: object, folder: Path, sms: Sms | None = None) -> str:
    (folder / "token").write_text("geheim\n")
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:  # type: ignore[arg-type]
        settings = SmsSettings(url="http://provider", token="token")
        provider = SmsProvider(settings, folder, "http://us/sms/reports", client, lambda: NOW)
        return (await provider.send(sms or Sms("d-ready", "48601234123", "PIN: 482913", "UM Poznan"))).kind


def test_one_request_a_message(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"list": [{"id": "X"}]})

    assert asyncio.run(ask(answer, tmp_path)) == "accepted"
    assert seen[0].url.path == "/sms.do"
    assert seen[0].headers["authorization"] == "Bearer geheim"
    assert b"idx=d-ready&check_idx=1&format=json" in seen[0].content

    def reports_refused(request: httpx.Request) -> httpx.Response:
        if b"notify_url" in request.content:
            return httpx.Response(200, json={"error": 70, "message": "Invalid notify_url"})
        return answer(request)

    assert asyncio.run(ask(reports_refused, tmp_path)) == "accepted"
    assert len(seen) == 2

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    assert asyncio.run(ask(fail, tmp_path)) == "unknown"


Body = Callable[[], AsyncIterator[bytes]]


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 10_000


async def _dripping() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


@pytest.mark.parametrize("body", [_endless, _dripping])
def test_an_answer_without_an_end_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Body) -> None:
    if body is _dripping:
        monkeypatch.setattr("central.sms.provider.ANSWER_S", 0.05)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body())

    assert asyncio.run(ask(answer, tmp_path)) == "unknown"


@pytest.mark.parametrize(
    ("unicode", "hours", "said"),
    [
        (False, None, {"max_parts": "1", "nounicode": "1", "expiration_date": None}),
        (True, None, {"max_parts": "3", "nounicode": None, "expiration_date": None}),
        (False, 6, {"max_parts": "1", "nounicode": "1", "expiration_date": "1795460400"}),
        (False, 24, {"expiration_date": None}),
        (False, 0.5, {"expiration_date": None}),
    ],
)
def test_what_the_provider_is_asked(tmp_path: Path, unicode: bool, hours: float | None, said: dict[str, str | None]) -> None:
    from urllib.parse import parse_qs

    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"list": [{"id": "X"}]})

    expires = NOW + timedelta(hours=hours) if hours is not None else None
    asyncio.run(ask(answer, tmp_path, Sms("d-reminder6", "48601234123", "x", "UM Poznan", "m-1", unicode, expires)))
    form = parse_qs(seen[0].content.decode())
    assert {name: (form.get(name) or [None])[0] for name in said} == said


@pytest.mark.parametrize(
    ("form", "reports"),
    [
        ({"idx": "a-ready", "status_name": "DELIVERED"}, [("a-ready", "DELIVERED")]),
        ({"idx": "a-ready,b-ready", "status": "404,405"}, [("a-ready", "DELIVERED"), ("b-ready", "UNDELIVERED")]),
        ({"idx": "a,b", "status": "404"}, []),
        ({"idx": "a,,c", "status": "404,404,404"}, [("a", "DELIVERED"), ("c", "DELIVERED")]),
        ({}, []),
    ],
)
def test_reports_come_alone_and_in_lists(form: dict[str, str], reports: list[tuple[str, str]]) -> None:
    assert [(report.idx, report.status) for report in read_reports(form)] == reports


@given(st.dictionaries(st.sampled_from(["idx", "status", "status_name", "to"]), st.text(max_size=400)))
def test_reports_of_any_kind_raise_nothing(form: dict[str, str]) -> None:
    assert len(read_reports(form)) <= 100


def test_a_message_shows_neither_phone_nor_pin() -> None:
    assert repr(Sms("d-ready", "48601234123", "PIN: 482913", "UM Poznan")) == "Sms(d-ready)"
