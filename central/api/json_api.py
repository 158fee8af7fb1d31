"""The JSON interface: register and load documents, read machines, orders and facts, watch facts as they come.

A page of another site cannot use it from a browser: it demands `application/json`, about which a browser asks beforehand, and
nothing here says yes.
"""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, JSONBody, Parameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Meta

from central.dashboard.given import Desk, Shown
from central.deposits.registration import NewDocument
from central.running import Running
from central.views import DepositView, FactView, MachineView, OrderView, Views

BEAT_S = 2.0
FACTS_MAX = 1_000

AnyRequest = Request[Any, Any, Any]


class NewDeposit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A document to be registered; with `slip` it has no phone, `kind` empty is the first type of the settings."""

    case: Annotated[str, Meta(max_length=32)]
    phone: Annotated[str, Meta(max_length=32)] = ""
    machine: Annotated[str, Meta(max_length=48)]
    language: Annotated[str, Meta(max_length=2)] = "pl"
    low: bool = False
    kind: Annotated[str, Meta(max_length=32)] = ""
    slip: bool = False
    actor: Annotated[str, Meta(max_length=64)] = "api"


class AtTheDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks."""

    actor: Annotated[str, Meta(max_length=64)] = "api"


class OrderMade(msgspec.Struct, frozen=True):
    """The order that was drafted."""

    order: str


class FactPage(msgspec.Struct, frozen=True):
    """Facts in the order of arrival; ask again with `after` = `next`."""

    facts: list[FactView]
    next: int


@post("/deposits", sync_to_thread=False)
def register(data: JSONBody[NewDeposit], running: Desk, views: Shown) -> DepositView:
    """Register a document: a PIN is drawn and goes to the machine; the text message follows when the document is stored."""
    new = NewDocument(data.case, data.phone, data.machine, data.language, data.low, data.kind, data.slip)
    key = running.turn(lambda c, now: c.at_desk(lambda t: c.registration.register(t, new, data.actor, now), now))
    return _found(views, key)


@get("/deposits", sync_to_thread=False)
def deposits(views: Shown) -> list[DepositView]:
    """The last documents, newest first."""
    return views.deposits()


@get("/deposits/{key:str}", sync_to_thread=False)
def deposit(key: FromPath[str], views: Shown) -> DepositView:
    """One document."""
    return _found(views, key)


@post("/deposits/{key:str}/load", status_code=202, sync_to_thread=False)
def load(key: FromPath[str], data: JSONBody[AtTheDesk], running: Desk) -> OrderMade:
    """Open a compartment for the clerk who stands at the machine."""
    return OrderMade(running.turn(lambda centre, now: centre.load(key, data.actor, now)))


@post("/deposits/{key:str}/cancel", status_code=200, sync_to_thread=False)
def cancel(key: FromPath[str], data: JSONBody[AtTheDesk], running: Desk, views: Shown) -> DepositView:
    """Withdraw the registration of a document that is not loaded; phone and PIN are erased, the case can be registered again."""
    running.turn(lambda centre, now: centre.cancel(key, data.actor, now))
    return _found(views, key)


@get("/machines", sync_to_thread=False)
def machines(views: Shown) -> list[MachineView]:
    """Every machine."""
    return views.machines()


@get("/orders", sync_to_thread=False)
def orders(views: Shown, running: Desk) -> list[OrderView]:
    """The last orders with their lives, newest first."""
    return views.orders(running.clock.now().wall)


@get("/facts", sync_to_thread=False)
def facts(
    views: Shown,
    after: Annotated[int, Parameter(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=FACTS_MAX)] = 100,
) -> FactPage:
    """Facts in the order of arrival."""
    found = views.facts_after(after, limit)
    return FactPage(facts=found, next=found[-1].id if found else after)


@get("/events")
async def events(running: Desk, views: Shown, after: Annotated[int, Parameter(ge=-1, le=2**62)] = -1) -> ServerSentEvent:
    """Facts as they come, one event each, a `change` when anything else may have changed, a `beat` every two seconds.

    `after` -1 starts with the next fact.
    """
    return ServerSentEvent(_feed(running, views, after))


async def _feed(running: Running, views: Views, after: int) -> AsyncGenerator[ServerSentEventMessage]:
    if after < 0:
        newest = views.newest_facts(1)
        after = newest[0].id if newest else 0
    while not running.closing:
        revision = running.centre.revision
        for fact in views.facts_after(after, FACTS_MAX):
            after = fact.id
            yield ServerSentEventMessage(msgspec.json.encode(fact).decode(), event="fact", id=fact.id)
        changed = await running.changed(revision, BEAT_S)
        yield ServerSentEventMessage("{}", event="change" if changed else "beat")


def _found(views: Views, key: str) -> DepositView:
    found = views.deposit(key)
    if found is None:
        raise NotFoundException("deposit_unknown")
    return found


def only_json(request: AnyRequest) -> None:
    """Refuse what a page of another site could send."""
    if request.method == "POST" and request.content_type[0] != "application/json":
        raise PermissionDeniedException("content_type_not_json")


ROUTER = Router(
    "/api/v1", route_handlers=[register, deposits, deposit, load, cancel, machines, orders, facts, events], before_request=only_json
)
