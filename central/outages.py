"""How long a machine gave out no documents: down between two boots, or running and out of service.

A machine without contact works on and is no outage. What counts is the silence before a new boot, and what a machine says of itself.
"""

from datetime import datetime

from sqlalchemy import Connection

from central.deposits.terms import Outage
from central.ports import Now
from central.store import machines
from central.store.machines import Station
from central.times import to_ms
from contracts.facts import BootStarted, Entry
from contracts.topics import MachineReport


def silent_since(station: Station, link_since: datetime | None, at_ms: int) -> int:
    """Since when a machine of which a will has come is not there: now, or its last word when that is older than our own contact."""
    link_ms = to_ms(link_since) if link_since else 0
    return station.heard_ms if 0 < station.heard_ms < link_ms else at_ms


def born(t: Connection, before: Station, link_since: datetime | None, at_ms: int) -> None:
    """A connection of another boot: its facts will say how long the machine was down. `before` is the machine as it was."""
    if not before.boot or before.oos_ms:
        # A machine that was out of service before has its outage counted by that.
        machines.change(t, before.machine, boot_ms=at_ms, out_from_ms=0)
        return
    # While its end is not known, a second boot makes the same outage longer.
    from_ms = before.out_from_ms or (before.down_ms if not before.online else silent_since(before, link_since, at_ms))
    machines.change(t, before.machine, boot_ms=at_ms, out_from_ms=from_ms)


def heard(t: Connection, machine: str, entry: Entry) -> Outage | None:
    """What a fact says about the silence before this boot; the outage, once the facts of the boots before are all here."""
    station = machines.read(t, machine)
    if not station.out_from_ms:
        return None
    wall_ms = to_ms(entry.wall)
    known = entry.trusted and station.out_from_ms < wall_ms <= station.boot_ms
    if entry.boot != station.boot:
        if known:
            machines.change(t, machine, out_from_ms=wall_ms)
        return None
    machines.change(t, machine, out_from_ms=0)
    return Outage(machine, station.out_from_ms, wall_ms if known and isinstance(entry.fact, BootStarted) else station.boot_ms)


def reported(t: Connection, said: MachineReport, now: Now) -> Outage | None:
    """What a machine's picture of itself says; the outage, when it is over."""
    station, at_ms = machines.read(t, said.machine), to_ms(now.wall)
    if said.service != "open":
        forced = station.oos_forced or said.service == "forced"
        if not station.oos_ms or forced != station.oos_forced:
            machines.change(t, said.machine, oos_ms=station.oos_ms or at_ms, oos_forced=forced)
        return None
    if not station.oos_ms:
        return None
    machines.change(t, said.machine, oos_ms=0, oos_forced=False)
    return Outage(said.machine, station.oos_ms, at_ms, station.oos_forced)
