"""What a machine is: everything the pure core reads and no turn changes."""

import msgspec

from contracts.descriptions import Locker
from controller.locker.decide import PinPolicy


class Settings(msgspec.Struct, frozen=True):
    """One machine's identity, cabinet and rules; `number` is the short public name such as U-01."""

    machine: str
    number: str
    place: str
    cabinet: Locker
    software: str
    policy: PinPolicy = PinPolicy()
    hotline: str = ""
    modem: bool = False
    idle_ms: int = 60_000
    more_time_ms: int = 20_000
    time_zone: str = "Europe/Warsaw"
    languages: tuple[str, ...] = ("pl", "en", "uk", "de")
