"""The dialogue with a card terminal: what is charged is what was committed, whatever happens on the line."""

import pytest

from controller.devices.card_terminal import (
    Busy,
    CardTerminal,
    DayEnded,
    LastSale,
    Sale,
    SaleEnded,
    SaleOffered,
    TerminalLost,
    TerminalSays,
    TerminalSeen,
)
from controller.devices.frames import zvt, zvt_messages
from controller.devices.zvt_line import SerialZvtLine
from sim.byte_link import LinkFaults
from tests.devices.terminal_counter import Counter

AMOUNT = 350
SALE = Sale(AMOUNT, "000101", "0011", "09:38:48", "0425", "VISA DEBIT", "4821")


def ready(*, tcp: bool = False) -> Counter:
    counter = Counter(tcp=tcp)
    counter.until(TerminalSeen)
    return counter


def offered(counter: Counter, attempt: str = "a-1") -> Sale:
    counter.ours.authorise(attempt, AMOUNT)
    counter.card()
    offer = counter.until(SaleOffered)
    assert offer.attempt == attempt
    return offer.sale


@pytest.mark.parametrize("tcp", [False, True])
def test_a_sale_is_charged_when_and_only_when_it_is_committed(tcp: bool) -> None:
    counter = ready(tcp=tcp)
    assert offered(counter) == SALE
    assert counter.bank.charged == []
    counter.ours.answer("a-1", "commit")
    assert counter.until(SaleEnded) == SaleEnded("a-1", "stored")
    assert counter.bank.charged == [AMOUNT]


def test_the_customer_is_told_what_to_do() -> None:
    counter = ready()
    counter.ours.authorise("a-1", AMOUNT)
    assert counter.until(TerminalSays) == TerminalSays("a-1", "0a")
    counter.card()
    assert counter.until(TerminalSays) == TerminalSays("a-1", "0e")


def test_goods_that_are_not_issued_are_not_charged() -> None:
    counter = ready()
    offered(counter)
    counter.ours.answer("a-1", "not_issued")
    counter.ours.answer("a-1", "commit")  # the first word counts
    assert counter.until(SaleEnded).end == "declined"
    assert counter.bank.charged == []


def test_an_answer_for_another_attempt_does_nothing() -> None:
    counter = ready()
    offered(counter)
    counter.ours.answer("a-0", "commit")
    counter.run(1_000)
    assert counter.bank.charged == []


def test_a_slow_answer_makes_the_terminal_wait_and_is_then_taken() -> None:
    counter = ready()
    offered(counter)
    counter.run(9_000)
    assert counter.bank.charged == []
    counter.ours.answer("a-1", "commit")
    assert counter.until(SaleEnded) == SaleEnded("a-1", "stored")
    assert counter.bank.charged == [AMOUNT]


def test_no_answer_at_all_is_no_sale() -> None:
    counter = ready()
    offered(counter)
    assert counter.until(SaleEnded).end == "declined"
    assert [charge.state for charge in counter.bank.charges] == ["released"]


@pytest.mark.parametrize("result", [0x05, 0x33])
def test_what_the_host_refuses_is_told_with_its_result(result: int) -> None:
    counter = ready()
    counter.bank.declines = [result]
    counter.ours.authorise("a-1", AMOUNT)
    counter.card()
    assert counter.until(SaleEnded) == SaleEnded("a-1", "declined", f"{result:02x}")
    assert counter.bank.charges == []


def test_no_card_within_a_minute() -> None:
    counter = ready()
    counter.ours.authorise("a-1", AMOUNT)
    assert counter.until(SaleEnded) == SaleEnded("a-1", "declined", "6c")


def test_an_abort_before_the_card_and_one_that_is_too_late() -> None:
    counter = ready()
    counter.ours.authorise("a-1", AMOUNT)
    counter.until(TerminalSays)
    counter.ours.abort("a-1")
    assert counter.until(SaleEnded) == SaleEnded("a-1", "declined", "6c")
    counter.ours.authorise("a-2", AMOUNT)
    counter.card()
    counter.run(200)
    counter.ours.abort("a-2")
    counter.until(SaleOffered)
    counter.ours.abort("a-2")
    counter.ours.answer("a-2", "commit")
    assert counter.until(SaleEnded) == SaleEnded("a-2", "stored")


