"""The bus tells boards of their lamps: only those that have some, and never before a lock that waits."""

import itertools
from collections.abc import Callable

from contracts import lock_bus as bus
from controller.devices.board_lamps import AGAIN_MS, REFRESH_MS
from controller.devices.lock_board_events import BoardLost, BoardSeen
from controller.devices.own_board import POLL_IDLE_MS
from tests.devices.own_bench import HASH, WISH, Bench, ready, results, states

SEVEN = (1 << 7, 100)


def lamped(*boards: int) -> Bench:
    """Boards with lamps that do as they are told."""
    bench = Bench(*boards)
    for board in boards:
        bench.answers[board] = answers()
    bench.run(100)
    bench.sent.clear()
    return bench


def answers(boot: int = 7, description_hash: bytes = HASH) -> dict[int, Callable[[bytes], bytes]]:
    said = bus.Identity(bus.PROTOCOL_LAMPS, (1, 1, 0), ord("C"), description_hash, b"unique01", boot, 24, 24).encode()
    return {bus.IDENTIFY: lambda _: said, bus.STATES: lambda _: states(boot), bus.LAMPS: lambda body: body}


def told(bench: Bench, board: int = 0) -> list[tuple[int, int]]:
    return [bus.decode_lamps(frame.body) for _, frame in bench.sent if (frame.address, frame.kind) == (board, bus.LAMPS)]


def test_a_lamp_is_lit_at_once_kept_and_put_out_once() -> None:
    bench = lamped(0, 1)
    start = bench.at
    bench.boards.light({1: SEVEN})
    bench.run(2 * REFRESH_MS + 100)
    assert told(bench, 1) == [SEVEN] * 3
    assert bench.times(1, bus.LAMPS)[0] - start <= 3  # whatever was being asked is answered first
    assert told(bench, 0) == []
    bench.boards.light({})
    bench.run(5 * REFRESH_MS)
    assert told(bench, 1) == [*[SEVEN] * 3, (0, 100)]


def test_a_board_without_lamps_never_gets_the_frame() -> None:
    bench = ready(0)
    bench.boards.light({0: SEVEN})
    events = bench.run(10_000)
    assert told(bench) == []
    assert [event.lamps for event in bench.seen if isinstance(event, BoardSeen)] == [False]
    assert not any(isinstance(event, BoardLost) for event in events)


def test_boards_with_and_without_lamps_share_a_line() -> None:
    bench = Bench(0, 1)
    bench.answers[1] = answers()
    bench.run(100)
    assert {event.board: event.lamps for event in bench.seen if isinstance(event, BoardSeen)} == {0: False, 1: True}
    bench.boards.light({0: SEVEN, 1: SEVEN})
    bench.run(1000)
    assert (told(bench, 0), told(bench, 1)[-1]) == ([], SEVEN)


def test_a_board_with_another_description_keeps_its_lamps_dark() -> None:
    bench = lamped(0)
    bench.answers[0] = answers(boot=8, description_hash=b"another!")
    bench.boards.light({0: SEVEN})
    bench.run(1000)
    bench.sent.clear()
    bench.run(5000)
    assert [event.lamps for event in bench.seen if isinstance(event, BoardSeen)][-1] is False
    assert told(bench) == []


def test_after_a_restart_of_the_board_its_lamp_is_lit_again() -> None:
    bench = lamped(0)
    bench.boards.light({0: SEVEN})
    bench.run(100)
    bench.answers[0] = answers(boot=8)
    bench.sent.clear()
    bench.run(POLL_IDLE_MS + 20)
    assert told(bench) == [SEVEN]


def test_a_frame_that_was_lost_is_said_again_and_takes_no_board_away() -> None:
    bench = lamped(0)
    heard = bench.answers[0].pop(bus.LAMPS)
    bench.boards.light({0: SEVEN})
    events = bench.run(5000)
    spoken = bench.times(0, bus.LAMPS)
    assert min(later - earlier for earlier, later in itertools.pairwise(spoken)) >= AGAIN_MS
    assert not any(isinstance(event, BoardLost) for event in events)
    bench.answers[0][bus.LAMPS] = heard
    bench.run(AGAIN_MS + 50)
    bench.sent.clear()
    bench.run(REFRESH_MS - 50)
    assert len(told(bench)) <= 1


def test_a_board_that_does_not_understand_is_asked_no_more() -> None:
    bench = lamped(0)
    bench.boards.light({0: SEVEN})
    request = bench.take()
    while request is None or request.kind != bus.LAMPS:
        bench.hear(bench.answer(request))
        bench.tick(max(bench.boards.deadline() or 0, bench.at))
        request = bench.take()
    bench.hear(bus.Frame(0, request.sequence, bus.ERROR | bus.REPLY, bus.encode_error(bus.LAMPS, bus.UNKNOWN_KIND)).encode())
    bench.sent.clear()
    bench.run(10_000)
    assert told(bench) == []
    assert len(bench.times(0, bus.STATES)) > 20


def test_a_lock_that_waits_goes_first() -> None:
    bench = lamped(0, 1)
    bench.answers[0][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.STARTED, 0)
    bench.boards.light({0: SEVEN, 1: SEVEN})
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    bench.run(50)
    kinds = [frame.kind for _, frame in bench.sent]
    assert kinds[0] == bus.UNLOCK
    assert kinds.count(bus.LAMPS) == 2
    assert [told.result for told in results(bench.seen)] == ["started"]


def test_the_polls_go_on_beside_changing_lamps() -> None:
    bench = lamped(0, 1)
    for turn in range(100):
        bench.boards.light({turn % 2: (1 << turn % 24, 100)})
        bench.run(30)
    for board in (0, 1):
        polls = bench.times(board, bus.STATES)
        assert max(later - earlier for earlier, later in itertools.pairwise(polls)) < 2 * POLL_IDLE_MS
