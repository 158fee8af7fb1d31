"""What a test opens is closed at its end, whatever happened."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Protocol, TypeVar


class Closes(Protocol):
    """Anything that can be closed."""

    def close(self) -> object:
        """Close it; twice does no harm."""
        ...


C = TypeVar("C", bound=Closes)


class Keep(Protocol):
    """`keep(thing)` is the thing, to be closed at the end of the test."""

    def __call__(self, thing: C) -> C: ...


@contextmanager
def keeping() -> Generator[Keep]:
    """Closes what it was given, the newest first, whatever happened."""
    with ExitStack() as stack:

        def kept(thing: C) -> C:
            stack.callback(thing.close)
            return thing

        yield kept
