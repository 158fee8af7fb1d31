"""The one place that knows which dialogue the boards of a cabinet need; everything above speaks to any of them alike."""

from collections.abc import Mapping
from typing import Protocol

from contracts.descriptions import Locker
from controller.devices.board_lamps import Light
from controller.devices.lock_board_events import Event
from controller.devices.lock_boards import LockBoards


class BoardDialogue(Protocol):
    """The lock bus as the loop sees it: call receive or tick, write bytes_to_send until it is empty, read events, come back at deadline."""

    watched: int | None
    """The board of a door that is pending or open; it is asked more often than the others."""

    def unlock(self, wish_id: bytes, board: int, channel: int, pulse_ms: int, boot: int) -> None:
        """Ask for one pulse; ends in one UnlockResult."""
        ...

    def enquire(self, wish_id: bytes, board: int) -> None:
        """Ask what became of a wish; ends in one Executed."""
        ...

    def light(self, lamps: Mapping[int, Light]) -> None:
        """Which lamps of which boards shine from now on."""
        ...

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the line, in whatever pieces."""
        ...

    def tick(self, now_ms: int) -> None:
        """Time has passed."""
        ...

    def deadline(self) -> int | None:
        """When to call tick and bytes_to_send again."""
        ...

    def bytes_to_send(self, now_ms: int) -> bytes:
        """The next request, or nothing."""
        ...

    def events(self) -> list[Event]:
        """What happened since the last call, oldest first."""
        ...


def dialogue_for(cabinet: Locker, start: int) -> BoardDialogue:
    """The dialogue that the cabinet's description asks for; `start` is how often this controller has started."""
    if cabinet.family != "own":
        from controller.devices.bought_plans import bought_dialogue  # with it comes a library that most machines never need

        return bought_dialogue(cabinet, start)
    return LockBoards({address: board.bus_hash for address, board in cabinet.boards.items()}, cabinet.file.bus.baud)
