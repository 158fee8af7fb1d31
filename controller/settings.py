"""What a machine is: everything the pure core reads and no turn changes."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from contracts.descriptions import Locker
from contracts.screen_messages import LANGUAGES, Language
from controller.locker.pins import PinPolicy


class HotlineHours(msgspec.Struct, frozen=True):
    """When somebody answers the hotline: from the first to the last day of a week (1 is Monday), in minutes of the local day."""

    days: tuple[int, int] = (1, 7)
    from_min: int = 0
    until_min: int = 1_440

    def open_at(self, local: datetime, trusted: bool) -> bool:
        """Whether somebody answers now; a clock that nobody trusts knows only that somebody always does."""
        if (self.days, self.from_min, self.until_min) == ((1, 7), 0, 1_440):
            return True
        minute = 60 * local.hour + local.minute
        return trusted and self.days[0] <= local.isoweekday() <= self.days[1] and self.from_min <= minute < self.until_min

    def told(self) -> dict[str, Any]:
        """The hours for a text: days as numbers, times as people write them."""
        times = {"from": self.from_min, "until": self.until_min}
        return {"days": list(self.days), **{name: f"{minute // 60}:{minute % 60:02d}" for name, minute in times.items()}}


class Meter(msgspec.Struct, frozen=True):
    """What makes a machine a parking meter: the zone in which it stands."""

    zone: str


class Settings(msgspec.Struct, frozen=True):
    """One machine's identity, cabinet and rules; `number` is the short public name such as U-01.

    From `quiet_from` to `quiet_to` o'clock cues and light are low.
    """

    machine: str
    number: str
    place: str
    cabinet: Locker
    software: str
    policy: PinPolicy = PinPolicy()
    hotline: str = ""
    theme: Literal["auto", "day", "night", "contrast"] = "auto"
    latitude: float = 52.41
    longitude: float = 16.93
    quiet_from: int = 22
    quiet_to: int = 6
    modem: bool = False
    hours: HotlineHours = HotlineHours()
    office: str = ""
    domain: str = ""
    idle_ms: int = 60_000
    more_time_ms: int = 20_000
    close_after_ms: int = 60_000
    door_alarm_ms: int = 180_000
    time_zone: str = "Europe/Warsaw"
    languages: tuple[Language, ...] = LANGUAGES
    meter: Meter | None = None
