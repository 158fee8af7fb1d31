"""What machines say of money is kept once, settled by local days, and compared with what the centre knows."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from central.books.differences import KNOWN_WITHIN_MS, Difference, differences
from central.books.settlement import COLUMNS, bounds, settlement
from central.store import attempts, sales
from central.store.attempts import AttemptRow
from central.times import HOUR_MS, to_ms
from contracts import facts as f
from contracts.payment_facts import Method
from tests.central.paper_machine import MACHINE, START, House

WARSAW = "Europe/Warsaw"
DAY = date(2026, 11, 23)
AT_MS = to_ms(START)


def quoted(attempt: str, method: Method = "card", amount: int = 500) -> tuple[f.AnyFact, ...]:
    return (
        f.RightQuoted(attempt=attempt, zone="SPP", start=START, until=START + timedelta(hours=1)),
        f.AttemptMade(attempt=attempt, method=method, amount=amount, trace=""),
    )


def told(*facts: f.AnyFact, wall: datetime = START) -> House:
    house = House()
    house.boot()
    for fact in facts:
        house.machine.fact(fact, wall)
    house.sync()
    return house


def lines(house: House, day: date = DAY) -> list[dict[str, str]]:
    with house.centre.store.transaction() as t:
        text = settlement(t, day, WARSAW)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    return list(csv.DictReader(io.StringIO(text)))


def found(house: House, at_ms: int = AT_MS) -> list[tuple[str, str]]:
    with house.centre.store.transaction() as t:
        return [(each.attempt, each.kind) for each in differences(t, at_ms)]


def test_a_day_of_a_meter() -> None:
    house = told(
        *quoted("a"), f.AttemptCaptured(attempt="a"), *quoted("b"), f.AttemptDeclined(attempt="b", result="6c"),
        *quoted("c", amount=870), f.AttemptCaptured(attempt="c"), *quoted("d", "blik"), f.AttemptRefunding(attempt="d"),
        *quoted("e"), f.AttemptInDoubt(attempt="e", tries=1), f.AttemptManual(attempt="e", reason="silent"), *quoted("f"),
    )  # fmt: skip
    card, blik = ("2", "1370", "0", "0", "1", "1", "500"), ("1", "500", "1", "500", "0", "0", "0")
    rows = [("2026-11-23", MACHINE, "SPP", "blik", *blik), ("2026-11-23", MACHINE, "SPP", "card", *card)]
    assert lines(house) == [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert lines(house, DAY + timedelta(days=1)) == []


def test_the_same_facts_twice_are_one_sale() -> None:
    house = told(*quoted("a"), f.AttemptCaptured(attempt="a"))
    house.say("facts", house.machine.batch(1, len(house.machine.stored)))
    assert [line["paid"] for line in lines(house)] == ["1"]


def test_what_has_ended_does_not_end_again() -> None:
    house = told(*quoted("a"), f.AttemptCaptured(attempt="a"), f.AttemptDeclined(attempt="a", result=""))
    assert [line["paid"] for line in lines(house)] == ["1"]
    assert house.counts()["facts_out_of_turn"] == 1


def test_facts_of_no_attempt_are_counted() -> None:
    assert told(f.AttemptCaptured(attempt="x")).counts()["facts_of_unknown_attempt"] == 1


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (DAY, 24)])
def test_a_local_day_may_be_longer_or_shorter(day: date, hours: int) -> None:
    first, last = bounds(day, WARSAW)
    assert last - first == hours * HOUR_MS


@pytest.mark.parametrize("days", [-90, 40_000])
def test_a_machine_of_another_time_is_settled_today(days: int) -> None:
    house = told(*quoted("a"), f.AttemptCaptured(attempt="a"), wall=START + timedelta(days=days))
    assert [line["paid"] for line in lines(house)] == ["1"]


def test_a_sale_just_before_midnight_is_of_its_day() -> None:
    late = datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)
    house = told(*quoted("a"), f.AttemptCaptured(attempt="a"), wall=late)
    assert (lines(house), len(lines(house, DAY - timedelta(days=1)))) == ([], 1)


def blik(house: House, attempt: str, state: attempts.State, amount: int = 500) -> None:
    taken = amount if state in ("paid", "refunding", "refunded", "manual") else 0
    with house.centre.store.transaction() as t:
        attempts.begin(t, AttemptRow(attempt, MACHINE, amount, state, AT_MS, AT_MS, taken=taken))


@pytest.mark.parametrize(
    ("machine", "centre", "said"),
    [
        (f.AttemptCaptured(attempt="a"), "paid", []),
        (f.AttemptCaptured(attempt="a"), "refunded", []),
        (f.AttemptCaptured(attempt="a"), "declined", ["machine_paid"]),
        (f.AttemptCaptured(attempt="a"), None, ["machine_paid"]),
        (f.AttemptDeclined(attempt="a", result="user"), "declined", []),
        (f.AttemptDeclined(attempt="a", result="user"), "paid", ["centre_paid"]),
        (f.AttemptRefunding(attempt="a"), "refunded", []),
        (f.AttemptManual(attempt="a", reason="amount"), "manual", ["manual"]),
        (f.AttemptInDoubt(attempt="a", tries=1), "charging", []),
    ],
)
def test_machine_and_centre_are_compared(machine: f.AnyFact, centre: attempts.State | None, said: list[str]) -> None:
    house = told(*quoted("a", "blik"), machine)
    if centre is not None:
        blik(house, "a", centre)
    assert [kind for _, kind in found(house)] == said


def test_another_amount_is_a_difference() -> None:
    house = told(*quoted("a", "blik"), f.AttemptCaptured(attempt="a"))
    blik(house, "a", "paid", 501)
    with house.centre.store.transaction() as t:
        assert differences(t, AT_MS) == [Difference("a", MACHINE, "amount", 500, 501, AT_MS)]


def test_money_of_which_no_machine_has_told_is_a_difference() -> None:
    house = told()
    blik(house, "a", "paid")
    blik(house, "b", "declined")
    assert found(house) == [("a", "centre_paid")]


def test_what_nobody_has_said_for_a_day_is_a_difference() -> None:
    house = told(*quoted("a"))
    assert found(house, AT_MS + KNOWN_WITHIN_MS - 1) == []
    assert found(house, AT_MS + KNOWN_WITHIN_MS) == [("a", "waiting")]


def test_an_attempt_of_another_machine_is_not_touched() -> None:
    house = told(*quoted("a"))
    with house.centre.store.transaction() as t:
        sales.change(t, "a", machine="another")
    house.machine.fact(f.AttemptCaptured(attempt="a"))
    house.sync()
    with house.centre.store.transaction() as t:
        row = sales.read(t, "a")
    assert row is not None
    assert row.state == "open"
    assert house.counts()["security.attempt_of_another_machine"] == 1
