"""Playbooks of the PIN: tries, pauses, and what forgives them; and where the digits never appear."""

from datetime import timedelta

from contracts.facts import PinPaused
from controller.inputs import KeyPressed
from tests.controller.bench_machine import PIN, PIN_KEY, BenchMachine, pin_hmac

WRONG = "000000"


def waiting() -> tuple[BenchMachine, int]:
    machine = BenchMachine()
    compartment = machine.stored()
    machine.run(10_000)
    return machine, compartment


def wrong_tries(machine: BenchMachine, tries: int) -> None:
    for _ in range(tries):
        machine.press(*(["ok"] if machine.screen.screen == "l.attract" else []), *WRONG, "ok")


def collected(machine: BenchMachine, compartment: int) -> None:
    machine.enter()
    machine.press("ok")
    machine.run(2_000)
    machine.push(compartment)
    machine.press("ok")


def code_of(machine: BenchMachine, order: str) -> str:
    return machine.state.orders.known[order].code


def test_the_try_is_spent_before_anything_is_compared() -> None:
    machine, _ = waiting()
    before = machine.seq
    wrong_tries(machine, 1)
    assert machine.kinds(before) == ["pin.try_spent", "pin.rejected"]
    assert machine.screen.screen == "l.wrong"
    assert (machine.state.locker.wrong, machine.screen.data["filled"]) == (1, 0)


def test_five_wrong_tries_pause_and_the_pause_grows() -> None:
    machine, _ = waiting()
    for level, pause_ms in enumerate((60_000, 300_000, 900_000, 3_600_000, 3_600_000), 1):
        wrong_tries(machine, 4)
        assert machine.screen.screen == "l.wrong"
        before = machine.seq
        wrong_tries(machine, 1)
        assert machine.kinds(before) == ["pin.try_spent", "pin.rejected", "pin.paused"]
        assert machine.entries()[-1].fact == PinPaused(level=level, pause_ms=pause_ms)
        assert machine.screen.screen == "l.paused"
        assert machine.screen.deadline.kind == "fact"
        assert set(machine.screen.keys) == {"cancel", "lang", "help", "audio"}
        machine.press("cancel")
        machine.ms += pause_ms - 1_000  # nothing moves in between
        machine.run(500)
        machine.press("ok")
        assert machine.screen.screen == "l.paused"
        machine.run(1_000)
        assert machine.screen.screen == "l.pin"
        assert machine.kinds()[-1] == "pin.resumed"
        machine.press("cancel", "ok")


def test_a_pause_starts_again_at_every_boot() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 5)
    machine.run(59_000)
    machine.start()
    machine.run(500)
    assert machine.kinds()[-2:] == ["boot.started", "pin.paused"]
    machine.run(58_000)
    machine.press("ok")
    assert machine.screen.screen == "l.paused"
    machine.run(2_000)
    assert machine.screen.screen == "l.pin"


def test_wrong_tries_stay_spent_through_power_cuts() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 3)
    machine.start()
    machine.run(500)
    wrong_tries(machine, 2)
    assert machine.screen.screen == "l.paused"


def test_a_try_whose_digits_are_lost_stays_spent() -> None:
    machine, _ = waiting()
    for tries in range(1, 6):
        machine.press("ok", *PIN)
        machine.loop.take(KeyPressed(key="ok", rev=machine.screen.rev))
        assert machine.state.locker.trying is not None
        machine.start()  # between the try and the comparison
        machine.run(500)
        assert "pin.unanswered" in machine.kinds()[-2:]
        assert machine.state.locker.wrong == tries
        assert machine.screen.screen == "l.attract"
    assert machine.kinds()[-3:] == ["boot.started", "pin.unanswered", "pin.paused"]


def test_a_right_pin_gives_back_its_own_try_only() -> None:
    machine, _ = waiting()
    wrong_tries(machine, 4)
    machine.press(*PIN, "ok", "cancel", "cancel", "ok")
    assert (machine.screen.screen, machine.state.locker.wrong) == ("l.attract", 4)
    wrong_tries(machine, 1)
    assert machine.screen.screen == "l.paused"


def test_a_hand_over_forgives_tries_and_pauses() -> None:
    machine, compartment = waiting()
    wrong_tries(machine, 5)
    machine.press("cancel")
    machine.run(61_000)
    wrong_tries(machine, 4)
    assert (machine.state.locker.wrong, machine.state.locker.level) == (4, 1)
    machine.press("cancel")
    collected(machine, compartment)
    assert (machine.state.locker.wrong, machine.state.locker.level) == (0, 0)


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
