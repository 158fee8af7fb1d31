"""How long a document may be collected: the printed deadline, more time for one and for all, after an outage, across clock changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from central.deposits.rules import DeskRefused
from central.ports import Now, SmsResult
from central.settings import DocumentType, SmsSettings
from central.store import orders
from central.times import from_ms
from contracts.facts import BootStarted, DoorClosed, FaultRaised, TermsExtended
from contracts.orders import AnyAsk, ExtendAll, SetPin
from contracts.topics import MachineReport, Presence, Service, encode
from tests.central.paper_machine import EPOCH, MACHINE, House

HOUR = 3600.0


def report(house: House, service: Service = "open", screen: str = "l.attract") -> None:
    """The machine's picture of itself."""
    said = MachineReport(
        machine=MACHINE, product="urzedomat", boot="b1", epoch=EPOCH, seq=0, unacknowledged=0, wall=house.at.wall, clock_trusted=True,
        screen=screen, free=1, occupied=1, open_doors=0, faults=[], software="1", description="d", compartments=[], service=service,
    )  # fmt: skip
    house.say("state", encode(said))


def birth(house: House, boot: str, connection: str) -> None:
    house.say("presence", encode(Presence(online=True, boot=boot, connection=connection, epoch=EPOCH, nonce=f"n-{boot}")))


def until(house: House, key: str) -> datetime:
    return from_ms(house.deposit(key).until_ms)


@pytest.mark.parametrize("late_s", [0, 1, 899, 900, 3_599, 7_200, 86_400])
@pytest.mark.parametrize("margin", [0, 1])
def test_the_printed_deadline_is_a_whole_term_after_the_acceptance(late_s: int, margin: int) -> None:
    from central.settings import Terms

    house = House(terms=Terms(margin_h=margin))
    key = house.submitted()
    house.centre.sms_answered(house.wire.messages[-1].idx, SmsResult("unknown"), house.at)
    house.later(late_s)
    house.work()
    sms = house.wire.messages[-1]
    house.later(80)
    house.accept(sms)
    printed = until(house, key)
    local = printed.astimezone(ZoneInfo("Europe/Warsaw"))
    assert f"do {local.day}.{local.month:02} godz. {local:%H:%M}" in sms.text
    assert printed - house.at.wall >= timedelta(hours=48)
    assert (local.minute % 15, local.second) == (0, 0)


@pytest.mark.parametrize(
    ("start", "wall_hours"),
    [
        (datetime(2026, 3, 28, 10, 0, tzinfo=UTC), 50),
        (datetime(2026, 10, 24, 9, 0, tzinfo=UTC), 48),
        (datetime(2026, 6, 1, 9, tzinfo=UTC), 49),
    ],
)
def test_forty_eight_hours_across_a_clock_change_are_forty_eight_hours(start: datetime, wall_hours: int) -> None:
    house = House()
    house.at = Now(wall=start, mono_ms=1_000)
    key = house.told()
    zone = ZoneInfo("Europe/Warsaw")
    assert until(house, key) - start == timedelta(hours=49)
    shown = until(house, key).astimezone(zone).replace(tzinfo=None) - start.astimezone(zone).replace(tzinfo=None)
    assert shown == timedelta(hours=wall_hours)


def test_each_type_of_document_has_its_term() -> None:
    house = House(documents={"plates": DocumentType(name="Tablice", hours=96, size="M")})
    key = house.told()
    assert until(house, key) - house.at.wall == timedelta(hours=97)
    assert house.deposit(key).kind == "plates"
    with house.centre.store.transaction() as t:
        asked = [msgspec.json.decode(row.ask, type=AnyAsk) for row in orders.of_deposit(t, key)]
    assert {ask.size for ask in asked if isinstance(ask, SetPin)} == {"M"}


