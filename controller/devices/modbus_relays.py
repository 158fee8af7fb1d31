"""Relay boards with inputs, on Modbus RTU: a pulse that the board times, and inputs that are read; coils are never polled."""

import msgspec

from controller.devices.frames import modbus
from controller.devices.frames.families import FamilyName


class ModbusRelays(msgspec.Struct, frozen=True):
    """A board with so many relays and as many inputs."""

    channels: int
    family: FamilyName = "MODBUS"
    unlocked_size: int = 8

    @property
    def levels_size(self) -> int:
        """As many octets as the inputs take."""
        return modbus.inputs_size(self.channels)

    def ask(self, board: int) -> bytes:
        """All inputs at once."""
        return modbus.read_inputs(board, self.channels)

    def levels(self, data: bytes, board: int) -> int:
        """The inputs alone."""
        return modbus.input_levels(data, board, self.channels)

    def unlock(self, board: int, channel: int, pulse_ms: int) -> bytes:
        """Flash on: the relay opens by itself, whatever becomes of us."""
        return modbus.flash_on(board, channel, pulse_ms)

    def unlocked(self, data: bytes, sent: bytes) -> None:
        """The order itself comes back."""
        modbus.echoed(data, sent)
