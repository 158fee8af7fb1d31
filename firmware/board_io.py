"""The lock board as the processor sees it; the only file that knows of pins."""

import select
import struct
import time

import board_description as described
import machine

from contracts.lock_bus import crc16

# RP2040 datasheet 2.3.1.7: one store here flips all the pins of its mask in the same cycle.
GPIO_OUT_XOR = 0xD000001C
BOOT_FILES = ("boot_a", "boot_b")


class LampChain:
    """The shift registers of a board that has lamps; dark until the first `show`."""

    def __init__(self) -> None:
        data, clock, latch, enable = described.LAMP_PINS
        machine.Pin(enable, machine.Pin.OUT, value=1 - described.LAMP_ENABLE_LEVEL)
        self._data = machine.Pin(data, machine.Pin.OUT, value=0)
        self._clock = machine.Pin(clock, machine.Pin.OUT, value=0)
        self._latch = machine.Pin(latch, machine.Pin.OUT, value=0)
        self._lit = 0
        self._percent = 0
        self._shift(0)  # what the registers hold after power-on is chance
        self._light = machine.PWM(machine.Pin(enable), freq=described.LAMP_DIMMING_HZ, duty_u16=_duty(0))

    def show(self, lit: int, percent: int) -> None:
        """Shifts and dims only when something is different: most turns change nothing."""
        if lit != self._lit:
            self._lit = lit
            self._shift(lit)
        if not lit:
            percent = 0
        if percent != self._percent:
            self._percent = percent
            self._light.duty_u16(_duty(percent))

    def _shift(self, lit: int) -> None:
        for place in range(described.LAMP_FIRST_IN, -1, -1):
            self._data.value(lit >> place & 1)
            self._clock.value(1)
            self._clock.value(0)
        self._latch.value(1)
        self._latch.value(0)


class BoardIO:
    """Opens every pin with the coils and the lamps off. Owns the milliseconds: they start at 0 and never wrap."""

    def __init__(self) -> None:
        self._enable = machine.Pin(described.COIL_ENABLE_PIN, machine.Pin.OUT, value=0)
        for pin in described.COIL_ADDRESS_PINS:
            machine.Pin(pin, machine.Pin.OUT, value=0)
        self._coil_address = 0
        self._set_coil_address(described.COIL_NONE_ADDRESS)
        self._direction = machine.Pin(described.DIRECTION_PIN, machine.Pin.OUT, value=1 - described.DIRECTION_SEND_LEVEL)
        self._load = machine.Pin(described.SWITCH_LOAD_PIN, machine.Pin.OUT, value=1)
        self._clock = machine.Pin(described.SWITCH_CLOCK_PIN, machine.Pin.OUT, value=0)
        self._data = machine.Pin(described.SWITCH_DATA_PIN, machine.Pin.IN)
        self._key = machine.Pin(described.KEY_PIN, machine.Pin.IN, machine.Pin.PULL_UP)
        self._lamps = LampChain() if described.LAMPS else None
        self._uart = machine.UART(
            described.UART,
            baudrate=described.BAUD,
            tx=machine.Pin(described.TX_PIN),
            rx=machine.Pin(described.RX_PIN),
            txbuf=256,
            rxbuf=256,
        )
        self._poll = select.poll()
        self._poll.register(self._uart, select.POLLIN)
        self._watchdog = machine.WDT(timeout=described.WATCHDOG_MS)
        self._ticks = time.ticks_ms()
        self._now_ms = 0

    def now_ms(self) -> int:
        """Milliseconds since start."""
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def wait(self, longest_ms: int) -> None:
        """Until bytes are there or the time is over."""
        self._poll.poll(longest_ms)

    def unique_id(self) -> bytes:
        """Eight bytes that no other board has."""
        return (machine.unique_id() + bytes(8))[:8]

    def address(self) -> int:
        """What the address switches say."""
        address = 0
        for place, pin in enumerate(described.DIP_PINS):
            if machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP).value() == described.DIP_ON_LEVEL:
                address |= 1 << place
        return address

    def key(self) -> bool:
        """Whether the service key is turned."""
        return self._key.value() == described.KEY_ON_LEVEL

    def closed(self) -> int:
        """One picture of all switches: bit n = channel n, 1 = closed."""
        self._load.value(0)
        self._load.value(1)
        bits = 0
        for place in range(described.SWITCH_FIRST_OUT, -1, -1):
            if self._data.value() == described.SWITCH_CLOSED_LEVEL:
                bits |= 1 << place
            self._clock.value(1)
            self._clock.value(0)
        return bits & ((1 << described.CHANNELS) - 1)

    def drive(self, coil: int | None) -> None:
        """Selects a coil and re-triggers the enable line, or selects none and lets the line fall."""
        self._set_coil_address(described.COIL_NONE_ADDRESS if coil is None else coil)
        if coil is not None:
            self._enable.value(1)
            self._enable.value(0)

    def light(self, lit: int, percent: int) -> None:
        """Lights exactly these lamps; nothing on a board without."""
        if self._lamps:
            self._lamps.show(lit, percent)

    def read(self) -> bytes:
        """The bytes that have arrived."""
        return self._uart.read(64) or b""

    def write(self, data: bytes) -> None:
        """Sends, and gives the line back with the last stop bit."""
        self._direction.value(described.DIRECTION_SEND_LEVEL)
        self._uart.write(data)
        self._uart.flush()  # to the end of the last stop bit only since MicroPython 1.25: before it, the last byte was cut off
        self._direction.value(1 - described.DIRECTION_SEND_LEVEL)

    def feed_watchdog(self) -> None:
        """One turn was completed."""
        self._watchdog.feed()

    def next_boot(self) -> int:
        """The number of this boot, already in flash: two files take turns, so that a cut while writing leaves the other."""
        counters = [_stored_boot(name) for name in BOOT_FILES]
        boot = max(counters) + 1
        with open(BOOT_FILES[counters.index(min(counters))], "wb") as file:
            number = struct.pack(">I", boot)
            file.write(number + struct.pack(">H", crc16(number)))
        return boot

    def _set_coil_address(self, address: int) -> None:
        # All address pins in one store: one after the other they would pass over strange channels.
        changed = address ^ self._coil_address
        mask = 0
        for place, pin in enumerate(described.COIL_ADDRESS_PINS):
            if changed >> place & 1:
                mask |= 1 << pin
        machine.mem32[GPIO_OUT_XOR] = mask
        self._coil_address = address


def _duty(percent: int) -> int:
    """How long the enable line of the lamps is high, of 65535."""
    shines = 65535 * percent // 100
    return shines if described.LAMP_ENABLE_LEVEL else 65535 - shines


def _stored_boot(name: str) -> int:
    """What a boot file holds; 0 when there is none or it is damaged."""
    try:
        with open(name, "rb") as file:
            stored: bytes = file.read(7)
    except OSError:
        return 0
    if len(stored) != 6 or crc16(stored):
        return 0
    return struct.unpack(">I", stored[:4])[0]
