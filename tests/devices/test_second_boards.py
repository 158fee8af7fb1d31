"""Two boards at one address: found by what they do to each other's answers, never driven, and forgotten when one is gone."""

import itertools

from contracts import lock_bus as bus
from controller.devices.lock_board_events import BoardLost, BoardSeen, BusNoise
from controller.devices.lock_boards import DOUBLE_MS
from controller.devices.own_board import POLL_IDLE_MS, PROBE_MS
from tests.devices.own_bench import HASH, WISH, identity, kinds, ready, results, states


def test_two_boards_at_one_address_garble_each_other_every_time() -> None:
    bench = ready(0, 1)
    bench.noise[1] = lambda: b"\0garbled\0"
    events = bench.run(3000)
    assert [event for event in events if isinstance(event, BoardLost)] == [BoardLost(1, doubled=True)]
    del bench.noise[1]
    assert [event.doubled for event in bench.run(PROBE_MS) if isinstance(event, BoardSeen)] == [False]


def test_a_bad_line_is_no_second_board() -> None:
    """Noise now and then on a silent line is nobody's answer."""
    bench, turn = ready(0), itertools.count()
    bench.noise[0] = lambda: b"\0garbled\0" if next(turn) % 2 else b""
    assert [event for event in bench.run(5000) if isinstance(event, BoardLost)] == [BoardLost(0, doubled=False)]


def test_another_unique_id_without_a_silence_is_a_second_board() -> None:
    bench = ready()
    ids = itertools.cycle([b"unique02", b"unique01"])
    boots = itertools.count(100)
    bench.answers[0] = {
        bus.IDENTIFY: lambda _: bus.Identity(bus.PROTOCOL, (1, 2, 3), ord("B"), HASH, next(ids), next(boots), 24).encode(),
        bus.STATES: lambda _: states(boot=next(boots)),
    }
    seen = [event for event in bench.run(3000) if isinstance(event, BoardSeen)]
    assert {event.doubled for event in seen} == {True}
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    assert [(told.result, told.code) for told in results(bench.run(100))] == [("refused", "duplicate")]
    bench.answers[0] = {bus.IDENTIFY: lambda _: identity(), bus.STATES: lambda _: states()}
    later = [event.doubled for event in bench.run(2 * DOUBLE_MS) if isinstance(event, BoardSeen)]
    assert later == [True, False]


def test_a_board_that_was_changed_is_no_second_board() -> None:
    bench = ready()
    bench.answers[0] = {}
    bench.run(3000)
    other = bus.Identity(bus.PROTOCOL, (1, 2, 3), ord("B"), HASH, b"unique02", 1, 24).encode()
    bench.answers[0] = {bus.IDENTIFY: lambda _: other, bus.STATES: lambda _: states(boot=1)}
    assert [event.doubled for event in bench.run(PROBE_MS) if isinstance(event, BoardSeen)] == [False]


def test_a_second_different_answer_is_a_second_board_and_the_same_again_is_not() -> None:
    bench = ready()
    bench.run(POLL_IDLE_MS)
    request = bench.sent[-1][1]
    bench.hear(request.answer(states()))
    assert BoardSeen not in kinds(bench.run(1000))
    request = bench.sent[-1][1]
    bench.hear(request.answer(states(closed=0)))
    assert [event.doubled for event in bench.run(1000) if isinstance(event, BoardSeen)] == [True]


def test_failed_exchanges_are_counted_by_board() -> None:
    bench = ready(0, 1)
    bench.answers[1] = {}
    told = [event.errors for event in bench.run(2000) if isinstance(event, BusNoise)]
    assert set(told[-1]) == {1}
    assert told[-1][1] >= 8
