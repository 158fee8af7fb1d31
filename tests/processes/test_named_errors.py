"""What cannot be used is named in one line on standard error, with exit status 1; nobody ever sees a traceback."""

import hashlib
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.child import Child, free_port
from tests.processes.closing import Keep
from tests.processes.machine import MACHINE, Machine

pytestmark = [pytest.mark.process]

NOWHERE = "socket://127.0.0.1:9"


@pytest.fixture
def machine(tmp_path: Path, keep: Keep) -> Machine:
    return keep(Machine(tmp_path / "machine", NOWHERE, free_port()))


def refusal(machine: Machine) -> str:
    """The one line with which it refuses to run."""
    child = machine.spawn()
    status, said = child.ended(), child.lines
    assert status == 1, said
    assert len(said) == 1, said
    assert said[0].startswith("kiosk-controller: ")
    return said[0].removeprefix("kiosk-controller: ")


def change(machine: Machine, old: str, new: str) -> None:
    text = machine.site.read_text("utf-8")
    assert old in text
    machine.site.write_text(text.replace(old, new), "utf-8")


def test_a_taken_port(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.screen_port)):
        assert refusal(machine).startswith(f"PortTaken: screen: 127.0.0.1:{machine.screen_port} cannot be used: ")


def test_a_second_controller_on_the_same_data(machine: Machine, keep: Keep) -> None:
    second = keep(Machine(machine.folder, NOWHERE, free_port()))
    machine.site = machine.folder / "first.toml"
    machine.site.write_text(second.site.read_text("utf-8").replace(str(second.screen_port), str(machine.screen_port)), "utf-8")
    machine.start()
    assert refusal(second) == f"DataTaken: {machine.folder}/data: another controller runs on this folder"
    assert machine.running.running
    assert machine.running.stop() == 0
    second.start()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bus = { port", "bus = { prot", "unknown key bus.prot, nearest known key is port"),
        ("number =", "nubmer =", "unknown key nubmer, nearest known key is number"),
        ("version = 5", "version = 4", "mqtt.version"),
        ("keepalive_s = 5", "keepalive_s = 1", "mqtt.keepalive_s"),
        ('number = "U-01"', "number = 1", "number"),
        (f'machine = "{MACHINE}"', 'machine = "U 1"', "machine: an id is 2 to 48 of a-z, 0-9 and -"),
        ('place = "', "place = [[", "not TOML"),
    ],
)
def test_a_wrong_site_file(machine: Machine, old: str, new: str, said: str) -> None:
    change(machine, old, new)
    refused = refusal(machine)
    assert refused.startswith(f"SiteWrong: {machine.site}: ")
    assert said in refused


def test_a_missing_site_file(machine: Machine) -> None:
    machine.site.unlink()
    assert refusal(machine) == f"SiteWrong: {machine.site}: cannot be read (FileNotFoundError)"


def test_a_hardware_description_that_is_not_there(machine: Machine) -> None:
    change(machine, 'number = "U-01"', 'number = "U-01"\nhardware = "urzedomat_25"')
    refused = refusal(machine)
    assert refused.startswith("DescriptionWrong: ")
    assert "urzedomat_25.toml: cannot be read" in refused


def test_a_port_that_is_none(machine: Machine) -> None:
    change(machine, NOWHERE, "COM1")
    assert refusal(machine) == "PortWrong: COM1: neither a device nor socket://host:port"


def test_a_certificate_that_is_not_there(machine: Machine) -> None:
    change(machine, "mqtt = { ", 'mqtt = { ca = "ca.crt", ')
    assert refusal(machine) == "LinkWrong: mqtt.ca: ca.crt cannot be used (FileNotFoundError)"


def missing(path: Path) -> None:
    path.unlink()


def readable_by_others(path: Path) -> None:
    path.chmod(0o640)


def no_key(path: Path) -> None:
    path.write_text("open sesame\n", "ascii")


def half_a_key(path: Path) -> None:
    path.write_text(path.read_text("ascii")[:20] + "\n", "ascii")


