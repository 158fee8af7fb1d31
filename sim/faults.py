"""What can go wrong in a storm: named faults with their probabilities, all drawn before the first second."""

from datetime import UTC, datetime
from random import Random
from typing import Literal

import msgspec

from controller.inputs import ModemState
from sim.byte_link import LinkFaults
from sim.lock_cabinet import SwitchMode
from sim.power_cuts import Cut

SAFETY_MS = (100_000, 200_000)
OUTAGE_MS = (16 * 60_000, 40 * 60_000)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The time of day when a world begins."""
ODD_HOURS = (
    datetime(2026, 10, 25, 0, 58, tzinfo=UTC),  # an hour comes twice at 1:00
    datetime(2027, 3, 28, 0, 58, tzinfo=UTC),  # an hour is left out
    datetime(2026, 10, 24, 9, 0, tzinfo=UTC),
    datetime(2027, 3, 27, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 4, 58, tzinfo=UTC),  # the day of the PIN tries ends at 5:00
)

PROBABILITY: dict[str, float] = {
    "bus_noise": 0.40,  # bytes lost, changed, doubled, cut on the lock bus
    "bus_unplugged": 0.12,  # the bus cable is out for a while
    "bus_unplugged_at_pulse": 0.25,  # the cable is out from the moment when a door is about to spring open
    "messages_lost": 0.35,
    "messages_twice": 0.35,
    "messages_late": 0.35,  # late and therefore out of order
    "orders_again": 0.25,  # a broker that delivers an order once more, long after it
    "link_cut": 0.45,  # the machine's way to the broker
    "wills_late": 0.40,  # a will comes when the next connection is already there
    "broker_restart": 0.25,
    "retained_lost": 0.50,  # of broker restarts: the retained messages do not survive
    "odd_boards": 0.50,  # of bought boards: answers late, cut, refused, of others, with a sum that hides two changes
    "stuck_door": 0.25,
    "broken_switch": 0.18,
    "clock_1970": 0.15,  # every boot begins in 1970 and is not trusted for a while
    "clock_jump": 0.12,  # the clock is wrong by hours or days and says that it is right
    "power_cut": 0.75,
    "board_power": 0.35,  # of power cuts: the boards lose theirs too
    "board_alone": 0.12,  # a board restarts while the controller runs on
    "centre_crash": 0.40,
    "centre_restored": 0.20,  # from an older backup
    "disk_full": 0.10,
    "outage": 0.06,  # the power is gone for more than a quarter of an hour: whose document waits gets more time
    "odd_hour": 0.15,  # the world begins in a night when the clocks are changed, before one, or just before six in the morning
    "nobody_closes": 0.12,  # a door that was left open stays so until the world heals
    "board_dead": 0.06,  # one board is dark until the next power cut or the end
    "board_doubled": 0.25,  # of cabinets with several of our boards: one has the address of another for a while
    "sms_slow": 0.30,
    "sms_answer_lost": 0.25,
    "sms_5xx": 0.25,
    "sms_twice": 0.20,
    "sms_refused": 0.12,  # the provider takes a number for wrong, for ever
    "sms_undelivered": 0.15,  # the network gives a message up, and says so
    "sms_reports": 0.30,  # delivery reports are lost, late, double, in the wrong order
    "modem": 0.25,  # the machine sends its text messages with its own modem
    "provider_too": 0.60,  # of those: there is a provider as well, which takes over
    "modem_faults": 0.60,  # of those: slow, refused, gone with a message, mute; reports lost, late, double, undelivered
    "modem_away": 0.40,  # of those: silent, without its card or its network for a while
    "counter_clerk": 0.40,  # the clerk loads in clerk mode, with a code, instead of asking the desk for each door
    "used_code": 0.60,  # of worlds with such a clerk: somebody types a code that has served
    "stranger": 0.40,  # somebody guesses PINs
    "bystander": 0.25,  # somebody pushes doors shut and presses keys while others are at the machine
    "burglar": 0.08,  # somebody breaks a door open
    "desk_changes": 0.40,  # the hotline gives another PIN, more time, the same text again
    "meter": 0.35,  # the machine also sells: drivers pay by card and by BLIK
    "terminal_noise": 0.40,  # of those: bytes lost, changed, cut on the terminal's line
    "terminal_dark": 0.30,  # of those: the terminal has no power for a while
    "terminal_mute": 0.30,  # of those: the terminal does not say that a sale is complete
    "gateway_trouble": 0.50,  # of those: calls to the gateway are not done, or done and not answered
    "desk_orders": 0.25,  # somebody withdraws, cancels, gives everybody time, and orders what makes no sense
}
Family = Literal["own", "cu16", "cu48", "modbus"]
FAMILIES: dict[Family, int] = {"own": 82, "cu16": 6, "cu48": 5, "modbus": 7}
"""How often the boards are of each family, in percent; bought ones always in the cabinet of 24 doors."""
DOORS: dict[int, int] = {24: 90, 93: 8, 192: 2}
"""How often each cabinet is played, in percent: more boards ask for more time."""
CALM = 0.04
"""Seeds without any fault: the plain story must hold too."""

MACHINE_POINTS: tuple[tuple[str, str, int], ...] = (
    ("journal.before", "", 40), ("journal.after", "", 40), ("journal.after", "door.unlock_due", 3),
    ("journal.before", "door.unlock_due", 3), ("journal.after", "pin.try_spent", 3),
    ("journal.before", "pin.", 4), ("journal.after", "number.paused", 1), ("journal.after", "door.opened", 3),
    ("journal.after", "deposit.", 4), ("journal.before", "order.", 4), ("journal.after", "order.", 4),
    ("line.before", "unlock", 1), ("line.before", "unlock", 4), ("line.after", "unlock", 4),
    ("line.before", "", 900), ("line.after", "", 900),
    ("link.before", "", 60), ("link.after", "", 60), ("link.after", "answers", 4),
    ("journal.before", "sms.", 3), ("journal.after", "sms.try_spent", 2), ("modem.after", "", 2),
    ("page.before", "", 60), ("page.after", "", 60), ("inbox", "", 1500), ("inbox", "BytesArrived", 900), ("inbox", "PinCompared", 3),
)  # fmt: skip
"""Where a machine's power may go: family, detail, and how many such points may pass before."""

