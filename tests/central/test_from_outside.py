"""What the world may reach: receipts and reports under a public name, and never the desk."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

from central.api.app import make_app, reports_path
from central.running import Running
from central.settings import Http, SettingsWrong, read_settings
from central.views import Views
from contracts.orders import COMPARTMENT_MAX
from tests.central.paper_machine import MACHINE, House
from tests.central.test_pages import HouseClock, Web, client_of

PUBLIC = "odbior.example"
KEY = "k" * 32


@pytest.fixture
def outside() -> Web:
    house = House()
    http = Http(public_hosts=(PUBLIC,), hosts=("desk.example",))
    app = make_app(Running(house.centre, HouseClock(house)), Views(house.centre.store, house.settings), http, KEY)
    return TestClient(app, base_url="http://127.0.0.1:8090", raise_server_exceptions=False)


DESK = (
    "/", "/clerk", "/clerk/code", "/counts", "/tasks", "/terms", "/round", "/cc", "/metrics", "/schema", "/api/v1/deposits",
    "/live/overview", "/static/../clerk", "/staticx",
)  # fmt: skip


@pytest.mark.parametrize("path", DESK)
def test_under_a_public_name_there_is_no_desk(outside: Web, path: str) -> None:
    with outside as web:
        answer = web.get(path, headers={"host": PUBLIC})
        assert answer.status_code in (403, 404)
        assert "host_unknown" in answer.text or answer.status_code == 404
        assert web.get("/clerk", headers={"host": "desk.example"}).status_code == 200


@pytest.mark.parametrize("path", ["/c", "/static/desk.css", reports_path(KEY)])
def test_under_a_public_name_there_is_what_is_for_everybody(outside: Web, path: str) -> None:
    with outside as web:
        assert web.get(path, headers={"host": PUBLIC}).status_code == 200
        assert web.get(path, headers={"host": "another.example"}).status_code == 403


@pytest.mark.parametrize("number", [0, COMPARTMENT_MAX + 1, 2**63])
def test_a_compartment_that_no_cabinet_can_have_is_no_page(number: int) -> None:
    with client_of(House(), KEY) as web:
        assert web.get(f"/tasks/release/{MACHINE}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[machines.u-01]\n[machines.u-02]\n", "number 'U-01' is not one machine's own"),
        ("[machines.u-01]\nnumber = ' '\n", "number '' is not one machine's own"),
        ("[machines.centre]\n", "centre is the name of the centre itself"),
    ],
)
def test_machines_that_could_be_taken_for_each_other_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(text)
    with pytest.raises(SettingsWrong, match=said):
        read_settings(path)
