"""The colours of the style sheet, recomputed: text at least 7:1, marks and focus at least 3:1 (screens.md A3)."""

import re
from pathlib import Path

import pytest

import controller.kiosk

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


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, at least 1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


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


def test_a_known_ratio() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0
    assert round(contrast("#F6F4EE", "#3B4A57"), 1) == 8.3
