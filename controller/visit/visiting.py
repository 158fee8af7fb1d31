"""The visit with something changed: what every part of the dialogue builds on."""

import msgspec

from controller.live import Visit
from controller.locker.decide import LockerRequest
from controller.machine import ClerksRequest
from controller.secret import Secret


class CaseRead(msgspec.Struct, frozen=True):
    """Eight digits of a case were confirmed; the vault says whose they are."""

    case: Secret


VisitRequest = LockerRequest | ClerksRequest | CaseRead
Pressed = tuple[Visit, VisitRequest | None]
"""What a key makes: the visit after it, and a request if something is to be decided."""


def changed(visit: Visit, **changes: object) -> Visit:
    """The same visit with these changes."""
    return msgspec.structs.replace(visit, **changes)
