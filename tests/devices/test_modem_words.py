"""What controller and modem process tell each other: read back as written, one named error for all else, no content in any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices import modem_words as words
from controller.devices.modem_words import Answer, ModemSaidWrong, Report, Send, State

TEXT = "PIN: 482913"


@pytest.mark.parametrize(
    "said", [State("ready"), Answer(7, "failed", "modem_nosim"), Answer(7, "sent", reference=3), Report(3, "delivered")]
)
def test_what_is_said_is_heard(said: words.AnySaid) -> None:
    assert words.read_said(words.line_of(said)) == said


@given(st.integers(), st.text(max_size=20), st.text(st.characters(exclude_categories=["Cs"]), max_size=500), st.booleans())
def test_what_is_asked_is_heard_and_one_line(wish: int, phone: str, text: str, wide: bool) -> None:
    line = words.line_of(Send(wish % 2**40, phone.encode("utf-8", "replace").decode(), text, wide))
    assert line.count(b"\n") == 1
    assert words.read_send(line).text == text


@given(st.binary(max_size=100))
def test_anything_else_is_one_named_error(line: bytes) -> None:
    for read in (words.read_said, words.read_send):
        with pytest.raises(ModemSaidWrong):
            read(line)


def test_no_text_shows_the_message() -> None:
    assert TEXT not in repr(Send(1, "48600100200", TEXT, False))
    with pytest.raises(ModemSaidWrong) as wrong:
        words.read_send(b'{"wish": "' + TEXT.encode() + b'"}')
    assert "482913" not in str(wrong.value)
    assert wrong.value.__cause__ is None


@pytest.mark.parametrize(
    ("octet", "status"), [(0, "delivered"), (2, "delivered"), (0x20, None), (0x3F, None), (0x40, "failed"), (0x46, "failed")]
)
def test_status_octets(octet: int, status: str | None) -> None:
    assert words.status_of(octet) == status


@pytest.mark.parametrize(
    ("waits_for", "registered", "state"),
    [(None, "HomeNetwork", "ready"), (None, "RoamingNetwork", "ready"), (None, "RequestingNetwork", "no_network"), (None, "", "no_network"),
     ("PIN", "HomeNetwork", "card")],
)  # fmt: skip
def test_states(waits_for: str | None, registered: str, state: str) -> None:
    assert words.state_of(waits_for, registered) == state


@pytest.mark.parametrize(
    ("error", "end", "code"),
    [("ERR_UNKNOWN", "failed", "modem_unknown"), ("ERR_NOSIM", "failed", "modem_nosim"), ("ERR_TIMEOUT", "doubt", "modem_timeout"),
     ("ERR_DEVICEREADERROR", "doubt", "modem_devicereaderror"), ("ERR_OF_TOMORROW", "doubt", "modem_of_tomorrow")],
)  # fmt: skip
def test_only_what_the_modem_answered_is_a_failure(error: str, end: str, code: str) -> None:
    assert (words.end_of_error(error), words.code_of_error(error)) == (end, code)
