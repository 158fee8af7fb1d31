"""The modem of the storm: one message at a time, and what is said of it may be late, double, wrong or never said."""

from collections.abc import Callable
from unittest.mock import patch

import msgspec
import pytest

from contracts.facts import Entry, SmsTrySpent
from contracts.sealed import Letter
from controller.inputs import Input, ModemSeen, SmsAnswered, SmsReported
from sim.faults import NOTHING, START, ModemFaults
from sim.sms_network import SmsNetwork
from sim.storm_cabinets import cabinet
from sim.storm_modem import StormModem
from sim.world import World

LETTER = Letter("48600100200", "hello")


class Bench:
    """A modem alone on a stage; `heard` is what it says."""

    def __init__(self, faults: ModemFaults) -> None:
        self.world = World(7, cabinet(), None, msgspec.structs.replace(NOTHING, modem=faults))
        self.heard: list[Input] = []
        entries = self.world.machine.entries
        entries += [Entry(seq, START, seq, "b1", True, SmsTrySpent(idx=f"d{seq}-reminder24")) for seq in (1, 2)]
        self.network = SmsNetwork(self.world.stage.stream("network"))
        self.modem = StormModem(self.world.stage, self.network, entries, self.heard.append)

    def play(self, *deeds: Callable[[], None], for_ms: int = 400_000) -> None:
        async def story() -> None:
            self.modem.starts()
            await self.world.watch.broken_within(20)
            for deed in deeds:
                deed()
            await self.world.watch.broken_within(for_ms / 1000)

        with patch.object(self.world.watch, "ask"):  # no machine lives here that could have asked for a message
            self.world.stage.play(story())

    def ends(self) -> list[str]:
        return [each.end for each in self.heard if isinstance(each, SmsAnswered)]


@pytest.mark.parametrize(
    ("faults", "on_air", "arrived", "ends"),
    [
        (ModemFaults(), 1, 1, ["sent"]),
        (ModemFaults(slow=1.0), 1, 1, ["sent"]),
        (ModemFaults(failed=1.0), 0, 0, ["failed"]),
        (ModemFaults(mute=1.0), 1, 1, ["sent"]),
        (ModemFaults(twice=1.0), 1, 1, ["sent", "sent"]),
        (ModemFaults(undelivered=1.0), 1, 0, ["sent"]),
    ],
)
def test_faults(faults: ModemFaults, on_air: int, arrived: int, ends: list[str]) -> None:
    bench = Bench(faults)
    bench.play(lambda: bench.modem.submit(1, LETTER))
    assert sum("on the air" in line for line in bench.world.stage.trace.lines) == on_air
    assert [text.text for text in bench.network.on_phone("48600100200")] == ["hello"] * arrived
    assert bench.ends() == ends
    assert ModemSeen("ready") in bench.heard


def test_a_process_that_ends_leaves_its_message_in_doubt() -> None:
    bench = Bench(ModemFaults(dies=1.0))
    bench.play(lambda: bench.modem.submit(1, LETTER))
    assert bench.ends() == ["doubt"]
    assert [each.state for each in bench.heard if isinstance(each, ModemSeen)][-2:] == ["silent", "ready"]


def test_one_message_at_a_time() -> None:
    bench = Bench(ModemFaults())
    bench.play(lambda: bench.modem.submit(1, LETTER), lambda: bench.modem.submit(2, LETTER))
    assert [(each.wish, each.end) for each in bench.heard if isinstance(each, SmsAnswered)] == [(2, "failed"), (1, "sent")]


def test_a_power_cut_takes_the_answer_and_not_always_the_message() -> None:
    bench = Bench(ModemFaults())
    bench.play(lambda: bench.modem.submit(1, LETTER), bench.modem.dark)
    assert bench.ends() == []
    assert len(bench.network.sent) in (0, 1)


def test_what_did_not_arrive_is_said_until_it_is_heard() -> None:
    bench = Bench(ModemFaults(undelivered=1.0, report_lost=1.0))
    bench.play(lambda: bench.modem.submit(1, LETTER))
    reports = [each.status for each in bench.heard if isinstance(each, SmsReported)]
    assert len(reports) > 5
    assert set(reports) == {"failed"}
