"""Whatever arrives on any topic: counted, visible, and nothing else changes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from central.times import to_ms
from contracts.facts import AnyFact, AuditAnswered, DocumentHandedOver, Entry, Fact, TermsExtended
from contracts.topics import Answer, FactBatch, MachineReport, Presence
from tests.central.paper_machine import MACHINE, START, House
from tests.central.test_centre import stored

KEPT = ("facts", "cursors", "orders", "deposits", "sms", "pin_marks")
TOPICS = ("facts", "state", "presence", "answers", "nonsense")
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(LEAF, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
FIELDS = sorted({field for kind in (FactBatch, Presence, Answer, MachineReport) for field in kind.__struct_fields__})
ALMOST = st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from([MACHINE, "00ff", "0" * 64, "taken"]), max_size=8)


def everything(house: House) -> dict[str, Any]:
    """What must not change."""
    with house.centre.store.transaction() as t:
        return {name: t.execute(text(f"SELECT * FROM {name}")).all() for name in KEPT}


HOUSE = House()
stored(HOUSE)
BEFORE = everything(HOUSE)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(TOPICS), st.binary() | (JSON | ALMOST).map(lambda value: json.dumps(value).encode()))
@example("facts", b"[" * 100_000)
@example("presence", b'{"online":true,"boot":"","connection":"\\u0000"}')
@example("answers", b'{"order":"\\u0000","state":"done","code":""}')
def test_bytes_of_any_kind_change_nothing(what: str, payload: bytes) -> None:
    HOUSE.centre.receive(f"kiosk/v1/{MACHINE}/up/{what}", payload, HOUSE.at)
    assert everything(HOUSE) == BEFORE


def test_what_was_wrong_is_counted_and_named() -> None:
    house = House()
    for what in ("facts", "state", "presence", "answers"):
        house.centre.receive(f"kiosk/v1/{MACHINE}/up/{what}", b"{", house.at)
    house.centre.receive("kiosk/v1/another-machine/up/facts", b"{}", house.at)
    house.centre.receive("other/topic", b"{}", house.at)
    house.centre.receive(f"kiosk/v1/{MACHINE}/up/facts", b"x" * 5_000_000, house.at)
    assert house.counts() == {"dead_letters": 5, "security.machine_unknown": 1}


class Liar:
    """A told document, and its machine, which says whatever it likes in a chain that is right."""

    def __init__(self) -> None:
        self.house = House()
        self.key = self.house.told()

    def says(self, fact: AnyFact, wall: datetime, mono_ms: int = 0, trusted: bool = True) -> None:
        """One more fact; the centre goes on and acknowledges it."""
        machine = self.house.machine
        entry = Entry(seq=len(machine.stored) + 1, wall=wall, mono_ms=mono_ms, boot="b1", trusted=trusted, fact=fact)
        machine.raw(msgspec.json.encode(entry))
        assert self.house.sync().upto == len(machine.stored)
        self.house.later(1)


LIAR = Liar()
WORDS = st.text(max_size=80) | st.sampled_from([LIAR.key, f"{LIAR.key}-ready", f"{LIAR.key}-extended", "\x00", "x" * 70_000])
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.integers(0, 8)
KINDS: tuple[type[Fact], ...] = get_args(AnyFact)


def lies(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    """Facts of this kind with whatever fits its types."""
    ours = {int: NUMBERS, str: WORDS, datetime: MOMENTS}
    fields = {name: ours[at] for name, at in get_type_hints(kind).items() if at in ours}
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__struct_config__.tag)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), wall=MOMENTS, mono_ms=NUMBERS, trusted=st.booleans())
def test_no_fact_of_a_machine_stops_the_centre(kind: type[Fact], data: st.DataObject, wall: datetime, mono_ms: int, trusted: bool) -> None:
    LIAR.says(cast("AnyFact", data.draw(lies(kind))), wall, mono_ms, trusted)


@pytest.mark.parametrize("years", [-2025, -30, 0, 30, 7973])
def test_a_hand_over_at_an_impossible_moment_is_one_of_now(years: int) -> None:
    liar = Liar()
    wall = START.replace(year=START.year + years)
    liar.says(DocumentHandedOver(deposit=liar.key, compartment=7), wall)
    assert liar.house.deposit(liar.key).ended_ms == to_ms(START)
    assert "23.11 godz. 10:00" in liar.house.wire.messages[-1].text


@pytest.mark.parametrize("days", [61, 10_000, 2_900_000])
def test_a_term_that_no_order_of_ours_could_set_moves_nothing_and_is_told(days: int) -> None:
    liar = Liar()
    before = liar.house.deposit(liar.key).until_ms
    liar.says(TermsExtended(until=START + timedelta(days=days)), START)
    assert liar.house.deposit(liar.key).until_ms == before
    assert liar.house.purposes() == ["ready"]
    assert liar.house.counts()["security.terms_never_asked"] == 1


def test_an_audit_of_a_compartment_that_no_machine_has_is_taken() -> None:
    liar = Liar()
    acked = liar.house.acked
    liar.says(AuditAnswered(compartment=2**63, contents="empty", same=False), START)
    assert liar.house.acked == acked + 1