METER_POINTS: tuple[tuple[str, str, int], ...] = (
    ("terminal.before", "", 30), ("terminal.after", "", 30), ("journal.before", "attempt.made", 3), ("journal.after", "attempt.made", 3),
    ("journal.before", "attempt.committing", 3), ("journal.after", "attempt.committing", 3), ("journal.before", "attempt.captured", 3),
    ("journal.after", "attempt.captured", 3), ("journal.before", "attempt.authorised", 2), ("journal.after", "attempt.authorised", 2),
    ("link.before", "blik", 2), ("link.after", "blik", 2),
)  # fmt: skip
"""The same where it sells."""

CENTRE_POINTS: tuple[tuple[str, str, int], ...] = (
    ("commit.before", "", 60), ("commit.after", "", 60), ("link.before", "", 40), ("link.after", "", 40),
    ("link.before", "ack", 20), ("link.before", "orders", 6), ("link.after", "orders", 6), ("sms.before", "", 2), ("sms.after", "", 2),
)  # fmt: skip


class MessageFaults(msgspec.Struct, frozen=True):
    """How often, 0.0 to 1.0, each thing happens to one message on one hop; the empty one heals."""

    lose: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    late_ms_max: int = 15_000
    wills_late: float = 0.0


class SmsFaults(msgspec.Struct, frozen=True):
    """How often the provider does each thing to one submission and to the reports on one message."""

    slow: float = 0.0
    answer_lost: float = 0.0
    error: float = 0.0
    twice: float = 0.0
    refused: float = 0.0
    undelivered: float = 0.0
    report_lost: float = 0.0
    report_late: float = 0.0
    report_twice: float = 0.0
    report_wrong_order: float = 0.0


class ModemFaults(msgspec.Struct, frozen=True):
    """How often the machine's own modem does each thing to one message and to the report on it.

    `dies`: its process ends with the message; `mute`: it answers when nobody waits any more.
    """

    slow: float = 0.0
    failed: float = 0.0
    dies: float = 0.0
    mute: float = 0.0
    twice: float = 0.0
    undelivered: float = 0.0
    report_lost: float = 0.0
    report_late: float = 0.0
    report_twice: float = 0.0


class ClockFaults(msgspec.Struct, frozen=True):
    """`untrusted_ms` after each boot the clock stands near 1970; from `jump_at_ms` on it is wrong by `jump_ms` and says it is right."""

    untrusted_ms: int = 0
    jump_at_ms: int = 0
    jump_ms: int = 0


