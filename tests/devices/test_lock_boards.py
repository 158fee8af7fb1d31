"""The master's dialogue as playbooks: what it sends, what comes back, what it says of it. Time is by hand."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import lock_bus as bus
from controller.devices.lock_board_events import (
    BoardLost,
    BoardSeen,
    BusNoise,
    Executed,
    Levels,
    UnlockResult,
)
from controller.devices.lock_boards import TRIES, LockBoards
from controller.devices.own_board import POLL_EAGER_MS, POLL_IDLE_MS, PROBE_MS
from tests.devices.own_bench import HASH, OTHER_WISH, WISH, Bench, identity, kinds, ready, results, states


def test_it_asks_who_is_there_and_then_for_everything() -> None:
    bench = Bench(3)
    events = bench.run(50)
    assert events[0] == BoardSeen(3, 7, "1.2.3", "B", HASH, b"unique01", 24, "")
    assert events[1] == Levels(3, 7, (True,) * 24, (0,) * 24, (0,) * 24, None, False)
    assert [(frame.kind, frame.body) for _, frame in bench.sent] == [(bus.IDENTIFY, b""), (bus.STATES, b"\0\0")]


def test_it_polls_slowly_when_idle_and_fast_when_eager() -> None:
    bench = ready()
    bench.run(3000)
    idle = bench.times(0, bus.STATES)
    assert {later - earlier for earlier, later in itertools.pairwise(idle)} == {POLL_IDLE_MS}
    bench.boards.watched = 0
    bench.sent.clear()
    bench.run(3000)
    eager = bench.times(0, bus.STATES)
    assert {later - earlier for earlier, later in itertools.pairwise(eager)} == {POLL_EAGER_MS}


def test_it_acknowledges_what_it_has_seen_and_keeps_the_counters() -> None:
    bench = ready()
    told = [states(rev=9, closed=0xFFFFFE, changed=[(0, 1, 0)]), states(rev=9, closed=0xFFFFFE)]
    bench.answers[0][bus.STATES] = lambda _: told.pop(0) if told else states(rev=9)
    events = bench.run(2 * POLL_IDLE_MS)
    assert [event.opens[0] for event in events if isinstance(event, Levels)] == [1, 1]
    assert [frame.body for _, frame in bench.sent] == [b"\0\1", b"\0\x09"]


def test_an_unlock_goes_before_the_next_poll_and_ends_in_one_result() -> None:
    bench = ready()
    bench.answers[0][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.STARTED, 0)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    assert bench.boards.deadline() == 0
    assert results(bench.run(10)) == [UnlockResult(WISH, 0, 4, "started")]
    _, frame = bench.sent[0]
    assert vars(bus.decode_unlock(frame.body)) == {"wish_id": WISH, "boot": 7, "channel": 4, "pulse_ms": 500}
    assert results(bench.run(1000)) == []


@pytest.mark.parametrize(
    ("code", "result", "name"),
    [
        (bus.KNOWN, "known", ""),
        (bus.COOLING, "refused", "cooling"),
        (bus.BRAKED, "refused", "braked"),
        (bus.BUSY, "refused", "busy"),
        (bus.WRONG_BOOT, "refused", "wrong_boot"),
        (bus.BAD_CHANNEL, "refused", "bad_channel"),
        (bus.BAD_PULSE, "refused", "bad_pulse"),
    ],
)
def test_each_result_has_its_word(code: int, result: str, name: str) -> None:
    bench = ready()
    bench.answers[0][bus.UNLOCK] = lambda _: bus.encode_unlocked(code, 0 if code == bus.KNOWN else 4200)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    (told,) = results(bench.run(10))
    assert (told.result, told.code, told.wait_ms) == (result, name, 0 if result == "known" else 4200)


def test_a_lost_answer_is_asked_for_again_with_the_same_wish() -> None:
    bench = ready()
    answers = [bus.encode_unlocked(bus.KNOWN, 0)]
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    first = bench.take()
    bench.answers[0][bus.UNLOCK] = lambda _: answers.pop()
    assert results(bench.run(100)) == [UnlockResult(WISH, 0, 4, "known")]
    sent = [frame for _, frame in bench.sent if frame.kind == bus.UNLOCK]
    assert len(sent) == 2
    assert first is not None
    assert sent[0].body == sent[1].body == first.body
    assert sent[0].sequence != sent[1].sequence


def test_without_an_answer_it_never_says_success() -> None:
    bench = ready()
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    assert results(bench.run(1000)) == [UnlockResult(WISH, 0, 4, "no_answer")]
    assert len(bench.times(0, bus.UNLOCK)) == TRIES


def test_a_late_answer_is_refused_and_counted() -> None:
    bench = ready()
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    first = bench.take()
    assert first is not None
    due = bench.boards.deadline()
    assert due is not None
    bench.tick(due)
    second = bench.take()
    assert second is not None
    bench.hear(first.answer(bus.encode_unlocked(bus.STARTED, 0)))
    assert results(bench.seen) == []
    assert bench.boards.rejected == 1
    bench.hear(second.answer(bus.encode_unlocked(bus.KNOWN, 0)))
    assert [told.result for told in results(bench.seen)] == ["known"]


def reply(frame: bus.Frame, kind: int, body: bytes, board: int = 0, later: int = 0) -> bytes:
    return bus.Frame(frame.address + board, frame.sequence + later & 255, kind | bus.REPLY, body).encode()


SPOILT: dict[str, Callable[[bus.Frame], bytes]] = {
    "other board": lambda frame: reply(frame, bus.UNLOCK, b"\0\0\0", board=1),
    "other sequence": lambda frame: reply(frame, bus.UNLOCK, b"\0\0\0", later=1),
    "other kind": lambda frame: reply(frame, bus.STATES, b"\0\0\0"),
    "too short": lambda frame: reply(frame, bus.UNLOCK, b"\0\0"),
    "unknown result": lambda frame: reply(frame, bus.UNLOCK, b"\x08\0\0"),
    "error about another kind": lambda frame: reply(frame, bus.ERROR, bus.encode_error(bus.STATES, 1)),
    "empty error": lambda frame: reply(frame, bus.ERROR, b""),
    "echo": lambda frame: frame.encode(),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_wrong_answer_is_refused_and_counted_and_the_right_one_still_counts(spoil: Callable[[bus.Frame], bytes]) -> None:
    bench = ready()
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    request = bench.take()
    assert request is not None
    bench.hear(spoil(request))
    assert results(bench.seen) == []
    assert bench.boards.rejected == 1
    bench.hear(request.answer(bus.encode_unlocked(bus.STARTED, 0)))
    assert [told.result for told in results(bench.seen)] == ["started"]


def test_a_board_that_does_not_understand_is_not_asked_again() -> None:
    bench = ready()
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    request = bench.take()
    assert request is not None
    error = bus.encode_error(bus.UNLOCK, bus.UNKNOWN_KIND)
    bench.hear(bus.Frame(0, request.sequence, bus.ERROR | bus.REPLY, error).encode())
    assert [(told.result, told.code) for told in results(bench.seen)] == [("refused", "not_understood")]


def test_unasked_frames_and_noise_are_counted_and_told_once_a_second() -> None:
    bench = ready()
    bench.hear(bus.Frame(0, 99, bus.STATES | bus.REPLY, states()).encode() + b"\x09\x01\x00")
    noises = [event for event in bench.seen if isinstance(event, BusNoise)]
    assert noises == [BusNoise(noise=1, overlong=0, crc_errors=0, rejected=1, timeouts=0, errors={})]
    bench.hear(b"\x09\x01\x00")
    assert len([event for event in bench.seen if isinstance(event, BusNoise)]) == 1
    noises = [event for event in bench.run(1500) if isinstance(event, BusNoise)]
    assert noises == [BusNoise(noise=2, overlong=0, crc_errors=0, rejected=1, timeouts=0, errors={})]


def test_a_silent_board_is_lost_and_asked_again_every_five_seconds() -> None:
    bench = ready()
    answers, bench.answers[0] = bench.answers[0], {}
    assert BoardLost(0) in bench.run(1000)
    bench.sent.clear()
    assert BoardLost(0) not in bench.run(20_000)
    assert len(bench.sent) in (3, 4)
    asked = bench.times(0, bus.IDENTIFY)
    assert {later - earlier for earlier, later in itertools.pairwise(asked)} == {PROBE_MS}
    bench.answers[0] = answers
    back = [event for event in bench.run(PROBE_MS + 100) if not isinstance(event, BusNoise)]
    assert kinds(back)[:2] == [BoardSeen, Levels]


def test_a_dead_board_does_not_delay_the_others() -> None:
    bench = ready(0, 1, 2)
    bench.answers[1] = {}
    bench.boards.watched = 0
    bench.sent.clear()
    bench.run(20_000)
    for board, every_ms in ((0, POLL_EAGER_MS), (2, POLL_IDLE_MS)):
        asked = bench.times(board, bus.STATES)
        assert max(later - earlier for earlier, later in itertools.pairwise(asked)) <= every_ms + 40


def test_boards_that_nobody_stands_before_are_not_asked_more_often() -> None:
    bench = ready(0, 1)
    bench.boards.watched = 1
    bench.run(100)
    bench.sent.clear()
    bench.run(3000)
    assert len(bench.times(0, bus.STATES)) == 3000 // POLL_IDLE_MS
    assert len(bench.times(1, bus.STATES)) >= 3000 // (POLL_EAGER_MS + 6)


def test_the_tries_for_a_silent_board_let_the_others_through() -> None:
    bench = ready(0, 1)
    bench.boards.watched = 0
    bench.run(100)
    del bench.answers[1][bus.STATES]
    bench.sent.clear()
    bench.boards.unlock(WISH, 1, 0, 500, 7)
    events = bench.run(400)
    assert [told.result for told in results(events)] == ["no_answer"]
    assert len(bench.times(1, bus.UNLOCK)) == TRIES
    asked = bench.times(0, bus.STATES)
    assert max(later - earlier for earlier, later in itertools.pairwise(asked)) <= POLL_EAGER_MS + 70
    assert len([at for at in asked if at < bench.times(1, bus.UNLOCK)[-1]]) >= 1


def test_an_unlock_for_a_lost_board_asks_it_at_once() -> None:
    bench = ready()
    answers, bench.answers[0] = bench.answers[0], {}
    bench.run(1000)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    assert [told.result for told in results(bench.run(1000))] == ["no_answer"]
    bench.answers[0] = {**answers, bus.UNLOCK: lambda _: bus.encode_unlocked(bus.STARTED, 0)}
    bench.boards.unlock(OTHER_WISH, 0, 4, 500, 7)
    assert [told.result for told in results(bench.run(100))] == ["started"]


def test_a_board_that_restarts_all_the_time_is_asked_no_more_often_than_any_other() -> None:
    bench, boots = ready(), iter(range(100, 10_000))
    bench.answers[0] = {bus.IDENTIFY: lambda _: identity(boot=next(boots)), bus.STATES: lambda _: states(boot=next(boots))}
    bench.sent.clear()
    bench.run(10_000)
    assert len(bench.sent) < 2 * 10_000 / POLL_IDLE_MS + 10


def test_a_new_boot_is_told_before_its_levels() -> None:
    bench = ready()
    bench.answers[0] = {bus.IDENTIFY: lambda _: identity(boot=8), bus.STATES: lambda _: states(boot=8, rev=1)}
    events = [event for event in bench.run(POLL_IDLE_MS + 50) if not isinstance(event, BusNoise)]
    assert kinds(events)[:2] == [BoardSeen, Levels]
    assert isinstance(events[0], BoardSeen)
    assert events[0].boot == 8
    assert all(event.boot == 8 for event in events if isinstance(event, Levels))
    assert bench.sent[-1][1].body == b"\0\0" or bench.sent[-2][1].body == b"\0\0"


def test_a_board_of_another_description_is_watched_but_never_unlocked() -> None:
    bench = Bench(0)
    bench.answers[0][bus.IDENTIFY] = lambda _: identity(description_hash=b"another!")
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    events = bench.run(100)
    seen = next(event for event in events if isinstance(event, BoardSeen))
    assert seen.mismatch == f"description {b'another!'.hex()}, expected {HASH.hex()}"
    assert Levels in kinds(events)
    bench.boards.unlock(OTHER_WISH, 0, 4, 500, 7)
    assert [(told.result, told.code) for told in results(events + bench.run(100))] == [("refused", "mismatch")] * 2
    assert bench.times(0, bus.UNLOCK) == []


def test_a_board_of_another_protocol_is_only_asked_who_it_is() -> None:
    bench = Bench(0)
    bench.answers[0][bus.IDENTIFY] = lambda _: identity(protocol=9)
    events = bench.run(12_000)
    assert {event.mismatch for event in events if isinstance(event, BoardSeen)} == {"protocol 9, expected 1 or 2"}
    assert bench.times(0, bus.STATES) == []
    assert len(bench.times(0, bus.IDENTIFY)) == 3


def test_one_coil_at_a_time_on_the_whole_line() -> None:
    bench = ready(0, 1)
    for board in (0, 1):
        bench.answers[board][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.STARTED, 0)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    bench.boards.unlock(OTHER_WISH, 1, 4, 500, 7)
    assert [told.wish_id for told in results(bench.run(1000))] == [WISH, OTHER_WISH]
    assert bench.times(1, bus.UNLOCK)[0] - bench.times(0, bus.UNLOCK)[0] >= 500


def test_a_coil_from_before_our_start_is_waited_for() -> None:
    bench = Bench(0, 1)
    told = [bus.States(7, 1, 4, 0, 0, 0, []).encode()] * 5
    bench.answers[0][bus.STATES] = lambda _: told.pop() if told else states()
    bench.run(20)
    bench.answers[1][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.STARTED, 0)
    bench.boards.unlock(WISH, 1, 4, 500, 7)
    assert [told.result for told in results(bench.run(1000))] == ["started"]
    polls = [at for at in bench.times(0, bus.STATES) if at < bench.times(1, bus.UNLOCK)[0]]
    assert len(polls) >= 5
    assert polls[-1] - polls[0] <= 5 * POLL_EAGER_MS


def test_a_refused_unlock_holds_nobody_up() -> None:
    bench = ready(0, 1)
    bench.answers[0][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.COOLING, 900)
    bench.answers[1][bus.UNLOCK] = lambda _: bus.encode_unlocked(bus.STARTED, 0)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    bench.boards.unlock(OTHER_WISH, 1, 4, 500, 7)
    assert [told.result for told in results(bench.run(50))] == ["refused", "started"]


def test_an_enquiry_ends_in_one_event() -> None:
    bench = ready()
    bench.answers[0][bus.EXECUTED] = lambda _: bus.encode_executed(7, bus.DONE)
    bench.boards.enquire(WISH, 0)
    assert bench.run(50) == [Executed(WISH, 0, 7, "done")]


def test_an_enquiry_without_an_answer_says_so() -> None:
    bench = ready()
    bench.boards.enquire(WISH, 0)
    events = [event for event in bench.run(2000) if not isinstance(event, Levels | BusNoise)]
    assert events == [Executed(WISH, 0, 0, "no_answer")]


def test_wrong_calls_are_refused_and_change_nothing() -> None:
    bench = ready()
    with pytest.raises(bus.BusWrong):
        bench.boards.unlock(b"short", 0, 4, 500, 7)
    with pytest.raises(bus.BusWrong):
        bench.boards.enquire(b"short", 0)
    with pytest.raises(KeyError):
        bench.boards.unlock(WISH, 9, 4, 500, 7)
    assert bench.take() is None


def test_no_boards_no_deadline() -> None:
    boards = LockBoards({})
    assert boards.deadline() is None
    assert boards.bytes_to_send(0) == b""


@given(st.lists(st.one_of(st.binary(max_size=60), st.integers(0, 400)), max_size=40))
def test_any_bytes_raise_nothing_and_are_never_success(pieces: list[bytes | int]) -> None:
    bench = ready()
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    for piece in pieces:
        bench.take()
        if isinstance(piece, int):
            bench.tick(bench.at + piece)
        else:
            bench.hear(piece)
    bench.answers[0] = {}
    bench.run(3000)
    assert [told.result for told in results(bench.seen)] == ["no_answer"]


ANSWERS = st.builds(bus.Frame, st.integers(0, 1), st.integers(0, 8), st.integers(0x80, 0x87) | st.just(0xFF), st.binary(max_size=40))


@given(st.lists(ANSWERS, max_size=30))
def test_any_well_formed_reply_raises_nothing(frames: list[bus.Frame]) -> None:
    bench = ready(0, 1)
    bench.boards.unlock(WISH, 0, 4, 500, 7)
    bench.boards.enquire(WISH, 1)
    for frame in frames:
        bench.take()
        bench.hear(frame.encode())
        bench.tick(bench.at + 10)
    bench.run(5000)
    assert len(results(bench.seen)) == 1


def test_a_stall_of_the_computer_itself_loses_no_board() -> None:
    bench = ready()
    answers, bench.answers[0] = bench.answers[0], {}
    assert BoardLost not in kinds(bench.run(800))
    bench.answers[0] = answers
    assert BoardLost not in kinds(bench.run(5000))
    bench.answers[0] = {}
    assert BoardLost in kinds(bench.run(2000))
