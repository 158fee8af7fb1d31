"""What bought boards do wrong and cannot do: a weak sum alone changes no belief, and no order is ever repeated by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import lock_bus as bus
from controller.devices.board_languages import Cu16
from controller.devices.bought_boards import BoardPlan, BoughtBoards, Wiring
from controller.devices.frames.kerong import cu16_unlock
from controller.devices.lock_board_events import BoardLost, BoardSeen, BusNoise, Event, Levels, UnlockResult
from sim.bought_boards import Spoil, summed
from tests.sim.family_world import BOUGHT, START, FamilyWorld

WISH = bus.wish_id(b"epoc", 1)
RESTED_MS = 6000


def rested(family: str = "cu16") -> FamilyWorld:
    world = FamilyWorld(family)
    world.run(RESTED_MS)
    return world


def first(world: FamilyWorld) -> int:
    return world.locker.file.boards[0].address


SPOILS: tuple[Spoil, ...] = ("lose", "flip", "compensate", "busy", "other_board", "unasked", "cut", "late")


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("family", BOUGHT)
def test_one_spoilt_answer_changes_no_belief(family: str, spoil: Spoil) -> None:
    world = rested(family)
    world.bought.spoil(first(world), spoil)
    events = world.run(3000)
    assert {level for event in events if isinstance(event, Levels) for level in event.closed} == {True}
    assert all(sum(event.opens) == 0 for event in events if isinstance(event, Levels))
    assert not any(isinstance(event, BoardLost) for event in events)


@pytest.mark.parametrize("spoil", [spoil for spoil in SPOILS if spoil != "compensate"])
@pytest.mark.parametrize("family", BOUGHT)
def test_what_is_wrong_with_an_answer_is_counted_for_its_board(family: str, spoil: Spoil) -> None:
    world = rested(family)
    world.bought.spoil(first(world), spoil)
    errors = [event.errors for event in world.run(3000) if isinstance(event, BusNoise)][-1]
    assert set(errors) == {first(world)} if spoil != "late" else first(world) in errors  # a late answer may meet the next board's request


def test_two_changes_that_cancel_each_other_pass_the_sum_and_are_not_believed() -> None:
    """The next reading says otherwise: one bit down and one up leave a CU16's sum as it was."""
    world = rested()
    world.bought.spoil(first(world), "compensate")
    before = world.boards.bytes_to_send(world.now_ms)
    assert before in (b"", summed(bytes([2, 0, 0x30, 3])), summed(bytes([2, 16, 0x30, 3])))
    world.run(3000)
    noise = [event for event in world.seen if isinstance(event, BusNoise)]
    assert all(event.crc_errors == event.rejected == 0 for event in noise)
    assert world.counted(1) == (0, 0)


def test_an_answer_that_is_lost_leaves_the_door_to_say_it() -> None:
    """The order's answer never comes, the door opens: the edge itself proves that the board has heard."""
    world = FamilyWorld("modbus")
    world.run(RESTED_MS)
    world.bought.spoil(world.locker.compartments()[3].board, "lose")
    wish = world.unlock(3)
    world.run(1500)
    assert world.results(wish) == [("started", "")]
    assert len(world.cabinet.pulses) == 1


@pytest.mark.parametrize("family", BOUGHT)
def test_without_an_answer_and_without_an_edge_nobody_knows_and_nothing_is_repeated(family: str) -> None:
    world = rested(family)
    world.cabinet.jam(3, True, world.now_ms)
    world.bought.spoil(world.locker.compartments()[3].board, "lose")
    wish = world.unlock(3)
    world.run(10_000)
    assert world.results(wish) == [("no_answer", "")]
    told = world.executed(wish, 3)
    assert (told.state, told.boot) == ("unknown", 0)
    world.run(20_000)
    assert len(world.cabinet.pulses) == 1


def test_a_wish_that_was_carried_out_or_refused_is_known_and_one_of_an_earlier_start_is_not() -> None:
    world = rested()
    wish = world.unlock(3)
    world.run(2500)
    assert (world.executed(wish, 3).state, world.executed(wish, 3).boot) == ("done", START)
    refused = world.unlock(3)
    world.run(500)
    assert (world.executed(refused, 3).state, world.executed(refused, 3).boot) == ("unknown", START)
    world.restart_host(START + 1)
    assert world.executed(wish, 3).boot == 0


