"""How one asks a bought board for its levels and tells it to open a lock: one small language for each family, without state."""

from typing import Protocol

import msgspec

from controller.devices.frames import kerong
from controller.devices.frames.families import FamilyName
from controller.devices.frames.kerong import Octets


class Language(Protocol):
    """The words of one family. Channels and inputs count from 0; everything that reads raises FrameWrong."""

    @property
    def family(self) -> FamilyName:
        """Whose frames these are."""
        ...

    @property
    def levels_size(self) -> int:
        """How many octets the answer to `ask` has."""
        ...

    @property
    def unlocked_size(self) -> int:
        """How many octets the answer to `unlock` has, when there is one."""
        ...

    def ask(self, board: int) -> bytes:
        """Ask for the levels of all inputs."""
        ...

    def levels(self, data: bytes, board: int) -> int:
        """The levels of all inputs, bit n = input n."""
        ...

    def unlock(self, board: int, channel: int, pulse_ms: int) -> bytes:
        """Open one lock once; the board times the pulse."""
        ...

    def unlocked(self, data: bytes, sent: bytes) -> None:
        """The board has taken this order; raises OrderRefused when it says that it has not."""
        ...


class Cu16(msgspec.Struct, frozen=True):
    """Kerong CU16. Its answer to an order, when it gives one, is a status."""

    family: FamilyName = "CU16"
    levels_size: int = kerong.CU16_REPLY_SIZE
    unlocked_size: int = kerong.CU16_REPLY_SIZE

    def ask(self, board: int) -> bytes:
        """Status of one board."""
        return kerong.cu16_status(board)

    def levels(self, data: bytes, board: int) -> int:
        """Hooks alone: what it tells of objects is for cabinets with light barriers."""
        return kerong.cu16_hooks(data, board)[0]

    def unlock(self, board: int, channel: int, pulse_ms: int) -> bytes:
        """The pulse is what the board is set to."""
        return kerong.cu16_unlock(board, channel + 1)

    def unlocked(self, data: bytes, sent: bytes) -> None:
        """A status of the same board."""
        kerong.cu16_hooks(data, sent[1] >> 4)


class Cu48(msgspec.Struct, frozen=True):
    """Kerong CU48. Its answer to an order, when it gives one, is a status."""

    octets: Octets = "device_lock"
    family: FamilyName = "CU48"
    levels_size: int = kerong.CU48_REPLY_SIZE
    unlocked_size: int = kerong.CU48_REPLY_SIZE

    def ask(self, board: int) -> bytes:
        """Status of one board."""
        return kerong.cu48_status(board, self.octets)

    def levels(self, data: bytes, board: int) -> int:
        """Hooks."""
        return kerong.cu48_hooks(data, board, self.octets)

    def unlock(self, board: int, channel: int, pulse_ms: int) -> bytes:
        """The pulse is what the board is set to."""
        return kerong.cu48_unlock(board, channel + 1, self.octets)

    def unlocked(self, data: bytes, sent: bytes) -> None:
        """A status of the same board."""
        kerong.cu48_hooks(data, sent[1] if self.octets == "device_lock" else sent[2], self.octets)
