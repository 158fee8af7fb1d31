"""The one sentence that says what happens now and the one thing that glows: a pure function of what is so."""

from collections.abc import Callable, Mapping

import msgspec

from sim.street.guide_clerk import door as told_door
from sim.street.guide_clerk import spaced, to_take_out, unjam, with_clerk
from sim.street.sight import Advice, Sight, Waiting

PIN_DIGITS, NUMBER_DIGITS = 6, 9
LANG_KEYS: Mapping[str, str] = {"pl": "1", "en": "2", "uk": "3", "de": "4"}
CALM_SCREENS = frozenset({"l.attract", "l.oos", "l.oos.forced", ""})
ENTRY_SCREENS = frozenset({"l.phone", "l.pin", "l.wrong", "l.wrong.phone"})
MIDWAY_SCREENS = frozenset(
    {"l.phone", "l.pin", "l.checking", "l.found", "l.opening", "l.open", "l.close", "l.report", "l.grace", "l.jam", "k.opening", "k.load"}
    | {"k.check", "k.take", "k.taken", "k.audit", "k.close"}
)
BACK_SCREENS: Mapping[str, str] = {"help": "kiosk.help", "info": "kiosk.help", "info.page": "kiosk.info"}
ENDED_SCREENS: Mapping[str, str] = {
    "l.expired": "ended.expired",
    "l.expired.office": "ended.office",
    "l.moved": "ended.office",
    "l.notready": "ended.notready",
    "l.used": "ended.used",
    "l.unsure": "ended.unsure",
    "l.noclose": "ended.noclose",
}


def advise(sight: Sight) -> Advice:
    """What to say and what to let glow; never empty, and never a key that does nothing."""
    advice = _advise(sight)
    kind, _, key = advice.glow.partition(":")
    asleep = kind == "kiosk" and key not in sight.keys
    return msgspec.structs.replace(advice, glow="") if asleep else advice


def _advise(sight: Sight) -> Advice:
    if sight.phase == "preparing":
        return Advice("preparing")
    if not sight.power:
        return Advice("power.off" if sight.cut_in in MIDWAY_SCREENS else "power.off_calm", "power")
    if not sight.screen:
        return Advice("power.back")
    for part in (with_clerk, _collecting, _visiting):
        if (advice := part(sight)) is not None:
            return advice
    return _calm(sight)


def _collecting(sight: Sight) -> Advice | None:
    door = told_door(sight)
    match sight.screen:
        case "l.found":
            return Advice("collect.found", "kiosk:ok", door)
        case "l.opening":
            return Advice("door.trying" if sight.compartment in sight.jammed else "collect.opening", "", door)
        case "l.open" | "l.close" if sight.compartment in sight.open_doors:
            return _in_front_of_open_door(sight, door)
        case "l.open" | "l.close" if sight.compartment in sight.stuck:
            return Advice("door.stuck", f"stuck:{sight.compartment}", door)
        case "l.open" | "l.close":
            return Advice("door.shut", "", door)
        case "l.report":
            return Advice("kiosk.report", f"kiosk:{_what_is_inside(sight)}")
        case "l.reported":
            return Advice("reported.close", "close") if sight.compartment in sight.open_doors else Advice("reported", "kiosk:ok")
        case "l.unseen" if not sight.wired:
            return Advice("door.unseen", "wire", door)
        case "l.jam" | "l.unseen":
            return _not_opened(sight, door)
        case "l.done" | "l.done.late":
            return _told(sight, "kiosk:ok") or Advice("kiosk.read", "kiosk:ok")
        case _:
            return None


def _in_front_of_open_door(sight: Sight, door: Mapping[str, str]) -> Advice:
    if sight.mine == "here":
        return Advice("collect.take", "take", door)
    if sight.mine != "hand":
        return Advice("collect.foreign" if sight.full else "collect.empty", "kiosk:1", door)
    if not sight.cuts and sight.collected <= 1:
        return Advice("cut.try", "power", door)
    if sight.cuts and sight.untold and sight.network:
        return Advice("collect.wait")
    told = _told(sight, "close")
    if told is not None and told.say == "proof":
        return msgspec.structs.replace(told, say="proof.close")
    return Advice("collect.close", "close", door)


