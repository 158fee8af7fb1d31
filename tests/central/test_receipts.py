"""Receipts: genuine ones, those of others, and what the centre's own record says of them."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from central.api.app import make_app
from central.receipts import Receipts, read_receipt_keys
from central.running import Running
from central.settings import MachineSettings, Settings
from central.views import Views
from contracts.facts import DocumentHandedOver
from contracts.key_files import KeysWrong, write_key
from contracts.receipt import Receipt, ReceiptWrong, deposit_mark, encode, machine_mark
from tests.central.paper_machine import MACHINE, House
from tests.central.test_pages import HouseClock

KEY, OTHER = Ed25519PrivateKey.from_private_bytes(b"r" * 32), Ed25519PrivateKey.from_private_bytes(b"x" * 32)
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
OPENED = 1_795_426_000
Web = TestClient[Any]


def collected() -> tuple[House, str, int]:
    house = House()
    key = house.told()
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7), house.at.wall)
    house.sync()
    return house, key, len(house.machine.stored)


def receipt(key: str, seq: int, signer: Ed25519PrivateKey = KEY, compartment: int = 7, machine: str = MACHINE) -> str:
    fields = Receipt(machine_mark(machine), compartment, OPENED, OPENED + 9, deposit_mark(key), seq)
    return encode(fields, "urzad.poznan.pl", signer)


HOUSE, DEPOSIT, SEQ = collected()
VIEWS = Views(HOUSE.centre.store, HOUSE.settings, receipts=Receipts(HOUSE.settings, {MACHINE: PUBLIC}))


@pytest.fixture
def web() -> Iterator[Web]:
    app = make_app(Running(HOUSE.centre, HouseClock(HOUSE)), VIEWS, HOUSE.settings.http, "k" * 32)
    with TestClient(app, base_url="http://127.0.0.1:8090", raise_server_exceptions=False) as client:
        yield client


def test_a_genuine_receipt_is_known_by_its_fact() -> None:
    checked = VIEWS.receipt(receipt(DEPOSIT, SEQ))
    assert (checked.machine, checked.number, checked.compartment) == (MACHINE, "U-01", 7)
    assert (checked.known, checked.contradicted) == (True, False)
    assert int(checked.opened.timestamp()) == OPENED
    assert (checked.closed - checked.opened).total_seconds() == 9


@pytest.mark.parametrize(
    ("key", "seq", "compartment", "known", "contradicted"),
    [(DEPOSIT, SEQ + 100, 7, False, False), (DEPOSIT, SEQ, 8, False, True), ("ffff", SEQ, 7, False, True), (DEPOSIT, 1, 7, False, True)],
)
def test_a_signed_receipt_that_the_record_does_not_bear_out(key: str, seq: int, compartment: int, known: bool, contradicted: bool) -> None:
    checked = VIEWS.receipt(receipt(key, seq, compartment=compartment))
    assert (checked.known, checked.contradicted) == (known, contradicted)


@pytest.mark.parametrize(
    "text",
    [
        receipt(DEPOSIT, SEQ, OTHER), receipt(DEPOSIT, SEQ, machine="another-machine"), receipt(DEPOSIT, SEQ)[:-2], "", "#", "nonsense",
        "https://urzad.poznan.pl/c#" + base64.urlsafe_b64encode(bytes(95)).decode().rstrip("="), "x" * 5_000,
    ],
)  # fmt: skip
def test_what_no_machine_has_signed(text: str) -> None:
    with pytest.raises(ReceiptWrong):
        VIEWS.receipt(text)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=500))
def test_any_text_is_checked_or_refused(text: str) -> None:
    with pytest.raises(ReceiptWrong):
        VIEWS.receipt(text)


def test_one_changed_letter_is_found() -> None:
    good = receipt(DEPOSIT, SEQ)
    for at in range(good.index("#") + 1, len(good)):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        with pytest.raises(ReceiptWrong):
            VIEWS.receipt(changed)


@pytest.mark.parametrize(
    ("language", "genuine", "wrong"),
    [
        ("pl", "prawdziwe", "To nie jest"),
        ("en", "genuine", "no receipt"),
        ("uk", "справжнє", "не підтвердження"),
        ("de", "echt", "kein Beleg"),
    ],
)
def test_the_page_says_it_in_every_language(web: Web, language: str, genuine: str, wrong: str) -> None:
    import re

    page = web.get(f"/c?language={language}").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert token
    form = {"_csrf_token": token[1], "text": receipt(DEPOSIT, SEQ)}
    answer = web.post("/c", data=form)
    assert answer.status_code == 200
    assert genuine in answer.text
    assert "ul. Gronowa 22a" in answer.text
    refused = web.post("/c", data=form | {"text": "<script>alert(1)</script>"})
    assert refused.status_code == 400
    assert wrong in refused.text
    assert "<script>alert" not in refused.text


def test_the_interface_says_the_same(web: Web) -> None:
    answer = web.post("/api/v1/receipts", json={"text": receipt(DEPOSIT, SEQ)}).json()
    assert (answer["known"], answer["compartment"]) == (True, 7)
    refused = web.post("/api/v1/receipts", json={"text": "x"})
    assert (refused.status_code, refused.json()["error"]) == (400, "receipt_wrong")


def test_keys_are_read_from_the_files_that_the_settings_name(tmp_path: Path) -> None:
    write_key(tmp_path / "receipt.pub", PUBLIC, public=True)
    about = {MACHINE: MachineSettings(receipt_key="receipt.pub"), "m-2": MachineSettings()}
    assert read_receipt_keys(Settings(machines=about), tmp_path) == {MACHINE: PUBLIC}
    with pytest.raises(KeysWrong, match="missing"):
        read_receipt_keys(Settings(machines={MACHINE: MachineSettings(receipt_key="missing.pub")}), tmp_path)
