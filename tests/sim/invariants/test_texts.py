"""What breaks a sentence about text messages."""

from datetime import UTC, datetime

import pytest

from contracts.facts import AnyFact, DepositStored, Entry, PinSet, SmsInDoubt, SmsSent, SmsTrySpent
from sim.invariants import texts
from sim.sms_network import Text
from sim.storm_cabinets import cabinet
from sim.storm_machine import Life
from sim.world import MACHINE, World

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEPOSIT = "d" * 16
STORED = DepositStored(deposit=DEPOSIT, compartment=3)
SET = PinSet(deposit=DEPOSIT, until=AT)
IDX = f"{DEPOSIT}-ready"
TRY, SENT = SmsTrySpent(idx=IDX), SmsSent(idx=IDX, reference=1)


def world_with(*committed: AnyFact) -> World:
    world = World(8, cabinet())
    world.machine.entries = [Entry(seq, AT, seq, "b1", True, fact) for seq, fact in enumerate(committed, 1)]
    return world


def test_the_modem_has_a_message_once_for_a_try_of_this_boot() -> None:
    machine = world_with(SENT, TRY).machine
    machine.life = Life(machine, "b1")
    assert list(texts.a_message_goes_to_the_modem_once_for_each_try(machine, 2, ())) == []
    assert list(texts.a_message_goes_to_the_modem_once_for_each_try(machine, 2, (2,))) == ["wish 2 twice"]
    assert list(texts.a_message_goes_to_the_modem_once_for_each_try(machine, 1, ())) == ["wish 1 without a try of this boot"]
    machine.life = Life(machine, "b2")
    assert list(texts.a_message_goes_to_the_modem_once_for_each_try(machine, 2, ())) == ["wish 2 without a try of this boot"]


def test_what_was_sent_is_not_tried_again() -> None:
    assert list(texts.a_message_that_was_sent_is_not_tried_again(world_with(TRY).machine, IDX)) == []
    assert list(texts.a_message_that_was_sent_is_not_tried_again(world_with(TRY, SENT, TRY).machine, IDX)) == [IDX]


def test_what_has_ended_is_gone() -> None:
    machine = world_with().machine
    machine.disk.execute("CREATE TABLE letters (idx TEXT)")
    assert list(texts.what_has_ended_is_erased(machine, SENT)) == []
    machine.disk.execute("INSERT INTO letters VALUES (?)", (IDX,))
    assert list(texts.what_has_ended_is_erased(machine, SENT)) == [IDX]


def test_a_text_waits_for_what_it_says() -> None:
    assert list(texts.a_text_says_what_is_so(world_with(STORED).machine, DEPOSIT, "collected")) == [
        "deposit dddddd: collected before DocumentHandedOver"
    ]
    assert list(texts.a_text_says_what_is_so(world_with(STORED).machine, DEPOSIT, "reminder24")) == []


def test_a_deposit_has_one_text() -> None:
    machine, text = world_with().machine, Text(f"{DEPOSIT}-ready", "600000001", "")
    assert list(texts.at_most_one_text_of_each_kind(machine, DEPOSIT, [text])) == []
    assert list(texts.at_most_one_text_of_each_kind(machine, DEPOSIT, [text, text])) == ["deposit dddddd has 2, 0 in doubt"]
    doubtful = world_with(SmsInDoubt(idx=text.idx)).machine
    assert list(texts.at_most_one_text_of_each_kind(doubtful, DEPOSIT, [text, text])) == []


@pytest.mark.parametrize(
    ("committed", "held", "said"),
    [
        ((SET, STORED, SET), "123456", []),
        ((SET, STORED), "123456", ["deposit dddddd"]),  # the PIN's deadline was not fixed after storing
        ((SET,), "123456", ["deposit dddddd"]),
        ((SET, STORED, SET), "123457", ["deposit dddddd: the machine holds another PIN than the text names"]),
    ],
)
def test_a_text_names_the_pin_that_the_machine_holds(committed: tuple[AnyFact, ...], held: str, said: list[str]) -> None:
    world = world_with(*committed)
    mark = bytes.fromhex(world.centre.signer.pin_mark(MACHINE, held))
    world.machine.disk.execute("CREATE TABLE vault (deposit TEXT, hmac BLOB)")
    world.machine.disk.execute("INSERT INTO vault VALUES (?, ?)", (DEPOSIT, mark))
    text = Text(f"{DEPOSIT}-ready", "600000001", "PIN: 123456")
    found = texts.no_text_before_the_machine_holds_pin_and_document(world.machine, world.centre.signer, DEPOSIT, text)
    assert list(found) == said
