"""The city's own accent in place of the product's: whether it can be read, and the style sheet that sets it. Pure.

Only the theme `day` takes it: the colours of `night` and `contrast` are chosen for eyes in the dark and eyes that see little.
"""

DAY = {"ground": "#F6F4EE", "surface": "#FFFFFF", "its own label": "#FFFFFF"}
"""What the accent lies on or under by day."""

READABLE = 7.0
"""The least ratio of text to what it stands on (WCAG 2.2, 1.4.6)."""


def contrast(one: str, other: str) -> float:
    """The ratio of two colours `#rrggbb`, at least 1."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def refusal(accent: str) -> str | None:
    """Why this accent cannot be used by day; None when it can."""
    worst = min(DAY, key=lambda name: contrast(accent, DAY[name]))
    ratio = contrast(accent, DAY[worst])
    if ratio >= READABLE:
        return None
    shown = int(10 * ratio) / 10  # never rounded up to the least
    return f"{accent} has {shown}:1 to {worst} ({DAY[worst]}), and {READABLE:g}:1 is the least"


def style_sheet(accent: str) -> str:
    """What is put after the page's own style sheet; nothing for the product's accent."""
    return f'[data-theme="day"] {{ --accent: {accent}; }}\n[data-theme="day"] .line .accent {{ fill: {accent}; }}\n' if accent else ""


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
