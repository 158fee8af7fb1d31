"""The one sentence that says what happens now and the one thing that glows: a pure function of what is so."""

from collections.abc import Callable, Mapping

import msgspec

from sim.street.sight import Advice, Sight, Waiting

PIN_DIGITS = 6
PHONE_DIGITS = 9
LANG_KEYS: Mapping[str, str] = {"pl": "1", "en": "2", "uk": "3", "de": "4"}
CHECK_KEYS: Mapping[str, str] = {"here": "1", "away": "3"}
OUT_OF_SERVICE = frozenset({"l.oos", "l.oos.forced"})
CALM_SCREENS = frozenset({"l.attract", "", *OUT_OF_SERVICE})
ENTRY_SCREENS = frozenset({"l.pin", "l.wrong", "l.grace"})
PHONE_SCREENS = frozenset({"l.phone", "l.wrong.phone"})
MIDWAY_SCREENS = frozenset(
    {"l.phone", "l.pin", "l.grace", "l.checking", "l.found", "l.opening", "l.open", "l.close", "l.report", "l.jam", "l.unseen"}
    | {"k.opening", "k.load", "k.check"}
)


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
    for part in (_loading, _collecting, _visiting):
        if (advice := part(sight)) is not None:
            return advice
    return _calm(sight)


def _loading(sight: Sight) -> Advice | None:
    door = _door(sight)
    match sight.screen:
        case "k.opening" if sight.compartment in sight.jammed:
            return Advice("door.trying", _unjam(sight), door)
        case "k.opening":
            return Advice("load.opening", "", door)
        case "k.load":
            return _at_the_open_box(sight, door)
        case "k.check":
            return Advice("load.check", f"kiosk:{CHECK_KEYS.get(sight.mine, '2')}", door)
        case "k.loaded":
            return Advice(_where_the_message_is(sight), "kiosk:ok")
        case "k.failed":
            return Advice("load.failed", "kiosk:ok")
        case _:
            return None


def _where_the_message_is(sight: Sight) -> str:
    """Of the document put in last: it may still be on its way into the centre's books."""
    if not sight.network:
        return "load.offline"
    due = [one for one in sight.waiting if one.state in {"loading", "stored", "told"}]
    return "load.arrived" if due and all(one.arrived for one in due) else "load.done"


def _at_the_open_box(sight: Sight, door: Mapping[str, str]) -> Advice:
    if sight.compartment not in sight.open_doors:
        return Advice("door.shut", "", door)
    if sight.moving:
        return Advice("load.take_back", "take", door) if sight.mine == "here" else Advice("load.other", "close", door)
    if sight.mine == "here":
        return Advice("load.close", "close", door)
    if sight.full:
        return Advice("load.full", "kiosk:1", door)
    if sight.mine in {"hand", "desk"}:
        return Advice("load.put", "put", door)
    return Advice("load.missing", "close", door)


def _collecting(sight: Sight) -> Advice | None:
    door = _door(sight)
    match sight.screen:
        case "l.found":
            return Advice("collect.found", "kiosk:ok", door)
        case "l.opening":
            return Advice("door.trying" if sight.compartment in sight.jammed else "collect.opening", "", door)
        case "l.open" | "l.close" if sight.compartment in sight.open_doors:
            return _in_front_of_open_door(sight, door)
        case "l.open" | "l.close":
            return Advice("door.shut", "", door)
        case "l.report":
            return Advice("kiosk.report", f"kiosk:{_what_is_inside(sight)}")
        case "l.reported":
            return Advice("reported.close", "close") if sight.compartment in sight.open_doors else Advice("reported", "kiosk:ok")
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
        return Advice("collect.jam" if sight.network else "collect.jam_offline", _unjam(sight), door)
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
    if screen in PHONE_SCREENS:
        return _typing_phone(sight)
    match screen:
        case "l.checking":
            return Advice("pin.checking")
        case "l.locked":
            return Advice("pin.paused", "kiosk:cancel")
        case "l.spent":
            return Advice("kiosk.read", "kiosk:cancel")
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
    if sight.screen == "l.pin" and not sight.filled and sight.lang != sight.kiosk_lang:
        return Advice("kiosk.other_language", "kiosk:lang")
    say = "pin.wrong" if sight.screen == "l.wrong" else "pin.type"
    if sight.filled >= PIN_DIGITS:
        return Advice("pin.confirm", "kiosk:ok")
    return Advice(say, f"kiosk:{sight.pin[sight.filled]}", {"left": str(PIN_DIGITS - sight.filled)})


def _typing_phone(sight: Sight) -> Advice:
    if len(sight.phone) != PHONE_DIGITS:
        return Advice("pin.none", "kiosk:cancel")
    if sight.filled >= PHONE_DIGITS and sight.screen == "l.phone":
        return Advice("phone.confirm", "kiosk:ok")
    at = sight.filled if sight.screen == "l.phone" else 0
    return Advice("phone.type", f"kiosk:{sight.phone[at]}", {"left": str(PHONE_DIGITS - at)})


def _calm(sight: Sight) -> Advice:
    """Nobody is at the machine: the most urgent thing to do next."""
    if sight.open_doors:
        return Advice("door.left", "close", {"n": str(sight.open_doors[-1])})
    if sight.screen in OUT_OF_SERVICE:
        return Advice("kiosk.oos")
    if sight.pin:
        return _before_the_visit(sight)
    if not sight.network:
        return Advice("network.untold" if sight.untold else "network.off", "network")
    if not sight.online:
        return Advice("network.back")
    for tell in (_at_the_desk, _lost, _story_told):
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
        "stored": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "told": lambda one: Advice("desk.sms_coming", "", {"case": one.case}),
        "loading": lambda one: Advice("desk.loading", "", {"case": one.case}),
        "held": lambda one: Advice("desk.load", f"load:{one.key}", {"case": one.case}),
        "registered": lambda one: Advice("desk.registered", "", {"case": one.case}),
    }
    for state, say in says.items():
        for one in sight.waiting:
            if one.state == state and not one.arrived and not one.lost_in:
                return say(one)
    return None


def _story_told(sight: Sight) -> Advice | None:
    return _told(sight, "register")


def _lost(sight: Sight) -> Advice | None:
    lost = next((one for one in sight.waiting if one.lost_in), None)
    return Advice("desk.lost", "register", {"case": lost.case, "n": str(lost.lost_in)}) if lost else None


def _door(sight: Sight) -> Mapping[str, str]:
    return {"n": str(sight.compartment)}


def _unjam(sight: Sight) -> str:
    return f"jam:{sight.compartment}" if sight.compartment in sight.jammed else ""
