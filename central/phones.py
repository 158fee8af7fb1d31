"""Phone numbers to which a text message can go."""

import re

# Where mobile numbers begin in the Polish numbering plan. 70 is premium rate, 80 is free of charge, the rest are land lines and
# services: a text message to them is paid for and never read.
MOBILE = ("45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88")
WRITTEN = re.compile(r"(?:(?:\+|00)?48)?([0-9]{9})")


def mobile(text: str) -> str | None:
    """The nine digits of a Polish mobile number, however it is written; None for anything else."""
    found = WRITTEN.fullmatch(re.sub(r"[ \u00a0-]", "", text))
    return found[1] if found and found[1].startswith(MOBILE) else None