def bytes_of_something_else(path: Path) -> None:
    path.write_bytes(bytes(range(128, 192)))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (missing, "cannot be read (FileNotFoundError)"),
        (readable_by_others, "must be readable by its owner only (chmod 600)"),
        (no_key, "is not a key"),
        (half_a_key, "is not a key of 32 bytes"),
        (bytes_of_something_else, "is not a key"),
    ],
)
@pytest.mark.parametrize("key", [f"keys/pin-{MACHINE}.key", "seal.key"])
def test_a_broken_key_file(machine: Machine, key: str, harm: Callable[[Path], None], said: str) -> None:
    harm(machine.folder / key)
    assert refusal(machine) == f"KeysWrong: {machine.folder / key}: {said}"


def test_a_broken_order_key(machine: Machine) -> None:
    half_a_key(machine.keys / "order.pub")
    assert refusal(machine) == f"KeysWrong: {machine.folder / 'keys' / 'order.pub'}: is not a key of 32 bytes"


def once_run(machine: Machine) -> sqlite3.Connection:
    """The database of a machine that has run and ended."""
    machine.start()
    assert machine.running.stop() == 0
    return sqlite3.connect(machine.folder / "data" / "journal.db")


def test_a_journal_of_a_newer_release(machine: Machine) -> None:
    with once_run(machine) as database:
        body = database.execute("SELECT body FROM entries WHERE seq = 1").fetchone()[0]
        append(database, bytes(body).replace(b"boot.started", b"boot.paused"))
    assert refusal(machine) == "JournalWrong: release 0.1.0 cannot read entry 2 of kind boot.paused"


def append(database: sqlite3.Connection, body: bytes) -> None:
    """One more entry at the end of the chain."""
    seq, head = database.execute("SELECT seq, head FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    body = body.replace(b'"seq":1,', b'"seq":%d,' % (seq + 1))
    database.execute("INSERT INTO entries VALUES (?, 0, ?, ?)", (seq + 1, body, hashlib.sha256(head + body).digest()))


def test_a_journal_that_was_changed(machine: Machine) -> None:
    with once_run(machine) as database:
        database.execute("UPDATE entries SET body = CAST(replace(body, '0.1.0', '9.1.0') AS BLOB) WHERE seq = 1")
    assert refusal(machine) == "JournalWrong: the chain is broken at entry 1"


def test_a_journal_that_is_none(machine: Machine) -> None:
    data = machine.folder / "data"
    data.mkdir()
    (data / "journal.db").write_text("not a database at all, but long enough to be looked at " * 40, "ascii")
    assert refusal(machine) == "JournalWrong: journal: file is not a database"


def test_a_data_folder_that_is_a_file(machine: Machine) -> None:
    (machine.folder / "data").write_text("", "ascii")
    assert refusal(machine) == f"DataWrong: {machine.folder}/data: cannot be used (FileExistsError)"


def test_check_says_the_same_without_starting(machine: Machine) -> None:
    command = [sys.executable, "-m", "controller", "check", str(machine.site)]
    good = Child(command)
    assert good.ended() == 0
    assert good.lines == [f"{machine.site}: {MACHINE} (U-01) with 24 compartments (12 S, 8 M, 4 L) on 1 lock board"]
    change(machine, "bus = { port", "bus = { prot")
    bad = Child(command)
    assert bad.ended() == 1
    assert bad.lines == [f"kiosk-controller: SiteWrong: {machine.site}: unknown key bus.prot, nearest known key is port"]
    assert not (machine.folder / "data").exists()


def test_check_names_all_that_is_wrong_at_once(machine: Machine) -> None:
    change(machine, "number = ", 'hardware = "urzedomat_42"\nnumber = ')
    (machine.folder / "ca.pem").write_text("no certificate", "ascii")
    change(machine, "mqtt = { ", 'mqtt = { ca = "ca.pem", ')
    (machine.folder / "seal.key").unlink()
    (machine.keys / "order.pub").write_text("x", "ascii")
    child = Child([sys.executable, "-m", "controller", "check", str(machine.site)])
    assert child.ended() == 1
    assert [line.split(": ")[1] for line in child.lines] == ["DescriptionWrong", "KeysWrong", "KeysWrong", "LinkWrong"]
    assert child.lines[-1] == "kiosk-controller: LinkWrong: mqtt.ca: ca.pem cannot be used (SSLError)"


def test_wrong_usage(machine: Machine) -> None:
    child = Child([sys.executable, "-m", "controller", "walk", str(machine.site)])
    assert child.ended() == 2
    assert "Traceback" not in "\n".join(child.lines)
