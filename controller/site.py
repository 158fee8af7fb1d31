"""The site file: everything that differs from one machine to the next, each key with its range; an unknown key is an error."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta

from contracts.addresses import HostName, Origin
from contracts.board_descriptions import DescriptionWrong
from contracts.broker import BrokerSettings
from contracts.descriptions import SHIPPED, Locker, read_locker
from contracts.key_files import KEY_BYTES, KeysWrong, read_key, write_key
from contracts.orders import MACHINE_PATTERN
from contracts.receipt import SITE_PATTERN
from contracts.texts import languages
from contracts.typed_toml import TomlWrong, read_toml
from controller.kiosk import colours
from controller.kiosk.words import TEXTS
from controller.locker.pins import PinPolicy
from controller.randomness import Randomness
from controller.receipts import ReceiptSigner
from controller.settings import HotlineHours, Settings
from controller.vault import VaultKeys

SOFTWARE = "0.1.0"

Text = Annotated[str, Meta(min_length=1, max_length=100)]
Line = Annotated[str, Meta(max_length=300)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Hour = Annotated[int, Meta(ge=0, le=23)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([0-9]|1[0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]
Weekday = Annotated[int, Meta(ge=1, le=7)]

CHANCE_MAX = 0.001
"""No site lets a stranger open any door by guessing in a day with one chance in a thousand."""


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


class ModemSite(_Section, frozen=True):
    """The machine's own modem: `/dev/ttyUSB2` or another device; without it text messages are the centre's alone."""

    port: Annotated[str, Meta(max_length=100, pattern=r"^(/[!-~]+)?\Z")] = ""


class KioskSite(_Section, frozen=True):
    """Where the screen is served; `frame_ancestors` are origins that may frame it, `hosts` names besides loopback; its colours."""

    host: HostName = "127.0.0.1"
    port: Port = 8071
    hosts: tuple[HostName, ...] = ()
    frame_ancestors: tuple[Origin, ...] = ()
    theme: Literal["auto", "day", "night", "contrast"] = "auto"
    quiet_from: Hour = 22
    quiet_to: Hour = 6


class LockerSite(_Section, frozen=True):
    """PIN policy and the patience of the screen."""

    auth: Literal["stepup", "always", "pin"] = "stepup"
    guesses_a_day: Annotated[int, Meta(ge=1, le=1_000_000)] = 900
    tries_max: Annotated[int, Meta(ge=1, le=1_000)] = 20
    idle_s: Annotated[int, Meta(ge=30, le=600)] = 60
    close_after_s: Annotated[int, Meta(ge=1, le=600)] = 60
    door_alarm_s: Annotated[int, Meta(ge=2, le=1800)] = 180


class HoursSite(_Section, frozen=True):
    """When somebody answers the hotline: first and last day of the week, 1 is Monday, and local times."""

    days: tuple[Weekday, Weekday] = (1, 5)
    opens: TimeOfDay = msgspec.field(default="7:30", name="from")
    closes: TimeOfDay = msgspec.field(default="20:00", name="until")

    def __post_init__(self) -> None:
        if self.days[0] > self.days[1] or minutes(self.opens) >= minutes(self.closes):
            raise ValueError("hotline_hours: end before they begin")

    def hours(self) -> HotlineHours:
        """What the core reads."""
        return HotlineHours(self.days, minutes(self.opens), minutes(self.closes))


def minutes(text: str) -> int:
    """A time of day such as 7:30 in minutes."""
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


class CitySite(_Section, frozen=True):
    """What the texts name, and where the sun sets; `domain` is where a receipt can be checked, and without it none is given.

    `line` is drawn at the foot of the first screen; `accent` is the city's own colour by day, `#rrggbb`.
    """

    name: Text = "Poznań"
    line: Literal["gables", "horizon"] = "horizon"
    accent: Annotated[str, Meta(pattern=r"^(#[0-9A-Fa-f]{6})?\Z")] = ""
    hotline: Text = "61 646 33 44"
    hotline_hours: HoursSite = HoursSite()
    office: Annotated[str, Meta(min_length=1, max_length=28)] = "ul. Gronowa 22a"
    domain: Annotated[str, Meta(pattern=r"^\Z|" + SITE_PATTERN)] = ""
    timezone: Text = "Europe/Warsaw"
    latitude: Annotated[float, Meta(ge=-90, le=90)] = 52.41
    longitude: Annotated[float, Meta(ge=-180, le=180)] = 16.93
    documents: Line = ""


class SpeechSite(_Section, frozen=True):
    """The voice: a program that plays a WAV from its standard input (none: silence), and a folder for the log of a trial."""

    player: Annotated[tuple[Text, ...], Meta(max_length=20)] = ("aplay", "-q")
    log: Line = ""


class KeysSite(_Section, frozen=True):
    """Key files: the PIN key shared with the centre, the machine's own sealing and signing keys, the keys whose orders count."""

    pin: Text = "keys/pin.key"
    seal: Text = "keys/seal.key"
    receipt: Text = "keys/receipt.key"
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
    hardware: Annotated[str, Meta(pattern=r"^([a-z0-9_\-]{1,40}|[^\x00]{1,200}\.toml)\Z")] = "urzedomat_24"
    data: Text = "data"
    mqtt: BrokerSettings = BrokerSettings()
    scanner: ScannerSite = ScannerSite()
    kiosk: KioskSite = KioskSite()
    modem: ModemSite = ModemSite()
    locker: LockerSite = LockerSite()
    city: CitySite = CitySite()
    keys: KeysSite = KeysSite()
    clock: ClockSite = ClockSite()
    speech: SpeechSite = SpeechSite()

    def __post_init__(self) -> None:
        if not MACHINE_PATTERN.fullmatch(self.machine):
            raise ValueError("machine: an id is 2 to 48 of a-z, 0-9 and -")
        if self.city.accent and (wrong := colours.refusal(self.city.accent)) is not None:
            raise ValueError(f"city.accent: {wrong}")
        if self.clock.not_before.tzinfo is None:
            raise ValueError("clock.not_before: needs an offset, for example 2026-01-01T00:00:00Z")
        try:
            ZoneInfo(self.city.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("city.timezone: is not a known time zone") from None

    def cabinet(self, folder: Path) -> Locker:
        """The cabinet: one of ours by its name, or a file of the city's own by its path. Raises DescriptionWrong."""
        own = self.hardware.endswith(".toml")
        return read_locker(folder / self.hardware if own else SHIPPED / f"{self.hardware}.toml")

    def settings(self, folder: Path) -> Settings:
        """What the core reads; `folder` is the site file's. Raises DescriptionWrong, SiteWrong."""
        cabinet = self.cabinet(folder)
        if self.modem.port and cabinet.file.modem is None:
            raise DescriptionWrong(f"{self.hardware}: modem: is missing, and the site names its port")
        policy = PinPolicy(self.locker.auth, self.locker.guesses_a_day, self.locker.tries_max, self.city.timezone)
        chance = policy.chance(len(cabinet.compartments()))
        if chance >= CHANCE_MAX:
            raise SiteWrong(
                f"locker.guesses_a_day, locker.tries_max: a stranger opens a door by guessing with a chance of {chance:.2%} a day,"
                f" and {CHANCE_MAX:.1%} is too much"
            )
        return Settings(
            machine=self.machine,
            number=self.number,
            place=self.place,
            cabinet=cabinet,
            software=SOFTWARE,
            policy=policy,
            hotline=self.city.hotline,
            modem=bool(self.modem.port),
            hours=self.city.hotline_hours.hours(),
            office=self.city.office,
            domain=self.city.domain,
            idle_ms=1000 * self.locker.idle_s,
            close_after_ms=1000 * self.locker.close_after_s,
            door_alarm_ms=1000 * self.locker.door_alarm_s,
            time_zone=self.city.timezone,
            languages=languages(TEXTS),
            theme=self.kiosk.theme,
            quiet_from=self.kiosk.quiet_from,
            quiet_to=self.kiosk.quiet_to,
            latitude=self.city.latitude,
            longitude=self.city.longitude,
        )


def read_site(path: Path) -> Site:
    """The site of a file; raises SiteWrong."""
    return read_toml(path, Site, SiteWrong)[0]


def read_vault_keys(site: Site, folder: Path) -> VaultKeys:
    """The machine's own keys; raises KeysWrong."""
    return VaultKeys(pin=read_key(folder / site.keys.pin), seal=read_key(folder / site.keys.seal))


def read_receipt_signer(site: Site, folder: Path) -> ReceiptSigner | None:
    """Who signs receipts, with the machine's own key; None where no receipts are given. Raises KeysWrong."""
    if not site.city.domain:
        return None
    return ReceiptSigner(read_key(folder / site.keys.receipt), site.machine, site.city.domain)


def make_keys(site: Site, folder: Path, randomness: Randomness) -> list[Path]:
    """Make the machine's own keys where there are none, so that they never travel, and the public part of the one that signs receipts.

    The files that were made; raises KeysWrong.
    """
    missing = [path for name in (site.keys.seal, site.keys.receipt) if not (path := folder / name).exists()]
    for path in missing:
        _write(path, bytes.fromhex(randomness.token(KEY_BYTES)))
    private = folder / site.keys.receipt
    public = private.with_suffix(".pub")
    if public.exists():
        return missing
    _write(public, _public_part(read_key(private)), public=True)
    return [*missing, public]


def _public_part(key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _write(path: Path, key: bytes, *, public: bool = False) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_key(path, key, public=public)
    except OSError as error:
        raise KeysWrong(f"{path}: cannot be written ({type(error).__name__})") from None


def read_order_keys(site: Site, folder: Path) -> tuple[Ed25519PublicKey, ...]:
    """The keys whose orders count; raises KeysWrong."""
    return tuple(Ed25519PublicKey.from_public_bytes(read_key(folder / name, public=True)) for name in site.keys.orders)