def _what_is_inside(sight: Sight) -> str:
    """The answer to the machine's question: 1 nothing, 2 what is not mine, 3 all is well."""
    if sight.mine in {"here", "hand"}:
        return "3"
    return "2" if sight.full else "1"


def _not_opened(sight: Sight, door: Mapping[str, str]) -> Advice:
    again = "kiosk:1" if "1" in sight.keys else "" if sight.tries_left else "kiosk:2"
    if not sight.unopened:
        return Advice("door.trying", "", door)
    if sight.unopened == "doubt":
        return Advice("collect.doubt", again, door)
    if sight.unopened == "jammed" and sight.compartment in sight.jammed:
        return Advice("collect.jam" if sight.network else "collect.jam_offline", unjam(sight), door)
    return Advice("collect.last" if again == "kiosk:2" else "collect.again", again, door)


def _told(sight: Sight, glow: str) -> Advice | None:
    """How the last visit ended; nothing is claimed that the centre does not know or that is not so."""
    if not sight.network:
        return Advice("network.untold" if sight.untold else "network.off", "network")
    if sight.untold:
        return Advice("collect.wait", glow)
    match sight.ending:
        case "reported":
            return Advice("reported", glow)
        case "withdrawn":
            return Advice("withdrawn.hand" if sight.ended_mine == "hand" else "withdrawn", glow, {"n": str(sight.ended_in)})
        case "handed_over":
            return _handed_over(sight, glow)
        case _:
            return None


def _handed_over(sight: Sight, glow: str) -> Advice:
    if sight.ended_mine != "hand":
        say = "collect.left" if sight.ended_mine == "here" else "collect.nothing"
        return Advice(say, glow, {"n": str(sight.ended_in)})
    if (sight.documents, sight.openings) != (1, 1):
        return Advice("proof.counts", glow, {"documents": str(sight.documents), "openings": str(sight.openings)})
    if sight.cut_since:
        return Advice("proof", glow, proof=True)
    if not sight.cuts and sight.collected <= 1:
        return Advice("cut.try_done", "power")
    return Advice("collect.done", glow, proof=True)


def _visiting(sight: Sight) -> Advice | None:
    screen = sight.screen
    if screen == "lang":
        return Advice("kiosk.language", f"kiosk:{LANG_KEYS.get(sight.lang, '1')}")
    if screen in ENTRY_SCREENS:
        return _typing(sight)
    if screen in BACK_SCREENS:
        return Advice(BACK_SCREENS[screen], "kiosk:cancel")
    if screen in ENDED_SCREENS:
        return Advice(ENDED_SCREENS[screen], "kiosk:ok")
    match screen:
        case "l.grace":
            return _same_pin(sight)
        case "l.checking":
            return Advice("pin.checking")
        case "l.locked" | "l.spent":
            return Advice("pin.paused" if screen == "l.locked" else "pin.spent", "kiosk:cancel")
        case "l.stop":
            return Advice("kiosk.stop", "kiosk:cancel") if sight.pin else Advice("pin.none", "kiosk:ok")
        case "more_time":
            return Advice("kiosk.more_time", "kiosk:ok")
        case _ if screen in CALM_SCREENS:
            return None
        case _:
            return Advice("kiosk.read", "kiosk:ok")


def _typing(sight: Sight) -> Advice:
    if not sight.pin:
        return Advice("pin.none", "kiosk:cancel")
    if sight.screen in {"l.phone", "l.wrong.phone"}:
        return _number(sight)
    if sight.screen == "l.pin" and not sight.filled and sight.lang != sight.kiosk_lang:
        return Advice("kiosk.other_language", "kiosk:lang")
    say = "pin.wrong" if sight.screen == "l.wrong" else "pin.type"
    if sight.filled >= PIN_DIGITS:
        return Advice("pin.confirm", "kiosk:ok")
    return Advice(say, f"kiosk:{sight.pin[sight.filled]}", {"left": str(PIN_DIGITS - sight.filled)})


