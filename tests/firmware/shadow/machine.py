"""Stands in for MicroPython's `machine` on the unix port: the board's wiring, solenoids, doors and lamps around the firmware.

argv: LINE_FD TRUTH_FD CONTROL_FD ADDRESS. Truth: one JSON line for the first turn and for each change of a coil, a door or the lamps.
Control: text lines `door N open|closed`, `jam N`, `free N`, `switch N open|closed|good`, `spring on|off`, `key on|off`, `quit`.
"""

import io
import json
import sys
import time

import board_description as described

LINE_FD, TRUTH_FD, CONTROL_FD, ADDRESS = (int(each) for each in sys.argv[1:5])
SPRING_AFTER_MS = 150
SPRING_TAKES_MS = 80
TURN_MS = 10
POLL = 3
GET_FILENO = 10


class Wiring:
    """What the pins are soldered to, and the truth about coils and doors."""

    def __init__(self):
        self.levels = [1] * 30
        self.shift = 0
        self.doors = [True] * described.CHANNELS
        self.jammed = [False] * described.CHANNELS
        self.broken = [None] * described.CHANNELS
        self.spring = True
        self.key = False
        self.coil = None
        self.coil_since = 0
        self.enabled_until = None
        self.looked = time.ticks_ms()
        self.opens_at = {}
        self.lamp_chain = self.lamp_latched = 0xA5A5A5
        self.lamp_duty = None
        self.lamps = None
        self.truth = open(TRUTH_FD, "wb", buffering=0)
        self.control = open(CONTROL_FD, "rb", buffering=0)
        self.typed = b""
        for place, pin in enumerate(described.DIP_PINS):
            self.levels[pin] = described.DIP_ON_LEVEL if ADDRESS >> place & 1 else 1 - described.DIP_ON_LEVEL

    def tell(self, **what):
        what["us"] = time.time_ns() // 1000
        self.truth.write(json.dumps(what) + "\n")

    def get(self, pin):
        if pin == described.KEY_PIN:
            return described.KEY_ON_LEVEL if self.key else 1 - described.KEY_ON_LEVEL
        if pin == described.SWITCH_DATA_PIN:
            closed = self.shift >> described.SWITCH_FIRST_OUT & 1
            return described.SWITCH_CLOSED_LEVEL if closed else 1 - described.SWITCH_CLOSED_LEVEL
        return self.levels[pin]

    def set(self, pin, level):
        before = self.levels[pin]
        self.levels[pin] = level
        if pin == described.SWITCH_LOAD_PIN and not level:
            self.shift = 0
            for channel, closed in enumerate(self.doors):
                broken = self.broken[channel]
                self.shift |= (closed if broken is None else broken) << channel
        elif pin == described.SWITCH_CLOCK_PIN and level and not before:
            self.shift = self.shift << 1
        elif level and not before and pin in described.LAMP_PINS[1:3]:
            self.lamp_edge(pin)
        elif pin == described.COIL_ENABLE_PIN and level and not before:
            self.enabled_until = time.ticks_add(time.ticks_ms(), described.COIL_ENABLE_WINDOW_MS)
            self.look()

    def lamp_edge(self, pin):
        """A rising edge takes one bit into the chain, or shows what the chain holds."""
        data, clock, _, _ = described.LAMP_PINS
        if pin == clock:
            self.lamp_chain = (self.lamp_chain << 1 | self.levels[data]) & (2 << described.LAMP_FIRST_IN) - 1
        else:
            self.lamp_latched = self.lamp_chain

    def follow_lamps(self):
        high = self.levels[described.LAMP_PINS[3]] if self.lamp_duty is None else self.lamp_duty / 65535
        percent = round(100 * (high if described.LAMP_ENABLE_LEVEL else 1 - high))
        shown = [[channel for channel in range(described.LAMPS) if percent and self.lamp_latched >> channel & 1], percent]
        if shown != self.lamps:
            if self.lamps is not None or shown[0]:
                self.tell(lamps=shown[0], percent=percent)
            self.lamps = shown

    def flip(self, mask):
        for pin in range(30):
            if mask >> pin & 1:
                self.levels[pin] ^= 1
        self.look()

    def look(self):
        """Follows the tree and the springs; called at every turn of the firmware."""
        now = time.ticks_ms()
        self.wait_for_the_computer(now)
        if described.LAMPS:
            self.follow_lamps()
        if self.enabled_until is not None and time.ticks_diff(self.enabled_until, now) <= 0:
            self.enabled_until = None
        address = 0
        for place, pin in enumerate(described.COIL_ADDRESS_PINS):
            address |= self.levels[pin] << place
        coil = address if self.enabled_until is not None and address < described.CHANNELS else None
        if coil != self.coil:
            self.coil = coil
            self.coil_since = now
            self.tell(coil=coil)
        if coil is not None and self.spring and time.ticks_diff(now, self.coil_since) >= SPRING_AFTER_MS:
            if self.doors[coil] and not self.jammed[coil] and coil not in self.opens_at:
                self.opens_at[coil] = time.ticks_add(now, SPRING_TAKES_MS)
        for channel in list(self.opens_at):
            if time.ticks_diff(now, self.opens_at[channel]) >= 0:
                del self.opens_at[channel]
                self.move(channel, False)

    def wait_for_the_computer(self, now):
        """A board has its processor to itself: while this computer has none for it, the coil's window stands still."""
        away = time.ticks_diff(now, self.looked)
        self.looked = now
        if away > TURN_MS and self.enabled_until is not None:
            self.enabled_until = time.ticks_add(self.enabled_until, away)

    def move(self, channel, closed):
        if self.doors[channel] != closed:
            self.doors[channel] = closed
            self.tell(door=channel, closed=closed)

    def obey(self):
        typed = self.control.read(256)
        if not typed:
            return
        self.typed += typed
        while b"\n" in self.typed:
            line, self.typed = self.typed.split(b"\n", 1)
            self.do(line.decode().split())

    def do(self, words):
        if words[0] == "door":
            self.move(int(words[1]), words[2] == "closed")
        elif words[0] in ("jam", "free"):
            self.jammed[int(words[1])] = words[0] == "jam"
        elif words[0] == "switch":
            self.broken[int(words[1])] = None if words[2] == "good" else words[2] == "closed"
        elif words[0] == "spring":
            self.spring = words[1] == "on"
        elif words[0] == "key":
            self.key = words[1] == "on"
        elif words[0] == "quit":
            sys.exit(0)


