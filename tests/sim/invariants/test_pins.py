"""The tries of a journal are counted as the rules say, and a secret is found where it stands and nowhere else."""

from datetime import UTC, datetime

import pytest

from contracts.facts import AnyFact, DocumentHandedOver, Entry, PinAccepted, PinPaused, PinRejected, PinResumed, PinTrySpent, PinUnanswered
from sim.invariants import pins

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WRONG = (PinTrySpent(), PinRejected(match=1))
DARK = (PinTrySpent(), PinUnanswered(match=1))
RIGHT = (PinTrySpent(), PinAccepted(match=1, deposit="d"))
PAUSE = PinPaused(level=1, pause_ms=60_000)


def after(*facts: AnyFact) -> pins.Tries:
    """The tries after these facts of one boot, a second apart."""
    tries = pins.Tries()
    for seq, fact in enumerate(facts, 1):
        tries.take(Entry(seq, AT, 1_000 * seq, "b1", True, fact))
    return tries


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (WRONG * 4, []),
        (WRONG * 5, ["5 wrong tries"]),
        (WRONG * 3 + DARK * 2, ["5 wrong tries"]),
        ((*WRONG * 5, PAUSE), []),
        (WRONG * 4 + RIGHT + WRONG, ["5 wrong tries"]),  # a right PIN gives back its own try alone
        ((*WRONG * 4, DocumentHandedOver(deposit="d", compartment=3), *WRONG * 4), []),
    ],
)
def test_five_wrong_tries_need_a_pause(facts: tuple[AnyFact, ...], said: list[str]) -> None:
    assert list(pins.five_wrong_tries_lead_to_a_pause(after(*facts))) == said


@pytest.mark.parametrize(
    ("boot", "mono_ms", "said"),
    [("b1", 71_000, []), ("b1", 70_999, ["after 59999 of 60000 ms"]), ("b2", 300_000, ["in another boot"])],
)
def test_a_pause_is_over_after_its_whole_time_in_one_boot(boot: str, mono_ms: int, said: list[str]) -> None:
    tries = after(*WRONG * 5, PAUSE)
    assert list(pins.nothing_is_compared_during_a_pause(tries)) == ["digits were compared"]
    tries.take(Entry(12, AT, mono_ms, boot, True, PinResumed()))
    assert list(pins.a_pause_runs_its_whole_time_in_one_boot(tries)) == said
    assert list(pins.nothing_is_compared_during_a_pause(tries)) == []


def test_nothing_resumes_that_was_not_paused() -> None:
    assert list(pins.a_pause_runs_its_whole_time_in_one_boot(after(PinResumed()))) == ["without a pause"]


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
