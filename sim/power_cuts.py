"""Where the power can go: every port and the journal count their points, and a plan says at which one it goes."""

from collections.abc import Callable

import msgspec


class PowerCut(BaseException):
    """The power is gone at this point: nothing after it happens."""


class Cut(msgspec.Struct, frozen=True):
    """One planned cut: at the `nth` point of this family (and detail, when one is named) after the last cut.

    `down_ms` later the power is back; with `board` the lock boards lose theirs too.
    """

    family: str
    detail: str
    nth: int
    down_ms: int
    board: bool = False


class CutPoints:
    """Counts the points of one machine or centre; `kill` takes its ports and its database away before anything else."""

    def __init__(self, cuts: tuple[Cut, ...], kill: Callable[[], None]) -> None:
        self.count = 0
        self.last = "none"
        self._waiting = list(cuts)
        self._seen = 0
        self._kill = kill
        self._healed = False

    def at(self, family: str, detail: str = "") -> None:
        """This point is reached; raises PowerCut when the plan says so."""
        self.count += 1
        if self._healed or not self._waiting:
            return
        cut = self._waiting[0]
        if cut.family != family or cut.detail not in detail:
            return
        self._seen += 1
        if self._seen < cut.nth:
            return
        self._seen = 0
        self.last = f"#{self.count} {family} {detail}".strip()
        self._kill()
        raise PowerCut(self.last)

    def taken(self) -> Cut:
        """The cut that has just happened; the next one is armed."""
        return self._waiting.pop(0)

    def heal(self) -> None:
        """No more cuts."""
        self._healed = True
