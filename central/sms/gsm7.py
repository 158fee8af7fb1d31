"""The GSM 03.38 default alphabet: what fits into one text message."""

ONE_PART = 160
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")


class NotGsm7(ValueError):
    """A text has a sign outside the GSM alphabet; names the sign's code point."""


def septets(text: str) -> int:
    """Length in septets; raises NotGsm7."""
    count = 0
    for sign in text:
        if sign in BASIC:
            count += 1
        elif sign in EXTENDED:
            count += 2
        else:
            raise NotGsm7(f"sign U+{ord(sign):04X} is not in the GSM alphabet")
    return count


def fits_one_part(text: str) -> bool:
    """Whether the text goes out as one message; raises NotGsm7."""
    return septets(text) <= ONE_PART