wiring = Wiring()


class Pin:
    IN = 0
    OUT = 1
    PULL_UP = 1

    def __init__(self, pin, mode=-1, pull=-1, value=None):
        self.pin = pin
        if value is not None:
            wiring.set(pin, value)

    def value(self, level=None):
        if level is None:
            return wiring.get(self.pin)
        wiring.set(self.pin, level)


class PWM:
    """Drives the enable line of the lamps; `duty_u16` is how long it is high."""

    def __init__(self, pin, freq, duty_u16):
        if pin.pin != described.LAMP_PINS[3] or freq != described.LAMP_DIMMING_HZ:
            raise ValueError(pin.pin, freq)
        self.duty_u16(duty_u16)

    def duty_u16(self, duty):
        wiring.lamp_duty = duty


class UART(io.IOBase):
    """A pty's end, non-blocking; sending without the direction pin goes nowhere, as on the board."""

    def __init__(self, number, baudrate, tx, rx, txbuf, rxbuf):
        self.line = open(LINE_FD, "r+b", buffering=0)

    def ioctl(self, request, argument):
        return LINE_FD if request == GET_FILENO else 0

    def read(self, count):
        return self.line.read(count)

    def write(self, data):
        if wiring.levels[described.DIRECTION_PIN] == described.DIRECTION_SEND_LEVEL:
            self.line.write(data)

    def flush(self):
        pass


class WDT:
    def __init__(self, timeout):
        self.fed = False

    def feed(self):
        if not self.fed:
            self.fed = True
            wiring.tell(started=True)
        wiring.look()
        wiring.obey()


class Memory:
    def __setitem__(self, address, mask):
        if address != 0xD000001C:
            raise ValueError(address)
        wiring.flip(mask)


mem32 = Memory()


def unique_id():
    return b"shadow" + bytes((0, ADDRESS))