def _number(sight: Sight) -> Advice:
    if len(sight.number) != NUMBER_DIGITS:
        return Advice("pin.none", "kiosk:cancel")
    at = sight.filled if sight.screen == "l.phone" else 0
    if at >= NUMBER_DIGITS:
        return Advice("phone.confirm", "kiosk:ok")
    return Advice("phone.type", f"kiosk:{sight.number[at]}", {"left": str(NUMBER_DIGITS - at)})


def _same_pin(sight: Sight) -> Advice:
    if not sight.same_pin:
        return Advice("pin.same", "kiosk:cancel")
    return Advice("pin.same", "kiosk:ok" if sight.filled >= PIN_DIGITS else f"kiosk:{sight.same_pin[sight.filled]}")


def _calm(sight: Sight) -> Advice:
    """Nobody is at the machine: the most urgent thing to do next."""
    if sight.open_doors:
        return Advice("door.left", "close", {"n": str(sight.open_doors[-1])})
    if sight.screen in {"l.oos", "l.oos.forced"}:
        return Advice("kiosk.oos") if sight.wired else Advice("kiosk.oos.wire", "wire")
    if sight.code and "0" in sight.keys:
        return Advice("clerk.enter", "kiosk:0", {"code": spaced(sight.code)})
    if sight.pin:
        return _before_the_visit(sight)
    if not sight.network:
        return Advice("network.untold" if sight.untold else "network.off", "network")
    if not sight.online:
        return Advice("network.back")
    for tell in (_at_the_desk, _lost, _over, _story_told):
        if (advice := tell(sight)) is not None:
            return advice
    return Advice("desk.register", "register")


def _before_the_visit(sight: Sight) -> Advice:
    if not sight.network:
        return Advice("collect.start_offline", "kiosk:ok")
    if sight.lang != sight.kiosk_lang and "lang" in sight.keys:
        return Advice("kiosk.other_language", "kiosk:lang")
    return Advice("collect.start", "kiosk:ok")


def _at_the_desk(sight: Sight) -> Advice | None:
    says: Mapping[str, Callable[[Waiting], Advice]] = {
        "stored.lost": lambda one: Advice(f"desk.sms_{sight.sms_trouble}", f"sms:{sight.sms_trouble}", {"case": one.case}),
        "stored.gone": lambda one: Advice("desk.lost_sms", f"reissue:{one.key}", {"case": one.case}),
        "stored.slip": lambda one: Advice("desk.slip", f"slip:{one.key}", {"case": one.case}),
        "stored": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "told": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "loading": lambda one: Advice("desk.loading", "", {"case": one.case}),
        "held": lambda one: Advice("desk.load", f"load:{one.key}", {"case": one.case}),
        "registered": lambda one: Advice("desk.registered", "", {"case": one.case}),
    }
    for state, say in says.items():
        for one in sight.waiting:
            if _at(one, sight) == state and not one.arrived and not one.lost_in:
                return say(one)
    return None


def _at(one: Waiting, sight: Sight) -> str:
    """Where a document is on its way to the resident."""
    if one.state not in {"stored", "told"} or one.ended:
        return one.state if not one.ended else ""
    if one.unprinted:
        return "stored.slip"
    if sight.sms_trouble == "down" or (sight.sms_trouble and one.gone):
        return "stored.lost"
    return "stored.gone" if one.gone else one.state


def _over(sight: Sight) -> Advice | None:
    """A document that a clerk has to take out."""
    out = to_take_out(sight)
    return Advice("desk.take_out", "code", {"case": out}) if out else None


def _story_told(sight: Sight) -> Advice | None:
    return _told(sight, "register")


def _lost(sight: Sight) -> Advice | None:
    lost = next((one for one in sight.waiting if one.lost_in), None)
    return Advice("desk.lost", "register", {"case": lost.case, "n": str(lost.lost_in)}) if lost else None
