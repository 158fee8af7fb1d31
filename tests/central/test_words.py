"""Every fact, fault, state and count has its words in every language."""

import re
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from central.dashboard.cabinet import MARKS
from central.dashboard.words import FOLDER, Words, language_of
from central.sms.purposes import PURPOSES
from central.store.acts import Deed
from central.tasks import PRIORITY
from central.views import FactView
from contracts.clerk_facts import Contents
from contracts.facts import KINDS, AnyFact, CollectionEnded, DepositMoving, DoorRefused, QuarantineReason
from contracts.faults import FAULTS
from contracts.orders import AnyAsk, SendSms
from contracts.screen_messages import LANGUAGES, Language
from contracts.texts import read_catalogues
from controller.visit.screen_table import SCREENS


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: Language) -> None:
    words = Words(language, "Europe/Warsaw")
    wanted = [f"fact.{kind}" for kind in KINDS] + [f"fault.{fault}" for fault in FAULTS]
    wanted += [f"screen.{name}" for name in SCREENS]
    wanted += [f"{part}.{kind}" for kind in PRIORITY for part in ("task", "next")] + [f"p.{purpose}" for purpose in PURPOSES]
    wanted += [f"verb.{ask.__struct_config__.tag}" for ask in get_args(AnyAsk) if ask is not SendSms]
    wanted += [f"act.{deed}" for deed in get_args(Deed)]
    wanted += [f"r.{reason}" for reason in get_args(QuarantineReason)] + [f"w.{contents}" for contents in get_args(Contents)]
    assert [key for key in wanted if not words.has(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_tells_every_mark_by_the_word_of_its_use(language: Language) -> None:
    words = Words(language, "Europe/Warsaw")
    assert len(set(MARKS.values())) == len(MARKS)
    for use, mark in MARKS.items():
        told = words("door.unknown") if use == "unknown" else words(f"use.{use}")
        assert not mark or f"{mark} {told}" in words("legend")


def test_languages_have_the_same_keys_and_values() -> None:
    catalogues = read_catalogues(FOLDER)
    for language in LANGUAGES:
        assert catalogues[language].keys() == catalogues["pl"].keys()
        for key, text in catalogues["pl"].items():
            assert sorted(re.findall(r"\{\w+\}", catalogues[language][key])) == sorted(re.findall(r"\{\w+\}", text)), key


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (DepositMoving(deposit="e49a80ff", compartment=5, reason="not_empty"), "another compartment than 5: the compartment was not empty"),
        (CollectionEnded(deposit="e49a80ff", compartment=5, closed=True), "compartment 5, door: closed"),
        (CollectionEnded(deposit="e49a80ff", compartment=5, closed=False), "compartment 5, door: open"),
        (DoorRefused(compartment=5, wish=9, code="busy", wait_ms=0), "certainly not driven: another lock is being driven"),
    ],
)
def test_a_fact_says_what_its_fields_mean(fact: AnyFact, said: str) -> None:
    entry = msgspec.Raw(msgspec.json.encode({"fact": fact}))
    view = FactView(1, "u-01", "e", 1, str(type(fact).__struct_config__.tag), datetime(2026, 11, 23, tzinfo=UTC), False, entry)
    assert Words("en", "Europe/Warsaw").fact(view).endswith(said)


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "pl"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "fr-FR,de;q=0.5,uk;q=0.8", "uk"),
        (None, "de;q=0,fr", "pl"),
        (None, "en;q=x,*", "pl"),
        ("uk", "en", "uk"),
        ("xx", "en", "en"),
    ],
)
def test_the_language_chosen_then_the_browsers_then_the_default(asked: str | None, accepted: str, language: Language) -> None:
    assert language_of(asked, accepted, "pl") == language


@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/New_York"])
def test_any_time_that_a_machine_can_name_has_words(moment: datetime, zone: str) -> None:
    words = Words("pl", zone)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", words.time(moment))
    assert re.fullmatch(r"\d\d\.\d\d \d\d:\d\d", words.day_time(moment))


@pytest.mark.parametrize("ms", [2**62, -(2**62)])
def test_a_moment_beyond_all_years_is_their_end(ms: int) -> None:
    assert re.fullmatch(r"\d\d\.\d\d \d\d:\d\d", Words("pl", "Europe/Warsaw").stamp(ms))
