"""What a machine is: everything the pure core reads and no turn changes."""

from typing import Literal

import msgspec

from contracts.descriptions import Locker
from contracts.screen_messages import LANGUAGES, Language
from controller.locker.decide import PinPolicy


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
    idle_ms: int = 60_000
    more_time_ms: int = 20_000
    time_zone: str = "Europe/Warsaw"
    languages: tuple[Language, ...] = LANGUAGES
