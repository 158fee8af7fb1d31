"""What must be so once the world has healed: nothing is left to do, and every part tells the same story."""

from collections.abc import Callable, Iterator

import msgspec

from central.sms.modem_line import ERASED
from central.times import to_ms
from contracts.facts import DocumentHandedOver, DoorInDoubt
from controller import machine as core
from controller.locker.state import Deposit
from controller.loop import Loop
from sim.invariants import money
from sim.invariants.clerk import a_document_is_where_the_machine_says_or_somebody_must_look
from sim.invariants.doors import wish_seq
from sim.invariants.facts import ENDS, the_state_is_the_fold_of_the_journal
from sim.invariants.terms import who_waited_through_an_outage_has_more_time
from sim.watch import Watch

NOBODY_KNOWS_THE_TIME = ("clock_1970", "clock_jump", "centre_restored")
PHASES: dict[str, tuple[str, ...]] = {
    "waiting": ("registered", "held", "loading"),
    "stored": ("stored", "told"),
    "collected": ("collected",),
    "withdrawn": ("withdrawn",),
    "taken_back": ("taken_back",),
}
"""What the centre may call a deposit that a machine has in this phase."""


def unfinished(watch: Watch) -> Iterator[str]:
    """What is still under way."""
    loop = _loop(watch)
    if loop is None:
        yield "the machine is off"
        return
    if not watch.centre.connected():
        yield "the centre is away"
    yield from _talking(watch, loop)
    locker = loop.turns.state.locker
    if loop.turns.state.at or locker.trying or loop.turns.state.clerk.actor:
        yield "somebody stands at the machine"
    if loop.turns.state.payment.open is not None or loop.turns.state.payment.blik:
        yield "a payment is open"
    if loop.turns.state.sms.sending:
        yield "a message waits for the modem"
    if watch.machine.life is not None and core.due(loop.turns.state, loop.turns.settings, watch.machine.life.now()):
        yield "a wish is due"
    if not watch.stage.broker.settled():
        yield "a will is still to come"
    for task in watch.people:
        if not task.done():
            yield f"{task.get_name()} is not done"


def _talking(watch: Watch, loop: Loop) -> Iterator[str]:
    if not loop.turns.live.centre:
        yield "the machine has no link"
    if loop.outbox.acknowledged != loop.turns.state.seq:
        yield f"facts are not acknowledged: {loop.outbox.acknowledged} of {loop.turns.state.seq}"
    if open_orders := watch.centre.rows("SELECT id, verb FROM orders WHERE open"):
        yield f"orders are open: {open_orders}"


def _loop(watch: Watch) -> Loop | None:
    life = watch.machine.life
    return life.loop if life is not None and life.alive else None


def the_world_comes_right(watch: Watch) -> Iterator[str]:
    """After healing everything comes to its end: links up, outbox empty, orders ended, people served."""
    yield from unfinished(watch)


def money_and_rights_agree(watch: Watch) -> Iterator[str]:
    """In the end whoever was charged has a right, whoever was not has none, and nothing is held or open."""
    yield from money.money_and_rights_agree(watch.machine.entries, watch.bank)


def the_books_are_the_banks(watch: Watch) -> Iterator[str]:
    """The centre's books say of every sum what the bank says, and machine and centre say the same of every attempt."""
    if "meter" not in watch.stage.plan.names:
        return
    paid = watch.centre.rows("SELECT amount FROM sales WHERE state = 'paid' ORDER BY amount")
    manual = {str(row[0]) for row in watch.centre.rows("SELECT amount FROM sales WHERE state = 'manual'")}
    charged = [amount for amount in sorted(watch.bank.charged) if str(amount) not in manual]
    if [row[0] for row in paid] != charged:
        yield f"the books have {[row[0] for row in paid]}, the bank {charged}"
    if not watch.centre.restores and not manual:  # a restored centre has forgotten what it asked of the gateway, and says so
        for one in watch.centre.differences():
            yield f"attempt {one.attempt}: {one.kind}, {one.grosz} and {one.taken} grosz"


