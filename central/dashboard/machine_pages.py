"""The pages about a machine as a whole: a clerk's one-time code, a compartment back in service, more time for everybody."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response
from msgspec import Meta

from central.dashboard.frame import AnyRequest, common, page, read_form, remember_name
from central.dashboard.given import Desk, Shown
from central.dashboard.local_time import moment_of
from central.deposits.rules import DeskRefused
from central.machine_desk import REASON_MAX
from central.running import Running
from central.times import HOUR_MS, from_ms, to_ms, up_to_quarter
from central.views import Views
from contracts.orders import COMPARTMENT_MAX

MORE_MS = 48 * HOUR_MS

Name = Annotated[str, Meta(max_length=64)]
MachineName = Annotated[str, Meta(max_length=48)]


class CodeForm(msgspec.Struct, frozen=True):
    """Who goes to which machine."""

    machine: MachineName = ""
    name: Name = ""


class ReleaseForm(msgspec.Struct, frozen=True):
    """Who has looked, what was found and why the compartment may be used again; `seen` is the machine's last fact when they were asked."""

    name: Name = ""
    reason: Annotated[str, Meta(max_length=REASON_MAX)] = ""
    empty: Annotated[str, Meta(max_length=8)] = ""
    seen: Annotated[str, Meta(pattern="^[0-9]{1,15}$")] = "0"


class TermsForm(msgspec.Struct, frozen=True):
    """More time: for one machine or, with an empty one, for all."""

    machine: MachineName = ""
    until: Annotated[str, Meta(max_length=32)] = ""
    name: Name = ""


@get("/clerk/code", sync_to_thread=False)
def code_form(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Ask for a one-time code."""
    return _code(request, running, views)


@post("/clerk/code")
async def code(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """The one-time code, shown once."""
    form = await read_form(request, CodeForm)
    name = form.name.strip()
    try:
        drawn = running.turn(lambda c, now: c.at_desk(lambda t: c.machines.admit(t, form.machine, name, now), now))
    except DeskRefused as error:
        return _code(request, running, views, error.code, form)
    shown = common(request, running, views) | {"code": drawn, "at": form.machine}
    response = page(request, running, "code", shown)
    remember_name(response, name)
    return response


@get("/tasks/release/{machine:str}/{compartment:int}", sync_to_thread=False)
def release_form(
    request: AnyRequest, machine: FromPath[str], compartment: FromPath[int], running: Desk, views: Shown
) -> Response[Any]:  # fmt: skip
    """Ask for a compartment to be put back into service."""
    return _release(request, running, views, machine, compartment)


@post("/tasks/release/{machine:str}/{compartment:int}")
async def release(
    request: AnyRequest, machine: FromPath[str], compartment: FromPath[int], running: Desk, views: Shown
) -> Response[Any]:  # fmt: skip
    """Put it back into service."""
    form = await read_form(request, ReleaseForm)
    name, reason, seen, empty = form.name.strip(), form.reason.strip(), int(form.seen), bool(form.empty)
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: c.machines.release(t, machine, compartment, seen, empty, reason, name, now), now))
    except DeskRefused as error:
        return _release(request, running, views, machine, compartment, error.code, form)
    response = Redirect("/tasks", status_code=303)
    remember_name(response, name)
    return response


@get("/terms", sync_to_thread=False)
def terms_form(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Ask for more time, and what waits for a second person."""
    return _terms(request, running, views)


@post("/terms")
async def terms(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Ask for more time at one machine or all."""
    form = await read_form(request, TermsForm)
    until, name = moment_of(form.until, running.centre.settings.city.timezone), form.name.strip()
    until_ms = to_ms(until) if until else 0
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: c.machines.extend_all(t, form.machine, until_ms, name, now), now))
    except DeskRefused as error:
        return _terms(request, running, views, error.code, form)
    response = Redirect("/terms", status_code=303)
    remember_name(response, name)
    return response


@post("/terms/agree/{group:str}")
async def agree(request: AnyRequest, group: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The second person agrees."""
    form = await read_form(request, TermsForm)
    name = form.name.strip()
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: c.machines.agree(t, group, name, now), now))
    except DeskRefused as error:
        return _terms(request, running, views, error.code, form, group)
    return Redirect("/terms", status_code=303)


@post("/terms/decline/{group:str}")
async def decline(request: AnyRequest, group: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """It is not done."""
    form = await read_form(request, TermsForm)
    name = form.name.strip()
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: c.machines.decline(t, group, name, now), now))
    except DeskRefused as error:
        return _terms(request, running, views, error.code, form, group)
    return Redirect("/terms", status_code=303)


HANDLERS = (code_form, code, release_form, release, terms_form, terms, agree, decline)


def _code(request: AnyRequest, running: Running, views: Views, error: str = "", form: CodeForm | None = None) -> Response[Any]:
    shown = common(request, running, views) | {"code": None, "error": error, "form": form or CodeForm()}
    return page(request, running, "code", shown, 400 if error else 200)


def _release(
    request: AnyRequest, running: Running, views: Views, machine: str, compartment: int, error: str = "", form: ReleaseForm | None = None
) -> Response[Any]:  # fmt: skip
    if machine not in running.centre.settings.machines or not 1 <= compartment <= COMPARTMENT_MAX:
        raise NotFoundException("page_unknown")
    shown = common(request, running, views) | {
        "machine": machine, "compartment": compartment, "row": views.quarantined(machine, compartment), "error": error,
        "form": form or ReleaseForm(seen=str(views.seen(machine))), "action": f"/tasks/release/{quote(machine)}/{compartment}",
    }  # fmt: skip
    return page(request, running, "release", shown, 400 if error else 200)


def _terms(
    request: AnyRequest, running: Running, views: Views, error: str = "", form: TermsForm | None = None, group: str = ""
) -> Response[Any]:  # fmt: skip
    proposed = from_ms(up_to_quarter(to_ms(running.clock.now().wall) + MORE_MS))
    shown = common(request, running, views) | {
        "waiting": views.waiting(),
        "error": error,
        "proposed": proposed,
        "form": form or TermsForm(),
        "group": group,
    }
    return page(request, running, "terms", shown, 400 if error else 200)