def test_a_wish_of_an_earlier_start_is_not_driven() -> None:
    world = rested()
    world.boards.unlock(WISH, 0, 3, 500, START - 1)
    world.run(3000)
    assert world.results(WISH) == [("refused", "wrong_boot")]
    assert world.cabinet.pulses == []


def test_a_lock_is_driven_again_only_after_its_door_was_read_closed() -> None:
    world = rested()
    world.unlock(3)
    world.run(8000)
    again = world.unlock(3)
    world.run(500)
    assert world.results(again) == [("refused", "not_seen_closed")]
    world.cabinet.push(3, world.now_ms)
    world.run(1000)
    later = world.unlock(3)
    world.run(2500)
    assert world.results(later) == [("started", "")]
    assert world.cabinet.violations == []


def test_after_a_start_every_coil_rests_first() -> None:
    world = FamilyWorld("cu16")
    world.run(1000)
    wish = world.unlock(3)
    world.run(500)
    assert world.results(wish) == [("refused", "cooling")]


def test_a_busy_board_is_not_talked_out_of_it() -> None:
    """No dummy order, no success without an answer: it is only asked for its status until it answers again."""
    world = rested()
    world.bought.spoil(0, "busy")
    world.run(3000)
    assert set(world.written) == {summed(bytes([2, 0, 0x30, 3])), summed(bytes([2, 16, 0x30, 3]))}
    assert world.closed(1) is True


def test_two_boards_at_one_address_garble_each_other() -> None:
    world = FamilyWorld("cu16")
    flips: list[Spoil] = ["flip"] * 8
    world.bought.spoil(0, *flips)
    events = world.run(4000)
    assert [event for event in events if isinstance(event, BoardLost)] == [BoardLost(0, doubled=True)]


def test_a_board_that_refuses_says_so_and_was_certainly_not_driven() -> None:
    world = rested("modbus")
    world.bought.spoil(world.locker.compartments()[3].board, "refuse")
    wish = world.unlock(3)
    world.run(500)
    assert world.results(wish) == [("refused", "refused_by_board")]
    assert world.cabinet.pulses == []
    assert world.executed(wish, 3).boot == START


# --- by hand -----------------------------------------------------------------------------------------------------------------------------

PLAN = BoardPlan(Cu16(), tuple(Wiring(channel, 1) for channel in range(16)), 50, 5000, 8)
ASK = summed(bytes([2, 0, 0x30, 3]))


def status(hooks: int = 0xFFFF, objects: int = 0, board: int = 0) -> bytes:
    return summed(bytes([2, board << 4, 0x35]) + hooks.to_bytes(2, "little") + objects.to_bytes(2, "little") + b"\x03")


class ByHand:
    """One board and its answers, given one by one."""

    def __init__(self) -> None:
        self.at = 0
        self.boards = BoughtBoards({0: PLAN}, 19200, START)
        self.seen: list[Event] = []

    def answer(self, data: bytes) -> list[Event]:
        """Waits for the next request, answers it, and lets the silence pass; the events of this exchange."""
        while not self.boards.bytes_to_send(self.at):
            self._to(max(self.at + 1, self.boards.deadline() or 0))
        self._to(self.at + 10)
        self.boards.receive(data, self.at)
        self._to(self.at + 6)
        events = self.boards.events()
        self.seen += events
        return [event for event in events if not isinstance(event, BusNoise)]

    def _to(self, at: int) -> None:
        self.at = at
        self.boards.tick(at)


def test_two_equal_reads_make_a_belief() -> None:
    hand = ByHand()
    seen, levels = hand.answer(status())
    assert isinstance(seen, BoardSeen)
    assert isinstance(levels, Levels)
    assert set(levels.closed) == {None}
    (levels,) = hand.answer(status())
    assert isinstance(levels, Levels)
    assert set(levels.closed) == {True}


def test_an_edge_takes_two_reads_and_a_difference_is_asked_for_sooner() -> None:
    hand = ByHand()
    hand.answer(status())
    hand.answer(status())
    (levels,) = hand.answer(status(0xFFFE))
    assert isinstance(levels, Levels)
    assert (levels.closed[0], levels.opens[0]) == (True, 0)
    before = hand.at
    (levels,) = hand.answer(status(0xFFFE))
    assert isinstance(levels, Levels)
    assert (levels.closed[0], levels.opens[0]) == (False, 1)
    assert hand.at - before < 100


