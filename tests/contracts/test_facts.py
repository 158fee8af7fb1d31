"""Facts: each kind is read back as it was written, and none has a place for what must not be kept."""

import contextlib
import re
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.facts import KINDS, AnyFact, Entry, Fact
from contracts.older_facts import FactUnknown, read_entry

ALL: tuple[type[Fact], ...] = get_args(AnyFact)
MARK = "geheim482913"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FORBIDDEN = re.compile(r"pin$|^pin|hmac|phone|case|name|digits|key|plate|secret|sms")


def facts() -> st.SearchStrategy[Fact]:
    return st.one_of([st.from_type(kind) for kind in ALL])


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


def body(**changes: Any) -> bytes:
    fields: dict[str, Any] = {"seq": 7, "wall": "2026-11-23T09:00:00Z", "mono_ms": 1, "boot": "b", "trusted": True}
    fields["fact"] = {"kind": "pin.rejected", "match": 3}
    return msgspec.json.encode({**fields, **changes})


def test_the_union_holds_every_kind_once() -> None:
    assert set(ALL) == set(Fact.__subclasses__())
    assert len(set(KINDS)) == len(KINDS) == len(ALL)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", kind) for kind in KINDS)


def test_no_fact_has_a_place_for_a_secret() -> None:
    fields = [(kind.__name__, field) for kind in ALL for field in kind.__struct_fields__]
    assert [place for place in fields if FORBIDDEN.search(place[1])] == []


@given(fact=facts(), seq=st.integers(1, 2**63 - 1), mono_ms=st.integers(0, 2**53), trusted=st.booleans())
def test_an_entry_is_read_back_as_it_was_written(fact: Any, seq: int, mono_ms: int, trusted: bool) -> None:
    entry = Entry(seq, AT, mono_ms, "boot", trusted, fact)
    stored = msgspec.json.encode(entry)
    assert read_entry(stored) == entry
    assert msgspec.json.encode(read_entry(stored)) == stored


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_one_named_error(stored: bytes) -> None:
    with contextlib.suppress(FactUnknown):
        assert isinstance(read_entry(stored), Entry)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (body(fact={"kind": "door.painted", "colour": MARK}), "entry 7 of kind door.painted"),
        (body(fact={"kind": "pin.rejected", "match": MARK}), "entry 7 of kind pin.rejected"),
        (body(fact={"kind": "pin.rejected", "match": 3, MARK: 1}), "entry 7 of kind pin.rejected"),
        (body(fact={"kind": "pin.rejected"}), "entry 7 of kind pin.rejected"),
        (body(fact={}), "entry 7 of kind ?"),
        (body(wall=MARK), "entry 7 of kind pin.rejected"),
        (body(more=MARK), "entry 7 of kind pin.rejected"),
        (body(seq=MARK), "an entry that is not readable"),
        (b'"' + MARK.encode(), "an entry that is not readable"),
        (b"\xff\xfe", "an entry that is not readable"),
        (b"[" * 100_000, "an entry that is not readable"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_told(stored: bytes, said: str) -> None:
    with pytest.raises(FactUnknown) as wrong:
        read_entry(stored)
    assert str(wrong.value) == said


def test_a_long_kind_is_cut() -> None:
    with pytest.raises(FactUnknown) as wrong:
        read_entry(body(fact={"kind": "x" * 5_000}))
    assert len(str(wrong.value)) < 80
