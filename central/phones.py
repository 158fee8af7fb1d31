"""Phone numbers to which a text message can go."""

import re

# Where mobile numbers begin in the Polish numbering plan. 70 is premium rate, 80 is free of charge, the rest are land lines and
# services: a text message to them is paid for and never read.
MOBILE = ("45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88")
WRITTEN = re.compile(r"(?:(?:\+|00)?48)?([0-9]{9})")
# E.164: country code and number have at most fifteen digits; shorter than ten cannot be told from a Polish number with a digit too many.
ABROAD = re.compile(r"(?:\+|00)(?!48)([1-9][0-9]{9,14})")


def mobile(text: str) -> str | None:
    """The nine digits of a Polish mobile number, or those of a number of another country with its code; None for anything else."""
    plain = re.sub(r"[ \u00a0()-]", "", text)
    found = WRITTEN.fullmatch(plain)
    if found:
        return found[1] if found[1].startswith(MOBILE) else None
    abroad = ABROAD.fullmatch(plain)
    return abroad[1] if abroad else None


def dialled(number: str) -> str:
    """The number with its country code, digits only."""
    return f"48{number}" if len(number) == 9 else number


def masked(number: str) -> str:
    """The number as it may be shown."""
    return f"{number[:3]} *** {number[-3:]}"
