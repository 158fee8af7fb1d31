"""What must hold for facts and all that is said of them, answers and acknowledgements; and for the code itself.

Each docstring of a function is a sentence, its body says what breaks it.
"""

import traceback
from collections.abc import Collection, Iterator

import msgspec

from contracts.topics import Ack
from controller.state import State, fold
from sim.storm_centre import StormCentre
from sim.storm_machine import StormMachine

ENDS = ("done", "refused", "failed", "expired")
"""The states of an order that nothing follows."""


def the_state_is_the_fold_of_the_journal(machine: StormMachine, state: State) -> Iterator[str]:
    """The state is the fold of the whole journal, whatever snapshots there are."""
    folded = State()
    for entry in machine.entries:
        folded = fold(folded, entry)
    if msgspec.json.encode(folded) != msgspec.json.encode(state):
        yield f"at seq {state.seq}"


def every_order_has_one_answer(order: str, ends: Collection[str]) -> Iterator[str]:
    """Every order ends in exactly one answer, the same everywhere."""
    if len(ends) > 1:
        yield f"order {order}: {' and '.join(ends)}"


def an_ack_is_never_above_what_is_committed(centre: StormCentre, machine: str, ack: Ack) -> Iterator[str]:
    """The centre acknowledges nothing that is not committed at that moment."""
    held = centre.committed.get((machine, ack.epoch), 0)
    if ack.upto > held:
        yield f"acknowledged {ack.upto}, committed {held}"


def nothing_raises(where: str, error: BaseException) -> Iterator[str]:
    """No code of ours raises what it does not name."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    yield f"{where}: {type(error).__name__}: {str(error)[:120]} at {places}"