def no_attempt_is_given_to_people(watch: Watch) -> Iterator[str]:
    """No attempt needs a person, while terminal, gateway and clocks can be believed."""
    if not watch.stage.plan.has("clock_jump"):
        yield from money.no_attempt_is_given_to_people(watch.machine.entries)


def the_centre_has_every_fact(watch: Watch) -> Iterator[str]:
    """The centre holds the machine's journal byte for byte: once, in order, without a gap."""
    loop = _loop(watch)
    if loop is None:
        return
    ours = [(entry.seq, msgspec.json.encode(entry)) for entry in watch.machine.entries]
    theirs = watch.centre.rows("SELECT seq, payload FROM facts ORDER BY seq")
    if ours != theirs:
        yield f"{len(ours)} entries here, {len(theirs)} facts there"
    kept = [(row.seq, row.head) for row in loop.turns.journal.read(0, 1 << 30)[1]]
    if not kept or kept[0][0] != 1 or kept != watch.centre.rows("SELECT seq, head FROM facts ORDER BY seq"):
        yield f"{len(kept)} entries of {len(ours)} are still in the journal, or their chain is another"
    if aside := watch.centre.rows("SELECT count(*) FROM quarantine")[0][0]:
        yield f"{aside} facts contradicted others"


def every_order_has_one_answer_everywhere(watch: Watch) -> Iterator[str]:
    """Every order ends in exactly one answer, the same everywhere."""
    loop = _loop(watch)
    if loop is None:
        return
    known = loop.turns.state.orders.known
    for order, state, counter in watch.centre.rows("SELECT id, state, counter FROM orders ORDER BY id"):
        here = known.get(str(order))
        if not counter and here is None and state in ("waiting", "refused"):
            continue  # the second person has not agreed, so no machine was asked
        if here is None or state not in ENDS or here.state != state:
            yield f"order {order}: {state} at the centre, {here.state if here else 'unknown'} at the machine"
    for order in known.values():
        told = watch.answers.get(order.id, [])
        if order.state not in ENDS or (told and told != [order.state]):
            yield f"order {order.id}: {order.state} at the machine, told {told}"


def presence_is_the_truth(watch: Watch) -> Iterator[str]:
    """The centre knows that the machine is there; the will of an older connection is not believed."""
    life = watch.machine.life
    rows = watch.centre.rows("SELECT online, boot FROM machines")
    if life is not None and life.alive and life.session is not None and rows != [(1, life.boot)]:
        yield f"the machine is there, the centre says {[bool(row[0]) for row in rows]}"


def deposits_are_the_same(watch: Watch) -> Iterator[str]:
    """Every deposit is in the same state at the centre and at the machine."""
    loop = _loop(watch)
    if loop is None:
        return
    locker = loop.turns.state.locker
    for key, state, compartment in watch.centre.rows("SELECT key, state, compartment FROM deposits ORDER BY key"):
        here = locker.deposits.get(str(key), None)
        if here is None and state == "cancelled":
            continue
        if here is None or state not in PHASES[here.phase] or (here.phase == "stored" and here.compartment != compartment):
            yield f"deposit {str(key)[:6]}: {state} in {compartment} at the centre, {_said(here)} at the machine"


def _said(deposit: Deposit | None) -> str:
    return f"{deposit.phase} in {deposit.compartment}" if deposit else "unknown"


def every_opening_by_pin_is_a_hand_over(watch: Watch) -> Iterator[str]:
    """Every opening by a PIN has its hand-over, or a doubt where the board lost its memory."""
    machine = watch.machine
    doubts = [entry.fact.wish for entry in machine.entries if isinstance(entry.fact, DoorInDoubt)]
    handed = [entry.fact.compartment for entry in machine.entries if isinstance(entry.fact, DocumentHandedOver)]
    for opening in machine.cabinet.openings:
        seq = wish_seq(opening.wish_id)
        wish = machine.wishes.get(seq)
        if wish is None or wish.cause != "collection" or seq in doubts or opening.number in watch.broken_doors:
            continue
        if opening.number not in handed:
            yield f"door {opening.number} at {opening.at_ms} ms"


