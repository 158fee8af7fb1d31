"""The documents of a world: who waits for each, and where each really is."""

from sim.storm_machine import StormMachine

POLISH_DIGITS = 9


class Document:
    """One registration certificate; its `compartment` is None while it is in somebody's hand or gone."""

    def __init__(self, case: str, phone: str, low: bool) -> None:
        self.case = case
        self.phone = phone
        self.low = low
        self.deposit = ""
        self.compartment: int | None = None
        self.taken = False
        self.given_up = ""
        self.left_inside = False

    @property
    def written(self) -> str:
        """The phone as a clerk types it: one of another country with its code."""
        return self.phone if len(self.phone) <= POLISH_DIGITS else f"+{self.phone}"

    def put_in(self, machine: StormMachine, number: int) -> None:
        """A hand puts it into an open compartment."""
        machine.stage.watch.moved(self.deposit, number)
        self.compartment = number
        machine.trace(f"document {self.deposit[:6]} into {number}")

    def take_out(self, machine: StormMachine, number: int) -> None:
        """A hand takes it out of an open compartment, if it lies there."""
        if self.compartment != number:
            return
        machine.stage.watch.moved(self.deposit, number)
        self.compartment, self.taken = None, True
        machine.trace(f"document {self.deposit[:6]} out of {number}")

    def put_back(self, machine: StormMachine, number: int) -> None:
        """A clerk takes it out of an open compartment, for the office."""
        machine.stage.watch.moved(self.deposit, number)
        self.compartment = None
        self.given_up = "taken back to the office"
        machine.trace(f"document {self.deposit[:6]} out of {number} for the office")
