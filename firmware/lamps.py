"""The compartments' lamps: which are lit and how brightly; dark when nobody says so any more."""

from contracts import lock_bus as bus


class Lamps:
    """Bit n of `lit` is channel n's lamp; `count` is 0 on a board without lamps."""

    def __init__(self, count: int) -> None:
        self.lit = 0
        self.percent = bus.BRIGHTEST
        self._all = (1 << count) - 1

    def light(self, lit: int, percent: int) -> None:
        """Exactly these; raises BusWrong and changes nothing for a lamp that the board does not have."""
        if lit & ~self._all:
            raise bus.BusWrong("a lamp the board does not have")
        self.lit = lit
        self.percent = percent

    def darken(self) -> None:
        """All off: what was lit is forgotten, or it would shine for somebody who has gone."""
        self.lit = 0
