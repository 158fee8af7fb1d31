"""Reads a TOML file into a Struct: typed, ranged, and an unknown key is an error that names the nearest known one."""

import difflib
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from contracts.small_files import read_small

T = TypeVar("T", bound=msgspec.Struct)

_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`")


class TomlWrong(ValueError):
    """A file that cannot be used; the text names the file, the key and, for an unknown key, the nearest known one."""


def read_toml(path: Path, kind: type[T], error: type[TomlWrong] = TomlWrong) -> tuple[T, bytes]:
    """The file as `kind` and the SHA-256 of its canonical JSON; raises `error`."""
    try:
        text = read_small(path)
    except (OSError, UnicodeDecodeError) as problem:
        raise error(f"{path}: cannot be read ({type(problem).__name__})") from problem
    return parse_toml(text, str(path), kind, error)


def parse_toml(text: str, name: str, kind: type[T], error: type[TomlWrong] = TomlWrong) -> tuple[T, bytes]:
    """The text as `kind` and its hash; `name` stands for the file in the error."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
        control = _control_character(table, "")
    except (ValueError, RecursionError) as problem:
        raise error(f"{name}: not TOML: {problem}") from problem
    if control is not None:
        raise error(f"{name}: {control or 'file'}: holds a control character")
    try:
        value = msgspec.convert(table, kind)
    except (msgspec.ValidationError, ValueError) as problem:
        raise error(f"{name}: {_in_words(str(problem), table, kind)}") from problem
    return value, canonical_hash(table)


def canonical_hash(table: dict[str, Any]) -> bytes:
    """SHA-256 over the JSON with sorted keys and no spaces: layout and comments do not count, every value does."""
    return hashlib.sha256(json.dumps(table, sort_keys=True, separators=(",", ":"), default=str).encode()).digest()


def _control_character(value: object, where: str) -> str | None:
    """Where a text holds one, which no name, path or address may."""
    match value:
        case str():
            return where if _CONTROL.search(value) else None
        case dict():
            inside = [(each, f"{where}.{key}".lstrip(".")) for key, each in cast("dict[str, object]", value).items()]
            inside += [(key, where) for key in cast("dict[str, object]", value)]
        case list():
            inside = [(each, where) for each in cast("list[object]", value)]
        case _:
            return None
    return next((found for each, place in inside if (found := _control_character(each, place)) is not None), None)


def _in_words(text: str, table: dict[str, Any], kind: type[Any]) -> str:
    where = _WHERE.search(text)
    path = where["path"].lstrip(".") if where else ""
    unknown = _UNKNOWN.search(text)
    if not unknown:
        return f"{path or 'file'}: {_WHERE.sub('', text)}"
    key = f"{path}.{unknown['key']}" if path else unknown["key"]
    near = difflib.get_close_matches(unknown["key"], sorted(_known_keys(kind, set())), 1, 0.3)
    return f"unknown key {key}" + (f", nearest known key is {near[0]}" if near else "")


def _known_keys(kind: object, seen: set[object]) -> set[str]:
    """Every key of the Struct and of the Structs inside it."""
    return _keys_of(msgspec.inspect.type_info(kind), seen)


def _keys_of(info: object, seen: set[object]) -> set[str]:
    if isinstance(info, msgspec.inspect.StructType):
        if info.cls in seen:
            return set()
        seen.add(info.cls)
        return {f.encode_name for f in info.fields}.union(*(_keys_of(f.type, seen) for f in info.fields))
    inner = [getattr(info, name, None) for name in ("item_type", "value_type", "type")]
    several = cast("tuple[object, ...]", getattr(info, "item_types", ()) or getattr(info, "types", ()))
    found: set[str] = set()
    for part in (*inner, *several):
        if part is not None:
            found |= _keys_of(part, seen)
    return found
