"""What machines say about a document, found by whoever is asked about it."""

from datetime import timedelta

import pytest

from central.deposits.registration import NewDocument
from central.settings import MachineSettings
from central.views import DocumentView, Views
from contracts.facts import CollectionEnded, CompartmentQuarantined, DepositReported, DocumentHandedOver, DoorOpened, PinAccepted
from tests.central.paper_machine import MACHINE, START, House
from tests.central.test_pages import Web, client_of, form

OTHER = "602 234 123"
NUMBER = MachineSettings().number or MACHINE


def views(house: House) -> Views:
    return Views(house.centre.store, house.settings)


def client(house: House) -> Web:
    return client_of(house, "k" * 32)


def collected(house: House) -> str:
    """A document that was collected; its resident said that the compartment was empty."""
    key = house.told()
    for fact in (
        PinAccepted(match=1, deposit=key),
        DoorOpened(compartment=7, cause="collection", opens=1, board_boot=1),
        DocumentHandedOver(deposit=key, compartment=7),
        DepositReported(deposit=key, compartment=7, contents="empty"),
        CollectionEnded(deposit=key, compartment=7, closed=True),
    ):
        house.machine.fact(fact)
    house.sync()
    return key


def document(house: House, key: str) -> DocumentView:
    found = views(house).document(key, house.at.wall)
    assert found is not None
    return found


def test_a_document_knows_what_its_machine_said_of_it_and_by_which_code() -> None:
    house = House()
    key = collected(house)
    said = [(code, fact.kind) for code, fact in document(house, key).facts]
    last = len(house.machine.stored)
    assert [kind for _, kind in said][-4:] == ["pin.accepted", "document.handed_over", "deposit.reported", "collection.ended"]
    assert said[-2:] == [(f"{NUMBER}-{last - 1}", "deposit.reported"), (f"{NUMBER}-{last}", "collection.ended")]
    assert "deposit.stored" in [kind for _, kind in said]


def test_it_is_found_by_case_phone_code_and_the_beginning_of_its_key() -> None:
    house = House()
    key = collected(house)
    house.centre.at_desk(lambda t: house.centre.registration.register(t, NewDocument("26004714", OTHER, MACHINE), "A", house.at), house.at)
    code = f"{NUMBER}-{len(house.machine.stored) - 1}"
    for text in ("26004711", "601234123", "+48 601 234 123", code, code.lower(), key[:6], key[:6].upper()):
        assert [one.key for one in views(house).found(text)] == [key], text
    assert [one.case for one in views(house).found(OTHER)] == ["26004714"]


@pytest.mark.parametrize(
    "text", ["", "%", "_", f"{NUMBER}-999999999999", "U-99-1", f"{NUMBER}-", "-1", "0000", "700000000", "'; --", "ł" * 64]
)
def test_what_is_none_of_these_finds_nothing(text: str) -> None:
    house = House()
    collected(house)
    assert views(house).found(text) == []


def test_a_fact_of_another_machines_document_is_not_noted() -> None:
    house = House()
    key = house.told()
    before = len(document(house, key).facts)
    house.machine.fact(PinAccepted(match=1, deposit="0123456789abcdef"))
    house.sync()
    assert len(document(house, key).facts) == before
    assert views(house).found(f"{NUMBER}-{len(house.machine.stored)}") == []


def test_what_was_reported_is_a_task_with_its_case_and_the_code_of_the_screen() -> None:
    house = House()
    key = house.told()
    house.machine.fact(DocumentHandedOver(deposit=key, compartment=7), START - timedelta(hours=2))
    house.machine.fact(DepositReported(deposit=key, compartment=7, contents="foreign"))
    house.machine.fact(CompartmentQuarantined(compartment=7, reason="reported_foreign"))
    house.sync()
    (task,) = views(house).tasks(house.at.wall)
    code = f"{NUMBER}-{len(house.machine.stored) - 1}"
    assert (task.kind, task.case, task.phone, task.about, task.code) == ("reported_foreign", "26004711", "601 *** 123", key, code)
    with client(house) as web:
        page = web.get("/tasks?language=en").text
        assert f"call with the code {code}" in page
        assert f'href="/clerk/document?key={key}">26004711' in page
        text = web.get(f"/clerk/document?key={key}&language=en").text
        assert "23.11.2026 08:00:00" in text  # by the machine's own clock, whenever it came
        assert "What the machine reported" in text
        assert code in text


def test_the_desk_finds_and_says_what_it_does_not_list() -> None:
    house = House()
    key = collected(house)
    with client(house) as web:
        alone = web.post("/clerk/find", data=form(web) | {"find": " 601 234 123 "})
        assert alone.url.path == "/clerk/document"
        assert dict(alone.url.params) == {"key": key}
        nothing = web.post("/clerk/find?language=en", data=form(web) | {"find": "<b>"}).text
        assert "Nothing found" in nothing
        assert "<b>" not in nothing
    for number in range(100):
        new = NewDocument(f"27{number:06d}", OTHER, MACHINE)
        house.centre.at_desk(lambda t, new=new: house.centre.registration.register(t, new, "A", house.at), house.at)
    with client(house) as web:
        assert "The newest 100 of 101" in web.get("/clerk?language=en").text
        several = web.post("/clerk/find?language=en", data=form(web) | {"find": OTHER})
        assert "Found: 602 234 123" in several.text
        assert several.text.count("/clerk/document?key=") == 100
        assert web.post("/clerk/find", data={"find": OTHER}).status_code == 403  # of another page
