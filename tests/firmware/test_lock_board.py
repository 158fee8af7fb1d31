"""The board's core: what it answers, when it pulses, and that no bytes whatever make it do something else."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import lock_bus as bus
from firmware.lock_board import FIRMWARE, REMEMBERED, LockBoard
from tests.firmware.board_on_a_bench import ADDRESS, BOOT, LIMITS, Bench, facts, wish


def test_identify_says_who_it_is() -> None:
    identity = bus.decode_identity(Bench().reply(bus.IDENTIFY))
    assert (identity.protocol, identity.firmware, identity.revision) == (bus.PROTOCOL, FIRMWARE, ord("B"))
    assert (identity.description_hash, identity.unique_id, identity.boot, identity.channels) == (b"hash0123", b"unique01", BOOT, 24)


def test_a_request_to_another_board_is_not_answered() -> None:
    bench = Bench()
    assert bench.ask(bus.IDENTIFY, address=ADDRESS + 1) is None
    order = bus.UnlockOrder(wish(1), BOOT, 0, 500).encode()
    assert bench.ask(bus.UNLOCK, order, address=ADDRESS + 1) is None
    assert bench.board.coil is None


def test_a_reply_seen_on_the_line_is_no_request() -> None:
    bench = Bench()
    assert bench.ask(bus.UNLOCK | bus.REPLY, bus.UnlockOrder(wish(1), BOOT, 0, 500).encode()) is None
    assert bench.board.coil is None


def test_unknown_kinds_and_wrong_bodies_get_a_named_error() -> None:
    bench = Bench()
    for kind, body, code in [
        (0x09, b"", bus.UNKNOWN_KIND),
        (bus.ERROR, b"", bus.UNKNOWN_KIND),
        (bus.IDENTIFY, b"x", bus.BAD_BODY),
        (bus.STOP_ALL, b"x", bus.BAD_BODY),
        (bus.STATES, b"", bus.BAD_BODY),
        (bus.UNLOCK, bytes(18), bus.BAD_BODY),
        (bus.SET_LIMITS, bytes(7), bus.BAD_BODY),
        (bus.EXECUTED, bytes(13), bus.BAD_BODY),
    ]:
        frame = bench.ask(kind, body)
        assert frame is not None
        assert frame.kind == bus.ERROR | bus.REPLY
        assert bus.decode_error(frame.body) == (kind, code)


def test_a_board_with_lamps_says_so_and_lights_them() -> None:
    bench = Bench(lamps=24)
    identity = bus.decode_identity(bench.reply(bus.IDENTIFY))
    assert (identity.protocol, identity.revision, identity.lamps) == (bus.PROTOCOL_LAMPS, ord("C"), 24)
    assert bench.light(1 << 23, 25) == (1 << 23, 25)
    bench.watched(5000)
    assert (bench.board.lamps.lit, bench.board.lamps.percent) == (1 << 23, 25)
    assert bench.unlock(1, 23, 300) == (bus.STARTED, 0)
    bench.watched(6000)
    assert bench.board.lamps.lit == 1 << 23
    assert bench.light(0) == (0, bus.BRIGHTEST)


def test_lamps_go_out_when_the_host_is_silent_and_do_not_come_back() -> None:
    bench = Bench(lamps=24)
    bench.watched(100)
    bench.light(1)
    assert bench.board.deadline() == 100 + LIMITS.silence_ms
    bench.go(99 + LIMITS.silence_ms)
    assert bench.board.lamps.lit == 1
    bench.go(100 + LIMITS.silence_ms)
    assert bench.board.lamps.lit == 0
    bench.watched(3000)
    assert bench.board.lamps.lit == 0


def test_a_lamp_that_is_not_there_lights_nothing() -> None:
    bench = Bench(lamps=24)
    bench.light(1, 25)
    for body in (bus.encode_lamps(1 << 24, 100), bus.encode_lamps(2, 101), b""):
        frame = bench.ask(bus.LAMPS, body)
        assert frame is not None
        assert bus.decode_error(frame.body) == (bus.LAMPS, bus.BAD_BODY)
        assert (bench.board.lamps.lit, bench.board.lamps.percent) == (1, 25)


def test_a_board_without_lamps_does_not_know_the_word() -> None:
    bench = Bench()
    frame = bench.ask(bus.LAMPS, bus.encode_lamps(0, 100))
    assert frame is not None
    assert bus.decode_error(frame.body) == (bus.LAMPS, bus.UNKNOWN_KIND)


def test_a_pulse_lasts_as_long_as_asked_and_is_reported() -> None:
    bench = Bench()
    bench.watched(1000)
    assert bench.executed(1) == (BOOT, bus.UNKNOWN)
    assert bench.unlock(1, 4, 300) == (bus.STARTED, 0)
    assert bench.board.coil == 4
    assert bench.states().coil == 4
    assert bench.executed(1) == (BOOT, bus.RUNNING)
    bench.go(1299)
    assert bench.board.coil == 4
    assert bench.board.deadline() == 1300
    bench.go(1300)
    assert bench.board.coil is None
    assert bench.executed(1) == (BOOT, bus.DONE)
    assert bench.states().coil == bus.NO_COIL


def test_a_known_wish_never_pulses_twice() -> None:
    bench = Bench()
    assert bench.unlock(1, 4) == (bus.STARTED, 0)
    assert bench.unlock(1, 4) == (bus.KNOWN, 0)
    bench.watched(20_000)
    assert bench.unlock(1, 4) == (bus.KNOWN, 0)
    assert bench.unlock(1, 5) == (bus.KNOWN, 0)
    assert bench.unlock(1, 4, boot=BOOT + 1) == (bus.KNOWN, 0)
    assert bench.board.coil is None


def test_the_last_eight_wishes_are_remembered() -> None:
    bench = Bench()
    bench.key = True
    for number in range(REMEMBERED):
        assert bench.unlock(number, number) == (bus.STARTED, 0)
        bench.watched(bench.at + 600)
    assert [bench.executed(number)[1] for number in range(REMEMBERED)] == [bus.DONE] * REMEMBERED
    assert bench.unlock(REMEMBERED, REMEMBERED) == (bus.STARTED, 0)
    assert bench.executed(0) == (BOOT, bus.UNKNOWN)


def test_a_refused_wish_is_not_remembered_and_may_be_asked_again() -> None:
    bench = Bench()
    assert bench.unlock(1, 4, 300) == (bus.STARTED, 0)
    bench.watched(500)
    result, wait_ms = bench.unlock(2, 4)
    assert (result, wait_ms) == (bus.COOLING, 4800)
    assert bench.executed(2) == (BOOT, bus.UNKNOWN)
    bench.watched(500 + wait_ms)
    assert bench.unlock(2, 4) == (bus.STARTED, 0)


def test_a_wish_meant_for_an_earlier_boot_is_refused() -> None:
    bench = Bench()
    assert bench.unlock(1, 4, boot=BOOT - 1) == (bus.WRONG_BOOT, 0)
    assert bench.board.coil is None


def test_one_coil_at_once() -> None:
    bench = Bench()
    assert bench.unlock(1, 4, 300) == (bus.STARTED, 0)
    bench.go(100)
    assert bench.unlock(2, 5, 300) == (bus.BUSY, 200)
    assert bench.board.coil == 4


def test_impossible_channels_and_pulses_are_refused() -> None:
    bench = Bench()
    assert bench.unlock(1, 24) == (bus.BAD_CHANNEL, 0)
    assert bench.unlock(2, 255) == (bus.BAD_CHANNEL, 0)
    assert bench.unlock(3, 0, 0) == (bus.BAD_PULSE, 0)
    assert bench.unlock(4, 0, 1001) == (bus.BAD_PULSE, 0)
    assert bench.unlock(5, 0, 1000) == (bus.STARTED, 0)


def test_stop_all_takes_the_coil_off() -> None:
    bench = Bench()
    assert bench.reply(bus.STOP_ALL) == b""
    assert bench.unlock(1, 4) == (bus.STARTED, 0)
    assert bench.reply(bus.STOP_ALL) == b""
    assert bench.board.coil is None
    assert bench.executed(1) == (BOOT, bus.STOPPED)


def test_a_silent_host_takes_the_coil_off() -> None:
    bench = Bench()
    assert bench.unlock(1, 4, 1000) == (bus.STARTED, 0)
    bench.go(699)
    assert bench.board.coil == 4
    bench.go(700)
    assert bench.board.coil is None
    assert bench.executed(1) == (BOOT, bus.STOPPED)


def test_a_host_that_talks_to_another_board_is_not_silent() -> None:
    bench = Bench()
    assert bench.unlock(1, 4, 1000) == (bus.STARTED, 0)
    bench.go(600)
    bench.ask(bus.STATES, bus.encode_ack(0), address=ADDRESS + 1)
    bench.go(999)
    assert bench.board.coil == 4


def test_counters_come_until_they_are_acknowledged() -> None:
    bench = Bench()
    bench.watched(200)
    first = bench.states()
    assert (first.closed, first.known, len(first.changed)) == (0xFFFFFF, 0xFFFFFF, 24)
    assert bench.states(first.rev).changed == []
    bench.closed &= ~(1 << 4)
    bench.go(400)
    bench.closed |= 1 << 4
    bench.go(600)
    for _ in range(2):
        assert bench.states(first.rev).changed == [(4, 1, 1)]
    assert bench.states(bench.states().rev).changed == []


@pytest.mark.parametrize("kept", range(1, 27))
def test_an_order_whose_end_was_cut_off_is_not_carried_out_when_the_line_speaks_again(kept: int) -> None:
    board = LockBoard(facts())
    order = bus.UnlockOrder(wish(1), BOOT, 2, 500)
    request = bus.Frame(ADDRESS, 1, bus.UNLOCK, order.encode()).encode()
    board.receive(request[:kept], 1_000)
    board.receive(bus.Frame(ADDRESS, 2, bus.IDENTIFY, b"").encode(), 1_000 + bus.GAP_MS)
    assert board.coil is None
    assert bus.Decoder().feed(board.take_output())[0].kind == bus.IDENTIFY | bus.REPLY


@pytest.mark.parametrize("kept", range(1, 27))
def test_an_order_in_two_pieces_is_one(kept: int) -> None:
    board = LockBoard(facts())
    order = bus.UnlockOrder(wish(1), BOOT, 2, 500)
    request = bus.Frame(ADDRESS, 1, bus.UNLOCK, order.encode()).encode()
    board.receive(request[:kept], 1_000)
    board.receive(request[kept:], 1_000 + bus.GAP_MS - 1)
    assert board.coil == 2


def test_the_key_is_told() -> None:
    bench = Bench()
    assert bench.states().flags == 0
    bench.key = True
    assert bench.states().flags == bus.FLAG_KEY


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_raise_nothing_and_move_no_coil(pieces: list[bytes]) -> None:
    board = LockBoard(facts())
    for at, piece in enumerate(pieces):
        board.receive(piece, at)
        board.tick(at)
        assert board.coil is None
        assert len(board.take_output()) <= bus.Decoder.LONGEST + 2


# A frame that is right as far as the checksum goes, with anything inside.
FRAMES = st.builds(bus.Frame, st.integers(0, 5), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))


@given(st.lists(FRAMES, max_size=10))
def test_any_frame_raises_nothing_and_at_most_one_coil_is_on(frames: list[bus.Frame]) -> None:
    board = LockBoard(facts())
    for at, frame in enumerate(frames):
        board.receive(frame.encode(), at)
        unlocks = frame.kind == bus.UNLOCK and len(frame.body) == bus.UnlockOrder.SIZE and frame.address == ADDRESS
        assert board.coil is None or unlocks or board.last_wish
        assert bus.Decoder().feed(board.take_output()) is not None


ORDERS = st.tuples(st.integers(0, 5), st.integers(0, 25), st.integers(0, 1100), st.integers(BOOT - 1, BOOT + 1), st.integers(0, 400))


@given(st.lists(ORDERS, max_size=40), st.booleans())
def test_whatever_is_asked_the_limits_hold(orders: list[tuple[int, int, int, int, int]], key: bool) -> None:
    bench = Bench()
    bench.key = key
    for number, channel, pulse_ms, boot, pause_ms in [*orders, (99, 99, 0, 0, 2000)]:
        bench.unlock(number, channel, pulse_ms, boot)
        bench.go(bench.at + pause_ms)
    pulses, wishes = bench.pulses, bench.wishes
    assert len(set(wishes)) == len(wishes)
    assert all(end - start <= 1000 for _, start, end in pulses)
    for channel in range(24):
        own = [(start, end) for on, start, end in pulses if on == channel]
        assert all(later[0] - earlier[1] >= 5000 for earlier, later in itertools.pairwise(own))
    starts = [start for _, start, _ in pulses]
    assert key or all(later - earlier >= 60_000 for earlier, later in zip(starts, starts[4:], strict=False))