def test_one_attempt_at_a_time() -> None:
    counter = ready()
    counter.ours.authorise("a-1", AMOUNT)
    with pytest.raises(Busy, match="a-1"):
        counter.ours.authorise("a-2", AMOUNT)
    counter.ours.abort("a-1")
    counter.ours.authorise("a-2", AMOUNT)
    assert counter.ours.open_attempt == "a-2"


def test_the_last_sale_can_be_asked_for() -> None:
    counter = ready()
    counter.ours.enquire()
    assert counter.until(LastSale) == LastSale(None)
    offered(counter)
    counter.ours.answer("a-1", "commit")
    counter.until(SaleEnded)
    counter.ours.enquire()
    assert counter.until(LastSale) == LastSale(SALE)


def test_a_sale_can_be_given_back_once() -> None:
    counter = ready()
    offered(counter)
    counter.ours.answer("a-1", "commit")
    counter.until(SaleEnded)
    counter.ours.reverse("a-1", SALE.receipt, AMOUNT)
    assert counter.until(SaleEnded) == SaleEnded("a-1", "stored")
    assert counter.bank.charged == []
    counter.ours.reverse("a-1", SALE.receipt, AMOUNT)
    assert counter.until(SaleEnded) == SaleEnded("a-1", "declined", "b5")


def test_the_end_of_a_day_and_a_terminal_that_wants_it_first() -> None:
    counter = ready()
    counter.ours.end_of_day()
    assert counter.until(DayEnded) == DayEnded(done=True)
    counter.terminal.settling = True
    counter.ours.authorise("a-1", AMOUNT)
    assert counter.until(SaleEnded) == SaleEnded("a-1", "declined", "f0")


def test_the_wrong_money_is_no_terminal() -> None:
    counter = Counter()
    counter.terminal.currency = "0978"
    counter.run(70_000)
    assert not any(isinstance(event, TerminalSeen) for event in counter.seen)
    counter.terminal.currency = zvt_messages.PLN
    counter.until(TerminalSeen)


def test_a_completion_that_never_comes_leaves_the_sale_unknown_and_the_terminal_knows() -> None:
    counter = ready()
    offered(counter)
    counter.terminal.mute_completion = True
    counter.ours.answer("a-1", "commit")
    assert counter.until(SaleEnded) == SaleEnded("a-1", "unknown")
    assert counter.bank.charged == [AMOUNT]
    counter.ours.enquire()
    assert counter.until(LastSale) == LastSale(SALE)


def test_a_terminal_without_power_is_lost_and_found_again() -> None:
    counter = ready()
    counter.terminal.power_cut()
    counter.until(TerminalLost)
    counter.terminal.power_on(counter.ms)
    counter.until(TerminalSeen)
    offered(counter)
    counter.ours.answer("a-1", "commit")
    assert counter.until(SaleEnded).end == "stored"


def test_power_that_fails_at_an_offered_sale_charges_nothing() -> None:
    counter = ready()
    offered(counter)
    counter.terminal.power_cut()
    counter.ours.answer("a-1", "commit")
    assert counter.until(SaleEnded).end == "unknown"
    counter.terminal.power_on(counter.ms)
    counter.ours.enquire()
    assert counter.until(LastSale) == LastSale(None)
    assert counter.bank.charged == []


def test_after_a_restart_an_offer_that_nobody_remembers_is_refused() -> None:
    counter = ready()
    offered(counter)
    counter.restart()
    counter.run(120_000)
    assert [charge.state for charge in counter.bank.charges] == ["released"]
    counter.ours.enquire()
    assert counter.until(LastSale) == LastSale(None)


