"""The guide's look at the street: what is so in the cabinet, on the screen, on the phone and at the centre."""

from contracts.screen_messages import Language
from sim.street.centre_desk import DepositSeen
from sim.street.proof import Proof, why_unopened
from sim.street.sight import Lies, Sight, Unopened, Waiting
from sim.street.street import INSIDE, Street

OVER = frozenset({"cancelled", "collected", "taken_back"})


def sight(street: Street, lang: Language, proof: Proof) -> Sight:
    """The street as the guide sees it."""
    day, seen = street.day, street.day.eye.seen
    ticket, visited = street.ticket(), street.visited()
    deposits = list(reversed(day.desk.deposits))
    in_hand = {paper.deposit for paper in day.cabinet.papers if paper.where == "hand"}  # before the centre knows of it
    return Sight(
        phase=street.phase,
        power=day.cabinet.power,
        network=day.cable.connected,
        online=day.desk.online or not day.unplugged,
        lang=lang,
        screen=seen.screen,
        kiosk_lang=seen.lang,
        keys=seen.keys,
        filled=seen.filled,
        tries_left=seen.tries_left,
        moving=seen.moving,
        typed=seen.typed,
        compartment=seen.compartment,
        pin=ticket.pin if ticket else "",
        number=ticket.number if ticket else "",
        same_pin=next((one.pin for one in street.tickets() if one.deposit == proof.deposit), ""),
        code=street.hands.code,
        open_doors=tuple(day.cabinet.open_doors()),
        jammed=tuple(day.cabinet.jammed()),
        stuck=tuple(day.cabinet.stuck()),
        wired=day.cabinet.wired,
        sms_trouble="lost" if street.sms.trouble.lost else "down" if street.sms.trouble.down else "",
        mine=_lies(street, visited.key, seen.compartment) if visited else "",
        mine_in=_box(street, visited.key) if visited else 0,
        full=day.cabinet.inside(seen.compartment) is not None,
        waiting=tuple(_waiting(street, one) for one in deposits if one.state not in OVER and one.key not in in_hand),
        cuts=day.cuts,
        cut_in=day.cut_in,
        collected=sum(1 for one in deposits if one.state == "collected"),
        unopened=_unopened(street),
        untold=any(one.state in INSIDE and one.key in in_hand for one in deposits),
        ending=proof.ending,
        ended_in=proof.compartment,
        ended_mine=_lies(street, proof.deposit, proof.compartment),
        cut_since=_cut_since(street, proof),
        documents=len(proof.documents),
        openings=len(proof.openings),
    )


def _lies(street: Street, deposit: str, compartment: int) -> Lies:
    paper = street.day.cabinet.paper(deposit)
    if paper is None:
        return ""
    return paper.where if paper.where != "box" else "here" if paper.box == compartment else "away"


def _box(street: Street, deposit: str) -> int:
    paper = street.day.cabinet.paper(deposit)
    return paper.box if paper is not None else 0


def _cut_since(street: Street, proof: Proof) -> bool:
    """Whether the power failed after the visit began; while the new start is not told, all that is told happened before it."""
    day = street.day
    return bool(day.cuts and proof.begun) and (proof.booted > proof.begun or proof.booted <= day.cut_after)


def _unopened(street: Street) -> Unopened:
    day, compartment = street.day, street.day.eye.seen.compartment
    if day.cable.connected:
        return why_unopened(day.desk.facts, compartment)
    # The centre hears nothing now: what anybody sees who stands there.
    return "doubt" if day.cut_in == "l.opening" else "jammed" if compartment in day.cabinet.jammed() else "refused"


def _waiting(street: Street, one: DepositSeen) -> Waiting:
    paper = street.day.cabinet.paper(one.key)
    lost = paper is not None and paper.where == "box" and one.state in {"registered", "held"}
    arrived = street.sms.arrived(one.key) or one.printed is not None
    unprinted = one.slip and one.printed is None
    box = paper.box if lost and paper else 0
    return Waiting(one.key, one.case, one.state, arrived, box, street.expired(one), unprinted, street.sms.gone(one.key))