def who_waits_gets_the_document(watch: Watch) -> Iterator[str]:
    """Whose document is stored gets it."""
    for document in watch.documents:
        if not document.taken and not document.given_up:
            yield f"deposit {document.deposit[:6]} in {document.compartment}"


def a_collected_document_is_out(watch: Watch) -> Iterator[str]:
    """A document that lies in its compartment is not journaled as handed over, unless somebody left it there."""
    for document in watch.documents:
        if document.given_up == "the machine says it was handed over" and document.compartment not in watch.broken_doors:
            yield f"deposit {document.deposit[:6]} in {document.compartment}"


def nothing_raised_a_security_event(watch: Watch) -> Iterator[str]:
    """No honest machine looks like an attack."""
    if watch.centre.restores:
        return
    for name, detail in watch.centre.rows("SELECT name, detail FROM security_events ORDER BY id"):
        yield f"{name}: {detail}"


def the_state_is_the_fold(watch: Watch) -> Iterator[str]:
    """The state is the fold of the whole journal, whatever snapshots there are."""
    loop = _loop(watch)
    if loop is not None:
        yield from the_state_is_the_fold_of_the_journal(watch.machine, loop.turns.state)


def a_document_is_where_the_machine_says(watch: Watch) -> Iterator[str]:
    """A document lies where the machine says, or a compartment in question is out of use."""
    loop = _loop(watch)
    if loop is not None:
        documents = [one for one in watch.documents if one.compartment not in watch.machine.shut_by_others]
        yield from a_document_is_where_the_machine_says_or_somebody_must_look(documents, loop.turns.state)


def nothing_of_a_message_is_kept(watch: Watch) -> Iterator[str]:
    """Of a text message that went through the modem neither machine nor centre keeps phone and text."""
    if kept := watch.machine.disk.execute("SELECT count(*) FROM letters").fetchone()[0]:
        yield f"{kept} letters at the machine"
    for order, ask, state in watch.centre.rows("SELECT id, ask, state FROM orders WHERE verb = 'send_sms' AND NOT open"):
        if state in ("done", "failed") and ERASED not in str(ask):
            yield f"order {order}: {state}, and sealed at the centre"


def who_waited_has_more_time(watch: Watch) -> Iterator[str]:
    """Whose document waited through an outage of over a quarter of an hour has so much more time."""
    if any(watch.stage.plan.has(name) for name in NOBODY_KNOWS_THE_TIME):
        return
    start_ms = to_ms(watch.stage.plan.start)
    rows = watch.centre.rows("SELECT key, ended_ms FROM deposits WHERE ended_ms > 0")
    ended_ms = {str(key): int(str(at_ms)) - start_ms for key, at_ms in rows}
    for outage in watch.outages:
        yield from who_waited_through_an_outage_has_more_time(outage, watch.machine.entries, ended_ms)


AFTER_HEALING: tuple[Callable[[Watch], Iterator[str]], ...] = (
    money_and_rights_agree,
    the_books_are_the_banks,
    no_attempt_is_given_to_people,
    presence_is_the_truth,
    the_centre_has_every_fact,
    every_order_has_one_answer_everywhere,
    deposits_are_the_same,
    every_opening_by_pin_is_a_hand_over,
    who_waits_gets_the_document,
    a_collected_document_is_out,
    nothing_raised_a_security_event,
    the_state_is_the_fold,
    nothing_of_a_message_is_kept,
    who_waited_has_more_time,
    a_document_is_where_the_machine_says,
    the_world_comes_right,
)


def last_look(watch: Watch) -> None:
    """Ask every sentence about the end, unless one about a moment is broken already."""
    if watch.violations:
        return
    for sentence in AFTER_HEALING:
        watch.ask(sentence, watch)
