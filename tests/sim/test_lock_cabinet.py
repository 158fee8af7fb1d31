"""The simulated cabinet: doors, solenoids, switches, power; and its invariants, which can fail."""

import pytest

from contracts import lock_bus as bus
from firmware.lock_board import LockBoard
from sim.lock_cabinet import SPRING_AFTER_MS, SPRING_TAKES_MS, LockCabinet, Pulse
from tests.sim.lock_world import LOCKER, with_boards

SETTLE_MS = 100


def wish(number: int) -> bytes:
    return bus.wish_id(b"epoc", number)


def ask(cabinet: LockCabinet, kind: int, body: bytes, now_ms: int, board: int = 0) -> bytes:
    cabinet.receive(bus.Frame(board, 1, kind, body).encode(), now_ms)
    frames = bus.Decoder().feed(cabinet.bytes_to_send(now_ms))
    return frames[0].body if frames else b""


def unlock(cabinet: LockCabinet, number: int, now_ms: int, pulse_ms: int = 500, order: int = 1) -> int:
    door = LOCKER.compartments()[number]
    body = bus.UnlockOrder(wish(order), 1, door.channel, pulse_ms).encode()
    return bus.decode_unlocked(ask(cabinet, bus.UNLOCK, body, now_ms))[0]


def states(cabinet: LockCabinet, now_ms: int) -> bus.States:
    return bus.decode_states(ask(cabinet, bus.STATES, bus.encode_ack(0), now_ms))


def test_a_coil_frees_its_door_which_springs_open() -> None:
    cabinet = LockCabinet(LOCKER)
    assert unlock(cabinet, 7, 1000) == bus.STARTED
    opens = 1000 + SPRING_AFTER_MS + SPRING_TAKES_MS
    cabinet.tick(opens - 1)
    assert cabinet.doors[7].closed
    cabinet.tick(opens)
    assert not cabinet.doors[7].closed
    cabinet.tick(5000)
    assert cabinet.pulses == [Pulse(wish(1), 0, 6, 7, 1000, 1500)]
    assert [(opening.number, opening.at_ms, opening.by, opening.wish_id) for opening in cabinet.openings] == [(7, opens, "coil", wish(1))]
    assert sum(not door.closed for door in cabinet.doors.values()) == 1
    assert cabinet.violations == []


def test_one_late_tick_tells_the_same_story_as_many() -> None:
    early, late = LockCabinet(LOCKER), LockCabinet(LOCKER)
    for cabinet in (early, late):
        unlock(cabinet, 7, 1000)
    for at in range(1000, 4000):
        early.tick(at)
    late.tick(4000)
    assert (early.pulses, early.openings) == (late.pulses, late.openings)


def test_a_short_pulse_frees_nothing() -> None:
    cabinet = LockCabinet(LOCKER)
    unlock(cabinet, 7, 1000, SPRING_AFTER_MS - 1)
    cabinet.tick(5000)
    assert len(cabinet.pulses) == 1
    assert cabinet.openings == []


def test_a_jammed_door_stays_and_opens_when_freed_during_a_pulse() -> None:
    cabinet = LockCabinet(LOCKER)
    cabinet.jam(7, True, 0)
    unlock(cabinet, 7, 1000)
    cabinet.tick(10_000)
    assert cabinet.openings == []
    unlock(cabinet, 7, 10_000, order=2)
    cabinet.jam(7, False, 10_300)
    cabinet.tick(12_000)
    assert [opening.wish_id for opening in cabinet.openings] == [wish(2)]


def test_a_push_shuts_a_door_but_not_while_its_coil_is_on() -> None:
    cabinet = LockCabinet(LOCKER)
    unlock(cabinet, 7, 1000)
    cabinet.push(7, 1300)
    assert not cabinet.doors[7].closed
    cabinet.push(7, 2000)
    assert cabinet.doors[7].closed
    cabinet.tick(2000 + SETTLE_MS)
    told = states(cabinet, 2000 + SETTLE_MS)
    assert {channel: (opens, closes) for channel, opens, closes in told.changed}[6] == (1, 1)


def test_switches_lie_as_told() -> None:
    cabinet = LockCabinet(LOCKER)
    cabinet.set_switch(1, "stuck_open", 0)
    cabinet.set_switch(2, "stuck_closed", 0)
    cabinet.force(2, 0)
    cabinet.force(3, 0)
    cabinet.set_switch(4, "flicker", 0)
    cabinet.tick(5000)
    told = states(cabinet, 5000)
    assert [told.closed >> channel & 1 for channel in range(3)] == [0, 1, 0]
    assert told.known == 0xFFFFFF & ~(1 << 3)
    cabinet.set_switch(4, "good", 5000)
    cabinet.tick(5200)
    assert states(cabinet, 5200).known == 0xFFFFFF


def test_a_power_cut_ends_the_pulse_and_forgets_the_wish() -> None:
    cabinet = LockCabinet(LOCKER)
    unlock(cabinet, 7, 1000)
    cabinet.cut_power(1100)
    assert cabinet.pulses[0].end_ms == 1100
    assert ask(cabinet, bus.IDENTIFY, b"", 1200) == b""
    cabinet.push(7, 1300)
    cabinet.restore_power(2000)
    assert bus.decode_identity(ask(cabinet, bus.IDENTIFY, b"", 2000)).boot == 2
    assert bus.decode_executed(ask(cabinet, bus.EXECUTED, wish(1), 2100)) == (2, bus.UNKNOWN)
    assert unlock(cabinet, 7, 2200) == bus.WRONG_BOOT
    assert cabinet.openings == []


def test_the_key_reaches_its_board() -> None:
    cabinet = LockCabinet(LOCKER)
    cabinet.turn_key(0, True, 10)
    assert states(cabinet, 20).flags == bus.FLAG_KEY


class NeverOff(LockBoard):
    """A board whose pulses have no end."""

    def tick(self, now_ms: int) -> None:
        del now_ms


class Forgetful(LockBoard):
    """A board that forgets what it has executed, and does not rest."""

    def receive(self, data: bytes, now_ms: int) -> None:
        for frame in bus.Decoder().feed(data):
            if frame.kind == bus.UNLOCK and self.coil is None:
                self.__init__(self._facts)
        super().receive(data, now_ms)


def test_a_coil_that_stays_on_is_a_violation() -> None:
    cabinet = LockCabinet(LOCKER, make_core=NeverOff)
    unlock(cabinet, 7, 0)
    cabinet.tick(1000)
    assert cabinet.violations == []
    cabinet.tick(3000)
    assert cabinet.violations == ["a coil is on longer than 1000 ms: board 0 channel 6 since 0 ms"]


def test_a_second_pulse_of_one_wish_is_a_violation() -> None:
    cabinet = LockCabinet(LOCKER, make_core=Forgetful)
    unlock(cabinet, 7, 0)
    cabinet.tick(600)
    unlock(cabinet, 7, 700)
    assert cabinet.violations == [f"wish {wish(1).hex()} had a second pulse at 700 ms"]


def test_two_coils_at_once_on_two_boards_are_a_violation() -> None:
    cabinet = LockCabinet(with_boards(2))
    for board in (0, 1):
        ask(cabinet, bus.UNLOCK, bus.UnlockOrder(wish(board), 1, 3, 500).encode(), 100, board)
    assert cabinet.violations == ["two coils at once at 100 ms: boards 0 and 1"]


def test_a_strange_number_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        LockCabinet(LOCKER).push(25, 0)
