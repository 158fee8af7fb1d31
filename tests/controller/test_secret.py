"""Typed digits: no repr, no equality, no encoder."""

import copy
import pickle

import msgspec
import pytest

from controller.live import Choices, Live, Visit
from controller.secret import Secret
from controller.vault import VaultKeys

DIGITS = "482913"
SECRET = Secret().typed("4").typed("8").typed("2").typed("9").typed("1").typed("3")


def test_digits_are_typed_and_erased() -> None:
    assert (SECRET.reveal(), len(SECRET)) == (DIGITS, 6)
    assert (SECRET.erased().reveal(), Secret().erased().reveal()) == (DIGITS[:-1], "")


@pytest.mark.parametrize(
    "shown", [repr(SECRET), str(SECRET), f"{SECRET}", repr(Live(nonce="n", visit=Visit(digits=SECRET), choices=Choices(volume=0)))]
)
def test_no_text_shows_them(shown: str) -> None:
    assert not any(digit in shown for digit in DIGITS)


@pytest.mark.parametrize("keep", [pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode, msgspec.msgpack.encode, hash])
def test_nothing_keeps_them(keep: object) -> None:
    assert callable(keep)
    for secret in (SECRET, [SECRET]):
        if secret is SECRET or keep is not copy.copy:
            with pytest.raises(TypeError):
                keep(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(Live(nonce="n", visit=Visit(digits=SECRET)))


def test_they_are_not_compared() -> None:
    with pytest.raises(TypeError, match="vault only"):
        assert Secret(DIGITS) == SECRET
    with pytest.raises(TypeError):
        assert SECRET != DIGITS


def test_keys_are_not_shown() -> None:
    assert repr(VaultKeys(b"a" * 32, b"b" * 32)) == "VaultKeys(…)"