class Unplugged(msgspec.Struct, frozen=True):
    """The bus cable comes out `after_ms` after the pulse of this number, for a while."""

    pulse: int
    after_ms: int
    for_ms: int


Happening = Literal[
    "link", "broker", "jam", "switch", "bus", "board", "restore", "disk", "modem", "outage", "dead", "doubled", "terminal", "mute",
]  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """Something that goes wrong at one moment, for a while."""

    at_ms: int
    what: Happening
    for_ms: int
    number: int = 0
    mode: SwitchMode = "good"
    modem: ModemState = "ready"


class Plan(msgspec.Struct, frozen=True):
    """All options of one seed."""

    names: tuple[str, ...]
    heal_ms: int
    documents: int
    bus: LinkFaults
    messages: MessageFaults
    sms: SmsFaults
    clock: ClockFaults
    events: tuple[Event, ...]
    unplugged: Unplugged | None
    cuts: tuple[Cut, ...]
    centre_cuts: tuple[Cut, ...]
    doors: int = 24
    family: Family = "own"
    modem: ModemFaults = ModemFaults()
    terminal: LinkFaults = LinkFaults()
    start: datetime = START

    def has(self, name: str) -> bool:
        """Whether this fault was drawn."""
        return name in self.names


NOTHING = Plan((), 0, 0, LinkFaults(), MessageFaults(), SmsFaults(), ClockFaults(), (), None, (), ())
"""A world in which nothing goes wrong by itself."""


def draw(seed: int) -> Plan:
    """The options of a seed; each fault has its own stream, so that a new one leaves the others alone."""
    calm = _stream(seed, "calm").random() < CALM
    names = tuple(name for name, chance in PROBABILITY.items() if _stream(seed, name).random() < chance and not calm)
    family = _stream(seed, "family").choices(tuple(FAMILIES), tuple(FAMILIES.values()))[0]
    random = _stream(seed, "safety")
    heal_ms = random.randrange(*SAFETY_MS)
    outage_ms = _stream(seed, "outage/length").randrange(*OUTAGE_MS) if "outage" in names else 0
    return Plan(
        names=names,
        heal_ms=heal_ms + outage_ms,
        documents=random.choice((1, 1, 2, 2, 3)),
        bus=_bus(names, _stream(seed, "bus")),
        messages=_messages(names, _stream(seed, "messages")),
        sms=_sms(names, _stream(seed, "sms")),
        clock=_clock(names, heal_ms, _stream(seed, "clock")),
        events=tuple(sorted((*_events(seed, names, heal_ms), *_outage(names, heal_ms, outage_ms)), key=lambda event: event.at_ms)),
        unplugged=_unplugged(names, _stream(seed, "bus_unplugged_at_pulse/event")),
        cuts=_cuts(names, MACHINE_POINTS + (3 * METER_POINTS if "meter" in names else ()), "power_cut", _stream(seed, "cuts")),
        centre_cuts=_cuts(names, CENTRE_POINTS, "centre_crash", _stream(seed, "centre_cuts")),
        modem=_modem(names, _stream(seed, "modem_faults")),
        terminal=_bus(names, _stream(seed, "terminal_noise"), "terminal_noise"),
        doors=_stream(seed, "doors").choices(tuple(DOORS), tuple(DOORS.values()))[0] if family == "own" else 24,
        family=family,
        start=_stream(seed, "odd_hour/which").choice(ODD_HOURS) if "odd_hour" in names else START,
    )


def _stream(seed: int, name: str) -> Random:
    return Random(f"{seed}/plan/{name}")


def _bus(names: tuple[str, ...], random: Random, name: str = "bus_noise") -> LinkFaults:
    if name not in names:
        return LinkFaults()
    worst = random.choice((0.01, 0.03, 0.1, 0.2))
    return LinkFaults(**{name: random.random() * worst for name in ("lose", "flip", "noise", "duplicate", "cut", "split")})


def _messages(names: tuple[str, ...], random: Random) -> MessageFaults:
    lose, twice, late = (random.choice((0.02, 0.1, 0.3)) for _ in range(3))
    return MessageFaults(
        lose=lose if "messages_lost" in names else 0.0,
        twice=twice if "messages_twice" in names else 0.0,
        late=late if "messages_late" in names else 0.0,
        wills_late=0.7 if "wills_late" in names else 0.0,
    )


