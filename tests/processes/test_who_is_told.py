"""One day of residents and a clerk; then all that was written, said, sent or asked for is searched for what nobody else may read."""

import base64
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from contracts.key_files import read_key
from contracts.orders import Envelope
from tests.processes.broker import Broker
from tests.processes.child import WITHIN_S
from tests.processes.closing import Keep
from tests.processes.desk import Desk
from tests.processes.house import House
from tests.processes.page import Page
from tests.processes.wire import Wire

pytestmark = [pytest.mark.process, pytest.mark.mosquitto, pytest.mark.micropython]

CASE, SLIP_CASE, LOST_CASE = "26917053", "26917061", "26917079"
PHONE, LOST_PHONE = "609418275", "698307416"
WRONG = ("017394", "028405")
SITE = f"[locker]\ntries_max = {len(WRONG)}\n[speech]\nplayer = []\nlog = 'spoken'\n"
FOUR_DAYS_MS = 4 * 86_400_000


class Watched(Page):
    """A page that keeps every screen it was shown."""

    def __init__(self, port: int, kept: list[bytes]) -> None:
        self._kept = kept
        super().__init__(port)

    def next(self, within_s: float = WITHIN_S) -> None:
        super().next(within_s)
        self._kept.append(msgspec.json.encode(self.message))


class Day:
    """The city, a clerk's browser, an ear at the broker and an eye at the screen; `secrets` are what residents alone may know."""

    def __init__(self, folder: Path, broker: Broker, keep: Keep) -> None:
        self._wire = keep(Wire(broker.port, "kiosk/#"))
        self.house = House(folder, broker, keep, more=SITE)
        self.desk = keep(Desk(self.house.centre.port))
        self.screens: list[bytes] = []
        self.page = keep(Watched(self.house.machine.screen_port, self.screens))
        self.page.until("l.attract")
        self.secrets = [PHONE, LOST_PHONE, *WRONG]

    def held(self, case: str, phone: str) -> str:
        """A registered document whose PIN the machine holds."""
        key = self.desk.register(case, phone)
        self.house.centre.until(lambda: self.house.state(key) == "held")
        return key

    def told_pin(self) -> dict[str, str]:
        """The next text message that names a PIN, with the PIN as `pin`."""
        while not (found := re.search(r"PIN: (\d{6})", (message := self.house.provider.next())["message"])):
            pass
        self.secrets.append(found[1])
        return message | {"pin": found[1]}

    def put_in(self) -> None:
        """The clerk's hands at the open compartment, up to the screen that says that it is saved."""
        self.page.until("k.load")
        self.house.cabinet.shut(int(self.page.message["data"]["compartment"]))
        self.page.until("k.check")
        self.page.press("1")
        self.page.until("k.loaded")

    def clerk_loads(self, case: str) -> None:
        """A clerk with a code of the desk types the case at the machine."""
        code = self.desk.code()
        self.secrets.append(code)
        self.page.until("l.attract")
        while "0" not in self.page.message["keys"]:
            self.page.next()
        self.page.press("0", *code, "ok")
        self.page.until("k.menu")
        self.page.press("1", *case, "ok")
        self.put_in()
        self.page.press("cancel", "cancel")
        self.page.until("l.attract")

    def desk_loads(self, key: str) -> None:
        """A clerk has the desk open a compartment."""
        self.house.centre.load(key)
        self.put_in()
        self.page.press("ok")
        self.page.until("l.attract")

    def strangers_guess(self) -> None:
        """Wrong PINs, until the number is asked for first."""
        self.page.press("ok")
        *first, last = WRONG
        for wrong in first:
            self.page.press(*wrong, "ok")
            self.page.until("l.wrong")
        self.page.press(*last, "ok")
        self.page.until("l.phone")

    def collected(self, phone: str, pin: str) -> str:
        """The resident's visit, with speech, once the number comes first; the receipt."""
        self.page.press("audio", *phone, "ok", *pin, "ok")
        self.page.until("l.found")
        self.page.press("ok")
        self.page.until("l.open")
        self.house.cabinet.shut(int(self.page.message["data"]["compartment"]))
        self.page.until("l.done")
        return str(self.page.message["data"]["receipt"])

    def sent(self) -> list[tuple[str, bytes]]:
        """Every message at the broker, orders with what is inside them."""
        told: list[tuple[str, bytes]] = []
        while self._wire.waiting:
            topic, payload, _ = self._wire.next()
            if topic.endswith("/down/orders"):
                inside = msgspec.json.decode(payload, type=Envelope).order
                payload += base64.urlsafe_b64decode(inside + "=" * (-len(inside) % 4))
            told.append((topic, payload))
        return told

    def files(self) -> dict[str, bytes]:
        """Every file of both programs but their keys."""
        folders = (self.house.machine.folder, self.house.centre.folder)
        paths = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix not in (".key", ".pub")]
        return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}

    def found(self) -> dict[str, bytes]:
        """Everything that anybody finds later, by where it is found; databases also column by column."""
        machine, centre, files = self.house.machine, self.house.centre, self.files()
        return {
            **files,
            **{f"machine {name}": content for name, content in columns(machine.folder / "data" / "journal.db").items()},
            **{f"centre {name}": content for name, content in columns(centre.folder / "centre.db").items()},
            **{f"broker {number} {topic}": payload for number, (topic, payload) in enumerate(self.sent())},
            **{f"screen {number}": screen for number, screen in enumerate(self.screens)},
            "log of the machine": "\n".join(machine.running.lines).encode(),
            "log of the centre": "\n".join(centre.running.lines).encode(),
            "addresses": "\n".join(self.desk.history).encode(),
            "names of files": "\n".join(files).encode(),
        }


