"""Which machines are in contact, and how old the oldest word is that a page shows."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from central.views import MachineView


class Contact(msgspec.Struct, frozen=True):
    """`silent` machines were heard once, `never` were not; `since` and `heard` are of the one that has been silent longest."""

    machines: int
    online: frozenset[str]
    silent: int = 0
    never: int = 0
    since: datetime | None = None
    heard: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether what a page says of all machines is so now."""
        return not self.silent and not self.never

    def age_s(self, now: datetime) -> int:
        """How old the last word of the machine silent longest is; 0 while every one that was ever heard is in contact."""
        return max(1, int((now - self.heard).total_seconds())) if self.heard else 0


def contact(machines: Sequence[MachineView], connected: bool, lost_at: datetime | None) -> Contact:
    """The contact of these machines; without the broker no machine is heard, and `lost_at` is when it went."""
    online = frozenset(m.machine for m in machines if m.online and connected)
    silent = [m for m in machines if m.known and m.machine not in online]
    since = [at for m in silent if (at := lost_at if m.online else m.since) is not None]
    heard = [m.heard for m in silent if m.heard is not None]
    never = sum(1 for m in machines if not m.known)
    return Contact(len(machines), online, len(silent), never, min(since, default=None), min(heard, default=None))
