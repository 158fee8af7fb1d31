"""Where the street keeps its things: folders, ports, keys, and the two settings files its programs are started with."""

import contextlib
import fcntl
import shutil
import socket
from pathlib import Path
from typing import IO

import msgspec

from central.randomness import SystemRandomness
from central.signer import make_keys
from contracts.descriptions import Locker, read_locker
from controller.randomness import SystemRandomness as MachineRandomness
from controller.site import make_keys as make_machine_keys
from controller.site import read_site

MACHINE = "u-01"
HARDWARE = Path(__file__).resolve().parents[2] / "hardware"
DESCRIPTION = HARDWARE / "urzedomat_24.toml"
ANYWHERE = frozenset({"0.0.0.0", "::"})
LOOPBACK = "127.0.0.1"
HEADPHONE_GPIO = 25


class AddressTaken(OSError):
    """Somebody else listens where the street should be; names host and port."""


class FolderTaken(OSError):
    """Another street runs on this data folder; names it."""


class FolderWrong(OSError):
    """The data folder cannot be used; names it."""


class Ports(msgspec.Struct, frozen=True):
    """The port of each part; all but `centre` on loopback."""

    centre: int
    broker: int
    cable: int
    bus: int
    kiosk: int
    sms: int
    scanner: int


class Places(msgspec.Struct, frozen=True):
    """One street's folder, host and ports."""

    folder: Path
    host: str
    ports: Ports

    @property
    def site(self) -> Path:
        """The machine's settings."""
        return self.folder / "site.toml"

    @property
    def centre(self) -> Path:
        """The centre's settings."""
        return self.folder / "centre.toml"

    @property
    def description(self) -> Path:
        """The cabinet that stands in the street."""
        return self.folder / "cabinet.toml"

    @property
    def speech(self) -> Path:
        """What the machine says, one file for each utterance."""
        return self.folder / "speech"

    @property
    def near_host(self) -> str:
        """The host under which a program on this computer reaches what listens at `host`."""
        return LOOPBACK if self.host in ANYWHERE else self.host

    @property
    def near(self) -> bool:
        """Whether only programs on this computer reach it."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    def centre_url(self) -> str:
        """The centre's address without a slash at the end."""
        return url(self.near_host, self.ports.centre)


PORTS = range(10_000, 32_000)
"""Below those that systems give to connections: what is stopped and started again finds its port free."""


def url(host: str, port: int) -> str:
    """http://host:port, with brackets where they are needed."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_description() -> Locker:
    """The locker that stands in the street; raises DescriptionWrong."""
    return read_locker(DESCRIPTION)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises AddressTaken."""
    ears = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    ears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ears.bind((host, port))
        ears.listen(64)
    except (OSError, OverflowError) as error:
        ears.close()
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AddressTaken(f"{host} port {port} cannot be used: {why}") from None
    return ears


def choose_ports(host: str, near: int) -> Ports:
    """Free ports; with `near`, centre and broker just after it where they can be, so that they are easy to find again."""
    held = [_free(host, near + 1 if near else 0), _free(LOOPBACK, near + 2 if near else 0), *(_free(LOOPBACK, 0) for _ in range(5))]
    numbers = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return Ports(*numbers)


def _free(host: str, wanted: int) -> socket.socket:
    """The port that is wanted, or one of PORTS; raises AddressTaken when there is none."""
    first = SystemRandomness().below(len(PORTS))
    others = (PORTS[(first + step) % len(PORTS)] for step in range(len(PORTS)))
    for port in (*((wanted,) if 0 < wanted <= 65535 else ()), *others):
        with contextlib.suppress(AddressTaken):
            return listen(host, port)
    raise AddressTaken(f"{host}: no port from {PORTS.start} to {PORTS.stop} is free")


def claim(folder: Path) -> IO[bytes]:
    """The lock of a data folder, held while the file is open: what lies there belongs to one street. Raises FolderTaken, FolderWrong.

    A street empties its folder at each start, so it takes one that is empty, or that a street has locked before.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / "lock").is_file():
            raise FolderWrong(f"{folder}: is not empty and was no street's; use a folder of its own (--data, make demo DATA=)")
        lock = (folder / "lock").open("wb")
    except FolderWrong:
        raise
    except OSError as error:
        raise FolderWrong(f"{folder}: cannot be used ({error.strerror})") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise FolderTaken(f"{folder}: another street runs on this folder; stop it or use another (--data, make demo DATA=)") from None
    return lock


def wipe(places: Places) -> None:
    """Journals, databases and keys of an earlier street go; raises FolderWrong."""
    try:
        for name in ("machine", "centre", "keys", "logs", "speech"):
            shutil.rmtree(places.folder / name, ignore_errors=True)
        places.folder.mkdir(parents=True, exist_ok=True)
        for name in ("machine", "centre", "logs"):
            (places.folder / name).mkdir(mode=0o700)
    except OSError as error:
        raise FolderWrong(f"{places.folder}: cannot be used ({error.strerror})") from None


def furnish(places: Places, site: str, centre: str) -> None:
    """Write these settings, the cabinet's description and the keys; raises FolderWrong."""
    try:
        make_keys(places.folder / "keys", (MACHINE,), SystemRandomness())
        places.description.write_text(_with_a_socket(DESCRIPTION.read_text("utf-8")), "utf-8")
        places.site.write_text(site, "utf-8")
        places.centre.write_text(centre, "utf-8")
        make_machine_keys(read_site(places.site), places.folder, MachineRandomness())
    except OSError as error:
        raise FolderWrong(f"{places.folder}: cannot be used ({error.strerror})") from None


def _with_a_socket(description: str) -> str:
    """The same cabinet with a switch in its headphone socket."""
    return description.replace("[panel]", f"[panel]\nheadphone_gpio = {HEADPHONE_GPIO}", 1)
