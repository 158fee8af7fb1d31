"""Money: an integer number of grosz everywhere, and how people read it."""


def told(grosz: int) -> str:
    """The amount as all languages here write it: "8,70 zł"."""
    sign, whole = "-" if grosz < 0 else "", abs(grosz)
    return f"{sign}{whole // 100},{whole % 100:02d}\u00a0zł"
