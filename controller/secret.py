"""Digits that somebody typed and nobody may keep."""

from typing import NoReturn


class Secret:
    """Half-typed or typed digits; no repr, no equality, no encoder, so that they reach no log, message or journal."""

    __slots__ = ("_digits",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, digits: str = "") -> None:
        self._digits = digits

    def typed(self, digit: str) -> "Secret":
        """The same with one more digit."""
        return Secret(self._digits + digit)

    def erased(self) -> "Secret":
        """The same without its last digit."""
        return Secret(self._digits[:-1])

    def last(self, digits: int) -> "Secret":
        """The last so many digits."""
        return Secret(self._digits[-digits:])

    def reveal(self) -> str:
        """The digits; only the vault asks, and a screen for the one typed last."""
        return self._digits

    def __len__(self) -> int:
        return len(self._digits)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a secret is compared by the vault only")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never stored")
