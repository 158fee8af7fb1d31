"""Playbooks of the PIN: the day's tries, what they lead to and when it ends; and where the digits never appear."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.facts import PinDayBegun, PinSteppedUp
from controller.clock import Now
from controller.inputs import KeyPressed
from controller.locker.pins import ENDS_AT, PinPolicy, ends_at
from tests.controller.bench_machine import PHONE, PIN, PIN_KEY, START, BenchMachine, pin_hmac
from tests.controller.pin_playbooks import NOBODY, code_of, collected, stepped_up, waiting, with_number, wrong_tries

# --- a PIN alone -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("documents", "tries"), [(0, 20), (1, 20), (24, 20), (45, 20), (46, 19), (93, 9), (192, 4), (500, 1), (900, 1)])
def test_the_days_tries_follow_the_waiting_documents(documents: int, tries: int) -> None:
    assert PinPolicy().tries(documents) == tries


def test_no_cabinet_gives_a_stranger_one_chance_in_a_thousand() -> None:
    assert all(PinPolicy().tries(documents) * documents < 1_000 for documents in range(1, 901))
    assert PinPolicy().chance(900) < 0.001
    assert PinPolicy(guesses_a_day=1_000, tries_max=1_000).chance(24) == 0.001


def test_the_try_is_spent_before_anything_is_compared() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 1)
    before = machine.seq
    wrong_tries(machine, 1)
    assert machine.kinds(before) == ["pin.try_spent", "pin.rejected"]
    assert machine.screen.screen == "l.wrong"
    assert (machine.state.locker.pins.wrong, machine.screen.data["filled"]) == (2, 0)
    assert "left" not in machine.screen.data


def test_the_days_last_wrong_entry_asks_for_the_number_from_then_on() -> None:
    machine, compartment = waiting()
    wrong_tries(machine, 19)
    assert machine.screen.screen == "l.wrong"
    before = machine.seq
    wrong_tries(machine, 1)
    assert machine.kinds(before) == ["pin.try_spent", "pin.rejected", "pin.stepped_up"]
    fact = machine.entries()[-1].fact
    assert fact == PinSteppedUp(until=datetime(2026, 11, 24, 5, tzinfo=UTC), asks="phone", day="2026-11-23", again=False)
    assert (machine.screen.screen, machine.screen.say, machine.screen.cue) == ("l.phone", "l.phone.last", "error")
    machine.press(PHONE[0])
    assert (machine.screen.say, machine.screen.data["filled"]) == ("l.phone", 1)
    machine.press(*PHONE[1:], "ok")
    assert machine.screen.screen == "l.pin"
    machine.press(*PIN, "ok")
    assert machine.screen.screen == "l.found"
    machine.press("ok")
    machine.run(1_000)
    machine.push(compartment)
    assert machine.screen.screen == "l.done"


def test_eight_wrong_entries_keep_nobody_from_opening_within_a_minute() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 8)
    machine.press("cancel")
    before = machine.ms
    machine.enter()
    machine.press("ok")
    machine.run(1_000)
    assert machine.screen.screen == "l.open"
    assert machine.ms - before < 60_000


def test_wrong_tries_stay_spent_through_power_cuts() -> None:
    machine, _ = waiting()
    for _ in range(2):
        wrong_tries(machine, 10)
        machine.start()
        machine.run(500)
    machine.press("ok")
    assert machine.screen.screen == "l.phone"


def test_a_try_whose_digits_are_lost_stays_spent() -> None:
    machine, _ = waiting(PinPolicy(tries_max=5))
    for tries in range(1, 6):
        machine.press("ok", *PIN)
        machine.loop.take(KeyPressed(key="ok", rev=machine.screen.rev))
        assert machine.state.locker.trying is not None
        machine.start()  # between the try and the comparison
        machine.run(500)
        assert "pin.unanswered" in machine.kinds()[-2:]
        assert machine.state.locker.pins.wrong == tries
        assert machine.screen.screen == "l.attract"
    assert machine.kinds()[-3:] == ["boot.started", "pin.unanswered", "pin.stepped_up"]


def test_a_right_pin_gives_back_its_own_try_only() -> None:
    machine, compartment = waiting()
    wrong_tries(machine, 4)
    machine.press(*PIN, "ok", "cancel", "cancel", "ok")
    assert (machine.screen.screen, machine.state.locker.pins.wrong) == ("l.attract", 4)
    collected(machine, compartment)
    assert machine.state.locker.pins.wrong == 4


def test_more_documents_make_fewer_tries_and_nothing_is_compared_beyond_them() -> None:
    machine, _ = waiting(PinPolicy(guesses_a_day=4))
    wrong_tries(machine, 3)
    machine.press("cancel")
    machine.run(10_000)
    machine.stored("111222", "dep-2", phone="600100201")
    machine.run(10_000)
    before = machine.seq
    machine.enter()
    assert machine.kinds(before) == ["pin.stepped_up"]
    assert machine.screen.screen == "l.phone"
    with_number(machine, PHONE, PIN)
    assert machine.screen.screen == "l.found"


# --- days --------------------------------------------------------------------------------------------------------------------------------


def test_a_new_day_counts_from_nothing_and_the_day_only_moves_forward() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 19)
    machine.press("cancel")
    machine.wall_jump = timedelta(days=1)
    wrong_tries(machine, 1)
    assert machine.entries()[-3].fact == PinDayBegun(day="2026-11-24")
    assert machine.state.locker.pins.wrong == 1
    machine.wall_jump = timedelta()
    wrong_tries(machine, 1)
    assert (machine.state.locker.pins.day, machine.state.locker.pins.wrong) == ("2026-11-24", 2)


def test_a_step_up_of_a_clock_years_ahead_ends_at_the_next_six() -> None:
    machine, _ = waiting()
    machine.wall_jump = timedelta(days=3_650)
    wrong_tries(machine, 20)
    machine.press("cancel")
    machine.wall_jump = timedelta()
    machine.run(3_600_000)
    step_up = machine.state.locker.pins.step_up
    assert step_up is not None
    assert step_up.until is not None
    assert step_up.until - machine.now().wall < timedelta(days=2)
    machine.wall_jump = timedelta(days=1)
    machine.run(1_000)
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_a_day_that_was_years_ahead_gives_no_tries_back_and_the_next_day_counts_from_nothing() -> None:
    machine, _ = waiting()
    machine.wall_jump = timedelta(days=3_650)
    wrong_tries(machine, 19)
    machine.press("cancel")
    machine.wall_jump = timedelta()
    wrong_tries(machine, 1)
    assert (machine.state.locker.pins.day, machine.state.locker.pins.wrong) == ("2026-11-23", 20)
    assert machine.state.locker.pins.step_up is not None
    machine.wall_jump = timedelta(days=1)
    machine.run(1_000)
    machine.press("cancel")
    wrong_tries(machine, 1)
    assert (machine.state.locker.pins.day, machine.state.locker.pins.wrong) == ("2026-11-24", 1)


def test_without_a_clock_the_count_stays_whatever_the_power_does() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 10)
    machine.press("cancel")
    machine.trusted = False
    machine.wall_jump = timedelta(days=400)
    for _ in range(3):
        machine.start()
        machine.run(500)
        wrong_tries(machine, 3)
        machine.press("cancel")
    assert machine.state.locker.pins.wrong == 19
    wrong_tries(machine, 1)
    step_up = machine.state.locker.pins.step_up
    assert step_up is not None
    assert step_up.until is None
    machine.trusted = True
    machine.run(3_600_000)
    step_up = machine.state.locker.pins.step_up
    assert step_up is not None
    assert step_up.until is not None
    assert step_up.until > machine.now().wall


def test_what_was_entered_while_nobody_knew_the_day_counts_for_the_day_that_comes() -> None:
    machine = BenchMachine()
    machine.stored()
    machine.run(10_000)
    machine.trusted = False
    wrong_tries(machine, 12)
    machine.press("cancel")
    machine.trusted = True
    wrong_tries(machine, 1)
    assert machine.state.locker.pins.wrong == 13
    machine.press("cancel")
    machine.wall_jump = timedelta(days=1)
    wrong_tries(machine, 1)
    assert machine.state.locker.pins.wrong == 1


@pytest.mark.parametrize(
    ("wall", "ends"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), datetime(2026, 11, 24, 5, tzinfo=UTC)),
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), datetime(2026, 11, 25, 5, tzinfo=UTC)),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 4, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 5, tzinfo=UTC)),
    ],
)
def test_a_step_up_ends_at_six_where_the_machine_stands(wall: datetime, ends: datetime) -> None:
    assert ends_at(PinPolicy(), Now(wall, 0, "boot", trusted=True)) == ends
    assert ends_at(PinPolicy(), Now(wall, 0, "boot", trusted=False)) is None
    assert ENDS_AT.hour == 6


def test_at_six_a_pin_alone_counts_again_and_nothing_of_a_number_is_left() -> None:
    machine, _ = stepped_up()
    with_number(machine, NOBODY)
    machine.press("cancel")
    assert machine.database.execute("SELECT count(*) FROM number_salt").fetchone() == (1,)
    before = machine.seq
    machine.wall_jump = datetime(2026, 11, 24, 5, tzinfo=UTC) - START - timedelta(milliseconds=machine.ms, seconds=1)
    machine.run(500)
    assert machine.kinds(before) == []
    machine.run(1_000)
    assert machine.kinds(before) == ["pin.step_up_ended"]
    assert machine.state.locker.pins.numbers == {}
    assert machine.database.execute("SELECT count(*) FROM number_salt").fetchone() == (0,)
    machine.enter()
    assert machine.screen.screen == "l.found"


def test_two_days_in_a_row_are_a_fault_until_a_quiet_day() -> None:
    machine, _ = stepped_up()
    for day in (1, 2):
        machine.wall_jump = timedelta(days=day)
        machine.run(1_000)
        wrong_tries(machine, 20)
        machine.press("cancel")
        assert machine.faults() == ["step_up_again locker"]
    for day, there in ((3, True), (4, False)):
        machine.wall_jump = timedelta(days=day)
        machine.run(1_000)
        wrong_tries(machine, 1)
        machine.press("cancel")
        assert (machine.faults() == ["step_up_again locker"]) == there


# --- deposits ----------------------------------------------------------------------------------------------------------------------------


def test_a_pin_that_another_deposit_holds_is_refused() -> None:
    machine, compartment = waiting()
    assert code_of(machine, machine.hold_pin(PIN, "dep-2")) == "pin_taken"
    collected(machine, compartment)
    assert code_of(machine, machine.hold_pin(PIN, "dep-2")) == "pin_taken"  # for thirty days more
    assert code_of(machine, machine.hold_pin(PIN, "dep-1")) == "deposit_ended"


def test_a_new_pin_voids_the_old_one() -> None:
    machine, _ = waiting()
    machine.hold_pin("111222")
    machine.enter()
    assert machine.screen.screen == "l.wrong"
    machine.press(*"111222", "ok")
    assert machine.screen.screen == "l.found"


def test_thirty_days_after_its_end_a_deposit_is_forgotten_by_itself() -> None:
    machine, compartment = waiting()
    collected(machine, compartment)
    before = machine.seq
    machine.wall_jump = timedelta(days=30, seconds=-30)
    machine.run(10_000)
    assert "dep-1" in machine.state.locker.deposits
    machine.run(30_000)
    assert machine.kinds(before) == ["deposit.forgotten"]
    assert machine.state.locker.deposits == {}
    assert machine.database.execute("SELECT count(*) FROM vault").fetchone() == (0,)
    assert code_of(machine, machine.hold_pin(PIN, "dep-2")) == "ok"


def test_an_untrusted_clock_forgets_nothing() -> None:
    machine, compartment = waiting()
    collected(machine, compartment)
    machine.trusted = False
    machine.wall_jump = timedelta(days=365)
    machine.ms += 3_600_000 * 2
    machine.run(100)
    assert "dep-1" in machine.state.locker.deposits


def test_many_deposits_are_forgotten_in_turns_without_end_of_time() -> None:
    machine = BenchMachine()
    for number in range(20):
        compartment = machine.stored(f"{number:06}", f"dep-{number}")
        machine.run(12_000)
        machine.enter(f"{number:06}")
        machine.press("ok")
        machine.run(2_000)
        machine.push(compartment)
        machine.press("ok")
        machine.run(12_000)
    before = machine.seq
    machine.wall_jump = timedelta(days=31)
    machine.ms += 3_600_000
    machine.run(1_000)
    assert machine.kinds(before) == ["deposit.forgotten"] * 20


def test_no_digit_leaves_the_visit() -> None:
    machine, compartment = waiting()
    machine.press("ok", *PIN)
    live = machine.loop.turns.live
    assert live.visit.digits.reveal() == PIN
    assert PIN not in repr(live)
    machine.press("ok")
    assert machine.loop.turns.live.visit.digits.reveal() == ""
    machine.press("ok")
    machine.run(2_000)
    machine.push(compartment)
    machine.run(31_000)
    secrets = (PIN, PIN_KEY.hex(), pin_hmac(PIN).hex())
    told = [repr(message) for message in machine.screens] + [repr(payload) for _, payload in machine.published]
    told += [repr(entry) for entry in machine.entries()]
    assert [text for text in told for secret in secrets if secret in text] == []
    typed = [message.data["filled"] for message in machine.screens if message.screen == "l.pin"]
    assert max(typed) == 6
    assert all(not ({"digits", "pin"} & set(message.data)) for message in machine.screens)


def test_a_choice_of_language_goes_away_by_itself() -> None:
    machine = BenchMachine()
    machine.press("ok", "1", "2", "lang")
    assert machine.screen.screen == "lang"
    machine.run(61_000)
    assert (machine.screen.screen, machine.screen.data["filled"]) == ("l.pin", 2)
    machine.run(61_000)
    assert machine.screen.screen == "more_time"
