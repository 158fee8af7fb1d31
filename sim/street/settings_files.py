"""The two settings files that the street's programs are started with."""

import json
from typing import Literal, TypeAlias

import msgspec

from sim.street.own_addresses import own_addresses, own_names
from sim.street.places import LOOPBACK, MACHINE, Places

NUMBER, PLACE = "U-01", "ul. Gronowa 22a"
DOMAIN = "odbior.example"
TRIES_MAX = 3
"""So few wrong PINs a day, so that a visitor sees what comes then."""
CLOSE_AFTER_S, DOOR_ALARM_S = 30, 120
"""So soon the machine asks to close a door, and gives it up."""

Theme: TypeAlias = Literal["auto", "day", "night", "contrast"]
Auth: TypeAlias = Literal["stepup", "always", "pin"]


class Wished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a visitor changes of the machine's settings: its colours, who may collect, and whether these are quiet hours."""

    theme: Theme = "auto"
    auth: Auth = "stepup"
    quiet: bool = False


def site_text(places: Places, wished: Wished) -> str:
    """The machine's settings."""
    ports, hours = places.ports, (0, 23) if wished.quiet else (22, 6)
    return f"""\
machine = "{MACHINE}"
number = "{NUMBER}"
place = "{PLACE}"
data = "machine"
hardware = {_quoted(places.description.name)}

[bus]
port = "socket://{LOOPBACK}:{ports.bus}"

[scanner]
port = "socket://{LOOPBACK}:{ports.scanner}"

[mqtt]
port = {ports.cable}
version = 3
user = "{MACHINE}"

[kiosk]
port = {ports.kiosk}
frame_ancestors = ["'self'"]
theme = "{wished.theme}"
quiet_from = {hours[0]}
quiet_to = {hours[1]}

[locker]
auth = "{wished.auth}"
tries_max = {TRIES_MAX}
close_after_s = {CLOSE_AFTER_S}
door_alarm_s = {DOOR_ALARM_S}

[city]
line = "gables"
domain = "{DOMAIN}"

[speech]
player = []
log = {_quoted(places.speech.name)}

[keys]
pin = "keys/pin-{MACHINE}.key"
seal = "keys/machine-seal.key"
receipt = "keys/receipt.key"
orders = ["keys/order.pub"]
"""


def centre_text(places: Places) -> str:
    """The centre's settings."""
    ports = places.ports
    return f"""\
database = "centre/centre.db"
keys = "keys"

[http]
host = {_quoted(places.host)}
port = {ports.centre}
public_url = "{places.centre_url()}"
hosts = {json.dumps([] if places.near else [*own_addresses(), *own_names()])}

[mqtt]
port = {ports.broker}
version = 3
user = "centre"

[sms]
url = "http://{LOOPBACK}:{ports.sms}"
quiet = false
uk = true

[documents.certificate]
name = "Dowód rejestracyjny"

[documents.sample]
name = "Dokument próbny"
hours = 1

[machines.{MACHINE}]
number = "{NUMBER}"
place = "{PLACE}"
description = {_quoted(places.description.name)}
receipt_key = "keys/receipt.pub"
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
