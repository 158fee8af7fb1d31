"""`up/state`: the picture of this machine for the centre and for any MQTT dashboard, a pure view of State and Live."""

from contracts.topics import CompartmentReport, CompartmentUse, MachineReport
from controller.clock import Now
from controller.live import Live
from controller.locker.decide import expired
from controller.settings import Settings
from controller.state import State
from controller.visit import resident, screens


def report(state: State, live: Live, settings: Settings, epoch: str, acknowledged: int, now: Now) -> MachineReport:
    """The machine as it knows itself at this moment."""
    compartments = [_compartment(state, live, number, now) for number in settings.cabinet.compartments()]
    return MachineReport(
        machine=settings.machine,
        product="urzedomat",
        boot=now.boot,
        epoch=epoch,
        seq=state.seq,
        unacknowledged=state.seq - acknowledged,
        wall=now.wall,
        clock_trusted=now.trusted,
        screen=screens.where(state, live, settings, now),
        free=sum(1 for one in compartments if one.use == "free"),
        occupied=sum(1 for one in compartments if one.use == "collecting" or state.locker.occupant(one.n) is not None),
        open_doors=sum(1 for one in compartments if one.door == "open"),
        faults=[f"{fault.fault} {fault.where}" for fault in state.faults.active],
        software=settings.software,
        description=settings.cabinet.hash.hex()[:16],
        compartments=compartments,
        service=resident.service(state, live),
        counts=live.counts,
    )


def _compartment(state: State, live: Live, number: int, now: Now) -> CompartmentReport:
    seen = live.seen.get(number)
    level = "unknown" if seen is None or seen.closed is None else "closed" if seen.closed else "open"
    return CompartmentReport(n=number, door=level, use=_use(state, number, now))


def _use(state: State, number: int, now: Now) -> CompartmentUse:
    locker = state.locker
    if locker.loading is not None and locker.loading.compartment == number:
        return "loading"
    if locker.collection is not None and locker.collection.compartment == number:
        return "collecting"
    if state.doors.door(number).quarantine:
        return "quarantined"
    occupant = locker.occupant(number)
    if occupant is None:
        return "free"
    return "expired" if expired(locker.deposits[occupant], now) else "occupied"