def test_more_time_is_told_when_the_machine_holds_it() -> None:
    house = House()
    key = house.told()
    later = int(house.deposit(key).until_ms + 24 * HOUR * 1000)
    mark = house.deposit(key).mark
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "hotline", house.at), house.at)
    (order,) = house.orders()
    assert isinstance(order.ask, SetPin)
    assert order.ask.hmac == mark
    house.later(3)
    assert house.purposes() == ["ready"]
    house.do(order)
    assert house.purposes() == ["ready", "extended"]
    assert "do 26.11 godz. 11:00" in house.wire.messages[-1].text
    assert until(house, key) == from_ms(later)
    house.accept(house.wire.messages[-1])
    with pytest.raises(DeskRefused, match="until_wrong"):
        house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "hotline", house.at), house.at)


def test_an_expired_document_gets_more_time() -> None:
    house = House()
    key = house.told()
    house.later(60 * HOUR)
    later = int(house.at.wall.timestamp() * 1000 + 24 * HOUR * 1000)
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "hotline", house.at), house.at)
    house.work()
    assert house.purposes()[-1] == "extended"


def test_two_wishes_while_one_is_under_way_end_with_the_last() -> None:
    house = House()
    key = house.told()
    for hours in (10, 20):
        later = int(house.deposit(key).until_ms + hours * HOUR * 1000)
        house.centre.at_desk(lambda t, later=later: house.centre.registration.extend(t, key, later, "a", house.at), house.at)
    (first,) = house.orders()
    house.do(first)
    assert house.purposes() == ["ready"]
    (second,) = house.orders()
    house.do(second)
    assert house.purposes() == ["ready", "extended"]
    assert until(house, key) == second.ask.until  # type: ignore[union-attr]


def test_a_whole_city_needs_a_second_person() -> None:
    house = House()
    key = house.told()
    later = int(house.deposit(key).until_ms + 24 * HOUR * 1000)
    centre = house.centre
    group = centre.at_desk(lambda t: centre.machines.extend_all(t, "", later, "A. Nowak", house.at), house.at)
    house.later(600)
    assert house.orders() == []
    for same in ("A.  Nowak", "a nowak", "A. Nowak "):
        with pytest.raises(DeskRefused, match="same_person"):
            centre.at_desk(lambda t, same=same: centre.machines.agree(t, group, same, house.at), house.at)
    with pytest.raises(DeskRefused, match="same_person"):
        centre.at_desk(lambda t: centre.machines.agree(t, group, "a. nowak", house.at), house.at)
    centre.at_desk(lambda t: centre.machines.agree(t, group, "B. Wójcik", house.at), house.at)
    (order,) = house.orders()
    assert isinstance(order.ask, ExtendAll)
    house.machine.take(order)
    house.machine.fact(TermsExtended(until=order.ask.until))
    house.sync()
    assert until(house, key) == order.ask.until
    assert house.purposes() == ["ready", "extended"]
    with pytest.raises(DeskRefused, match="waits_no_more"):
        centre.at_desk(lambda t: centre.machines.decline(t, group, "B. Wójcik", house.at), house.at)


def test_what_a_second_person_declines_is_not_done() -> None:
    house = House()
    key = house.told()
    later = int(house.deposit(key).until_ms + 24 * HOUR * 1000)
    centre = house.centre
    group = centre.at_desk(lambda t: centre.machines.extend_all(t, MACHINE, later, "A. Nowak", house.at), house.at)
    centre.at_desk(lambda t: centre.machines.decline(t, group, "A. Nowak", house.at), house.at)
    house.later(600)
    assert house.orders() == []


def test_an_extension_for_all_does_not_shorten() -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    house.machine.fact(TermsExtended(until=before - timedelta(hours=1)))
    house.sync()
    assert until(house, key) == before
    assert house.purposes() == ["ready"]


@pytest.mark.parametrize(("down_s", "longer"), [(14 * 60, False), (15 * 60, False), (3 * 3600, True)])
def test_a_machine_that_was_down_gives_its_time_back(down_s: int, longer: bool) -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    house.will()
    house.later(down_s)
    birth(house, "b2", "c2")
    house.machine.boot = "b2"
    house.machine.fact(BootStarted(software="1", description="d"), house.at.wall)
    house.sync()
    house.work()
    assert until(house, key) - before == (timedelta(seconds=down_s) if longer else timedelta())
    assert ("extended" in house.purposes()) == longer


