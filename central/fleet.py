"""Who is there: births, wills, reports and faults of the machines.

A will speaks only for the connection of the current birth. A birth with a lower number, or of a connection that a newer one has followed,
says nothing either: brokers may deliver late.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from central import outages
from central.ports import Now
from central.store import facts, letters, machines
from central.store.machines import Station
from central.times import to_ms
from contracts.facts import Entry, FaultCleared, FaultRaised
from contracts.topics import MachineReport, MessageWrong, Presence, decode

PASSED_KEPT = 32
ID_MAX = 64
NONCE_MAX = 128


def presence(t: Connection, machine: str, payload: bytes, now: Now, link_since: datetime | None = None) -> Station | None:
    """Take a birth or a will; the station when a new birth was taken, else None. `link_since`: our own contact. Raises MessageWrong."""
    said = decode(payload, Presence)
    if not 1 <= len(said.connection) <= ID_MAX or len(said.boot) > ID_MAX or len(said.nonce) > NONCE_MAX or len(said.epoch) > ID_MAX:
        raise MessageWrong("Presence: a field is out of range")
    if not 0 <= said.number < 2**62:
        raise MessageWrong("Presence: a field is out of range")
    if "\x00" in said.connection + said.boot + said.nonce + said.epoch:
        raise MessageWrong("Presence: a field is out of range")
    station, at_ms = machines.read(t, machine), to_ms(now.wall)
    if said.online:
        born = _born(t, station, said, now)
        if born is not None and said.boot != station.boot:
            outages.born(t, station, link_since, at_ms)
        return born
    if said.connection == station.connection and station.online:
        machines.change(t, machine, online=False, since_ms=at_ms, down_ms=outages.silent_since(station, link_since, at_ms))
    elif said.connection != station.connection:
        letters.count(t, machine, "late_wills")
    return None


def _born(t: Connection, station: Station, said: Presence, now: Now) -> Station | None:
    passed = msgspec.json.decode(station.passed, type=list[str])
    counted = bool(said.number) and said.epoch == station.epoch
    if said.number < station.number if counted else said.connection in passed:
        letters.count(t, station.machine, "late_births")
        return None
    at_ms = to_ms(now.wall)
    if said.connection == station.connection:
        # The same birth again: after its own will it is late, for every CONNECT has a new connection id.
        if not station.online:
            letters.count(t, station.machine, "late_births")
            return None
        machines.change(t, station.machine, heard_ms=at_ms)
        return station
    if station.connection:
        passed = [*passed, station.connection][-PASSED_KEPT:]
    if said.epoch and said.epoch != station.epoch and facts.epochs_of(t, station.machine) not in ([], [said.epoch]):
        letters.security(t, station.machine, "storage_new", f"epoch {said.epoch[:8]}", at_ms)
    born = {
        "online": True,
        "connection": said.connection,
        "boot": said.boot,
        "nonce": said.nonce,
        "epoch": said.epoch,
        "number": said.number,
        "since_ms": at_ms,
        "heard_ms": at_ms,
        "passed": msgspec.json.encode(passed).decode(),
    }
    machines.change(t, station.machine, **born)
    return msgspec.structs.replace(station, **born)


def report(t: Connection, machine: str, payload: bytes, now: Now) -> MachineReport | None:
    """Take a machine's picture of itself; None for an older one than the stored, which is left aside. Raises MessageWrong."""
    said = decode(payload, MachineReport)
    if said.machine != machine:
        raise MessageWrong("MachineReport: names another machine than its topic")
    station = machines.read(t, machine)
    stored = read_report(station)
    if stored and stored.epoch == said.epoch and stored.seq > said.seq:
        letters.count(t, machine, "late_reports")
        return None
    at_ms = to_ms(now.wall)
    machines.change(t, machine, report=payload, report_ms=at_ms, heard_ms=at_ms)
    return said


def read_report(station: Station) -> MachineReport | None:
    """The last report; None when there is none that this release can read."""
    if station.report is None:
        return None
    try:
        return decode(station.report, MachineReport)
    except MessageWrong:
        return None


def fold(t: Connection, machine: str, entry: Entry) -> None:
    """What a fact says about the faults of its machine."""
    match entry.fact:
        case FaultRaised(fault=fault, where=where):
            machines.raise_fault(t, machine, _clean(fault), _clean(where), to_ms(entry.wall))
        case FaultCleared(fault=fault, where=where):
            machines.clear_fault(t, machine, _clean(fault), _clean(where))
        case _:
            pass


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
