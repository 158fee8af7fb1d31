"""The colours of the style sheet, recomputed: text at least 7:1, marks and focus at least 3:1 (screens.md A3)."""

import re
from pathlib import Path

import pytest

import controller.kiosk
from controller.kiosk.colours import contrast

STYLE = (Path(controller.kiosk.__file__).parent / "page" / "kiosk.css").read_text()
BLOCKS = {"day": r":root", "night": r'\[data-theme="night"\]', "contrast": r'\[data-theme="contrast"\]'}
TEXT = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink2", "ground"),
    ("stop", "surface"),
    ("on-ok", "ok"),
    ("on-warn", "warn"),
    ("on-lit", "lit"),
    ("surface", "ink"),
    ("ground", "ink"),
]
MARKS = [
    ("line", "ground"),
    ("line", "surface"),
    ("accent", "surface"),
    ("focus", "ground"),
    ("ok", "ground"),
    ("stop", "ground"),
    ("ink", "lit"),
]


def tokens(theme: str) -> dict[str, str]:
    """The theme's colours by token."""
    block = re.search(BLOCKS[theme] + r" \{(.*?)\}", STYLE, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block[1]))


@pytest.mark.parametrize("theme", BLOCKS)
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 7.0), (MARKS, 3.0)], ids=["text", "marks"])
def test_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = tokens(theme)
    if theme != "day":
        pairs = [pair for pair in pairs if pair != ("ink", "lit")]  # there the plate's own dark number carries the meaning
    assert [
        (pair, round(contrast(colours[pair[0]], colours[pair[1]]), 1))
        for pair in pairs
        if contrast(colours[pair[0]], colours[pair[1]]) < least
    ] == []
