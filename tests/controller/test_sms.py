"""Text messages through the modem: the try is spent first, each message ends once, and nothing of it is kept after its end."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import facts as f
from contracts.orders import SendSms
from contracts.sealed import Letter, seal_letter
from controller.inputs import ModemSeen, SmsAnswered, SmsReported
from controller.journal import connect
from controller.refused import Refused
from controller.sms import sms
from controller.sms.sms import KEPT, TRYING_MS, WAITING_MS, SmsOutcome, SmsReport
from controller.state import State
from tests.controller.bench_machine import MACHINE, PIN_KEY, BenchMachine
from tests.controller.histories import BOOT, NOW, SMS_SENT, SMS_TRYING, folded

IDX, PHONE, TEXT = "dep-1-ready", "48600100200", "UM Poznan: dokument czeka. PIN: 482913."


def ask(idx: str = IDX, machine: str = MACHINE, number: int = 0) -> SendSms:
    return SendSms(idx=idx, sealed=seal_letter(PIN_KEY, machine, idx, Letter(PHONE, TEXT), number.to_bytes(12, "big")))


def ready(database: sqlite3.Connection | None = None) -> BenchMachine:
    machine = BenchMachine(database=database, modem=True)
    machine.take(ModemSeen("ready"))
    return machine


def kinds(machine: BenchMachine) -> list[str]:
    return [kind for one in machine.entries() if (kind := str(type(one.fact).__struct_config__.tag)).startswith(("sms.", "order."))]


def letters(machine: BenchMachine) -> int:
    return int(machine.database.execute("SELECT count(*) FROM letters").fetchone()[0])


def test_a_message_is_sent_once_and_erased() -> None:
    machine = ready()
    order = machine.order(ask())
    ((wish, letter),) = machine.submitted
    assert (letter.phone, letter.text) == (PHONE, TEXT)
    assert letters(machine) == 1
    machine.take(SmsAnswered(wish, "sent", reference=7))
    machine.run(1_000)
    assert kinds(machine) == ["order.taken", "sms.due", "sms.try_spent", "sms.sent", "order.ended"]
    assert machine.answers()[-1] == (order, "done")
    assert letters(machine) == 0
    assert len(machine.submitted) == 1


def test_the_same_message_again_is_done_and_not_sent() -> None:
    machine = ready()
    machine.order(ask())
    machine.take(SmsAnswered(machine.submitted[0][0], "sent", reference=7))
    again = machine.order(ask(number=1))
    assert machine.answers()[-1] == (again, "done")
    assert len(machine.submitted) == 1
    assert letters(machine) == 0


def test_one_message_at_a_time_is_with_the_modem() -> None:
    machine = ready()
    machine.order(ask("dep-1-ready"))
    machine.order(ask("dep-2-ready"))
    assert len(machine.submitted) == 1
    machine.take(SmsAnswered(machine.submitted[0][0], "failed", code="cms_38"))
    assert len(machine.submitted) == 2
    assert machine.submitted[1][0] > machine.submitted[0][0]
    assert machine.answers()[-1][1] == "failed"


@pytest.mark.parametrize("late", [False, True])
def test_a_power_cut_with_the_modem_is_a_doubt_and_never_a_second_message(late: bool) -> None:
    machine = ready()
    order = machine.order(ask())
    wish = machine.submitted[0][0]
    machine.start()
    machine.take(ModemSeen("ready"))
    if late:
        machine.take(SmsAnswered(wish, "sent", reference=7))
    machine.run(2 * TRYING_MS)
    assert kinds(machine)[-2:] == ["sms.in_doubt", "order.ended"]
    assert machine.loop.turns.state.orders.known[order].code == "in_doubt"
    assert len(machine.submitted) == 1
    assert letters(machine) == 0


def test_a_message_that_only_waits_survives_a_power_cut() -> None:
    machine = BenchMachine(modem=True)
    machine.order(ask())
    assert machine.submitted == []
    machine.start()
    machine.run(1_000)
    machine.take(ModemSeen("no_network"))
    assert machine.submitted == []
    machine.take(ModemSeen("ready"))
    assert [letter.text for _, letter in machine.submitted] == [TEXT]


def test_without_a_network_the_centre_is_told_in_time() -> None:
    machine = BenchMachine(modem=True)
    orders = [machine.order(ask(f"dep-{number}-ready")) for number in range(20)]
    machine.take(ModemSeen("no_network"))
    machine.run(WAITING_MS)
    assert sorted(machine.answers()[-20:]) == sorted((order, "failed") for order in orders)
    assert letters(machine) == 0
    machine.take(ModemSeen("ready"))
    assert machine.submitted == []


def test_a_modem_that_never_answers_leaves_a_doubt() -> None:
    machine = ready()
    machine.order(ask("dep-1-ready"))
    machine.order(ask("dep-2-ready"))
    machine.run(TRYING_MS)
    assert kinds(machine)[-3:] == ["sms.in_doubt", "order.ended", "sms.try_spent"]


def test_faults_of_the_modem_are_raised_and_cleared_once() -> None:
    machine = BenchMachine(modem=True)
    for state in ("silent", "silent", "card", "no_network", "ready", "ready"):
        machine.take(ModemSeen(state))
    found = [one.fact for one in machine.entries() if isinstance(one.fact, f.FaultRaised | f.FaultCleared)]
    told = [(str(type(fact).__struct_config__.tag), fact.fault) for fact in found]
    assert told == [
        ("fault.raised", "modem_silent"), ("fault.cleared", "modem_silent"), ("fault.raised", "modem_sim"),
        ("fault.cleared", "modem_sim"), ("fault.raised", "modem_no_network"), ("fault.cleared", "modem_no_network"),
    ]  # fmt: skip


def test_a_report_comes_late_and_twice() -> None:
    machine = ready()
    machine.order(ask())
    machine.take(SmsReported(7, "delivered"))  # of a message of somebody else
    machine.take(SmsAnswered(machine.submitted[0][0], "sent", reference=7))
    machine.take(SmsAnswered(machine.submitted[0][0], "sent", reference=7))
    machine.start()
    machine.take(SmsReported(7, "delivered"))
    machine.take(SmsReported(7, "failed"))
    assert kinds(machine)[-2:] == ["order.ended", "sms.delivered"]
    assert machine.loop.turns.live.counts == {}
    machine.take(SmsReported(9, "delivered"))
    assert machine.loop.turns.live.counts == {"report_unknown": 1}


@pytest.mark.parametrize(
    ("modem", "asked", "code"),
    [
        (False, ask(), "no_modem"),
        (True, ask(machine="urzedomat-2"), "seal_wrong"),
        (True, SendSms(idx=IDX, sealed="x"), "seal_wrong"),
        (True, SendSms(idx="dep-2-ready", sealed=ask().sealed), "seal_wrong"),
    ],
)
def test_what_cannot_be_sent_is_refused(modem: bool, asked: SendSms, code: str) -> None:
    machine = BenchMachine(modem=modem)
    machine.take(ModemSeen("ready"))
    machine.order(asked)
    assert [one.fact.code for one in machine.entries() if isinstance(one.fact, f.OrderRefused)] == [code]
    assert (machine.submitted, letters(machine)) == ([], 0)


def test_what_was_sent_is_on_no_disk(tmp_path: Path) -> None:
    """Neither the number nor the sealed message stays, in the database or beside it."""
    machine = ready(connect(tmp_path / "journal.db"))
    asked = ask()
    machine.order(asked)
    during = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert asked.sealed.encode() in during
    assert PHONE.encode() not in during
    machine.take(SmsAnswered(machine.submitted[0][0], "sent", reference=7))
    assert asked.sealed[20:60].encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_of_one_reference_the_newest_message_is_meant() -> None:
    """A modem counts up to 255 and starts again."""
    twice = folded(*SMS_SENT, f.SmsDue(idx="dep-2-ready", order="o-2"), f.SmsTrySpent(idx="dep-2-ready"),
                   f.SmsSent(idx="dep-2-ready", reference=7))  # fmt: skip
    assert sms.decide(twice.sms, SmsReport(7, "delivered")) == (f.SmsDelivered(idx="dep-2-ready", status="delivered"),)


def test_the_memory_of_sent_messages_is_bounded() -> None:
    state = folded(BOOT)
    for number in range(KEPT + 5):
        idx = f"dep-{number}-ready"
        state = folded(f.SmsDue(idx=idx, order=f"o-{number}"), f.SmsTrySpent(idx=idx), f.SmsSent(idx=idx, reference=1), state=state)
    assert len(state.sms.sent) == KEPT
    assert not state.sms.was_sent("dep-4-ready")
    assert state.sms.was_sent("dep-5-ready")


@given(st.lists(st.sampled_from(["due", "ready", "sent", "failed", "doubt", "late", "boot", "report", "tick"]), max_size=40))
def test_no_message_goes_out_twice_whatever_happens(steps: list[str]) -> None:
    """Every try is spent for another idx or after an end that is none of sent and doubt; every end is of a spent try or a wait."""
    state, tried, ended = folded(BOOT), list[str](), list[str]()
    for number, step in enumerate(steps):
        facts = _step(state, step, number)
        for fact in facts:
            if isinstance(fact, f.SmsTrySpent):
                assert state.sms.trying() is None
                tried.append(fact.idx)
            elif isinstance(fact, f.SmsSent | f.SmsFailed | f.SmsInDoubt):
                ended.append(fact.idx)
        state = folded(*facts, state=state)
    assert len(set(tried)) == len(tried)
    assert len(set(ended)) == len(ended)
    assert {one.idx for one in state.sms.sending}.isdisjoint(ended)


def _step(state: State, step: str, number: int) -> tuple[f.AnyFact, ...]:
    trying = state.sms.trying()
    wish = trying.seq if trying else 0
    try:
        match step:
            case "due":
                return (f.SmsDue(idx=f"dep-{number}", order=f"o-{number}"),)
            case "ready":
                found = sms.next_try(state.sms)
            case "sent" | "failed" | "doubt":
                found = sms.decide(state.sms, SmsOutcome(wish, step, reference=number))
            case "late":
                found = sms.decide(state.sms, SmsOutcome(wish - 1, "sent", reference=number))
            case "boot":
                found = sms.restarted(state.sms)
            case "report":
                found = sms.decide(state.sms, SmsReport(number - 1, "delivered"))
            case _:
                found = sms.overdue(state.sms, NOW.__class__(NOW.wall, 10**7, NOW.boot, trusted=True))
    except Refused:
        return ()
    return found  # type: ignore[return-value]


def test_the_wish_is_due_in_its_own_boot_only() -> None:
    trying = folded(*SMS_TRYING).sms
    assert [wish.id for wish in sms.due(trying, NOW.boot)] == [4]
    assert sms.due(trying, "another boot") == ()


@pytest.mark.parametrize("ready_again", [True, False])
def test_a_message_that_waits_is_overtaken_by_a_new_pin(ready_again: bool) -> None:
    machine = BenchMachine(modem=True)
    machine.stored()
    order = machine.order(ask())
    other = machine.order(ask("dep-2-ready", number=1))
    machine.hold_pin("135790")
    assert (order, "failed") in machine.answers()
    assert (other, "failed") not in machine.answers()
    assert letters(machine) == 1
    if ready_again:
        machine.take(ModemSeen("ready"))
        assert [machine.state.sms.sending[0].idx, len(machine.submitted)] == ["dep-2-ready", 1]


def test_a_message_that_comes_after_the_new_pin_that_was_ordered_later_is_refused() -> None:
    machine = ready()
    machine.stored()
    machine.hold_pin("135790")
    written_before = machine.order(ask(), counter=machine.counter - 1)
    assert machine.state.orders.known[written_before].code == "overtaken"
    assert (machine.submitted, letters(machine)) == ([], 0)
    machine.order(ask())
    assert len(machine.submitted) == 1


def test_a_message_that_is_with_the_modem_is_not_overtaken() -> None:
    machine = ready()
    machine.stored()
    order = machine.order(ask())
    machine.hold_pin("135790")
    machine.take(SmsAnswered(machine.submitted[0][0], "sent", reference=7))
    assert (order, "done") in machine.answers()
