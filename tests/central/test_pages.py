"""Pages and interface: what they show, what they refuse, and that nothing typed becomes markup."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from central.api.app import make_app, reports_path
from central.ports import Now
from central.running import Running
from central.views import Views
from contracts.facts import DepositLoading, DepositMoving, DocumentHandedOver, DoorOpened, FaultRaised, OrderEnded
from tests.central.paper_machine import MACHINE, House
from tests.central.test_centre import stored

Web = TestClient[Any]
NASTY = '"><script>alert(1)</script>'


class HouseClock:
    """The clock of a house."""

    def __init__(self, house: House) -> None:
        self.house = house

    def now(self) -> Now:
        return self.house.at


@pytest.fixture
def house() -> House:
    return House(pins=[482913])


@pytest.fixture
def web(house: House) -> Iterator[Web]:
    with client_of(house, "k" * 32) as client:
        yield client


def client_of(house: House, key: str) -> Web:
    """A browser at a centre with this key for its forms."""
    app = make_app(Running(house.centre, HouseClock(house)), Views(house.centre.store, house.settings), house.settings.http, key)
    return TestClient(app, base_url="http://127.0.0.1:8090", raise_server_exceptions=False)


def form(web: Web, **values: str) -> dict[str, str]:
    """A form of the clerk desk with its token."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', web.get("/clerk").text)
    assert found
    return {"_csrf_token": found[1], "case": "26004711", "phone": "601 234 123", "machine": MACHINE, "language": "pl", **values}


