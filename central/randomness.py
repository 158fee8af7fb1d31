"""Randomness of the centre: this file alone draws it."""

import secrets


class SystemRandomness:
    """Randomness of the operating system."""

    def token(self, size: int) -> str:
        """`size` random bytes in hex."""
        return secrets.token_hex(size)

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, all alike."""
        return secrets.randbelow(limit)
