"""The clerk's pages about documents: register, one document with its deeds, slip, label, and the list for one round."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response
from msgspec import Meta
from sqlalchemy import Connection

from central.dashboard.bar_code import bars
from central.dashboard.frame import BY_DESK, AnyRequest, common, name_of, page, read_form, remember_name
from central.dashboard.given import Desk, Shown
from central.dashboard.local_time import moment_of
from central.dashboard.pages import content
from central.dashboard.words import Words, language_of
from central.deposits.registration import NewDocument, Registration
from central.deposits.rules import DeskRefused
from central.ports import Now
from central.running import Running
from central.times import HOUR_MS, from_ms, to_ms, up_to_quarter
from central.views import Views

Deed = Callable[[Registration, Connection, str, Now], object]
Name = Annotated[str, Meta(max_length=64)]
MORE_MS = 48 * HOUR_MS


class RegisterForm(msgspec.Struct, frozen=True):
    """The form of the clerk desk."""

    case: Annotated[str, Meta(max_length=64)] = ""
    phone: Annotated[str, Meta(max_length=32)] = ""
    machine: Annotated[str, Meta(max_length=48)] = ""
    language: Annotated[str, Meta(max_length=2)] = "pl"
    low: Annotated[str, Meta(max_length=8)] = ""
    kind: Annotated[str, Meta(max_length=32)] = ""
    slip: Annotated[str, Meta(max_length=8)] = ""
    name: Name = ""


class FindForm(msgspec.Struct, frozen=True):
    """What somebody looks for."""

    find: Annotated[str, Meta(max_length=64)] = ""


class DeedForm(msgspec.Struct, frozen=True):
    """A deed about one document."""

    name: Name = ""
    until: Annotated[str, Meta(max_length=32)] = ""
    phone: Annotated[str, Meta(max_length=32)] = ""


@get("/clerk", sync_to_thread=False)
def clerk(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Register documents and have them loaded."""
    return page(request, running, "clerk", content(request, "clerk", running, views) | {"form": RegisterForm()})


