"""What only a storm would show: a coil that rested at a restart, hand-overs and entries of 1970, births that somebody wrote over."""

from datetime import UTC, datetime, timedelta

import msgspec

from contracts.facts import DocumentHandedOver, DoorCause, DoorRefused, DoorUnlockDue, Entry
from contracts.topics import Presence, decode, encode, up
from controller import senses
from controller.clock import Now
from controller.devices.lock_board_events import Levels
from controller.doors import decide as doors
from controller.doors.state import WAITED_MAX, Door, Doors, LockWish
from controller.doors.state import fold as fold_doors
from controller.inputs import MessageArrived
from controller.journal import NO_DAY
from controller.locker import decide as locker
from controller.locker.pins import PinPolicy
from controller.locker.state import Collection, Deposit, Locker, fold
from tests.controller.bench_machine import CABINET, MACHINE, BenchMachine

NOW = Now(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 20_000, "boot-2", True)


def seen(compartment: int) -> bool:
    """Every door is seen closed."""
    return compartment > 0


def boot_of(compartment: int) -> int:
    """Every board is in its second boot."""
    return 1 + (compartment > 0)


def resting(boot: str, code: str = "cooling", wait_ms: int = 3_000, cause: DoorCause = "collection") -> Doors:
    lock = LockWish(7, cause, 500, 1, boot, 1_000, phase="refused", code=code, wait_ms=wait_ms)
    return Doors(doors={3: Door(lock=lock)})


def test_a_resting_coil_is_asked_again_by_itself_only_in_the_boot_that_wanted_it() -> None:
    (again,) = doors.overdue(resting("boot-2"), seen, boot_of, NOW)
    assert type(again).__name__ == "DoorUnlockDue"
    (refused,) = doors.overdue(resting("boot-1"), seen, boot_of, NOW)
    assert (type(refused).__name__, getattr(refused, "code", "")) == ("DoorRefused", "restarted")


def test_a_lock_that_waited_for_its_boards_first_word_is_asked_for_in_the_boot_that_the_board_is_in() -> None:
    (again,) = doors.overdue(resting("boot-2", "board_silent"), seen, boot_of, NOW)
    assert again == DoorUnlockDue(compartment=3, cause="collection", pulse_ms=500, board_boot=2)
    (silent,) = doors.overdue(resting("boot-2", "board_silent"), seen, lambda _: None, NOW)
    assert silent == DoorUnlockDue(compartment=3, cause="collection", pulse_ms=500, board_boot=-1)
    assert doors.overdue(resting("boot-2", "board_silent", 0), seen, boot_of, NOW) == ()


def test_a_braking_board_is_waited_for_but_not_for_ever() -> None:
    early = msgspec.structs.replace(NOW, mono_ms=16_999)
    assert doors.overdue(resting("boot-2", "braked", 16_000), seen, boot_of, early) == ()
    (again,) = doors.overdue(resting("boot-2", "braked", 16_000), seen, boot_of, msgspec.structs.replace(NOW, mono_ms=17_000))
    assert type(again).__name__ == "DoorUnlockDue"
    late = msgspec.structs.replace(NOW, mono_ms=90_000)
    assert doors.overdue(resting("boot-2", "braked", 40_000), seen, boot_of, late) == ()
    (again,) = doors.overdue(resting("boot-2", "braked", 40_000, "audit"), seen, boot_of, late)  # a clerk has papers in hand and waits
    assert type(again).__name__ == "DoorUnlockDue"
    assert doors.overdue(resting("boot-2", "braked", 61_000, "audit"), seen, boot_of, late) == ()


def test_a_hand_over_in_1970_is_remembered_thirty_days_from_the_deadline() -> None:
    until = NOW.wall + timedelta(hours=48)
    before = Locker(deposits={"d": Deposit(until=until, phase="stored", compartment=1)}, collection=Collection("d", 1))
    fact = DocumentHandedOver(deposit="d", compartment=1)
    after = fold(before, Entry(9, datetime(1970, 1, 1, tzinfo=UTC), 5, "boot-1", False, fact), fact)
    assert locker.overdue(after, PinPolicy(), NOW) == ()
    later = Now(until + timedelta(days=30), 0, "boot-3", True)
    assert [type(each).__name__ for each in locker.overdue(after, PinPolicy(), later)] == ["DepositForgotten"]


def test_an_entry_without_a_clock_has_no_day_to_be_old() -> None:
    machine = BenchMachine()
    machine.trusted = False
    machine.hold_pin()
    days = machine.database.execute("SELECT day, count(*) FROM entries GROUP BY day ORDER BY day").fetchall()
    assert days[-1][0] == NO_DAY
    assert len(days) == 2


def births(machine: BenchMachine) -> list[Presence]:
    return [decode(payload, Presence) for topic, payload in machine.published if topic.endswith("/presence")]


def test_a_birth_that_was_written_over_is_said_again_and_numbers_grow() -> None:
    machine = BenchMachine()
    (birth,) = births(machine)
    late = encode(Presence(online=False, boot=birth.boot, connection="an-older-one"))
    machine.loop.take(MessageArrived(topic=up(MACHINE, "presence"), payload=late))
    assert births(machine) == [birth, birth]
    machine.loop.take(MessageArrived(topic=up(MACHINE, "presence"), payload=encode(birth)))
    assert births(machine) == [birth, birth]
    machine.start()
    assert births(machine)[-1].number > birth.number


def test_a_board_with_fewer_channels_than_it_says_tells_nothing_of_the_others() -> None:
    machine = BenchMachine()
    before = machine.seq
    levels = Levels(board=0, boot=1, closed=(True,), opens=(0,), closes=(0,), coil=None, key=False)
    live, request = senses.absorb(machine.state, machine.loop.turns.live, machine.settings, levels, machine.now())
    assert request is None
    assert live.seen_closed(CABINET.file.doors[0].number)
    assert machine.seq == before


def test_a_board_that_rests_for_ever_is_asked_a_few_times_and_then_the_person_may_go() -> None:
    soon = msgspec.structs.replace(NOW, mono_ms=20_001)
    state, asked = Doors(doors={3: Door(lock=LockWish(7, "collection", 500, 1, NOW.boot, 0))}), 0
    while (lock := state.door(3).lock) is not None and lock.phase == "due" and asked < 50:
        asked += 1
        refused = DoorRefused(compartment=3, wish=lock.wish, code="cooling", wait_ms=1)
        state = fold_doors(state, Entry(lock.wish + 1, NOW.wall, NOW.mono_ms, NOW.boot, True, refused), refused)
        for fact in doors.overdue(state, seen, boot_of, soon):
            assert isinstance(fact, DoorUnlockDue)
            state = fold_doors(state, Entry(lock.wish + 2, NOW.wall, NOW.mono_ms, NOW.boot, True, fact), fact)
    assert asked == WAITED_MAX + 1
    ended = state.door(3).lock
    assert ended is not None
    assert (ended.phase, ended.opening) == ("refused", False)
