"""How wide a text is in the screen's typeface, from the advance widths of Lato 2 (thousandths of an em). Pure."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

Weight = Literal[500, 700]
UNKNOWN = 800
"""A letter that is not in the table is taken to be a wide one."""
CODE = 602
"""Each sign of DejaVu Sans Mono Bold."""


def width(text: str, size: float, weight: Weight = 500, code: bool = False) -> float:
    """Pixels; kerning, which makes a line shorter, is not counted."""
    if code:
        return len(text) * CODE * size / 1000
    advances = _advances()[weight]
    return sum(advances.get(letter, UNKNOWN) for letter in text) * size / 1000


@cache
def _advances() -> dict[Weight, dict[str, int]]:
    raw = resources.files("controller.kiosk").joinpath("glyph_widths.json").read_bytes()
    table = msgspec.json.decode(raw, type=dict[str, dict[str, str]])
    weights: tuple[Weight, ...] = (500, 700)
    return {weight: {letter: int(units) for units, letters in table[str(weight)].items() for letter in letters} for weight in weights}
