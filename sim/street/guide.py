"""The one sentence that says what happens now and the one thing that glows: a pure function of what is so."""

from collections.abc import Callable, Mapping

import msgspec

PIN_DIGITS = 6
LANG_KEYS: Mapping[str, str] = {"pl": "1", "en": "2", "uk": "3", "de": "4"}
CALM_SCREENS = frozenset({"l.attract", "l.oos", ""})
ENTRY_SCREENS = frozenset({"l.pin", "l.wrong"})


class Waiting(msgspec.Struct, frozen=True):
    """A document that is not collected yet."""

    key: str
    case: str
    state: str


class Sight:
    """Everything the guide looks at. It may hold a PIN, so it has no repr."""

    __slots__ = (
        "collected", "compartment", "cuts", "documents", "filled", "inside", "jammed", "keys", "kiosk_lang", "lang", "network",
        "online", "open_doors", "openings", "phase", "pin", "power", "screen", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        *,
        phase: str = "free",
        power: bool = True,
        network: bool = True,
        online: bool = True,
        lang: str = "pl",
        screen: str = "l.attract",
        kiosk_lang: str = "pl",
        keys: tuple[str, ...] = (),
        filled: int = 0,
        compartment: int = 0,
        pin: str = "",
        open_doors: tuple[int, ...] = (),
        inside: tuple[int, ...] = (),
        jammed: tuple[int, ...] = (),
        waiting: tuple[Waiting, ...] = (),
        collected: int = 0,
        cuts: int = 0,
        documents: int = 0,
        openings: int = 0,
    ) -> None:
        """`phase` is preparing or free; `pin` is on the phone and its document still inside; `cuts` counts power cuts.

        `online`, `documents` and `openings` (of the document handed over last) are what the centre knows.
        """
        self.phase = phase
        self.power = power
        self.network = network
        self.online = online
        self.lang = lang
        self.screen = screen
        self.kiosk_lang = kiosk_lang
        self.keys = keys
        self.filled = filled
        self.compartment = compartment
        self.pin = pin
        self.open_doors = open_doors
        self.inside = inside
        self.jammed = jammed
        self.waiting = waiting
        self.collected = collected
        self.cuts = cuts
        self.documents = documents
        self.openings = openings

    def __repr__(self) -> str:
        return f"Sight({self.screen})"


class Advice(msgspec.Struct, frozen=True):
    """The key of a sentence, its values, and what glows: `kiosk:ok`, `take`, `load:KEY`, … or nothing. `proof` shows the two facts."""

    say: str
    glow: str = ""
    values: Mapping[str, str] = {}
    proof: bool = False


def advise(sight: Sight) -> Advice:
    """What to say and what to let glow; never empty."""
    if sight.phase == "preparing":
        return Advice("preparing")
    if not sight.power:
        return Advice("power.off", "power")
    if not sight.screen:
        return Advice("power.back")
    for part in (_loading, _collecting, _visiting):
        if (advice := part(sight)) is not None:
            return advice
    return _calm(sight)


def _loading(sight: Sight) -> Advice | None:
    door = {"n": str(sight.compartment)}
    match sight.screen:
        case "k.opening":
            return Advice("load.opening", _unjam(sight), door)
        case "k.load" if sight.compartment not in sight.open_doors:
            return Advice("door.shut", "", door)
        case "k.load" if sight.compartment not in sight.inside:
            return Advice("load.put", "put", door)
        case "k.load":
            return Advice("load.close", "close", door)
        case "k.check":
            return Advice("load.check", "kiosk:1" if sight.compartment in sight.inside else "kiosk:2", door)
        case "k.loaded":
            return Advice("load.done", "kiosk:ok")
        case "k.failed":
            return Advice("load.failed", "kiosk:ok")
        case _:
            return None


def _collecting(sight: Sight) -> Advice | None:
    door = {"n": str(sight.compartment)}
    match sight.screen:
        case "l.found":
            return Advice("collect.found", "kiosk:ok", door)
        case "l.opening":
            return Advice("collect.opening", "", door)
        case "l.open" | "l.close" if sight.compartment in sight.open_doors:
            return _in_front_of_open_door(sight, door)
        case "l.open" | "l.close":
            return Advice("door.shut", "", door)
        case "l.jam" | "l.jam.last":
            say = "collect.jam" if sight.network else "collect.jam_offline"
            return Advice(say, _unjam(sight) or ("kiosk:1" if "1" in sight.keys else "kiosk:2"), door)
        case "l.done":
            return _told(sight, "kiosk:ok")
        case _:
            return None


