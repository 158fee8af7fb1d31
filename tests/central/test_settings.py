"""Settings and keys: every mistake is named with its file and key."""

import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.randomness import SystemRandomness
from central.settings import DocumentType, MachineSettings, Settings, SettingsWrong, read_settings
from central.signer import Signer, make_keys, read_signer
from contracts.key_files import KeysWrong
from contracts.typed_toml import parse_toml

GOOD = '[machines.urzedomat-1]\nnumber = "U-01"\nplace = "ul. Gronowa 22a"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "[http]\nprt = 1\n", r"centre\.toml: unknown key http\.prt, nearest known key is port"),
        (GOOD + "[http]\nport = 70000\n", r"centre\.toml: http\.port: Expected `int` <= 65535"),
        (GOOD + "[sms]\nquiet_from = 24\n", r"sms\.quiet_from"),
        (GOOD + '[city]\ntimezone = "Mars/Base"\n', r"city\.timezone: is not a known time zone"),
        ('[machines."<x>"]\n', r"machines: ids are a-z, 0-9 and -"),
        ("machines = 3\n", r"centre\.toml: machines"),
        ("[", r"not TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsWrong, match=told):
        read_settings(path)


@given(st.text(max_size=80))
def test_any_text_is_settings_or_a_named_error(text: str) -> None:
    told = "centre.toml"
    try:
        parse_toml(text, "centre.toml", Settings, SettingsWrong)
    except SettingsWrong as error:
        told = str(error)
    assert told.startswith("centre.toml")


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = make_keys(folder, ("urzedomat-1",), SystemRandomness())
    assert sorted(path.name for path in made) == ["http.key", "order.key", "order.pub", "pin-urzedomat-1.key", "seal.key"]
    assert {path.stat().st_mode & 0o777 for path in made if path.suffix == ".key"} == {0o600}
    assert make_keys(folder, ("urzedomat-1",), SystemRandomness()) == []
    signer = read_signer(folder, ("urzedomat-1",))
    assert repr(signer) == "Signer(…)"
    sealed = signer.seal("482913", "pin/d1", SystemRandomness())
    assert b"482913" not in sealed
    assert signer.unseal(sealed, "pin/d1") == "482913"
    with pytest.raises(KeysWrong, match="does not open"):
        signer.unseal(sealed, "pin/d2")


def test_bad_key_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(KeysWrong, match=r"order\.key: cannot be read"):
        read_signer(tmp_path, ())
    (tmp_path / "order.key").write_text("short")
    (tmp_path / "order.key").chmod(0o644)
    with pytest.raises(KeysWrong, match="owner only"):
        read_signer(tmp_path, ())
    os.chmod(tmp_path / "order.key", 0o600)
    with pytest.raises(KeysWrong, match="not a key"):
        read_signer(tmp_path, ())
    with pytest.raises(KeysWrong, match="ids are"):
        make_keys(tmp_path, ("../x",), SystemRandomness())


def test_a_pin_mark_depends_on_the_machine() -> None:
    signer = Signer(b"o" * 32, b"s" * 32, {"a-1": b"1" * 32, "a-2": b"2" * 32})
    assert signer.pin_mark("a-1", "482913") != signer.pin_mark("a-2", "482913")


def test_every_key_is_described() -> None:
    described = set(
        re.findall(r"^\| `([a-z_.A-Z]+)` \|", (Path(__file__).parents[2] / "docs" / "centre.md").read_text("utf-8"), re.MULTILINE)
    )
    many: dict[str, tuple[str, Any]] = {"machines": ("machines.ID", MachineSettings), "documents": ("documents.TYPE", DocumentType)}
    wanted: set[str] = set()
    for field in msgspec.structs.fields(Settings):
        name, inner = many.get(field.name, (field.name, field.type))
        described_by = inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None
        wanted |= {f"{name}.{each.name}" for each in msgspec.structs.fields(described_by)} if described_by else {name}
    assert described == wanted
