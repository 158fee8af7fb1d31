"""The tries of a journal are counted as the rules say, and a secret is found where it stands and nowhere else."""

import asyncio
from datetime import UTC, datetime

import pytest

from contracts.facts import (
    AnyFact,
    DepositStored,
    DocumentHandedOver,
    Entry,
    NumberPaused,
    NumberResumed,
    NumberTrySpent,
    PinAccepted,
    PinDayBegun,
    PinRejected,
    PinSteppedUp,
    PinStepUpEnded,
    PinTrySpent,
    PinUnanswered,
)
from sim.faults import NOTHING
from sim.invariants import pins
from sim.storm_cabinets import cabinet
from sim.world import World

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WRONG = (PinTrySpent(), PinRejected(match=1))
DARK = (PinTrySpent(), PinUnanswered(match=1))
RIGHT = (PinTrySpent(), PinAccepted(match=1, deposit="d"))
STEPPED_UP = PinSteppedUp(until=None, asks="phone", day="", again=False)
NUMBER = (NumberTrySpent(number="n"), PinRejected(match=1))
PAUSE = NumberPaused(number="n", level=1, pause_ms=60_000)
TOO_MANY = "4 entries, 3 are borne"


def after(*facts: AnyFact, trusted: bool = True) -> pins.Tries:
    """The tries after these facts of one boot, a second apart; three a day are borne."""
    tries = pins.Tries(3)
    for seq, fact in enumerate(facts, 1):
        tries.take(Entry(seq, AT, 1_000 * seq, "b1", trusted, fact))
    return tries


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (WRONG * 3, []),
        (WRONG * 4, [TOO_MANY]),
        (WRONG * 2 + DARK * 2, [TOO_MANY]),
        (WRONG * 3 + RIGHT, [TOO_MANY]),
        (WRONG * 2 + RIGHT * 5 + WRONG, []),  # a right PIN gives back its own try alone
        ((*WRONG * 3, DocumentHandedOver(deposit="d", compartment=3), *WRONG), [TOO_MANY]),
        ((*WRONG * 3, PinDayBegun(day="2026-11-23"), *WRONG * 3), []),
        ((STEPPED_UP, *WRONG), ["1 entries, 3 are borne"]),
        ((STEPPED_UP, PinStepUpEnded(), *WRONG), []),
        ((*(DepositStored(deposit=f"d{n}", compartment=n) for n in range(500)), *WRONG * 2), ["2 entries, 1 are borne"]),
    ],
)
def test_a_day_bears_so_many_wrong_entries(facts: tuple[AnyFact, ...], said: list[str]) -> None:
    assert list(pins.a_pin_alone_is_tried_no_more_often_than_the_day_bears(after(*facts))) == said


def test_what_was_entered_without_a_day_counts_for_the_next_one() -> None:
    tries = after(*WRONG * 3, trusted=False)
    tries.take(Entry(9, AT, 9_000, "b1", True, PinDayBegun(day="2026-11-23")))
    tries.take(Entry(10, AT, 10_000, "b1", True, PinTrySpent()))
    assert list(pins.a_pin_alone_is_tried_no_more_often_than_the_day_bears(tries)) == [TOO_MANY]


@pytest.mark.parametrize(
    ("day", "before", "trusted", "fine"),
    [
        ("2026-11-23", "", True, True),
        ("2026-11-23", "2026-11-22", True, True),
        ("2026-11-23", "2026-11-23", True, False),
        ("2026-11-23", "2026-11-24", True, False),
        ("2026-11-24", "", True, False),
        ("2026-11-23", "", False, False),
    ],
)
def test_a_day_begins_once_and_by_a_trusted_clock(day: str, before: str, trusted: bool, fine: bool) -> None:
    tries = pins.Tries()
    tries.day = before
    tries.take(Entry(1, AT, 1_000, "b1", trusted, PinDayBegun(day=day)))
    assert (list(pins.the_day_of_the_tries_only_moves_forward(tries)) == []) == fine


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (NUMBER * 2, []),
        (NUMBER * 3, ["3 wrong entries with n"]),
        ((*NUMBER * 3, PAUSE), []),
        ((*NUMBER * 2, NumberTrySpent(number="n"), PinAccepted(match=1, deposit="d"), *NUMBER * 2), []),
        ((*NUMBER * 2, NumberTrySpent(number="other"), PinRejected(match=1)), []),
    ],
)
def test_three_wrong_entries_need_a_pause(facts: tuple[AnyFact, ...], said: list[str]) -> None:
    assert list(pins.three_wrong_entries_pause_their_number(after(STEPPED_UP, *facts))) == said


