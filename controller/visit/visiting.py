"""The visit with something changed: what every part of the dialogue builds on."""

import msgspec

from controller.live import Visit
from controller.locker.decide import LockerRequest

Pressed = tuple[Visit, LockerRequest | None]
"""What a key makes: the visit after it, and a request if something is to be decided."""


def changed(visit: Visit, **changes: object) -> Visit:
    """The same visit with these changes."""
    return msgspec.structs.replace(visit, **changes)