def test_a_machine_without_contact_that_worked_on_gives_nothing_back() -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    house.will()
    house.later(5 * HOUR)
    house.birth("c2")
    house.machine.fact(DoorClosed(compartment=1, opens=1, board_boot=1), house.at.wall)
    house.sync()
    house.work()
    assert until(house, key) == before


def test_what_it_did_without_contact_shortens_the_outage() -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    house.will()
    house.later(4 * HOUR)
    house.machine.fact(DoorClosed(compartment=1, opens=1, board_boot=1), house.at.wall)
    house.later(1 * HOUR)
    house.machine.boot = "b2"
    house.machine.fact(BootStarted(software="1", description="d"), house.at.wall)
    house.later(2 * HOUR)
    birth(house, "b2", "c2")
    house.sync()
    house.work()
    assert until(house, key) - before == timedelta(hours=1)


def test_a_centre_that_was_away_counts_from_the_last_word() -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    house.later(5 * HOUR)
    house.start()
    house.later(5)
    birth(house, "b2", "c2")
    house.machine.boot = "b2"
    house.machine.fact(BootStarted(software="1", description="d"), house.at.wall)
    house.sync()
    house.work()
    assert timedelta(hours=5) <= until(house, key) - before <= timedelta(hours=5.25)


@pytest.mark.parametrize("service", ["out", "forced"])
def test_a_machine_out_of_service_gives_its_time_back(service: Service) -> None:
    house = House()
    key = house.told()
    before = until(house, key)
    report(house, service)
    house.later(2 * HOUR)
    report(house, service, "k.menu")
    report(house, service, "lang")
    house.work()
    assert until(house, key) == before
    report(house)
    house.work()
    assert until(house, key) - before == timedelta(hours=2)
    assert ("extended" in house.purposes()) == (service == "out")


def test_no_message_promises_anything_behind_a_forced_door() -> None:
    house = House()
    key = house.told()
    house.machine.fact(FaultRaised(fault="door_forced", where="door 7"))
    house.machine.fact(TermsExtended(until=until(house, key) + timedelta(hours=1)))
    house.sync()
    assert house.purposes() == ["ready"]


def test_reminders_come_before_the_end_and_not_at_night() -> None:
    house = House(sms=SmsSettings(quiet=True))
    house.told()
    seen: list[tuple[str, Any]] = []
    for _ in range(49 * 4):
        before = len(house.wire.messages)
        house.later(900)
        report(house)
        for sms in house.wire.messages[before:]:
            seen.append((sms.idx.partition("-")[2], house.at.wall.astimezone(ZoneInfo("Europe/Warsaw")).strftime("%d %H:%M")))
            house.accept(sms)
    assert seen == [("reminder24", "24 11:00"), ("reminder6", "24 21:30")]


def test_no_reminder_while_the_machine_gives_out_nothing() -> None:
    house = House()
    key = house.told()
    report(house, "out")
    house.later(30 * HOUR)
    assert house.purposes() == ["ready"]
    report(house)
    house.work()
    assert until(house, key) - house.at.wall == timedelta(hours=49)
    assert house.purposes() == ["ready", "extended"]
    for sms in house.wire.messages[-1:]:
        house.accept(sms)
    house.later(26 * HOUR)
    assert house.purposes() == ["ready", "extended", "reminder24-2"]


def test_more_time_moves_the_reminders() -> None:
    house = House()
    key = house.told()
    house.later(26 * HOUR)
    house.accept(house.wire.messages[-1])
    assert house.purposes() == ["ready", "reminder24"]
    later = int(house.deposit(key).until_ms + 48 * HOUR * 1000)
    house.centre.at_desk(lambda t: house.centre.registration.extend(t, key, later, "a", house.at), house.at)
    house.work()
    house.accept(house.wire.messages[-1])
    house.later(40 * HOUR)
    assert house.purposes() == ["ready", "reminder24", "extended"]
    house.later(8 * HOUR)
    assert house.purposes() == ["ready", "reminder24", "extended", "reminder24-2"]