@pytest.mark.parametrize("path", ["/", "/clerk", "/counts"])
@pytest.mark.parametrize("language", ["pl", "en", "uk", "de"])
def test_every_page_in_every_language(web: Web, house: House, path: str, language: str) -> None:
    key = stored(house)
    house.machine.fact(DoorOpened(compartment=7, cause="none", opens=1, board_boot=1))
    house.machine.fact(FaultRaised(fault="door_forced", where="door 7"))
    house.machine.fact(FaultRaised(fault="door_forced", where="door 8"))
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7))
    house.machine.raw(b'{"seq":99,"fact":{"kind":"new.kind"}}')
    house.sync()
    house.say("state", b"x")
    page = web.get(f"{path}?language={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    text = re.sub(r"<code>.*?</code>", "", page.text)
    assert not re.findall(r">\s*(?:sum|h|m|c|o|d|e|f|s|r|n|x|fact|fault|verb|use|door|screen|empty)\.[a-z_.]+\s*<", text)
    assert "482913" not in page.text
    assert "601234123" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_first_visit_follows_the_browser_until_a_language_is_chosen(web: Web) -> None:
    asks = {"accept-language": "de-DE,de;q=0.9,en;q=0.8"}
    assert '<html lang="de">' in web.get("/", headers=asks).text
    assert '<html lang="uk">' in web.get("/?language=uk", headers=asks).text
    assert '<html lang="uk">' in web.get("/", headers=asks).text
    assert '<html lang="pl">' in client_of(House(), "k" * 32).get("/").text


def test_a_clerk_registers_and_loads(web: Web, house: House) -> None:
    house.boot()
    answer = web.post("/clerk/register", data=form(web))
    assert "Zarejestrowano sprawę 26004711" in answer.text
    assert "601 *** 123" in answer.text
    house.machine.do(house.orders()[0])
    house.sync()
    page = web.get("/clerk").text
    action = re.search(r'action="(/clerk/load/[^"]+)"', page)
    assert action
    assert "Załaduj teraz" in page
    assert "Stań przy automacie" in web.post(action[1], data=form(web)).text
    assert len(house.orders()) == 1
    assert web.post(action[1], data=form(web)).status_code == 409


def test_the_clerk_is_told_what_is_so_now(web: Web, house: House) -> None:
    house.boot()
    desk = web.post("/clerk/register", data=form(web)).url
    house.machine.do(house.orders()[0])
    house.sync()
    assert "automat ma PIN, dokument można załadować" in web.get(desk).text
    key = desk.params["about"]
    desk = web.post(f"/clerk/load/{key}", data=form(web)).url
    assert "Stań przy automacie" in web.get(desk).text
    (load,) = house.orders()
    house.machine.take(load)
    house.machine.fact(DepositLoading(deposit=key, compartment=7, order=load.id))
    house.sync()
    assert "włóż dokument do skrytki 7" in web.get(desk).text
    house.machine.fact(DepositMoving(deposit=key, compartment=7, reason="not_empty"))
    house.sync()
    assert "Stań przy automacie" in web.get(desk).text
    house.machine.fact(OrderEnded(order=load.id, state="failed", code="no_compartment"))
    house.sync()
    text = web.get(desk).text
    assert "Sprawa 26004711 nie jest załadowana: nie ma wolnej skrytki." in text
    assert "Stań przy automacie" not in text
    house.will()
    web.post(f"/clerk/load/{key}", data=form(web))
    assert "zlecenie czeka na łączność z automatem" in web.get(desk).text


def test_a_clerk_withdraws_a_registration_with_a_wrong_phone(web: Web, house: House) -> None:
    house.boot()
    key = web.post("/clerk/register", data=form(web)).url.params["about"]
    text = web.post(f"/clerk/cancel/{key}", data=form(web)).text
    assert "Rejestrację sprawy 26004711 wycofano" in text
    assert "601 *** 123" not in text
    assert web.post(f"/clerk/cancel/{key}", data=form(web)).status_code == 409
    assert web.post(f"/clerk/cancel/{key}").status_code == 403
    again = web.post("/clerk/register", data=form(web, phone="602 234 123")).url.params["about"]
    assert web.post(f"/api/v1/deposits/{again}/cancel", json={"actor": "A. Nowak"}).json()["state"] == "cancelled"
    assert web.post(f"/api/v1/deposits/{again}/cancel", json={}).json()["error"] == "cancelled_already"


@pytest.mark.parametrize("field", ["case", "phone", "machine", "language"])
def test_what_is_typed_never_becomes_markup(web: Web, field: str) -> None:
    answer = web.post("/clerk/register", data=form(web, **{field: NASTY}))
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "Nie udało się" in answer.text
    assert "Traceback" not in answer.text


def test_what_a_machine_sends_never_becomes_markup(web: Web, house: House) -> None:
    house.boot()
    house.machine.fact(FaultRaised(fault="<script>x", where="<img src=x>"))
    house.machine.raw(b'{"seq":3,"wall":"2026-11-23T09:00:00Z","fact":{"kind":"boot.started","software":"<script>y"}}')
    house.sync()
    text = web.get("/").text
    assert "<script>x" not in text
    assert "<script>y" not in text
    assert "<img src=x>" not in text


def test_a_form_without_its_token_is_refused_in_words(web: Web, house: House) -> None:
    values = form(web)
    values["_csrf_token"] = "x"
    answer = web.post("/clerk/register", data=values)
    assert answer.status_code == 403
    assert "not_from_here" in answer.text
    assert house.deposit("x") is None


def test_a_form_that_is_too_old_gets_a_new_token(web: Web, house: House) -> None:
    old = form(web)
    with client_of(house, "n" * 32) as browser:
        browser.cookies = web.cookies
        # A centre of an earlier release called its cookie by litestar's own name.
        browser.cookies.set("csrftoken", "0" * 128)
        refused = browser.post("/clerk/register", data=old)
        assert refused.status_code == 403
        assert '<a href="/clerk">' in refused.text
        assert "Zarejestrowano" in browser.post("/clerk/register", data=form(browser)).text
        assert browser.post("/clerk/register", data=old).status_code == 403


def test_errors_have_names_and_no_traceback(web: Web, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "page_unknown" in web.get("/nowhere").text
    assert web.get("/api/v1/deposits/x").json() == {"error": "deposit_unknown", "text": "Nie ma takiego dokumentu."}

    def fail(*_: object) -> None:
        raise RuntimeError("phone 601234123")

    monkeypatch.setattr(house.centre.registration, "register", fail)
    answer = web.post("/api/v1/deposits", json={"case": "1", "phone": "601234123", "machine": MACHINE})
    assert answer.status_code == 500
    assert answer.json()["error"] == "inside"
    assert "601234123" not in answer.text


def test_what_was_typed_stays_when_it_is_refused(web: Web, house: House) -> None:
    key = stored(house)
    typed = {"until": "2020-01-02T03:00", "phone": "601 23", "name": "Ż. Wójcik", "machine": MACHINE}
    asked = web.post("/terms", data=form(web, **typed))
    assert asked.status_code == 400
    assert 'value="2020-01-02T03:00"' in asked.text
    assert 'value="Ż. Wójcik"' in asked.text
    assert f'value="{MACHINE}" selected' in asked.text
    assert 'value="2020-01-02T03:00"' in web.post(f"/clerk/extend/{key}", data=form(web, **typed)).text
    assert 'value="601 23"' in web.post(f"/clerk/phone/{key}", data=form(web, **typed)).text


def test_a_second_person_who_is_the_first_is_told_beside_her_own_line(web: Web, house: House) -> None:
    now_ms = int(house.at.wall.timestamp() * 1000)
    for hours in (50, 80):
        more = now_ms + hours * 3_600_000
        house.centre.at_desk(lambda t, more=more: house.centre.machines.extend_all(t, "", more, "A. Wójcik", house.at), house.at)
    groups = re.findall(r'action="/terms/agree/([^"]+)"', web.get("/terms").text)
    refused = web.post(f"/terms/agree/{groups[1]}", data=form(web, name="A. Wójcik"))
    assert refused.status_code == 400
    assert refused.text.count('value="A. Wójcik"') == 1
    wrong = re.findall(r'<input id="([^"]+)"[^>]*aria-invalid', refused.text)
    assert wrong == ["agree-2"]


def test_the_interface(web: Web, house: House) -> None:
    house.boot()
    made = web.post("/api/v1/deposits", json={"case": "7", "phone": "+48601234123", "machine": MACHINE, "language": "en"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert made.json()["phone"] == "601 *** 123"
    assert web.post(f"/api/v1/deposits/{key}/load", json={}).json()["error"] == "pin_not_held"
    house.machine.do(house.orders()[0])
    house.sync()
    assert web.get(f"/api/v1/deposits/{key}").json()["state"] == "held"
    assert web.post(f"/api/v1/deposits/{key}/load", json={"actor": "A. Nowak"}).status_code == 202
    assert web.get("/api/v1/machines").json()[0]["online"] is True
    assert [fact["kind"] for fact in web.get("/api/v1/facts?after=1").json()["facts"]] == ["order.taken", "pin.set", "order.ended"]
    assert web.get("/api/v1/orders").json()[0]["verb"] == "load"
    assert "kiosk_centre_count" in web.get("/metrics").text
    assert "/api/v1/deposits" in web.get("/schema/openapi.json").json()["paths"]


def test_the_document_for_other_programs_names_what_exists(web: Web) -> None:
    chapter = (Path(__file__).parents[2] / "docs/centre.md").read_text("utf-8").split("## For other programs")[1].split("\n## ")[0]
    paths = web.get("/schema/openapi.json").json()["paths"]
    requests = re.findall(r"`(GET|POST) (/api/v1/[^`?]+)", chapter.replace("KEY", "{key}").replace("`POST\n", "`POST "))
    assert len(requests) == 6
    assert [path for method, path in requests if method.lower() not in paths.get(path, {})] == []
    deeds = re.findall(r"`([a-z]+)`", chapter.split("/cancel`")[1].split("|")[0])
    assert [deed for deed in deeds if "post" not in paths.get(f"/api/v1/deposits/{{key}}/{deed}", {})] == []
    body = re.search(r'`(\{"case".*?\})`', chapter)
    assert body is not None
    made = web.post("/api/v1/deposits", json={**json.loads(body[1]), "machine": MACHINE})
    assert made.status_code == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"case":1}', b'{"unknown":1}', b"\xff", b"[" * 9000])
def test_wrong_bodies_get_a_named_error(web: Web, body: bytes) -> None:
    answer = web.post("/api/v1/deposits", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "form_wrong"


def test_the_interface_refuses_what_another_site_could_send(web: Web) -> None:
    answer = web.post("/api/v1/deposits", content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 403
    assert web.get("/", headers={"host": "evil.example"}).status_code == 403


def test_a_delivery_report_is_noted(web: Web, house: House) -> None:
    key = stored(house)
    house.machine.do(house.orders()[0])
    house.sync()
    report = {"idx": f"{key}-ready", "status_name": "DELIVERED"}
    for guess in ("/sms/reports", "/sms/reports/", "/sms/reports/" + "0" * 32):
        assert web.post(guess, data=report).status_code == 404
    assert web.get(f"/api/v1/deposits/{key}").json()["delivery"] != "delivered"
    assert web.post(reports_path("k" * 32), data=report).text == "OK"
    assert web.get(f"/api/v1/deposits/{key}").json()["delivery"] == "delivered"


def test_no_contact_is_loud(web: Web, house: House) -> None:
    house.centre.link_down(house.at)
    page = web.get("/").text
    assert "Brak łączności z automatami od 10:00:00" in page
    assert 'role="alert">' in page


def test_nothing_calm_is_said_while_a_machine_is_not_heard(web: Web, house: House) -> None:
    text = web.get("/?language=en").text
    assert "1 of 1 machines not heard yet." in text
    assert "No faults." not in text
    house.boot()
    text = web.get("/").text
    assert "1 of 1 machines report." in text
    assert "No faults." in text
    assert "No fault needs action." in text
    assert 'data-oldest="0"' in text
    house.later(120)
    house.will()
    house.later(600)
    text = web.get("/").text
    assert "1 of 1 machines out of contact since 23.11 10:02; what you see of them is old." in text
    assert 'data-oldest="720"' in text
    assert "No faults." not in text
    assert "No fault needs action." not in text
    house.birth("c2", "n2")
    house.centre.link_down(house.at)
    text = web.get("/").text
    assert "1 of 1 machines out of contact since 23.11 10:12" in text
    assert "No faults." not in text


def test_no_link_leads_where_somebody_else_chose(web: Web) -> None:
    for path in ("//evil.example/x", "/%2f%2fevil.example", "/clerk/nothing"):
        page = web.get(path)
        assert page.status_code == 404
        assert "evil" not in page.text


def test_a_body_that_is_no_text_is_wrong_and_not_our_fault(web: Web) -> None:
    answer = web.post("/api/v1/deposits", content=b'{"case":"\xff"}', headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "form_wrong")
