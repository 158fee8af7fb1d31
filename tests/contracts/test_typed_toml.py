"""TOML into Structs: one named error for everything that can be wrong with a file."""

from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.typed_toml import TomlWrong, canonical_hash, parse_toml, read_toml


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    port: str
    baud: Annotated[int, msgspec.Meta(ge=1)] = 9600


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    machine: str
    bus: Inner
    spare: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}
    maybe: Inner | None = None


class SiteWrong(TomlWrong):
    """A caller's own error."""


GOOD = 'machine = "u-1"\n[bus]\nport = "x"\n'


def test_a_good_file_comes_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(GOOD)
    assert read_toml(path, Outer) == (Outer("u-1", Inner("x")), canonical_hash({"bus": {"port": "x"}, "machine": "u-1"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "prt = 1", "f: unknown key bus.prt, nearest known key is port"),
        ("machin = 1\n" + GOOD, "f: unknown key machin, nearest known key is machine"),
        (GOOD + "[[spare]]\nport = 'a'\nbuad = 1", "f: unknown key spare[0].buad, nearest known key is baud"),
        (GOOD + "[maybe]\nprot = 'a'", "f: unknown key maybe.prot, nearest known key is port"),
        (GOOD + "qqqqqqqq = 1", "f: unknown key bus.qqqqqqqq"),
        (GOOD + "baud = 0", "f: bus.baud: Expected `int` >= 1"),
        (GOOD + "baud = 1.5", "f: bus.baud: Expected `int`, got `float`"),
        (GOOD + "baud = 1\nbaud = 2", "f: not TOML: "),
        (GOOD + "baud = " + "9" * 5000, "f: not TOML: "),
        ("a." * 5000 + "b = 1", "f: not TOML: "),
        (GOOD + 'path = "a\\u0000b"', "f: bus.path: holds a control character"),
        (GOOD + '[[spare]]\nport = "\\u001b[2J"', "f: spare.port: holds a control character"),
        (GOOD + '"a\\u007f" = 1', "f: bus: holds a control character"),
        ("", "f: file: Object missing required field `machine`"),
        ("a = " + "[" * 5000, "f: not TOML: "),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(SiteWrong) as wrong:
        parse_toml(text, "f", Outer, SiteWrong)
    assert str(wrong.value).startswith(said)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"machine = '\xf3'")
    for path in (tmp_path / "none.toml", tmp_path, latin):
        with pytest.raises(TomlWrong, match="cannot be read") as wrong:
            read_toml(path, Outer)
        assert str(wrong.value).startswith(str(path))


@given(st.text(max_size=200))
def test_any_text_is_a_value_or_one_named_error(text: str) -> None:
    for candidate in (text, GOOD + text):
        try:
            value, digest = parse_toml(candidate, "f", Outer)
        except TomlWrong:
            continue
        assert isinstance(value, Outer)
        assert len(digest) == 32
