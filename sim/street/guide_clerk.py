"""What the guide says while a clerk is at the machine: loading, taking back, audit, taking a compartment out of use."""

from collections.abc import Mapping

from sim.street.sight import Advice, Sight

CHECK_KEYS: Mapping[str, str] = {"here": "1", "away": "3"}
CODE_DIGITS = 8


def with_clerk(sight: Sight) -> Advice | None:
    """The next step on a screen of the clerk; None on every other one."""
    if not sight.screen.startswith("k."):
        return None
    for part in (_loading, _entering, _taking_back, _looking):
        if (advice := part(sight)) is not None:
            return advice
    return Advice("clerk.read", "kiosk:ok")


def door(sight: Sight) -> Mapping[str, str]:
    """The compartment of the screen, for a sentence."""
    return {"n": str(sight.compartment)}


def unjam(sight: Sight) -> str:
    """The glow that frees the screen's door, when it is jammed."""
    return f"jam:{sight.compartment}" if sight.compartment in sight.jammed else ""


def spaced(code: str) -> str:
    """A one-time code as people read it."""
    return f"{code[:4]} {code[4:]}"


def to_take_out(sight: Sight) -> str:
    """A case that a clerk is to take out; empty for none."""
    return next((one.case for one in sight.waiting if one.state == "withdrawn" or one.ended), "")


def _loading(sight: Sight) -> Advice | None:
    match sight.screen:
        case "k.opening" if sight.compartment in sight.jammed:
            return Advice("door.trying", unjam(sight), door(sight))
        case "k.opening":
            return Advice("load.opening", "", door(sight))
        case "k.load":
            return _at_the_open_box(sight)
        case "k.check":
            return Advice("load.check", f"kiosk:{CHECK_KEYS.get(sight.mine, '2')}", door(sight))
        case "k.other":
            return _number(sight, sight.mine_in, "clerk.other")
        case "k.loaded" if "cancel" in sight.keys and not _next_sheet(sight):
            return Advice(_where_the_message_is(sight), "kiosk:cancel")
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


def _at_the_open_box(sight: Sight) -> Advice:
    told = door(sight)
    if sight.compartment not in sight.open_doors:
        return _switch_or("door.shut", sight)
    if sight.moving:
        return Advice("load.take_back", "take", told) if sight.mine == "here" else Advice("load.other", "close", told)
    if sight.mine == "here":
        return Advice("load.close", "close", told)
    if sight.full:
        return Advice("load.full", "kiosk:1", told)
    if sight.mine in {"hand", "desk"}:
        return Advice("load.put", "put", told)
    return Advice("load.missing", "close", told)


def _switch_or(say: str, sight: Sight) -> Advice:
    """A door that is closed and whose switch says otherwise has a switch to mend."""
    if sight.compartment in sight.stuck:
        return Advice("door.stuck", f"stuck:{sight.compartment}", door(sight))
    return Advice(say, "", door(sight))


def _entering(sight: Sight) -> Advice | None:
    match sight.screen:
        case "k.login" if not sight.code:
            return Advice("clerk.no_code", "kiosk:cancel")
        case "k.login":
            return _digits(sight, sight.code, "clerk.code")
        case "k.menu":
            return _menu(sight)
        case "k.scan":
            sheet = _next_sheet(sight)
            return Advice("clerk.scan", f"scan:{sheet}") if sheet else Advice("clerk.no_sheet", "kiosk:cancel")
        case _:
            return None


def _menu(sight: Sight) -> Advice:
    if _next_sheet(sight):
        return Advice("clerk.menu.load", "kiosk:1")
    if to_take_out(sight):
        return Advice("clerk.menu.take", "kiosk:2", {"case": to_take_out(sight)})
    return Advice("clerk.menu", "kiosk:cancel")


def _next_sheet(sight: Sight) -> str:
    return next((one.key for one in sight.waiting if one.state == "held" and not one.lost_in), "")


def _taking_back(sight: Sight) -> Advice | None:
    match sight.screen:
        case "k.expired":
            return Advice("clerk.expired", "kiosk:ok", door(sight))
        case "k.take" if sight.compartment not in sight.open_doors:
            return _switch_or("door.shut", sight)
        case "k.take":
            return Advice("clerk.take", "take", door(sight)) if sight.full else Advice("clerk.close", "close", door(sight))
        case "k.taken":
            return Advice("clerk.taken", "kiosk:2" if sight.mine == "here" else "kiosk:1", door(sight))
        case "k.sheet":
            out = next((one.key for one in sight.waiting if one.state == "withdrawn" or one.ended), "")
            return Advice("clerk.sheet", f"scan:{out}") if out else Advice("clerk.read", "kiosk:cancel")
        case _:
            return None


def _looking(sight: Sight) -> Advice | None:
    match sight.screen:
        case "k.audit":
            return Advice("clerk.audit", "kiosk:2" if sight.full else "kiosk:1", door(sight))
        case "k.close" if sight.compartment not in sight.open_doors:
            return _switch_or("door.shut", sight)
        case "k.close":
            return Advice("clerk.close", "close", door(sight))
        case "k.which" if not sight.typed:
            return Advice("clerk.which", "kiosk:cancel")
        case "k.which":
            return Advice("clerk.which_ok", "kiosk:ok")
        case "k.quar":
            return Advice("clerk.quar", "kiosk:3", door(sight))
        case _:
            return None


def _number(sight: Sight, number: int, say: str) -> Advice:
    typed, wanted = str(sight.typed or ""), str(number or "")
    if not wanted or not wanted.startswith(typed):
        return Advice(say, "kiosk:cancel")
    return Advice(say, "kiosk:ok" if typed == wanted else f"kiosk:{wanted[len(typed)]}")


def _digits(sight: Sight, digits: str, say: str) -> Advice:
    glow = "kiosk:ok" if sight.filled >= CODE_DIGITS else f"kiosk:{digits[sight.filled]}"
    return Advice(say, glow, {"code": spaced(digits)})
