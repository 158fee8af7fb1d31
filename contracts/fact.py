"""What all kinds of fact have in common."""

import msgspec


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Something that happened at a machine, kept for ever."""
