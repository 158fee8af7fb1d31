"""Texts, alphabet and provider of the messages."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from central.ports import Sms
from central.settings import City, MachineSettings, Settings, SettingsWrong, SmsSettings
from central.sms import gsm7, texts
from central.sms.provider import SmsProvider, read_answer

UNTIL = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
LONGEST = "ul. Marszałka Focha 128 b, x"


@pytest.mark.parametrize(("language", "length"), [("pl", 159), ("en", 160), ("de", 159)])
def test_one_part_at_the_longest_values(language: str, length: int) -> None:
    assert len(LONGEST) == 28
    text = texts.ready(texts.language_of(language, False), LONGEST, "482913", UNTIL, "61 646 33 44", "Europe/Warsaw")
    assert gsm7.fits_one_part(text)
    assert gsm7.septets(text) <= length
    assert "482913" in text


def test_polish_goes_without_diacritics() -> None:
    text = texts.ready("pl", "ul. Żołądź", "482913", UNTIL, "61", "Europe/Warsaw")
    assert "ul. Zoladz" in text
    assert "Odbierz do 24.11 godz. 14:00." in text


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
    ],
)
def test_answers_of_the_provider(status: int, body: bytes, kind: str) -> None:
    assert read_answer(status, body).kind == kind


async def ask(handler: object, folder: Path) -> str:
    (folder / "token").write_text("geheim\n")
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:  # type: ignore[arg-type]
        provider = SmsProvider(SmsSettings(url="http://provider", token="token"), folder, "http://us/sms/reports", client)
        return (await provider.send(Sms("d-ready", "48601234123", "PIN: 482913", "UM Poznan"))).kind


def test_one_request_a_message(tmp_path: Path) -> None:
    import asyncio

    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"list": [{"id": "X"}]})

    assert asyncio.run(ask(answer, tmp_path)) == "accepted"
    assert seen[0].url.path == "/sms.do"
    assert seen[0].headers["authorization"] == "Bearer geheim"
    assert b"idx=d-ready&check_idx=1&format=json" in seen[0].content

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    assert asyncio.run(ask(fail, tmp_path)) == "unknown"


def test_a_message_shows_neither_phone_nor_pin() -> None:
    assert repr(Sms("d-ready", "48601234123", "PIN: 482913", "UM Poznan")) == "Sms(d-ready)"
