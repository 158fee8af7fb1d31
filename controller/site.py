"""The site file: everything that differs from one machine to the next, each key with its range; an unknown key is an error."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

from contracts.addresses import HostName, Origin
from contracts.broker import BrokerSettings
from contracts.descriptions import read_locker
from contracts.key_files import KEY_BYTES, KeysWrong, read_key, write_key
from contracts.orders import MACHINE_PATTERN
from contracts.typed_toml import TomlWrong, read_toml
from controller.locker.decide import PinPolicy
from controller.randomness import Randomness
from controller.settings import Settings
from controller.vault import VaultKeys

HARDWARE = Path(__file__).resolve().parents[1] / "hardware"
SOFTWARE = "0.1.0"

Text = Annotated[str, Meta(min_length=1, max_length=100)]
Line = Annotated[str, Meta(max_length=300)]
Port = Annotated[int, Meta(ge=0, le=65535)]
PauseSeconds = Annotated[int, Meta(ge=1, le=86_400)]


class SiteWrong(TomlWrong):
    """A site file that cannot be used; names the file, the key and, for an unknown key, the nearest known one."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the site file."""


class BusSite(_Section, frozen=True):
    """The lock bus: `/dev/ttyAMA0`, `socket://host:port` or another port."""

    port: Text


class ScannerSite(_Section, frozen=True):
    """The code scanner of the clerk mode, a port as of the bus; none when empty."""

    port: Line = ""


class KioskSite(_Section, frozen=True):
    """Where the screen is served; `frame_ancestors` are origins that may frame it, `hosts` names besides loopback."""

    host: HostName = "127.0.0.1"
    port: Port = 8071
    hosts: tuple[HostName, ...] = ()
    frame_ancestors: tuple[Origin, ...] = ()


class LockerSite(_Section, frozen=True):
    """PIN policy and the patience of the screen."""

    tries: Annotated[int, Meta(ge=1, le=20)] = 5
    pauses_s: Annotated[tuple[PauseSeconds, ...], Meta(min_length=1, max_length=10)] = (60, 300, 900, 3600)
    idle_s: Annotated[int, Meta(ge=30, le=600)] = 60


class CitySite(_Section, frozen=True):
    """What the texts name."""

    name: Text = "Poznań"
    hotline: Text = "61 646 33 44"
    timezone: Text = "Europe/Warsaw"


class KeysSite(_Section, frozen=True):
    """Key files: the PIN key shared with the centre, the machine's own sealing key, the keys whose orders count."""

    pin: Text = "keys/pin.key"
    seal: Text = "keys/seal.key"
    orders: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=2)] = ("keys/order.pub",)


class ClockSite(_Section, frozen=True):
    """When the wall clock is trusted: never before `not_before`; with `synchronised`, only while that file exists."""

    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    synchronised: Line = ""


class Site(_Section, frozen=True):
    """One machine; paths are relative to the site file."""

    machine: Text
    number: Annotated[str, Meta(min_length=1, max_length=12)]
    place: Annotated[str, Meta(min_length=1, max_length=28)]
    bus: BusSite
    hardware: Annotated[str, Meta(pattern=r"^[a-z0-9_\-]{1,40}$")] = "urzedomat_24"
    data: Text = "data"
    mqtt: BrokerSettings = BrokerSettings()
    scanner: ScannerSite = ScannerSite()
    kiosk: KioskSite = KioskSite()
    locker: LockerSite = LockerSite()
    city: CitySite = CitySite()
    keys: KeysSite = KeysSite()
    clock: ClockSite = ClockSite()

    def __post_init__(self) -> None:
        if not MACHINE_PATTERN.fullmatch(self.machine):
            raise ValueError("machine: an id is 2 to 48 of a-z, 0-9 and -")
        if self.clock.not_before.tzinfo is None:
            raise ValueError("clock.not_before: needs an offset, for example 2026-01-01T00:00:00Z")
        try:
            ZoneInfo(self.city.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("city.timezone: is not a known time zone") from None

    def settings(self) -> Settings:
        """What the core reads; raises DescriptionWrong."""
        pauses_ms = tuple(1000 * pause for pause in self.locker.pauses_s)
        return Settings(
            machine=self.machine,
            number=self.number,
            place=self.place,
            cabinet=read_locker(HARDWARE / f"{self.hardware}.toml"),
            software=SOFTWARE,
            policy=PinPolicy(self.locker.tries, pauses_ms),
            hotline=self.city.hotline,
            idle_ms=1000 * self.locker.idle_s,
            time_zone=self.city.timezone,
        )


def read_site(path: Path) -> Site:
    """The site of a file; raises SiteWrong."""
    return read_toml(path, Site, SiteWrong)[0]


def read_vault_keys(site: Site, folder: Path) -> VaultKeys:
    """The machine's own keys; raises KeysWrong."""
    return VaultKeys(pin=read_key(folder / site.keys.pin), seal=read_key(folder / site.keys.seal))


def make_seal(site: Site, folder: Path, randomness: Randomness) -> Path | None:
    """Make the machine's own sealing key where there is none, so that it never travels; None when it is there. Raises KeysWrong."""
    path = folder / site.keys.seal
    if path.exists():
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_key(path, bytes.fromhex(randomness.token(KEY_BYTES)))
    except OSError as error:
        raise KeysWrong(f"{path}: cannot be written ({type(error).__name__})") from None
    return path


def read_order_keys(site: Site, folder: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys whose orders count; raises KeysWrong."""
    return tuple(Ed25519PublicKey.from_public_bytes(read_key(folder / name, public=True)) for name in site.keys.orders)