@pytest.mark.parametrize(
    ("boot", "mono_ms", "said"),
    [
        ("b1", 68_000, []),
        ("b1", 67_999, ["after 59999 of 60000 ms"]),
        ("b2", 60_000, []),
        ("b2", 59_999, ["after 59999 of 60000 ms"]),
    ],
)
def test_a_pause_is_over_after_its_whole_time_in_one_boot(boot: str, mono_ms: int, said: list[str]) -> None:
    tries = after(STEPPED_UP, *NUMBER * 3, PAUSE)
    tries.open = Entry(9, AT, 9_000, "b1", True, NumberTrySpent(number="n"))
    assert list(pins.nothing_is_compared_for_a_paused_number(tries)) == ["digits were compared for n"]
    tries.take(Entry(10, AT, mono_ms, boot, True, NumberResumed(number="n")))
    assert list(pins.a_pause_runs_its_whole_time_in_one_boot(tries)) == said
    assert list(pins.nothing_is_compared_for_a_paused_number(tries)) == []


def test_nothing_resumes_that_was_not_paused() -> None:
    tries = after(NumberResumed(number="n"))
    assert list(pins.a_pause_runs_its_whole_time_in_one_boot(tries)) == ["without a pause that ends by itself"]


def test_whoever_is_right_is_not_refused() -> None:
    tries = after(PinTrySpent())
    tries.expects = "deposit-1"
    tries.take(Entry(2, AT, 2_000, "b1", True, PinRejected(match=1)))
    assert list(pins.nobody_is_refused_for_what_others_typed(tries)) == ["the PIN of deposit deposi"]
    fine = after(*RIGHT)
    fine.expects = "deposit-1"
    fine.take(Entry(3, AT, 3_000, "b1", True, PinTrySpent()))
    fine.take(Entry(4, AT, 4_000, "b1", True, PinUnanswered(match=3)))
    assert list(pins.nobody_is_refused_for_what_others_typed(fine)) == []


def test_one_try_is_good_for_one_comparison() -> None:
    tries = after(PinTrySpent())
    assert list(pins.a_try_is_spent_before_anything_is_compared(tries)) == []
    tries.compared = tries.open
    assert len(list(pins.a_try_is_spent_before_anything_is_compared(tries))) == 1


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"text":"PIN: 123456"}', True),
        (b'{"pin":"123456"}', True),
        (b'{"deposit":"ab123456"}', False),  # part of an id
        (b'{"rate":0.123456}', False),
        (b'{"mono_ms":123456}', False),  # a number that only counts
        (b'{"mono_ms":123456,"digits":123456}', True),
        (b'{"to":"48600000001"}', True),  # a phone is found inside a longer number too
        (b'{"pin":"123457"}', False),
    ],
)
def test_a_secret_is_found_where_it_stands(data: bytes, found: bool) -> None:
    secrets = pins.Secrets()
    assert not secrets.stand_in(data)
    secrets.add("600000001")
    secrets.add("123456")
    assert secrets.stand_in(data) is found
    assert list(pins.no_secret_leaves_the_vault(secrets, "there", data)) == (["there"] if found else [])


@pytest.mark.parametrize(("right", "said"), [("d", []), ("", ["the PIN of deposit d"]), ("e", ["the PIN of deposit d"])])
def test_only_what_is_right_is_accepted(right: str, said: list[str]) -> None:
    assert list(pins.nothing_is_accepted_that_is_not_right(right, PinAccepted(match=1, deposit="d"))) == said


def test_who_waits_longer_than_a_minute_before_a_machine_that_works_is_seen() -> None:
    world = World(7, cabinet(), plan=NOTHING)
    told: list[list[str]] = []

    async def story() -> None:
        world.machine.power_on()
        later = asyncio.Event()
        world.stage.later(90_000, later.set)
        await later.wait()
        for since_s in (29, 31, 5):
            told.append(list(pins.wrong_entries_keep_nobody_with_the_right_pin_waiting(world.machine, "d" * 16, since_s * 1_000)))

    world.stage.play(story())
    assert told == [["deposit dddddd since 29000 ms"], [], []]