@post("/clerk/register")
async def register(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Take the form; back to the desk, or the form again with its error in words."""
    form = await read_form(request, RegisterForm)
    new = NewDocument(
        case=form.case.strip(), phone=form.phone.strip(), machine=form.machine, language=form.language, low=bool(form.low),
        kind=form.kind, slip=bool(form.slip),
    )  # fmt: skip
    actor = form.name.strip() or name_of(request) or BY_DESK
    try:
        key = running.turn(lambda c, now: c.at_desk(lambda t: c.registration.register(t, new, actor, now), now))
    except DeskRefused as error:
        shown = content(request, "clerk", running, views) | {"form": form, "error": error.code}
        return page(request, running, "clerk", shown, 400)
    response = Redirect(f"/clerk?about={quote(key)}", status_code=303)
    remember_name(response, form.name.strip())
    return response


@post("/clerk/load/{key:str}", sync_to_thread=False)
def load(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The clerk stands at the machine."""
    return _at_desk(request, running, views, key, lambda desk, t, actor, now: desk.load(t, key, actor, now))


@post("/clerk/cancel/{key:str}", sync_to_thread=False)
def cancel(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The clerk withdraws a registration."""
    return _at_desk(request, running, views, key, lambda desk, t, actor, now: desk.cancel(t, key, actor, now))


@post("/clerk/find", status_code=200)
async def find(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Documents of a case, a phone or a screen's code; one alone is shown at once. What is looked for stands in no address."""
    text = (await read_form(request, FindForm)).find.strip()
    found = views.found(text)
    if len(found) == 1:
        return Redirect(f"/clerk/document?key={quote(found[0].key)}", status_code=303)
    return page(request, running, "found", common(request, running, views) | {"deposits": found, "find": text, "all": 0})


@get("/clerk/document", sync_to_thread=False)
def document(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """One document: where it is, what can be done, what was done."""
    return _document(request, running, views)


@post("/clerk/extend/{key:str}")
async def extend(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """More time to collect."""
    form = await read_form(request, DeedForm)
    until = moment_of(form.until, running.centre.settings.city.timezone)
    until_ms = to_ms(until) if until else 0
    return _with_document(request, running, views, key, form, lambda d, t, actor, now: d.extend(t, key, until_ms, actor, now))


@post("/clerk/reissue/{key:str}")
async def reissue(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """Another PIN."""
    form = await read_form(request, DeedForm)
    return _with_document(request, running, views, key, form, lambda d, t, actor, now: d.reissue(t, key, actor, now))


@post("/clerk/phone/{key:str}")
async def phone(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """Another phone, or the same again."""
    form = await read_form(request, DeedForm)
    number = form.phone.strip()
    return _with_document(request, running, views, key, form, lambda d, t, actor, now: d.correct_phone(t, key, number, actor, now))


@post("/clerk/withdraw/{key:str}")
async def withdraw(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The document is to be collected at the office."""
    form = await read_form(request, DeedForm)
    return _with_document(request, running, views, key, form, lambda d, t, actor, now: d.withdraw(t, key, actor, now))


@post("/clerk/to-slip/{key:str}")
async def to_slip(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """From now on with a printed slip."""
    form = await read_form(request, DeedForm)
    return _with_document(request, running, views, key, form, lambda d, t, actor, now: d.to_slip(t, key, actor, now))


@post("/clerk/slip/{key:str}", sync_to_thread=False)
def slip(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The slip, to be printed now: its PIN is erased with this."""
    actor = name_of(request) or BY_DESK
    try:
        fresh = running.turn(lambda c, now: c.at_desk(lambda t: c.registration.freshen(t, key, now), now))
        if fresh:
            raise DeskRefused("deadline_moves")
        printed = running.turn(lambda c, now: c.at_desk(lambda t: c.registration.print_slip(t, key, actor, now), now))
    except DeskRefused as error:
        return _document(request, running, views, key, error.code)
    about, city = running.centre.settings.machines[printed.deposit.machine], running.centre.settings.city
    shown = common(request, running, views) | {
        "slip": printed, "about": about, "s": Words(language_of(printed.deposit.language, "", "pl"), city.timezone), "city": city,
        "until": from_ms(printed.deposit.until_ms) if printed.deposit.inside else None,
    }  # fmt: skip
    return page(request, running, "slip", shown)


@get("/clerk/label/{key:str}", sync_to_thread=False)
def label(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The case code for the sheet, as digits and bars."""
    found = views.deposit(key)
    if found is None or not found.case:
        raise NotFoundException("deposit_unknown")
    return page(request, running, "label", common(request, running, views) | {"deposit": found, "bars": bars(found.case)})


@get("/round", sync_to_thread=False)
def round_list(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """What one round takes to the machines, to be printed."""
    waiting = views.to_load()
    shown = common(request, running, views) | {"waiting": waiting, "bars": {one.key: bars(one.case) for one in waiting}}
    return page(request, running, "round", shown)


HANDLERS = (clerk, register, find, load, cancel, document, extend, reissue, phone, withdraw, to_slip, slip, label, round_list)


def _at_desk(request: AnyRequest, running: Running, views: Views, key: str, act: Deed) -> Response[Any]:
    """Back to the desk, which tells what became of this document, or the desk with the error in words."""
    actor = name_of(request) or BY_DESK
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: act(c.registration, t, actor, now), now))
    except DeskRefused as error:
        shown = content(request, "clerk", running, views) | {"form": RegisterForm(), "error": error.code}
        return page(request, running, "clerk", shown, 409)
    return Redirect(f"/clerk?about={quote(key)}", status_code=303)


def _with_document(request: AnyRequest, running: Running, views: Views, key: str, form: DeedForm, act: Deed) -> Response[Any]:
    """Back to the document, or the document with the error in words."""
    actor = form.name.strip() or name_of(request) or BY_DESK
    try:
        running.turn(lambda c, now: c.at_desk(lambda t: act(c.registration, t, actor, now), now))
    except DeskRefused as error:
        return _document(request, running, views, key, error.code, form)
    response = Redirect(f"/clerk/document?key={quote(key)}", status_code=303)
    remember_name(response, form.name.strip())
    return response


def _document(
    request: AnyRequest, running: Running, views: Views, key: str = "", error: str = "", form: DeedForm | None = None
) -> Response[Any]:  # fmt: skip
    shown = content(request, "document", running, views)
    if key:
        shown["document"] = views.document(key, running.clock.now().wall)
    if shown["document"] is None:
        raise NotFoundException("deposit_unknown")
    until: datetime | None = shown["document"].deposit.until
    now_ms = to_ms(running.clock.now().wall)
    proposed = from_ms(up_to_quarter(max(now_ms, to_ms(until) if until else 0) + MORE_MS))
    shown |= {"error": error, "proposed": proposed, "form": form or DeedForm()}
    return page(request, running, "document", shown, 409 if error else 200)