def columns(path: Path) -> dict[str, bytes]:
    """What a database holds, by table and column."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        tables = [row[0].decode() for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = dict[str, bytes]()
        for table in tables:
            rows = database.execute(f"SELECT * FROM {table}")
            for number, (name, *_) in enumerate(rows.description):
                values = [row[number] for row in database.execute(f"SELECT * FROM {table}")]
                held[f"{table}.{name}"] = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values)
        return held


def holders(found: dict[str, bytes], digits: str) -> list[str]:
    """Where these digits are found, in one run or in groups; in a file of a database others may stand right beside a long number."""
    body = rb"[ -]?".join(bytes([digit]) for digit in digits.encode())
    alone = re.compile(rb"(?<![0-9.])(?:48)?" + body + rb"(?![0-9])")
    return [name for name, content in found.items() if alone.search(content) or (len(digits) >= 8 and digits.encode() in content)]


def live_through(day: Day) -> str:
    """Three documents: one by message and collected, one by slip, one whose message cannot be delivered; the key of the first."""
    house, desk = day.house, day.desk
    key = day.held(CASE, PHONE)
    day.clerk_loads(CASE)
    pin = day.told_pin()["pin"]
    house.centre.until(lambda: house.state(key) == "told")
    later = datetime.now(UTC) + timedelta(days=9)
    assert desk.about(key, "extend", until=f"{later:%Y-%m-%dT%H:%M}").is_success
    day.strangers_guess()
    desk.fill("/c", "/c", text=day.collected(PHONE, pin))
    house.centre.until(lambda: house.state(key) == "collected")
    slip = desk.register(SLIP_CASE)
    house.centre.until(lambda: house.state(slip) == "held")
    day.secrets += desk.slip(slip)
    day.page.press("ok")
    day.page.until("l.attract")
    day.desk_loads(slip)
    lost = day.held(LOST_CASE, LOST_PHONE)
    day.desk_loads(lost)
    message = day.told_pin()
    httpx.post(message["notify_url"], data={"idx": message["idx"], "status": "405"}, trust_env=False).raise_for_status()
    assert LOST_CASE in desk.see("/tasks")
    for path in ("/", "/clerk", "/round", "/terms", "/counts", f"/clerk/document?key={lost}"):
        desk.see(path)
    house.settled()
    return key


def test_who_is_told(tmp_path: Path, broker: Broker, keep: Keep) -> None:
    day = Day(tmp_path, broker, keep)
    machine, centre = day.house.machine, day.house.centre
    collected = live_through(day)
    found = day.found()
    assert any(name.startswith("spoken/") for name in found)
    for secret in day.secrets:
        assert holders(found, secret) == []
    for path in (*machine.folder.rglob("*.key"), *centre.folder.rglob("*.key")):
        key = read_key(path)
        forms = (key, key.hex().encode(), path.read_bytes().strip())
        assert [name for name, content in found.items() if any(form in content for form in forms)] == [], path.name
    books = {"centre/centre.db", "centre/centre.db-wal", "centre deposits.case_no", "centre orders.ask"}
    for case in (CASE, SLIP_CASE, LOST_CASE):
        elsewhere = [name for name in holders(found, case) if name not in books]
        assert {name.split()[0] for name in elsewhere} <= {"broker", "screen"}
        assert {name.split("/")[-1] for name in elsewhere if name.startswith("broker")} <= {"orders"}
        assert {msgspec.json.decode(found[name])["screen"] for name in elsewhere if name.startswith("screen")} == {"k.load"}
    held = columns(machine.folder / "data" / "journal.db")
    assert (set(held["vault.sealed"].split(b"\n")), held["clerk_code.mark"], held["letters.sealed"]) == ({b"None"}, b"", b"")

    centre.running.stop()
    with closing(sqlite3.connect(centre.folder / "centre.db")) as database, database:
        database.execute("UPDATE deposits SET ended_ms = ended_ms - ? WHERE key = ?", (FOUR_DAYS_MS, collected))
        (phone,) = database.execute("SELECT phone FROM deposits WHERE key = ?", (collected,)).fetchone()
    assert holders(day.files(), CASE)
    assert any(phone in content for content in day.files().values())
    centre.start()
    left = day.files()
    assert holders(left, CASE) == []
    assert [name for name, content in left.items() if phone in content] == []
    assert holders(left, LOST_CASE)
