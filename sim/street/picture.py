"""What a page is told: the whole street in one language, after every change."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sim.street.centre_desk import DepositSeen, FactSeen
from sim.street.guide import advise
from sim.street.look import sight
from sim.street.proof import Proof, prove
from sim.street.sight import Advice
from sim.street.sms_network import Message
from sim.street.street import PIN, Street
from sim.street.words import Words

ZONE = ZoneInfo("Europe/Warsaw")
FACTS_SHOWN = 60
DEPOSITS_SHOWN = 12
PRINTED = frozenset({"held", "loading", "stored", "told"})
SCANNED = frozenset({"held", "stored", "told", "withdrawn"})


def picture(street: Street, words: Words) -> dict[str, Any]:
    """Everything a page draws."""
    day, proof = street.day, prove(street.day.desk.facts)
    advice = advise(sight(street, words.language, proof))
    return {
        "guide": _guide(advice, proof, words),
        "phase": street.phase,
        "power": "on" if day.cabinet.power and day.eye.seen.screen else "starting" if day.cabinet.power else "off",
        "network": day.cable.connected,
        "kiosk": {name: getattr(day.eye.seen, name) for name in ("screen", "lang", "filled", "typed", "keys", "banner")},
        "doors": _doors(street, words),
        "hand": _hand(street, words),
        "phone": [*_slips(street, words), *(_message(street, one, words) for one in street.sms.inbox())],
        "desk": [_deposit(street, one, words) for one in day.desk.deposits[:DEPOSITS_SHOWN]],
        "code": f"{street.hands.code[:4]} {street.hands.code[4:]}".strip(),
        "next_case": _next_case(day.desk.deposits),
        "facts": [_fact(one, words) for one in reversed(day.desk.facts[-FACTS_SHOWN:])],
        "reached": day.desk.reached,
        "chips": _chips(street, words),
        "can": street.hands.can(),
        "speech": day.ear.heard,
        "headphones": day.around.headphones,
        "site": msgspec.to_builtins(day.wished),
        "today": words("day.now", day=_day(street)),
    }


def cabinet_shape(street: Street) -> dict[str, Any]:
    """How the cabinet is built: what never changes while the street runs."""
    grid = street.locker.grid()
    cells = [{"n": cell.number, "row": grid.rows - cell.row - cell.span + 2, "col": cell.column, "span": cell.span} for cell in grid.cells]
    return {"columns": list(grid.columns_mm), "rows": list(reversed(grid.rows_mm)), "hinge": grid.hinge, "cells": cells}


def _guide(advice: Advice, proof: Proof, words: Words) -> dict[str, Any]:
    told: dict[str, Any] = {"key": advice.say, "text": words(advice.say, **advice.values), "glow": advice.glow, "proof": []}
    if advice.proof and proof.documents and proof.openings:
        told["proof"] = [
            {"fact": proof.documents[-1].id, "text": words("proof.document")},
            {"fact": proof.openings[-1].id, "text": words("proof.opening")},
        ]
    return told


def _doors(street: Street, words: Words) -> list[dict[str, Any]]:
    cabinet = street.day.cabinet
    opened, jammed, lit = cabinet.open_doors(), cabinet.jammed(), cabinet.lit()
    doors: list[dict[str, Any]] = []
    for number in street.locker.compartments():
        inside, is_open = cabinet.inside(number), number in opened
        name = "door.closed" if not is_open else "door.open.paper" if inside else "door.open"
        said = words(name, n=number)
        # Nobody sees through a closed door: the page learns of a document only when it stands open.
        doors.append(
            {
                "n": number,
                "open": is_open,
                "jammed": number in jammed,
                "lamp": lit.get(number, 0),
                "paper": inside.case if inside and is_open else "",
                "name": words("door.lamp", door=said) if number in lit else said,
            }
        )
    return doors


def _hand(street: Street, words: Words) -> list[dict[str, str]]:
    papers = [paper for paper in street.day.cabinet.papers if paper.where != "box"]
    texts = {"hand": "hand.paper", "desk": "hand.desk"}
    return [{"where": paper.where, "case": paper.case, "text": words(texts[paper.where], case=paper.case)} for paper in papers[-3:]]


def _message(street: Street, message: Message, words: Words) -> dict[str, Any]:
    found = PIN.search(message.text)
    at = message.arrived.astimezone(ZONE).strftime("%H:%M") if message.arrived else ""
    pin = found[1] if found else ""
    return {
        "id": message.id,
        "deposit": message.deposit,
        "from": message.sender,
        "to": words("phone.to", phone=_grouped(message.phone.removeprefix("48"))),
        "at": at,
        "text": message.text,
        "pin": pin,
        "useful": street.useful(message.deposit, pin),
    }


def _slips(street: Street, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "id": f"slip-{one.deposit}",
            "deposit": one.deposit,
            "from": words("slip.title"),
            "to": "",
            "at": "",
            "text": words("slip.text", number=_grouped(one.number), pin=one.pin),
            "pin": one.pin,
            "useful": street.useful(one.deposit, one.pin),
        }
        for one in reversed(street.hands.slips)
    ]


def _grouped(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def _day(street: Street) -> str:
    return street.wall().astimezone(ZONE).strftime("%d.%m.%Y %H:%M")


def _deposit(street: Street, one: DepositSeen, words: Words) -> dict[str, Any]:
    state = "expired" if street.expired(one) else one.state
    return {
        "key": one.key,
        "case": one.case,
        "phone": one.phone,
        "state": one.state,
        "words": ". ".join(part for part in (words(f"state.{state}", n=one.compartment), words.why(one.reason)) if part),
        "load": one.state == "held",
        "deeds": [{"do": deed, "text": words(f"btn.{deed}")} for deed in _deeds(one)],
    }


def _deeds(one: DepositSeen) -> list[str]:
    """What the desk can do about a document, and a hand with its sheet."""
    inside = ("reissue", "extend", "withdraw") if one.state in {"stored", "told"} else ()
    slip = ("slip",) if one.slip and one.printed is None and one.state in PRINTED else ()
    return [*slip, *inside, *(("scan",) if one.state in SCANNED else ())]


def _next_case(deposits: list[DepositSeen]) -> str:
    numbers = [int(one.case) for one in deposits if one.case.isdecimal() and len(one.case) == 8]
    return str(max(numbers, default=26004710) + 1)


def _fact(one: FactSeen, words: Words) -> dict[str, Any]:
    wall = str((one.entry or {}).get("wall", ""))
    return {
        "id": one.id,
        "seq": one.seq,
        "at": _clock(wall),
        "kind": one.kind,
        "words": words.fact(one.kind, one.fact),
        "json": msgspec.json.format(msgspec.json.encode(one.entry), indent=1).decode(),
    }


def _clock(wall: str) -> str:
    try:
        return msgspec.convert(wall, datetime).astimezone(ZONE).strftime("%H:%M:%S")
    except msgspec.ValidationError:
        return ""


def _chips(street: Street, words: Words) -> list[dict[str, Any]]:
    """What is broken now, each to be mended with a touch; and what has been taken out of use."""
    day, trouble = street.day, street.sms.trouble
    faults = (
        ("power", not day.cabinet.power),
        ("network", not day.cable.connected),
        ("wire", not day.cabinet.wired),
        ("plug", day.around.headphones),
    )
    chips = [_chip(name, words) for name, is_so in faults if is_so]
    chips += [_chip("sms", words, value=what) for what, is_so in (("lost", trouble.lost), ("down", trouble.down)) if is_so]
    chips += [_chip("jam", words, n) for n in day.cabinet.jammed()]
    chips += [_chip("stuck", words, n) for n in day.cabinet.stuck()]
    return [*chips, *(_chip("release", words, n) for n in day.desk.out_of_use())]


def _chip(do: str, words: Words, door: int = 0, value: str = "") -> dict[str, Any]:
    key = f"chip.{do}.{value}" if value else f"chip.{do}"
    return {"do": do, "door": door, "value": value, "id": f"{do}:{value or door}", "text": words(key, n=door)}
