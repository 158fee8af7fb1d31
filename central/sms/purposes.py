"""What text messages are for: when each may go, what it names, and in which state of its deposit it is true."""

import msgspec


class Purpose(msgspec.Struct, frozen=True):
    """`states`: a message of this purpose is true while its deposit is in one of them, else it is not needed any more.

    `names_pin`, `names_until`: it waits until the machine holds what it names; the deadline named with a PIN is a whole term away.
    `any_hour`: it goes in the quiet hours too. `before_h`: a reminder, so long before the deadline.
    """

    states: tuple[str, ...]
    names_pin: bool = False
    names_until: bool = False
    any_hour: bool = False
    before_h: int = 0


INSIDE = ("stored", "told")

PURPOSES: dict[str, Purpose] = {
    "ready": Purpose(("stored",), names_pin=True, names_until=True),
    "reminder24": Purpose(("told",), names_until=True, before_h=24),
    "reminder6": Purpose(("told",), names_until=True, before_h=6),
    "expired": Purpose(("taken_back",)),
    "pin_reissued": Purpose(INSIDE, names_pin=True, names_until=True, any_hour=True),
    "extended": Purpose(("told",), names_until=True),
    "collected": Purpose(("collected",), any_hour=True),
    "office": Purpose(("withdrawn",)),
    "reach": Purpose(("withdrawn",)),
    "at_office": Purpose(("taken_back",)),
}

REMINDERS = tuple(name for name, purpose in PURPOSES.items() if purpose.before_h)
