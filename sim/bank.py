"""The truth of money: what was really charged, whatever anybody believes."""

from typing import Literal

import msgspec

Settled = Literal["charged", "released", "returned"]
State = Literal["held"] | Settled


class Charge(msgspec.Struct):
    """One approval by the host, in grosz, and what became of it."""

    id: int
    amount: int
    state: State = "held"


class Bank:
    """Approves, and keeps what was charged; `declines` are the result codes of the next approvals that are asked for, 0 for yes."""

    def __init__(self) -> None:
        self.charges: list[Charge] = []
        self.declines: list[int] = []

    def approve(self, amount: int) -> Charge | int:
        """Money is held, or a result code says why not."""
        result = self.declines.pop(0) if self.declines else 0
        if result:
            return result
        charge = Charge(len(self.charges) + 1, amount)
        self.charges.append(charge)
        return charge

    def settle(self, charge: Charge, state: Settled) -> None:
        """A held sum is charged or let go; a charged one is given back. Nothing else is possible."""
        right = {"charged": "held", "released": "held", "returned": "charged"}[state]
        if charge.state != right:
            raise AssertionError(f"charge {charge.id} is {charge.state}, and cannot be {state}")
        charge.state = state

    @property
    def charged(self) -> list[int]:
        """The sums that customers have paid and not got back."""
        return [charge.amount for charge in self.charges if charge.state == "charged"]
