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


def picture(street: Street, words: Words) -> dict[str, Any]:
    """Everything a page draws."""
    day, proof = street.day, prove(street.day.desk.facts)
    advice = advise(sight(street, words.language, proof))
    return {
        "guide": _guide(advice, proof, words),
        "phase": street.phase,
        "power": "on" if day.cabinet.power and day.eye.seen.screen else "starting" if day.cabinet.power else "off",
        "network": day.cable.connected,
        "kiosk": {"screen": day.eye.seen.screen, "lang": day.eye.seen.lang, "filled": day.eye.seen.filled},
        "doors": _doors(street, words),
        "hand": _hand(street, words),
        "phone": [_message(one, street.useful(one), words) for one in street.sms.inbox()],
        "desk": [_deposit(one, words) for one in day.desk.deposits[:DEPOSITS_SHOWN]],
        "next_case": _next_case(day.desk.deposits),
        "facts": [_fact(one, words) for one in reversed(day.desk.facts[-FACTS_SHOWN:])],
        "reached": day.desk.reached,
        "chips": _chips(street, words),
        "can": street.can(),
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


def _message(message: Message, useful: bool, words: Words) -> dict[str, Any]:
    found = PIN.search(message.text)
    at = message.arrived.astimezone(ZONE).strftime("%H:%M") if message.arrived else ""
    number = message.phone.removeprefix("48")
    grouped = f"{number[:3]} {number[3:6]} {number[6:]}"
    return {
        "id": message.id,
        "from": message.sender,
        "to": words("phone.to", phone=grouped),
        "at": at,
        "text": message.text,
        "pin": found[1] if found else "",
        "useful": useful,
    }


def _deposit(one: DepositSeen, words: Words) -> dict[str, Any]:
    return {
        "key": one.key,
        "case": one.case,
        "phone": one.phone,
        "state": one.state,
        "words": ". ".join(part for part in (words(f"state.{one.state}", n=one.compartment), words.why(one.reason)) if part),
        "load": one.state == "held",
    }


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
    day = street.day
    chips: list[dict[str, Any]] = []
    if not day.cabinet.power:
        chips.append({"do": "power", "door": 0, "text": words("chip.power")})
    if not day.cable.connected:
        chips.append({"do": "network", "door": 0, "text": words("chip.network")})
    return [*chips, *({"do": "jam", "door": n, "text": words("chip.jam", n=n)} for n in day.cabinet.jammed())]
