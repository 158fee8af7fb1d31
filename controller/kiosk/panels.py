"""The two panels in pixels (screens.md A1): what the style sheet says and the layout of large texts counts with."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from contracts.screen_messages import Size

PanelName = Literal["7in", "10in"]


class Panel(msgspec.Struct, frozen=True):
    """Width, height, action row, margin, unit, picture and digit key; body and heading by size."""

    wide: int
    high: int
    row: int
    margin: int
    unit: int
    side: int
    digit: int
    body: Mapping[Size, int]
    head: Mapping[Size, int]

    @property
    def inner(self) -> int:
        """Width without margins."""
        return self.wide - 2 * self.margin


PANELS: Mapping[PanelName, Panel] = {
    "7in": Panel(1024, 600, 100, 24, 13, 256, 108, {"A": 57, "A+": 80, "A++": 114}, {"A": 69, "A+": 80, "A++": 114}),
    "10in": Panel(1280, 800, 106, 32, 12, 340, 150, {"A": 61, "A+": 71, "A++": 122}, {"A": 71, "A+": 71, "A++": 122}),
}
