"""Randomness of a machine: this file alone draws it."""

import secrets
from typing import Protocol


class Randomness(Protocol):
    """Where ids come from."""

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        ...


class SystemRandomness:
    """Randomness of the operating system."""

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        return secrets.token_hex(size)
