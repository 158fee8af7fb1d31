"""What the page may answer: a key or a sign of life; anything else gets the named error."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.screen_messages import ANSWER_BYTES_MAX, KEYS, AliveAnswer, AnswerWrong, KeyAnswer, read_answer

MARK = "geheim482913"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_read(key: str) -> None:
    answer = KeyAnswer(key=key, rev=812)
    assert read_answer(msgspec.json.encode(answer)) == answer == read_answer(msgspec.json.encode(answer).decode())


def test_a_sign_of_life_is_read() -> None:
    assert read_answer('{"alive": 7}') == AliveAnswer(alive=7)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (f'{{"key": "{MARK}", "rev": 1}}', "no such key"),
        ('{"key": "OK", "rev": 1}', "no such key"),
        ('{"key": "ok"}', "neither a key nor a sign of life"),
        (f'{{"key": "ok", "rev": "{MARK}"}}', "neither a key nor a sign of life"),
        ('{"key": 1, "rev": 1}', "neither a key nor a sign of life"),
        ('{"key": "ok", "rev": 1.5}', "neither a key nor a sign of life"),
        (f'{{"key": "ok", "rev": 1, "{MARK}": 1}}', "neither a key nor a sign of life"),
        ('{"alive": 1, "key": "ok", "rev": 1}', "neither a key nor a sign of life"),
        (f'{{"alive": "{MARK}"}}', "neither a key nor a sign of life"),
        ("[]", "neither a key nor a sign of life"),
        ("", "neither a key nor a sign of life"),
        ("[" * ANSWER_BYTES_MAX, "neither a key nor a sign of life"),
        ('{"alive": "\ud800"}', "neither a key nor a sign of life"),
        (b"\xff", "neither a key nor a sign of life"),
        (" " * ANSWER_BYTES_MAX + '{"alive": 7}', "too long"),
    ],
)
def test_what_is_neither_is_refused_without_its_words(answer: str | bytes, said: str) -> None:
    with pytest.raises(AnswerWrong) as wrong:
        read_answer(answer)
    assert str(wrong.value) == said


@given(st.binary(max_size=300) | st.text(st.characters(exclude_categories=()), max_size=300))
def test_anything_is_an_answer_or_the_named_error(answer: str | bytes) -> None:
    with contextlib.suppress(AnswerWrong):
        assert isinstance(read_answer(answer), KeyAnswer | AliveAnswer)
