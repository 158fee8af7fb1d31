"""Reads journal entries of this and every earlier release.

A kind that this release does not know comes from a newer one: an older release refuses to run on a newer journal, and says so by name.
"""

import msgspec

from contracts.facts import Entry


class FactUnknown(ValueError):
    """An entry of a newer release, or no entry at all; names its kind, never its content."""


class _Kind(msgspec.Struct, frozen=True):
    kind: str = "?"


class _Outline(msgspec.Struct, frozen=True):
    seq: int = 0
    fact: _Kind = _Kind()


def read_entry(body: bytes) -> Entry:
    """The entry in stored bytes; raises FactUnknown."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FactUnknown(_named(body)) from None


def _named(body: bytes) -> str:
    try:
        outline = msgspec.json.decode(body, type=_Outline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "an entry that is not readable"
    return f"entry {outline.seq} of kind {outline.fact.kind[:40]}"
