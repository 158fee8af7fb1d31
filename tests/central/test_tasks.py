"""What the clerks have to do: each task is there because of what happened and goes away by what happens."""

from central.deposits.registration import NewDocument
from central.ports import SmsResult
from central.tasks import Task
from central.views import Views
from contracts.facts import (
    AuditAnswered,
    AuditEnded,
    CompartmentQuarantined,
    CompartmentReleased,
    DepositReported,
    DepositTakenBack,
    DepositWithdrawn,
    DocumentHandedOver,
    FaultRaised,
)
from tests.central.paper_machine import MACHINE, House

HOUR = 3600.0


def tasks(house: House) -> list[Task]:
    return Views(house.centre.store, house.settings).tasks(house.at.wall)


def kinds(house: House) -> list[tuple[str, int, int]]:
    return [(task.kind, task.priority, task.compartment) for task in tasks(house)]


def fact(house: House, *facts: object) -> None:
    for each in facts:
        house.machine.fact(each, house.at.wall)  # type: ignore[arg-type]
    house.sync()


def test_nothing_to_do_while_all_goes_well() -> None:
    house = House()
    house.told()
    assert tasks(house) == []


def test_a_jam_is_taken_out_and_the_compartment_released() -> None:
    house = House()
    key = house.told()
    fact(house, CompartmentQuarantined(compartment=7, reason="jam"), DepositWithdrawn(deposit=key, compartment=7, reason="jam"))
    assert kinds(house) == [("take_out", 2, 7), ("quarantined", 3, 7)]
    assert tasks(house)[0].case == "26004711"
    fact(house, DepositTakenBack(deposit=key, compartment=7))
    assert kinds(house) == [("quarantined", 3, 7)]
    fact(house, CompartmentReleased(compartment=7))
    assert kinds(house) == []


def test_what_a_resident_reports_is_most_urgent() -> None:
    house = House()
    key = house.told()
    fact(house, DocumentHandedOver(deposit=key, compartment=7), DepositReported(deposit=key, compartment=7, contents="foreign"))
    fact(house, CompartmentQuarantined(compartment=7, reason="reported_foreign"), CompartmentQuarantined(compartment=3, reason="no_close"))
    assert kinds(house) == [("reported_foreign", 1, 7), ("quarantined", 3, 3)]


def test_expired_until_taken_back_or_extended() -> None:
    house = House()
    key = house.told()
    house.later(60 * HOUR)
    for sent in house.wire.messages:
        house.accept(sent)
        house.centre.delivery_reported(sent.idx, "DELIVERED", house.at)
    assert kinds(house) == [("expired", 3, 7)]
    later = int((house.at.wall.timestamp() + 24 * HOUR) * 1000)
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "a", house.at), house.at)
    house.work()
    assert [task.kind for task in tasks(house)] == []


def test_a_message_that_does_not_arrive_is_a_task_until_one_does() -> None:
    house = House(pins=[111111, 222222])
    key = house.told()
    house.centre.delivery_reported(f"{key}-ready", "UNDELIVERED", house.at)
    (task,) = tasks(house)
    assert (task.kind, task.reason, task.phone) == ("sms_undelivered", "undelivered", "601 *** 123")
    house.centre.at_desk(lambda t: house.centre.registration.correct_phone(t, key, "602 234 123", "a", house.at), house.at)
    house.work()
    house.later(1)
    house.accept(house.wire.messages[-1])
    house.centre.delivery_reported(house.wire.messages[-1].idx, "DELIVERED", house.at)
    assert tasks(house) == []


def test_a_later_message_that_arrives_brings_no_pin() -> None:
    house = House()
    key = house.told()
    house.centre.delivery_reported(f"{key}-ready", "UNDELIVERED", house.at)
    later = int((house.at.wall.timestamp() + 72 * HOUR) * 1000)
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "a", house.at), house.at)
    house.work()
    house.accept(house.wire.messages[-1])
    assert house.wire.messages[-1].idx == f"{key}-extended"
    house.centre.delivery_reported(f"{key}-extended", "DELIVERED", house.at)
    assert [task.kind for task in tasks(house)] == ["sms_undelivered"]


def test_a_refused_message_and_one_without_a_word() -> None:
    house = House()
    house.boot()
    key = house.register()
    house.work()
    house.centre.load(key, "a", house.at)
    house.machine.store(house.orders()[0])
    house.sync()
    house.work()
    house.centre.sms_answered(f"{key}-ready", SmsResult("refused", code="provider_13"), house.at)
    assert kinds(house) == [("sms_refused", 2, 7)]
    other = House()
    other.told()
    other.later(48.5 * HOUR)
    assert "sms_silent" in [task.kind for task in tasks(other)]


def test_a_difference_of_an_audit() -> None:
    house = House()
    house.told()
    fact(house, AuditAnswered(compartment=7, contents="empty", same=False), AuditAnswered(compartment=8, contents="empty", same=True))
    fact(house, CompartmentQuarantined(compartment=7, reason="jam"), AuditEnded(same=1, diff=1, skipped=0, left=0))
    (task,) = tasks(house)
    assert (task.kind, task.compartment, task.found, task.expected) == ("audit", 7, "empty", "document")
    fact(house, AuditAnswered(compartment=7, contents="document", same=True))
    assert kinds(house) == [("quarantined", 3, 7)]


def test_a_slip_to_print_and_a_second_person_to_ask() -> None:
    house = House()
    house.boot()
    new = NewDocument("1", "", MACHINE, slip=True)
    key = house.centre.at_desk(lambda t: house.centre.registration.register(t, new, "a", house.at), house.at)
    house.work()
    assert kinds(house) == [("slip", 3, 0)]
    house.centre.at_desk(lambda t: house.centre.registration.print_slip(t, key, "a", house.at), house.at)
    later = int((house.at.wall.timestamp() + 24 * HOUR) * 1000)
    group = house.centre.at_desk(lambda t: house.centre.machines.extend_all(t, "", later, "A. Nowak", house.at), house.at)
    assert [(task.kind, task.by) for task in tasks(house)] == [("waits", "A. Nowak")]
    house.centre.at_desk(lambda t: house.centre.machines.agree(t, group, "B", house.at), house.at)
    assert tasks(house) == []


def test_faults_are_on_the_overview_and_no_task() -> None:
    house = House()
    house.told()
    fact(house, FaultRaised(fault="door_left_open", where="door 7"))
    assert tasks(house) == []
