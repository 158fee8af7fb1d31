# What contracts/board_module.py makes from a board's file in hardware/ at build time.
NAME: str
REVISION: int
HASH: bytes
CHANNELS: int
BAUD: int
UART: int
TX_PIN: int
RX_PIN: int
DIRECTION_PIN: int
DIRECTION_SEND_LEVEL: int
SWITCH_LOAD_PIN: int
SWITCH_CLOCK_PIN: int
SWITCH_DATA_PIN: int
SWITCH_FIRST_OUT: int
SWITCH_CLOSED_LEVEL: int
COIL_ADDRESS_PINS: tuple[int, ...]
COIL_NONE_ADDRESS: int
COIL_ENABLE_PIN: int
COIL_ENABLE_WINDOW_MS: int
DIP_PINS: tuple[int, ...]
DIP_ON_LEVEL: int
KEY_PIN: int
KEY_ON_LEVEL: int
WATCHDOG_MS: int
PULSE_MS_MAX: int
COOLDOWN_MS: int
DOORS_PER_MINUTE: int
SILENCE_MS: int
DEBOUNCE_MS: int
LAMPS: int
LAMP_PINS: tuple[int, ...]
LAMP_ENABLE_LEVEL: int
LAMP_FIRST_IN: int
LAMP_DIMMING_HZ: int
