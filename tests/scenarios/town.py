"""A town with one machine, as the scenarios speak of it. Two kinds exist: one in virtual time, one of real processes.

Documents are named by whom they are for. Every wait ends with an event or with an error that says what was seen instead.
"""

from typing import Any, Protocol

PHONE = "601234123"


class DeskSaysNo(Exception):
    """The centre does not even send such an order; the text is its reason, in one word."""


class Town(Protocol):
    """What people in a scenario can do and see."""

    def register(self, owner: str, phone: str = PHONE) -> None:
        """The desk registers a document, and the machine takes its PIN."""
        ...

    def send_to_machine(self, owner: str) -> None:
        """The desk asks the machine to open a compartment for this document. Raises DeskSaysNo."""
        ...

    def release(self, number: int) -> None:
        """The desk says that somebody has looked into this compartment, which may be used again."""
        ...

    def ended(self, verb: str) -> str:
        """Wait until the newest order of this kind has ended; its state and code."""
        ...

    def open_for_loading(self, owner: str) -> None:
        """The same, until the compartment stands open before the clerk."""
        ...

    def pin(self, owner: str) -> str:
        """The PIN in the newest text message about this document."""
        ...

    def reissue(self, owner: str) -> None:
        """The desk asks for a new PIN."""
        ...

    def until_new_pin(self, owner: str, old: str) -> None:
        """Wait until a text message has brought another PIN than the old one."""
        ...

    def texts(self, phone: str) -> list[str]:
        """The text messages on a phone, oldest first."""
        ...

    def compartment(self, owner: str) -> int:
        """Where the machine says that the document lies."""
        ...

    def until(self, *screens: str) -> str:
        """Wait until the machine shows one of these screens; its name."""
        ...

    def until_key(self, *keys: str) -> None:
        """Wait until one of these keys is active."""
        ...

    def until_other(self, number: int) -> None:
        """Wait until the machine asks to put a document into another compartment than this one."""
        ...

    def shown(self) -> dict[str, Any]:
        """The values on the screen that is shown."""
        ...

    def press(self, *keys: str) -> None:
        """Press keys one after another, each on the screen that the one before made."""
        ...

    def put_in(self, owner: str, number: int) -> None:
        """A hand puts the document into an open compartment."""
        ...

    def take(self, owner: str, number: int) -> None:
        """A hand takes the document out of an open compartment."""
        ...

    def push(self, number: int) -> None:
        """Somebody pushes a door until it clicks."""
        ...

    def force(self, number: int) -> None:
        """Somebody breaks a door open."""
        ...

    def jam(self, number: int, jammed: bool = True) -> None:
        """The door does not spring open any more, or does again."""
        ...

    def switch_says_open(self, number: int) -> None:
        """From now on the door's switch says open, whatever the door does."""
        ...

    def is_open(self, number: int) -> bool:
        """Whether the door really stands open."""
        ...

    def pulses(self) -> int:
        """How often a coil was on."""
        ...

    def cut_power(self) -> None:
        """The controller's power fails."""
        ...

    def restore_power(self) -> None:
        """It comes back, and the machine shows a screen again."""
        ...

    def kinds(self) -> list[str]:
        """The kinds of all facts that the centre has, when it has all of them."""
        ...

    def facts(self, kind: str) -> list[dict[str, Any]]:
        """The facts of one kind that the centre has."""
        ...

    def until_fact(self, kind: str) -> None:
        """Wait until the centre has a fact of this kind."""
        ...

    def until_fault(self, fault: str, door: int) -> None:
        """Wait until the centre shows this fault of a door."""
        ...

    def close(self) -> None:
        """The end; raises AssertionError when something happened that never may."""
        ...
