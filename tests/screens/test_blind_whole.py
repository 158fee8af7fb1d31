"""Together the walks by ear come to every word that a screen of the locker has, and to every error."""

from collections.abc import Callable, Iterator

from controller.kiosk.spoken import key_of
from tests.controller.bench_machine import BenchMachine
from tests.controller.clerk_bench import admit
from tests.screens import test_blind_clerk, test_blind_clerks_troubles, test_blind_troubles, test_blind_walk
from tests.screens.ear import Ear
from tests.screens.samples import TEXT_KEYS

ELSEWHERE = {
    "l.found.plain",  # boards without lamps
    "l.locked.untimed",  # a number paused until the morning, by a clock that nobody trusts
    *("k.failed", "k.failed.here", "k.untaken"),  # a board that refuses, for reasons of its own
    "k.failed.unconfirmed.here",  # of whoever has gone
    *("l.office.slip", "k.loaded.slip", "k.loaded.plain.slip"),  # a document whose resident has no phone
}
"""What no walk comes to: each says the same as another one, but for a value or a line less."""


def walks() -> Iterator[tuple[Callable[[Ear], None], BenchMachine]]:
    for flow in test_blind_walk.FLOWS.values():
        yield flow, test_blind_troubles.one_waiting()
    for prepare, flow in test_blind_troubles.FLOWS.values():
        yield flow, prepare()
    for prepare, flow in (*test_blind_clerk.FLOWS.values(), *test_blind_clerks_troubles.FLOWS.values()):
        machine = prepare()
        admit(machine)
        yield flow, machine


def test_no_words_are_left_out() -> None:
    heard: set[str] = set()
    for private, (flow, machine) in enumerate(walks()):
        flow(Ear(machine, "pl", private % 2 == 1))  # in headphones k.load has a body of its own
        heard |= {key_of(message) for message in machine.screens if message.audio.on}
    assert TEXT_KEYS - heard == ELSEWHERE
