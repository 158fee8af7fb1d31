"""The JSON interface of the desk's deeds: more time, another PIN or phone, withdrawal, what is to do, and checking a receipt."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from central.api.json_api import AtTheDesk, OrderMade, only_json
from central.dashboard.given import Desk, Shown
from central.receipts import TEXT_MAX, Checked
from central.tasks import Task
from central.times import to_ms
from central.views import DepositView, Views, WaitingView

Actor = Annotated[str, Meta(max_length=64)]


class MoreTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A later end, with its zone."""

    until: datetime
    actor: Actor = "api"


class MoreTimeForAll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A later end for one machine or, without a name, for all."""

    until: datetime
    machine: Annotated[str, Meta(max_length=48)] = ""
    actor: Actor = "api"


class OtherPhone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another phone; an empty one has the same told again."""

    phone: Annotated[str, Meta(max_length=32)] = ""
    actor: Actor = "api"


class ReceiptText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt as its QR code holds it."""

    text: Annotated[str, Meta(max_length=TEXT_MAX)]


class GroupMade(msgspec.Struct, frozen=True):
    """What waits for a second person."""

    group: str


@post("/deposits/{key:str}/extend", status_code=200, sync_to_thread=False)
def extend(key: FromPath[str], data: JSONBody[MoreTime], running: Desk, views: Shown) -> DepositView:
    """More time to collect; the text message goes when the machine holds it."""
    until_ms = to_ms(data.until)
    running.turn(lambda c, now: c.at_desk(lambda t: c.registration.extend(t, key, until_ms, data.actor, now), now))
    return _found(views, key)


@post("/deposits/{key:str}/reissue", status_code=200, sync_to_thread=False)
def reissue(key: FromPath[str], data: JSONBody[AtTheDesk], running: Desk, views: Shown) -> DepositView:
    """Another PIN; the old one is dead when the machine holds the new."""
    running.turn(lambda c, now: c.at_desk(lambda t: c.registration.reissue(t, key, data.actor, now), now))
    return _found(views, key)


@post("/deposits/{key:str}/phone", status_code=200, sync_to_thread=False)
def phone(key: FromPath[str], data: JSONBody[OtherPhone], running: Desk, views: Shown) -> DepositView:
    """Another phone; what the resident must know goes out again."""
    running.turn(lambda c, now: c.at_desk(lambda t: c.registration.correct_phone(t, key, data.phone, data.actor, now), now))
    return _found(views, key)


@post("/deposits/{key:str}/withdraw", status_code=202, sync_to_thread=False)
def withdraw(key: FromPath[str], data: JSONBody[AtTheDesk], running: Desk) -> OrderMade:
    """The document is to be taken out and collected at the office."""
    return OrderMade(running.turn(lambda c, now: c.at_desk(lambda t: c.registration.withdraw(t, key, data.actor, now), now)))


@get("/tasks", sync_to_thread=False)
def tasks(running: Desk, views: Shown) -> list[Task]:
    """What the clerks have to do, the most urgent first."""
    return views.tasks(running.clock.now().wall)


@get("/terms", sync_to_thread=False)
def waiting(views: Shown) -> list[WaitingView]:
    """What waits for a second person."""
    return views.waiting()


@post("/terms", status_code=202, sync_to_thread=False)
def extend_all(data: JSONBody[MoreTimeForAll], running: Desk) -> GroupMade:
    """More time for everybody at a machine or in the city; a second person has to agree."""
    until_ms = to_ms(data.until)
    return GroupMade(
        running.turn(lambda c, now: c.at_desk(lambda t: c.machines.extend_all(t, data.machine, until_ms, data.actor, now), now))
    )


@post("/terms/{group:str}/agree", status_code=200, sync_to_thread=False)
def agree(group: FromPath[str], data: JSONBody[AtTheDesk], running: Desk) -> GroupMade:
    """The second person agrees."""
    running.turn(lambda c, now: c.at_desk(lambda t: c.machines.agree(t, group, data.actor, now), now))
    return GroupMade(group)


@post("/receipts", status_code=200, sync_to_thread=False)
def receipt(data: JSONBody[ReceiptText], views: Shown) -> Checked:
    """What a receipt is worth; 400 for one that no machine of ours has signed."""
    return views.receipt(data.text)


ROUTER = Router(
    "/api/v1", route_handlers=[extend, reissue, phone, withdraw, tasks, waiting, extend_all, agree, receipt], before_request=only_json
)


def _found(views: Views, key: str) -> DepositView:
    found = views.deposit(key)
    if found is None:
        raise NotFoundException("deposit_unknown")
    return found