def _sms(names: tuple[str, ...], random: Random) -> SmsFaults:
    rates = {name: random.choice((0.3, 0.6, 0.9)) for name in ("slow", "answer_lost", "error", "twice")}
    drawn = {"slow": "sms_slow", "answer_lost": "sms_answer_lost", "error": "sms_5xx", "twice": "sms_twice"}
    reports = {f"report_{name}": random.choice((0.2, 0.6)) for name in ("lost", "late", "twice", "wrong_order")}
    answers = {name: rate if drawn[name] in names else 0.0 for name, rate in rates.items()}
    never = {name: 0.25 if f"sms_{name}" in names else 0.0 for name in ("refused", "undelivered")}
    return SmsFaults(**answers, **never, **(reports if "sms_reports" in names else {}))


def _modem(names: tuple[str, ...], random: Random) -> ModemFaults:
    rates = {name: random.choice((0.0, 0.2, 0.5)) for name in ModemFaults.__struct_fields__}
    return ModemFaults(**rates) if "modem_faults" in names else ModemFaults()


def _clock(names: tuple[str, ...], heal_ms: int, random: Random) -> ClockFaults:
    untrusted, at = random.randrange(2_000, 90_000), random.randrange(heal_ms)
    jump = random.choice((-200_000, -7200, -60, 90, 3600, 30_000, 180_000, 200_000))
    return ClockFaults(untrusted if "clock_1970" in names else 0, at, jump * 1000 if "clock_jump" in names else 0)


PLAIN: dict[str, Happening] = {"terminal_dark": "terminal", "terminal_mute": "mute", "disk_full": "disk"}
"""Faults that are one thing for a while."""


def _events(seed: int, names: tuple[str, ...], heal_ms: int) -> list[Event]:
    events: list[Event] = []
    for name in names:
        random = _stream(seed, f"{name}/event")
        at, long = random.randrange(2_000, heal_ms), random.randrange(1_000, 40_000)
        match name:
            case "link_cut":
                moments = [(random.randrange(2_000, heal_ms), random.randrange(200, 20_000)) for _ in range(random.randint(1, 4))]
                events += [Event(when, "link", lasts) for when, lasts in moments]
            case "broker_restart":
                events.append(Event(at, "broker", long // 4))
            case "stuck_door":
                events.append(Event(random.randrange(0, heal_ms // 2), "jam", heal_ms, number=random.randint(1, 3)))
            case "broken_switch":
                modes: tuple[SwitchMode, ...] = ("stuck_closed", "stuck_open", "flicker")
                number, mode = random.randint(1, 3), random.choice(modes)
                for_ms = heal_ms if random.random() < 0.3 else long  # some stay broken for as long as anything does
                events.append(Event(at, "switch", for_ms, number=number, mode=mode))
            case "bus_unplugged":
                events.append(Event(at, "bus", long // 2))
            case "board_alone":
                events.append(Event(at, "board", random.randrange(100, 6_000)))
            case "centre_restored":
                events.append(Event(random.randrange(30_000, heal_ms), "restore", random.randrange(1_000, 10_000)))
            case "modem_away":
                states: tuple[ModemState, ...] = ("silent", "card", "no_network")
                events.append(Event(at, "modem", long, modem=random.choice(states)))
            case "board_dead" | "board_doubled":
                events.append(Event(at, "dead" if name == "board_dead" else "doubled", long, number=random.randrange(8)))
            case "terminal_dark" | "terminal_mute" | "disk_full":
                events.append(Event(at, PLAIN[name], long))
            case _:
                pass
    return events


def _outage(names: tuple[str, ...], heal_ms: int, for_ms: int) -> list[Event]:
    """Late in the story, so that somebody's document waits."""
    return [Event(heal_ms * 3 // 4, "outage", for_ms)] if "outage" in names else []


def _unplugged(names: tuple[str, ...], random: Random) -> Unplugged | None:
    drawn = Unplugged(random.randint(1, 6), random.randrange(400), random.choice((500, 2_000, 6_000, 8_000, 20_000)))
    return drawn if "bus_unplugged_at_pulse" in names else None


def _cuts(names: tuple[str, ...], points: tuple[tuple[str, str, int], ...], name: str, random: Random) -> tuple[Cut, ...]:
    cuts: list[Cut] = []
    for _ in range(random.choice((1, 1, 2, 2, 3, 4))):
        family, detail, most = random.choice(points)
        board = random.random() < PROBABILITY["board_power"]
        cuts.append(Cut(family, detail, random.randint(1, most), random.choice((300, 1_000, 3_000, 8_000, 20_000)), board))
    return tuple(cuts) if name in names else ()
