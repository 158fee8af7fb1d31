"""The durable state of a machine: the fold of its facts."""

import msgspec

from contracts import facts as f
from contracts.facts import Entry
from controller.clerk import state as clerk
from controller.clerk.state import Clerk, ClerkFact
from controller.doors import state as doors
from controller.doors.state import DoorFact, Doors
from controller.faults import faults
from controller.faults.faults import Faults
from controller.locker import state as locker
from controller.locker.state import Locker, LockerFact
from controller.orders import orders
from controller.orders.orders import Orders
from controller.parking import state as parking
from controller.parking.state import Parking, ParkingFact
from controller.payment import state as payment
from controller.payment.state import Payment, PaymentFact
from controller.sms import sms
from controller.sms.sms import Sms, SmsFact


class Boot(msgspec.Struct, frozen=True):
    """The present boot of the controller and how many there were."""

    id: str = ""
    count: int = 0
    software: str = ""
    description: str = ""


class Lost(msgspec.Struct, frozen=True):
    """The fact `seq` says that the journal has nothing up to `upto` any more; 0 when nothing was asked for in vain."""

    seq: int = 0
    upto: int = 0


class State(msgspec.Struct, frozen=True):
    """What all facts up to `seq` fold into."""

    seq: int = 0
    boot: Boot = Boot()
    lost: Lost = Lost()
    doors: Doors = Doors()
    locker: Locker = Locker()
    orders: Orders = Orders()
    faults: Faults = Faults()
    sms: Sms = Sms()
    clerk: Clerk = Clerk()
    payment: Payment = Payment()
    parking: Parking = Parking()

    @property
    def at(self) -> int:
        """The compartment that somebody stands before; 0 for none."""
        visit = self.locker.collection or self.locker.loading
        return visit.compartment if visit is not None else self.clerk.at


def fold(state: State, entry: Entry) -> State:
    """The state after one more entry; its owner alone sees the fact."""
    fact = entry.fact
    if isinstance(fact, DoorFact):
        return _next(state, entry, doors=doors.fold(state.doors, entry, fact))
    if isinstance(fact, LockerFact):
        return _next(state, entry, locker=locker.fold(state.locker, entry, fact))
    if isinstance(fact, ClerkFact):
        return _next(state, entry, clerk=clerk.fold(state.clerk, entry, fact))
    if isinstance(fact, SmsFact):
        return _next(state, entry, sms=sms.fold(state.sms, entry, fact))
    if isinstance(fact, PaymentFact):
        return _next(state, entry, payment=payment.fold(state.payment, entry, fact))
    if isinstance(fact, ParkingFact):
        return _next(state, entry, parking=parking.fold(state.parking, entry, fact))
    match fact:
        case f.OrderTaken() | f.OrderRefused() | f.OrderEnded():
            return _next(state, entry, orders=orders.fold(state.orders, entry, fact))
        case f.FaultRaised() | f.FaultCleared():
            return _next(state, entry, faults=faults.fold(state.faults, entry, fact))
        case f.FactsLost():
            return _next(state, entry, lost=Lost(entry.seq, fact.upto))
        case f.BootStarted():
            return _next(state, entry, boot=Boot(entry.boot, state.boot.count + 1, fact.software, fact.description))


def _next(state: State, entry: Entry, **part: object) -> State:
    return msgspec.structs.replace(state, seq=entry.seq, **part)
