"""When a lock board is to be told which of its lamps shine. Lamps may be lost: nothing waits for them and nothing follows from them."""

AGAIN_MS = 200
BLINDLY = 3
"""So often is a board that cannot be read any more told to be dark; it may still hear, and others keep the line busy."""
REFRESH_MS = 2_000
"""A board forgets its lamps when it hears nothing for a moment; lit ones are said again and again."""

Light = tuple[int, int]
"""Which lamps shine (bit n = channel n), and how brightly in percent."""

DARK: Light = (0, 100)


class BoardLamps:
    """The lamps of one board; `there` from when it has said that it has some until it is asked again who it is.

    While `held` its doors may not be driven, so nothing is to shine at them, whatever is wanted.
    """

    def __init__(self) -> None:
        self.there = self.held = False
        self._blindly = 0
        self.wanted = DARK
        self._said = DARK
        self._said_ms: int | None = None
        self._shown: Light | None = None

    def found(self, there: bool, held: bool = False) -> None:
        """The board has said who it is, or is to say so again; what its lamps do is not known."""
        self.there, self.held, self._blindly = there, held, 0
        self._said_ms = self._shown = None

    def lost(self) -> None:
        """The board cannot be read any more."""
        shines = self.there and self._said[0] != 0
        self.found(shines, held=True)
        self._blindly = BLINDLY if shines else 0

    def due_ms(self) -> int | None:
        """When they are to be said next, in the past when at once; None when they are as they should be."""
        if not self.there:
            return None
        if self._said_ms is None:
            return 0
        if self._shown is None:
            return self._said_ms + AGAIN_MS
        if self._shown != self._due:
            return 0
        return self._said_ms + REFRESH_MS if self._due[0] else None

    @property
    def _due(self) -> Light:
        return DARK if self.held else self.wanted

    def say(self, now_ms: int) -> Light:
        """What to tell the board now; what its lamps do is not known until it has answered."""
        if self._blindly:
            self._blindly -= 1
            self.there = self._blindly > 0
        self._said, self._said_ms, self._shown = self._due, now_ms, None
        return self._said

    def answered(self, light: Light) -> None:
        """The board says what they do; anything else than it was told counts as no answer."""
        if light == self._said:
            self._shown = light
