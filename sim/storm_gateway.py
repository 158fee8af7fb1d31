"""The gateway for BLIK in the storm: its answers come late, or never, and the phones of those who pay."""

from collections.abc import Callable

from central.blik.calls import Call
from central.centre import Centre
from central.ports import Now
from sim.bank import Bank
from sim.blik_line import ANSWER_MS, SimBlikLine
from sim.stage import Stage

TROUBLE = 0.2


class StormGateway:
    """Stays when the centre goes; what it answers then is lost."""

    def __init__(self, stage: Stage, bank: Bank, tell: Callable[[Callable[[Centre, Now], None]], None]) -> None:
        self.line = SimBlikLine(bank, lambda: stage.now_ms)
        self._stage = stage
        self._tell = tell
        self._random = stage.stream("gateway")

    def ask(self, call: Call) -> None:
        """A call of the centre."""
        trouble = self._stage.plan.has("gateway_trouble") and not self._stage.healed and self._random.random() < TROUBLE
        if trouble:
            self.line.faults[type(call)] = ["lost" if self._random.random() < 0.5 else "unsent"]
        self._stage.log("gateway", f"{type(call).__name__} {call.attempt}{' in trouble' if trouble else ''}")
        self.line.ask(call)
        self._stage.later(ANSWER_MS, self._answers)

    def notify(self, attempt: str) -> None:
        """The gateway says by itself that an attempt is paid."""
        paid = self.line.paid(attempt)
        if paid is not None:
            self._tell(lambda centre, now: centre.blik_notified(attempt, paid, now))

    def _answers(self) -> None:
        for call, result in self.line.answers():
            self._tell(lambda centre, now, call=call, result=result: centre.blik_answered(call, result, now))
