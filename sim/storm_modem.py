"""The machine's own modem as the controller's core sees it: what it was handed, what is really on the air, and what it says of that.

The modem's library and its process are not here: they run in the process tests. One message at a time is with the modem.
"""

from collections.abc import Callable
from random import Random

from contracts.facts import Entry, SmsDelivered, SmsTrySpent
from contracts.sealed import Letter
from controller.inputs import Input, ModemSeen, ModemState, SmsAnswered, SmsReported
from sim.faults import ModemFaults
from sim.sms_network import SmsNetwork, Text
from sim.stage import Stage

REFERENCES = 256
AGAIN_MS = 10_000
REPORTED_AGAIN_MS = 20_000
REPORTS_MAX = 60
MUTE_MS = 300_000
"""Longer than the decision's own patience."""


class StormModem:
    """What stays of the modem when the controller goes: its network, its counter, and what was under way."""

    def __init__(self, stage: Stage, network: SmsNetwork, entries: list[Entry], tell: Callable[[Input], None]) -> None:
        """`tell` reaches the controller that is alive then, if one is."""
        self.faults: ModemFaults = stage.plan.modem
        self.state: ModemState = "ready"
        self._stage = stage
        self._network = network
        self._entries = entries
        self._tell = tell
        self._random: Random = stage.stream("modem")
        self._reference = self._random.randrange(REFERENCES)
        self._life = 0
        self._busy = False

    def starts(self) -> None:
        """A controller has started; a while later its modem is there."""
        self._life += 1
        self._busy = False
        self._told_later(self._random.randrange(1_000, 15_000), lambda: ModemSeen(self.state))

    def becomes(self, state: ModemState) -> None:
        """The modem loses its network, its card, or is silent; or all is well again."""
        self.state = state
        self._log(state)
        self._told_later(0, lambda: ModemSeen(self.state))

    def submit(self, wish: int, letter: Letter) -> None:
        """Modem."""
        self._stage.watch.submitted(wish)
        if self._busy or self.state == "silent":
            self._tell(SmsAnswered(wish, "failed", "modem_away"))
            return
        chance = self._random.random
        slow, failed, dies, mute = (chance() < each for each in (self.faults.slow, self.faults.failed, self.faults.dies, self.faults.mute))
        air_ms = self._random.randrange(5_000, 150_000) if slow else self._random.randrange(500, 4_000)
        after_ms = MUTE_MS if mute else air_ms + self._random.randrange(100, 2_000)
        self._busy = True
        self._log(f"wish {wish}{' failed' if failed else ''}{' dies' if dies else ''}, {air_ms} ms, answered after {after_ms} ms")
        text = Text(self._idx(wish), letter.phone, letter.text)
        self._stage.watch.said(text)
        self._reference = (self._reference + 1) % REFERENCES
        if failed:
            self._answers(after_ms, SmsAnswered(wish, "failed", "modem_network_error"))
            return
        self._goes_out(air_ms, text, self._reference)
        if dies:
            self._dies(self._random.randrange(200, 2 * air_ms), wish)
        else:
            self._answers(after_ms, SmsAnswered(wish, "sent", "", self._reference))

    def _goes_out(self, air_ms: int, text: Text, reference: int) -> None:
        """With half of all power cuts the modem keeps its power and sends what it was handed."""
        life, keeps, chance = self._life, self._random.random() < 0.5, self._random.random
        arrives = chance() >= self.faults.undelivered
        lost, late, twice = (chance() < each for each in (self.faults.report_lost, self.faults.report_late, self.faults.report_twice))
        after_ms = self._random.randrange(1_000, 20_000) + (90_000 if late else 0)

        def sent() -> None:
            if not keeps and life != self._life:
                return
            self._log(f"on the air: {text.idx}")
            self._network.on_the_air(text, arrives)
            self._stage.watch.texted(text)
            report = SmsReported(reference, "delivered" if arrives else "failed")
            if not arrives:
                self._reports_until_heard(after_ms, text.idx, report)
            elif not lost:
                for each_ms in (after_ms, after_ms + 700)[: 2 if twice else 1]:
                    self._stage.later(each_ms, lambda: self._tell(report))

        self._stage.later(air_ms, sent)

    def _reports_until_heard(self, after_ms: int, idx: str, report: SmsReported, left: int = REPORTS_MAX) -> None:
        """The network keeps a report for a modem that is not there."""

        def again() -> None:
            heard = any(isinstance(entry.fact, SmsDelivered) and entry.fact.idx == idx for entry in self._entries)
            if not heard and left:
                self._tell(report)
                self._reports_until_heard(REPORTED_AGAIN_MS, idx, report, left - 1)

        self._stage.later(after_ms, again)

    def _answers(self, after_ms: int, answer: SmsAnswered) -> None:
        def freed() -> SmsAnswered:
            self._busy = False
            return answer

        self._told_later(after_ms, freed)
        if self._random.random() < self.faults.twice:
            self._told_later(after_ms + 400, lambda: answer)

    def _dies(self, after_ms: int, wish: int) -> None:
        """Its process ends: the message is in doubt; another one starts."""

        def ended() -> SmsAnswered:
            self._busy = False
            self._tell(ModemSeen("silent"))
            return SmsAnswered(wish, "doubt")

        self._told_later(after_ms, ended)
        self._told_later(after_ms + AGAIN_MS, lambda: ModemSeen(self.state))

    def _told_later(self, after_ms: int, said: Callable[[], Input]) -> None:
        """Told to this life of the controller alone: the process dies with it."""
        life = self._life

        def tell() -> None:
            if life == self._life:
                self._tell(said())

        self._stage.later(after_ms, tell)

    def dark(self) -> None:
        """The controller is gone, and the process of the modem with it."""
        self._life += 1
        self._busy = False

    def _idx(self, wish: int) -> str:
        return next((entry.fact.idx for entry in self._entries if entry.seq == wish and isinstance(entry.fact, SmsTrySpent)), "?")

    def _log(self, what: str) -> None:
        self._stage.log("modem", what)