def test_what_it_tells_of_objects_moves_no_door() -> None:
    hand = ByHand()
    hand.answer(status())
    (before,) = hand.answer(status())
    told = [hand.answer(status(objects=3))[0], hand.answer(status(objects=3))[0]]
    assert told == [before, before]


@pytest.mark.parametrize(
    "data",
    [
        status()[:-1],
        status() + b"\x00",
        b"\x00" + status(),
        status() + status(),
        status(board=1),
        status(0xFFFE)[:-1] + b"\x00",
        summed(b"\x02\x00\x30\x03"),
        summed(b"\x02\x00\x36\xff\xff\x00\x00\x03"),
        summed(b"\x02\x00\x35\xff\xff\x00\x00\x04"),
    ],
)
def test_whatever_is_not_the_answer_is_no_reading(data: bytes) -> None:
    hand = ByHand()
    hand.answer(status())
    hand.answer(status())
    assert hand.answer(data) == []
    (levels,) = hand.answer(status())
    assert isinstance(levels, Levels)
    assert set(levels.closed) == {True}


def test_bytes_that_nobody_asked_for_are_dropped_and_counted() -> None:
    hand = ByHand()
    hand.answer(status())
    hand.boards.receive(status(0), hand.at)
    assert hand.boards.bytes_to_send(hand.at) == b""
    hand.answer(status())
    assert hand.boards.unasked == 9
    assert all(False not in event.closed for event in hand.seen if isinstance(event, Levels))


def test_on_a_line_that_never_falls_silent_the_board_is_missed_and_nothing_is_believed() -> None:
    hand = ByHand()
    hand.answer(status())
    hand.answer(status())
    asked = 0
    for _ in range(4000):
        hand.at += 2
        hand.boards.receive(status(0)[:3], hand.at)
        hand.boards.tick(hand.at)
        asked += bool(hand.boards.bytes_to_send(hand.at))
    events = hand.boards.events()
    assert [event for event in events if isinstance(event, BoardLost)] == [BoardLost(0, doubled=True)]
    assert not any(isinstance(event, Levels) for event in events)
    assert 8 <= asked <= 12


def test_an_order_goes_before_the_next_poll_and_never_twice() -> None:
    hand = ByHand()
    for _ in range(40):
        hand.answer(status())
    hand.boards.unlock(WISH, 0, 4, 500, START)
    assert hand.boards.bytes_to_send(hand.at + 5) == cu16_unlock(0, 5)
    sent: list[bytes] = []
    for _ in range(2000):
        hand.at += 10
        hand.boards.tick(hand.at)
        sent.append(hand.boards.bytes_to_send(hand.at))
    assert set(sent) == {b"", ASK}


def test_wrong_calls_are_refused_and_change_nothing() -> None:
    hand = ByHand()
    with pytest.raises(bus.BusWrong):
        hand.boards.unlock(b"short", 0, 4, 500, START)
    with pytest.raises(bus.BusWrong):
        hand.boards.enquire(b"short", 0)
    with pytest.raises(KeyError):
        hand.boards.unlock(WISH, 9, 4, 500, START)
    for _ in range(40):
        hand.answer(status())
    hand.boards.unlock(WISH, 0, 16, 500, START)
    hand.boards.bytes_to_send(hand.at + 5)
    assert [(event.result, event.code) for event in hand.boards.events() if isinstance(event, UnlockResult)] == [("refused", "bad_channel")]
    assert BoughtBoards({}, 19200, START).deadline() is None
    assert BoughtBoards({}, 19200, START).bytes_to_send(0) == b""


pieces = st.lists(
    st.one_of(st.binary(max_size=20), st.integers(0, 400), st.sampled_from([status(), status(0xFFFE), status(0)])), max_size=40
)


@given(pieces)
@settings(max_examples=150)
def test_any_bytes_raise_nothing_and_one_order_has_one_end(given_pieces: list[bytes | int]) -> None:
    hand = ByHand()
    for _ in range(25):
        hand.answer(status())
    hand.boards.unlock(WISH, 0, 4, 500, START)
    orders = 0
    for piece in [*given_pieces, *[100] * 60]:
        orders += hand.boards.bytes_to_send(hand.at) == cu16_unlock(0, 5)
        if isinstance(piece, int):
            hand.at += piece
        else:
            hand.boards.receive(piece, hand.at)
        hand.boards.tick(hand.at)
    hand.seen += hand.boards.events()
    assert orders <= 1
    assert len([event for event in hand.seen if isinstance(event, UnlockResult)]) == 1
