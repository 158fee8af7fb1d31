"""The centre at a real interface: its calls go out over HTTP and come back, and notifications are taken only with their signature."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from central.api.app import make_app
from central.blik.gateway import GatewayWrong
from central.blik.gateway_tasks import NOTIFICATIONS, BlikTasks, read_gateway
from central.centre import Centre
from central.ports import Now
from central.running import Running
from central.settings import BlikSettings, Settings, SettingsWrong, read_settings
from central.store import attempts
from central.views import Views
from contracts.sealed import seal_code
from contracts.topics import BlikAsked, encode, up
from sim.bank import Bank
from sim.blik_gateway import BlikGatewayServer
from tests.central.blik.test_przelewy24 import SETTINGS, Wire
from tests.central.paper_machine import MACHINE, PIN_KEY, House

AMOUNT = 870
BLIK = BlikSettings(
    url=SETTINGS.url, merchant=SETTINGS.merchant, crc="crc", secret="secret", email=SETTINGS.email, ip=SETTINGS.ip
)  # fmt: skip


class Clock:
    """Stands at the time of the house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> Now:
        return self._house.at


class Desk:
    """A house whose centre has a gateway behind HTTP."""

    def __init__(self, folder: Path) -> None:
        (folder / "crc").write_text(SETTINGS.crc)
        (folder / "secret").write_text(SETTINGS.secret + "\n")
        self.house = House()
        self.bank = Bank()
        self.server = BlikGatewayServer(self.bank, SETTINGS)
        self.tasks = BlikTasks()
        house = self.house
        house.centre = Centre(
            house.centre.store, house.wire, house.wire, house.settings, house.signer, house.dice, self.tasks
        )  # fmt: skip
        house.centre.link_up(house.at)
        self.running = Running(house.centre, Clock(house))
        self.tasks.running = self.running
        client = httpx.AsyncClient(transport=Wire(self.server))
        self.tasks.gateway = read_gateway(BLIK, folder, "https://centre.example", client)

    def asks(self, attempt: str = "a-1", code: str = "777123") -> None:
        sealed = seal_code(PIN_KEY, MACHINE, attempt, code, b"n" * 12)
        until = self.house.at.wall + timedelta(seconds=30)
        payload = encode(BlikAsked(attempt=attempt, amount=AMOUNT, until=until, sealed=sealed))
        self.running.turn(lambda centre, now: centre.receive(up(MACHINE, "blik"), payload, now))

    async def rest(self) -> None:
        """Until every call has been answered."""
        while going := list(self.tasks._going):  # pyright: ignore[reportPrivateUsage]
            await asyncio.gather(*going)

    def later(self, seconds: float) -> None:
        self.house.at = Now(self.house.at.wall + timedelta(seconds=seconds), self.house.at.mono_ms + int(seconds * 1_000))
        self.running.turn(lambda centre, now: centre.tick(now))

    def state(self, attempt: str = "a-1") -> str:
        with self.house.centre.store.transaction() as t:
            row = attempts.read(t, attempt)
            return row.state if row else ""


def test_a_payment_over_http(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        desk.asks()
        await desk.rest()
        assert desk.state() == "charging"
        desk.server.confirm("a-1")
        desk.later(3)
        await desk.rest()
        assert (desk.state(), desk.bank.charged) == ("paid", [AMOUNT])

    asyncio.run(story())


def test_a_notification_with_its_signature_counts_and_another_does_not(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        desk.asks()
        await desk.rest()
        desk.server.confirm("a-1")
        house = desk.house
        app = make_app(desk.running, Views(house.centre.store, house.settings), house.settings.http, "k" * 32, desk.tasks.notified)
        said = desk.server.notification("a-1")
        with TestClient(app, base_url="http://127.0.0.1:8090", raise_server_exceptions=False) as web:
            assert web.post(NOTIFICATIONS, content=said.replace(b'"amount":870', b'"amount":871')).status_code == 403
            assert web.post(NOTIFICATIONS, content=b"{").status_code == 403
            assert web.get(NOTIFICATIONS).status_code == 405
        assert desk.state() == "charging"
        assert desk.tasks.notified(said)
        await desk.rest()
        assert desk.state() == "paid"

    asyncio.run(story())


def test_a_centre_without_a_gateway_takes_no_notification(tmp_path: Path) -> None:
    async def story() -> None:
        tasks = BlikTasks()
        assert not tasks.notified(b"{}")

    asyncio.run(story())


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(GatewayWrong, match=r"^blik\.crc: file cannot be read"):
        read_gateway(BLIK, tmp_path, "https://centre.example", httpx.AsyncClient())


@pytest.mark.parametrize("lacks", ["merchant", "crc", "secret", "email", "ip"])
def test_half_an_account_is_refused_with_its_key(tmp_path: Path, lacks: str) -> None:
    lines = {"url": '"https://g.example"', "merchant": "1", "crc": '"c"', "secret": '"s"', "email": '"e"', "ip": '"i"'}
    del lines[lacks]
    path = tmp_path / "centre.toml"
    path.write_text("[machines.m-1]\n[blik]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items()))
    with pytest.raises(SettingsWrong, match=rf"blik\.{lacks}: is needed"):
        read_settings(path)
    assert Settings(machines={}).blik.url == ""
