"""What becomes of a document that a clerk puts in by an order of the desk."""

from typing import Literal

import msgspec

from contracts.facts import DepositLoading, DepositMoving, DepositNotStored, DepositStored, Fact
from controller.locker.state import Loading, Locker
from controller.refused import Refused


class LoadAnswered(msgspec.Struct, frozen=True):
    """The clerk says where the document is, or has gone without saying."""

    answer: Literal["in", "not_put_in", "elsewhere", "unconfirmed"]


class OtherAsked(msgspec.Struct, frozen=True):
    """The clerk wants another compartment."""

    reason: Literal["not_empty", "lower"]


def decide(locker: Locker, request: LoadAnswered | OtherAsked) -> tuple[Fact, ...]:
    """The facts of what the clerk says; raises Refused."""
    loading = _present(locker)
    match request:
        case LoadAnswered():
            return (_answered(loading, request),)
        case OtherAsked():
            return (DepositMoving(deposit=loading.deposit, compartment=loading.compartment, reason=request.reason),)


def _present(locker: Locker) -> Loading:
    if locker.loading is None:
        raise Refused("nobody_loads")
    if locker.loading.moving:
        raise Refused("moving")
    return locker.loading


def _answered(loading: Loading, request: LoadAnswered) -> Fact:
    match request.answer:
        case "in":
            return DepositStored(deposit=loading.deposit, compartment=loading.compartment)
        case "not_put_in":
            return DepositLoading(deposit=loading.deposit, compartment=loading.compartment, order=loading.order)
        case "elsewhere" | "unconfirmed":
            return DepositNotStored(deposit=loading.deposit, compartment=loading.compartment, reason=request.answer)
