"""Whatever arrives on any topic: counted, visible, and nothing else changes."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from contracts.topics import Answer, FactBatch, MachineReport, Presence
from tests.central.paper_machine import MACHINE, House
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