def _in_front_of_open_door(sight: Sight, door: Mapping[str, str]) -> Advice:
    if sight.compartment in sight.inside:
        return Advice("collect.take", "take", door)
    if sight.cuts:
        advice = _told(sight, "close")
        return msgspec.structs.replace(advice, say="proof.close") if advice.say == "proof" else advice
    return Advice("cut.try", "power", door) if sight.collected <= 1 else Advice("collect.close", "close", door)


def _told(sight: Sight, glow: str) -> Advice:
    """What became of the document handed over last; the claim is made only when the centre's facts bear it out."""
    if not sight.cuts:
        return Advice("cut.try_done", "power") if sight.collected <= 1 else Advice("collect.done", glow, proof=True)
    if not sight.documents:
        return Advice("proof.wait", glow)
    if (sight.documents, sight.openings) == (1, 1):
        return Advice("proof", glow, proof=True)
    return Advice("proof.counts", glow, {"documents": str(sight.documents), "openings": str(sight.openings)}, proof=True)


def _visiting(sight: Sight) -> Advice | None:
    screen = sight.screen
    if screen == "lang":
        return Advice("kiosk.language", f"kiosk:{LANG_KEYS.get(sight.lang, '1')}")
    if screen in ENTRY_SCREENS:
        return _typing(sight)
    match screen:
        case "l.checking":
            return Advice("pin.checking")
        case "l.paused":
            return Advice("pin.paused")
        case "l.stop":
            return Advice("kiosk.stop", "kiosk:cancel") if sight.pin else Advice("pin.none", "kiosk:ok")
        case "more_time":
            return Advice("kiosk.more_time", "kiosk:ok")
        case "l.report":
            return Advice("kiosk.report", "kiosk:3")
        case _ if screen in CALM_SCREENS:
            return None
        case _:
            return Advice("kiosk.read", "kiosk:ok")


def _typing(sight: Sight) -> Advice:
    if not sight.pin:
        return Advice("pin.none", "kiosk:cancel")
    if sight.screen == "l.pin" and not sight.filled and sight.lang != sight.kiosk_lang:
        return Advice("kiosk.other_language", "kiosk:lang")
    say = "pin.wrong" if sight.screen == "l.wrong" else "pin.type"
    if sight.filled >= PIN_DIGITS:
        return Advice("pin.confirm", "kiosk:ok")
    return Advice(say, f"kiosk:{sight.pin[sight.filled]}", {"left": str(PIN_DIGITS - sight.filled)})


def _calm(sight: Sight) -> Advice:
    """Nobody is at the machine: the most urgent thing to do next."""
    if sight.open_doors:
        return Advice("door.left", "close", {"n": str(sight.open_doors[-1])})
    if sight.screen == "l.oos":
        return Advice("kiosk.oos")
    if sight.pin:
        if sight.lang != sight.kiosk_lang and "lang" in sight.keys:
            return Advice("kiosk.other_language", "kiosk:lang")
        return Advice("collect.start" if sight.network else "collect.start_offline", "kiosk:ok")
    if not sight.network:
        return Advice("network.off", "network")
    if not sight.online:
        return Advice("network.back")
    for tell in (_at_the_desk, _story_told):
        if (advice := tell(sight)) is not None:
            return advice
    return Advice("desk.register", "register")


def _at_the_desk(sight: Sight) -> Advice | None:
    says: Mapping[str, Callable[[Waiting], Advice]] = {
        "stored": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "told": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "loading": lambda one: Advice("desk.loading", "", {"case": one.case}),
        "held": lambda one: Advice("desk.load", f"load:{one.key}", {"case": one.case}),
        "registered": lambda one: Advice("desk.registered", "", {"case": one.case}),
    }
    for state, say in says.items():
        for one in sight.waiting:
            if one.state == state:
                return say(one)
    return None


def _story_told(sight: Sight) -> Advice | None:
    return _told(sight, "register") if sight.collected else None


def _unjam(sight: Sight) -> str:
    return f"jam:{sight.jammed[0]}" if sight.jammed else ""
