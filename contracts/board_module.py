"""A lock board's description as a module for MicroPython, which has no TOML: python -m contracts.board_module TOML DIRECTORY."""

import sys
from pathlib import Path

from contracts.board_descriptions import LockBoard, read_lock_board

MODULE = "board_description"


def board_constants(board: LockBoard) -> dict[str, int | str | bytes | tuple[int, ...]]:
    """What the firmware is told of its board, by the names of firmware/board_description.pyi."""
    file, lamps = board.file, board.file.lamps
    return {
        "NAME": file.name,
        "REVISION": ord(file.revision),
        "HASH": board.bus_hash,
        "CHANNELS": file.channels,
        "BAUD": file.line.baud,
        "UART": file.line.uart,
        "TX_PIN": file.line.tx_pin,
        "RX_PIN": file.line.rx_pin,
        "DIRECTION_PIN": file.line.direction_pin,
        "DIRECTION_SEND_LEVEL": file.line.direction_send_level,
        "SWITCH_LOAD_PIN": file.switches.load_pin,
        "SWITCH_CLOCK_PIN": file.switches.clock_pin,
        "SWITCH_DATA_PIN": file.switches.data_pin,
        "SWITCH_FIRST_OUT": file.switches.first_out,
        "SWITCH_CLOSED_LEVEL": file.switches.closed_level,
        "COIL_ADDRESS_PINS": file.coils.address_pins,
        "COIL_NONE_ADDRESS": file.coils.none_address,
        "COIL_ENABLE_PIN": file.coils.enable_pin,
        "COIL_ENABLE_WINDOW_MS": file.coils.enable_window_ms,
        "DIP_PINS": file.inputs.dip_pins,
        "DIP_ON_LEVEL": file.inputs.dip_on_level,
        "KEY_PIN": file.inputs.key_pin,
        "KEY_ON_LEVEL": file.inputs.key_on_level,
        "WATCHDOG_MS": file.watchdog.timeout_ms,
        "PULSE_MS_MAX": file.limits.pulse_ms_max.value,
        "COOLDOWN_MS": file.limits.cooldown_ms.value,
        "DOORS_PER_MINUTE": file.limits.doors_per_minute.value,
        "SILENCE_MS": file.limits.silence_ms.value,
        "DEBOUNCE_MS": file.limits.debounce_ms.value,
        "LAMPS": file.channels if lamps else 0,
        "LAMP_PINS": (lamps.data_pin, lamps.clock_pin, lamps.latch_pin, lamps.enable_pin) if lamps else (),
        "LAMP_ENABLE_LEVEL": lamps.enable_level if lamps else 0,
        "LAMP_FIRST_IN": lamps.first_in if lamps else 0,
        "LAMP_DIMMING_HZ": lamps.dimming_hz if lamps else 0,
    }


def board_module(board: LockBoard) -> str:
    """The module's source."""
    lines = [f"{name} = {value!r}" for name, value in board_constants(board).items()]
    return "\n".join([f"# Made from hardware/{board.file.name}.toml; change that file.", *lines, ""])


def main(arguments: list[str]) -> int:
    """Writes DIRECTORY/board_description.py; status 2 and one sentence when called wrongly or when the description is wrong."""
    if len(arguments) != 2:
        print("usage: python -m contracts.board_module TOML DIRECTORY", file=sys.stderr)
        return 2
    try:
        text = board_module(read_lock_board(Path(arguments[0])))
        directory = Path(arguments[1])
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{MODULE}.py").write_text(text, "utf-8")
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