@pytest.mark.parametrize("octets", range(0, 60, 3))
def test_a_cable_that_is_cut_after_any_octet_loses_no_money(octets: int) -> None:
    """Cut while the commit goes out: the terminal has it whole or not at all, and says so when it is asked."""
    counter = ready()
    offered(counter)
    counter.cuts_at = counter.to_terminal.sent_bytes + octets
    counter.ours.answer("a-1", "commit")
    end = counter.until(SaleEnded).end
    charged = counter.bank.charged
    assert end != "declined" or charged == []
    assert end != "stored" or charged == [AMOUNT]
    counter.heal()
    counter.run(200_000)
    counter.ours.enquire()
    last = counter.until(LastSale)
    assert last.known
    assert (last.sale is not None) == (counter.bank.charged == [AMOUNT])


NOISY = LinkFaults(lose=0.05, flip=0.08, noise=0.03, duplicate=0.06, cut=0.05)


@pytest.mark.parametrize("seed", range(30))
def test_on_a_bad_line_no_sale_is_charged_twice_or_without_a_commit(seed: int) -> None:
    counter = Counter(seed, NOISY)
    paid: list[int] = []
    for number in range(4):
        attempt, amount = f"a-{number}", 100 + number
        counter.ours.authorise(attempt, amount)
        committed, end, until = False, "", counter.ms + 400_000
        while not end:
            assert counter.ms < until, "it ends by itself"
            counter.run(50)
            if counter.terminal.wants_card:
                counter.terminal.present_card(counter.ms)
            for event in counter.seen:
                if isinstance(event, SaleOffered):
                    committed = number % 3 != 2
                    counter.ours.answer(attempt, "commit" if committed else "not_issued")
                elif isinstance(event, SaleEnded) and event.attempt == attempt:
                    end = event.end
            counter.seen.clear()
        counter.run(40_000)  # whatever it still offers reverses by itself
        charged = [charge.amount for charge in counter.bank.charges if charge.state == "charged"]
        assert len(charged) == len(set(charged)), "charged twice"
        assert (amount in charged) <= committed, "charged without a commit"
        assert end != "stored" or amount in charged, "said to be stored, and is not"
        assert end != "declined" or amount not in charged, "said to be declined, and is charged"
        paid = charged
    counter.heal()
    counter.run(200_000)
    counter.ours.enquire()
    last = counter.until(LastSale)
    assert last.known
    assert (last.sale.amount if last.sale else None) == (paid[-1] if paid else None)


def test_a_damaged_offer_is_never_a_sale() -> None:
    ours = CardTerminal(SerialZvtLine())
    ours.authorise("a-1", AMOUNT)
    said = b""
    for message in (zvt.apdu(0x8000), zvt.apdu(0x060F), zvt.apdu(0x8000), zvt.apdu(0x040F, b"\x27\x00\x04\x00")):
        said = b""
        while data := ours.bytes_to_send(0):
            said += data
        ours.receive(bytes([zvt.ACK]) + zvt.frame(message), 0)
    said = b""
    while data := ours.bytes_to_send(0):
        said += data
    assert zvt.frame(zvt_messages.NOT_ISSUED) in said
    assert not any(isinstance(event, SaleOffered) for event in ours.events())


def test_another_amount_than_was_asked_for_is_refused() -> None:
    ours = CardTerminal(SerialZvtLine())
    ours.authorise("a-1", AMOUNT)
    other = bytes.fromhex("2700" + "04000000000351" + "490985" + "0b000101" + "870011")
    for message in (zvt.apdu(0x8000), zvt.apdu(0x060F), zvt.apdu(0x8000), zvt.apdu(0x040F, other)):
        while ours.bytes_to_send(0):
            pass
        ours.receive(bytes([zvt.ACK]) + zvt.frame(message), 0)
    said = b""
    while data := ours.bytes_to_send(0):
        said += data
    assert zvt.frame(zvt_messages.NOT_ISSUED) in said
    assert not any(isinstance(event, SaleOffered) for event in ours.events())
