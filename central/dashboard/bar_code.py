"""A number as a Code 39 bar code (ISO/IEC 16388), which every hand scanner reads: nine elements a sign, three of them wide."""

# Elements alternate bar and space, beginning with a bar; 1 is a wide one. Only digits and the start and stop sign are needed.
SIGNS = {
    "0": "000110100", "1": "100100001", "2": "001100001", "3": "101100000", "4": "000110001", "5": "100110000", "6": "001110000",
    "7": "000100101", "8": "100100100", "9": "001100100", "*": "010010100",
}  # fmt: skip
NARROW, WIDE, GAP, QUIET = 1, 3, 1, 10
DIGITS = 8

Bar = tuple[int, int]
"""Where a bar begins and how wide it is, in modules."""


def bars(case: str) -> tuple[tuple[Bar, ...], int] | None:
    """The bars and the width of the whole with its quiet zones; None for a case that is not eight digits."""
    if len(case) != DIGITS or not (case.isascii() and case.isdecimal()):
        return None
    at, drawn = QUIET, list[Bar]()
    for sign in f"*{case}*":
        for place, element in enumerate(SIGNS[sign]):
            width = WIDE if element == "1" else NARROW
            if place % 2 == 0:
                drawn.append((at, width))
            at += width
        at += GAP
    return tuple(drawn), at - GAP + QUIET
