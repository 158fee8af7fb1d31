"""All settings of the centre, each with its range; an unknown key is an error that names the nearest known one."""

import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from contracts.addresses import HostName, HttpUrl, Origin
from contracts.broker import BrokerSettings
from contracts.locker_files import Size
from contracts.orders import MACHINE_PATTERN
from contracts.typed_toml import TomlWrong, read_toml

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=200)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Hour = Annotated[int, Meta(ge=0, le=23)]

KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")


class SettingsWrong(TomlWrong):
    """A settings file that cannot be used; names the file, the key and, for an unknown key, the nearest known one."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the settings file."""


class Http(Section, frozen=True):
    """Where pages and API are served; `public_url` is what the SMS provider calls back, `hosts` are names besides loopback.

    `public_hosts` are names under which only what is for everybody is served: receipts, and the reports of provider and gateway.
    `frame_ancestors` are origins that may show a page inside theirs.
    """

    host: HostName = "127.0.0.1"
    port: Port = 8090
    public_url: HttpUrl = ""
    hosts: tuple[HostName, ...] = ()
    public_hosts: tuple[HostName, ...] = ()
    frame_ancestors: tuple[Origin, ...] = ()


class SmsSettings(Section, frozen=True):
    """The provider and when it may be asked; `token` is a file. Without `url` no message leaves the house."""

    url: HttpUrl = ""
    token: Line = ""
    sender: Annotated[str, Meta(min_length=1, max_length=11)] = "UM Poznan"
    quiet: bool = True
    quiet_from: Hour = 22
    quiet_until: Hour = 7
    uk: bool = False


class BlikSettings(Section, frozen=True):
    """The account at Przelewy24 with which meters sell by BLIK; without `url` none does. `crc` and `secret` are files.

    `email` and `ip` are what the gateway wants of a customer: those of the city and of this centre.
    """

    url: HttpUrl = ""
    merchant: Annotated[int, Meta(ge=0, lt=10**9)] = 0
    pos: Annotated[int, Meta(ge=0, lt=10**9)] = 0
    crc: Line = ""
    secret: Line = ""
    email: Line = ""
    ip: Line = ""


class City(Section, frozen=True):
    """What texts name; `office` is where documents are that were taken out of a machine."""

    name: Text = "Poznań"
    hotline: Text = "61 646 33 44"
    timezone: Text = "Europe/Warsaw"
    office: Annotated[str, Meta(min_length=1, max_length=28)] = "ul. Gronowa 22a"


class Terms(Section, frozen=True):
    """How long things hold."""

    load_valid_s: Annotated[int, Meta(ge=30, le=3600)] = 300
    set_pin_valid_s: Annotated[int, Meta(ge=300, le=7 * 86400)] = 86_400
    hold_days: Annotated[int, Meta(ge=1, le=60)] = 14
    collect_h: Annotated[int, Meta(ge=1, le=336)] = 48
    margin_h: Annotated[int, Meta(ge=0, le=24)] = 1
    pin_rest_days: Annotated[int, Meta(ge=1, le=365)] = 30
    erase_days: Annotated[int, Meta(ge=1, le=365)] = 3


class DocumentType(Section, frozen=True):
    """One type of document: what the desk calls it, how long it may be collected, which size of compartment it needs."""

    name: Annotated[str, Meta(min_length=1, max_length=48)]
    hours: Annotated[int, Meta(ge=1, le=336)] = 48
    size: Size = "S"


class MachineSettings(Section, frozen=True):
    """One machine: its short public number, its place as texts name it, its hardware description, the way of its text messages.

    `receipt_key` is the file of the public key with which its receipts are checked.
    """

    number: Annotated[str, Meta(min_length=1, max_length=12)] = "U-01"
    place: Annotated[str, Meta(min_length=1, max_length=28)] = "ul. Gronowa 22a"
    description: Line = ""
    receipt_key: Line = ""
    sms: Literal["provider", "modem"] = "provider"


class Settings(Section, frozen=True):
    """Everything; `database` is a file beside the settings or a URL, `keys` a folder made by `kiosk-central keys`."""

    machines: dict[str, MachineSettings]
    database: Text = "centre.db"
    keys: Text = "keys"
    language: Text = "pl"
    http: Http = Http()
    mqtt: BrokerSettings = BrokerSettings()
    sms: SmsSettings = SmsSettings()
    blik: BlikSettings = BlikSettings()
    city: City = City()
    terms: Terms = Terms()
    documents: dict[str, DocumentType] = {}

    def hours(self, kind: str) -> int:
        """How long a document of this type may be collected."""
        return self.documents[kind].hours if kind in self.documents else self.terms.collect_h

    def size(self, kind: str) -> Size:
        """The smallest compartment that a document of this type fits into."""
        return self.documents[kind].size if kind in self.documents else "S"

    def __post_init__(self) -> None:
        lacking = [name for name in ("merchant", "crc", "secret", "email", "ip") if self.blik.url and not getattr(self.blik, name)]
        if lacking:
            raise ValueError(f"blik.{lacking[0]}: is needed beside blik.url")
        for machine in self.machines:
            if not MACHINE_PATTERN.fullmatch(machine) or machine == "centre":
                raise ValueError("machines: ids are a-z, 0-9 and -, and centre is the name of the centre itself")
        if not all(KIND.fullmatch(kind) for kind in self.documents):
            raise ValueError("documents: types are named by a-z, 0-9 and _")
        try:
            ZoneInfo(self.city.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("city.timezone: is not a known time zone") from None


def read_settings(path: Path) -> Settings:
    """The settings of a file; raises SettingsWrong."""
    settings = read_toml(path, Settings, SettingsWrong)[0]
    numbers = [about.number.strip() for about in settings.machines.values()]
    twice = next((number for number in numbers if not number or numbers.count(number) > 1), None)
    if twice is not None:  # people tell machines and screens' codes apart by them
        raise SettingsWrong(f"{path}: machines: number {twice!r} is not one machine's own")
    return settings
