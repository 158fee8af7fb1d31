"""Topics and messages: names both ways, and one named error that tells where and never what."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import (
    Ack,
    Answer,
    BlikAsked,
    BlikEnquiry,
    BlikWord,
    CompartmentReport,
    FactBatch,
    MachineReport,
    Message,
    MessageWrong,
    Presence,
    decode,
    down,
    encode,
    machine_of,
    schema,
    up,
)

KINDS: tuple[type[Message], ...] = (FactBatch, Presence, Answer, Ack, BlikAsked, BlikEnquiry, BlikWord, MachineReport)
MARK = "geheim482913"
REPORT = MachineReport(
    machine="u-1", product="urzedomat", boot="b", epoch="e", seq=1, unacknowledged=0, wall=datetime(2026, 11, 23, tzinfo=UTC),
    clock_trusted=True, screen="l.attract", free=1, occupied=0, open_doors=0, faults=["door_forced door 7"], software="0.1",
    description="d", compartments=[CompartmentReport(1, "closed", "free")], counts={"pin_paused": 1},
)  # fmt: skip
MESSAGES: tuple[Message, ...] = (
    FactBatch(machine="u-1", epoch="e", previous="00", facts=[msgspec.Raw(b'{"seq":1}')]),
    Presence(online=True, boot="b", connection="c", epoch="e", nonce="n"),
    Answer(order="o", state="done", code="ok"),
    Ack(epoch="e", upto=7, missing=[(9, 11)]),
    BlikAsked(attempt="a", amount=870, until=datetime(2026, 11, 23, tzinfo=UTC), sealed="c2VhbGVk"),
    BlikEnquiry(attempt="a", amount=870),
    BlikWord(attempt="a", state="declined", reason="user"),
    REPORT,
)


def test_there_is_a_message_of_every_kind() -> None:
    assert {type(message) for message in MESSAGES} == set(KINDS) == set(Message.__subclasses__()) - {CompartmentReport}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_is_read_back(message: Message) -> None:
    assert encode(decode(encode(message), type(message))) == encode(message)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_the_named_error(payload: bytes) -> None:
    for kind in KINDS:
        with contextlib.suppress(MessageWrong):
            assert isinstance(decode(payload, kind), kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.just(MARK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([MARK, "door", "n"]), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(MESSAGES), st.data())
def test_a_wrong_value_is_placed_and_not_told(message: Message, data: st.DataObject) -> None:
    fields: dict[str, Any] = msgspec.json.decode(encode(message))
    name = data.draw(st.sampled_from([*fields, MARK]))
    fields[name] = data.draw(JSON)
    said = ""
    try:
        decode(msgspec.json.encode(fields), type(message))
    except MessageWrong as error:
        said = str(error)
    assert MARK not in said
    assert len(said) < 200


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (Answer, {"order": "o", "state": MARK, "code": "ok"}, "Answer: wrong at $.state"),
        (Answer, {"order": 482913, "state": "done", "code": "ok"}, "Answer: wrong at $.order"),
        (Ack, {"epoch": "e", "upto": 1, "missing": [[1, MARK]]}, "Ack: wrong at $.missing[0][1]"),
        (Ack, {"epoch": "e", "upto": 1, MARK: 1}, "Ack: ValidationError"),
        (Ack, {"epoch": "e"}, "Ack: ValidationError"),
        (MachineReport, {**msgspec.to_builtins(REPORT), "counts": {MARK: MARK}}, "MachineReport: wrong at $.counts[...]"),
    ],
)
def test_where_it_is_wrong(kind: type[Message], fields: dict[str, Any], said: str) -> None:
    with pytest.raises(MessageWrong) as wrong:
        decode(msgspec.json.encode(fields), kind)
    assert str(wrong.value) == said


@pytest.mark.parametrize("payload", [b"", b"\xff", b"[" * 100_000, b'"' + MARK.encode()])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(MessageWrong) as wrong:
        decode(payload, Ack)
    assert MARK not in str(wrong.value)


def test_topics_name_their_machine() -> None:
    assert machine_of(up("u-1", "facts"), "up") == ("u-1", "facts")
    assert machine_of(down("u-1", "ack"), "down") == ("u-1", "ack")


@pytest.mark.parametrize(
    "topic",
    ["", "kiosk/v1/u-1/up", "kiosk/v1/u-1/up/facts/more", "kiosk/v2/u-1/up/facts", "kiosk/v1/u-1/down/facts", "kiosk/v1/+/up/facts",
     "kiosk/v1//up/facts", "kiosk/v1/U-1/up/facts", "kiosk/v1/u-1\n/up/facts", "/kiosk/v1/u-1/up/facts", "$SYS/v1/u-1/up/facts"],
)  # fmt: skip
def test_other_topics_are_nobodys(topic: str) -> None:
    assert machine_of(topic, "up") is None


@given(st.text(max_size=60))
def test_any_topic_is_ours_or_nobodys(topic: str) -> None:
    found = machine_of(topic, "up")
    assert found is None or topic == f"kiosk/v1/{found[0]}/up/{found[1]}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_message_has_a_schema(kind: type[Message]) -> None:
    assert schema(kind)["$ref"].endswith(kind.__name__)
