"""The pages: overview, clerk desk, counts. Each is whole without its script; the script only keeps it fresh."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import quote

import msgspec
from litestar import Request, get, post
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Response, ServerSentEvent, ServerSentEventMessage, Template
from litestar.template.base import csrf_token
from msgspec import Meta

from central.centre import Centre
from central.dashboard.cabinet import picture
from central.dashboard.contact import contact
from central.dashboard.given import Desk, Shown
from central.dashboard.words import Words, language_of
from central.deposits.rules import LANGUAGES, DeskRefused
from central.ports import Now
from central.running import Running
from central.views import DepositView, Views

BEAT_S = 2.0
DRAWN_EVERY_S = 0.2
FACTS_SHOWN = 40
ORDERS_SHOWN = 20
BY_DESK = "desk"
LANGUAGE_COOKIE = "language"

AnyRequest = Request[Any, Any, Any]

PRIORITY = {"door_forced": 1, "contents_reported": 1, "door_left_open": 2, "door_jammed": 2, "door_in_doubt": 2}
SHAPES = {1: "■", 2: "▲", 3: "◆", 4: "●"}
FRAGMENTS = {
    "overview": ("summary", "machines", "faults", "facts", "orders"),
    "clerk": ("notice", "contact", "deposits"),
    "counts": ("counts",),
}

FILES = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
PATHS = frozenset(("/", "/clerk", "/counts"))
STATIC = {path.name: (KINDS[path.suffix], path.read_bytes()) for path in FILES.iterdir() if path.suffix in KINDS}


class FormWrong(ValueError):
    """A form does not follow its contract; holds none of its content."""


class RegisterForm(msgspec.Struct, frozen=True):
    """The form of the clerk desk."""

    case: Annotated[str, Meta(max_length=64)] = ""
    phone: Annotated[str, Meta(max_length=32)] = ""
    machine: Annotated[str, Meta(max_length=48)] = ""
    language: Annotated[str, Meta(max_length=2)] = "pl"
    low: Annotated[str, Meta(max_length=8)] = ""


@get("/", sync_to_thread=False)
def overview(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Machines, facts as they come, orders, faults."""
    return _page(request, running, views, "overview")


@get("/clerk", sync_to_thread=False)
def clerk(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Register documents and have them loaded."""
    return _page(request, running, views, "clerk", form=RegisterForm())


@get("/counts", sync_to_thread=False)
def counts(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Dead letters, security events and counts."""
    return _page(request, running, views, "counts")


@post("/clerk/register")
async def register(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Take the form; back to the desk, or the form again with its error in words."""
    try:
        form = msgspec.convert(dict(await request.form()), RegisterForm, strict=False)
    except msgspec.ValidationError:
        raise FormWrong("form_wrong") from None
    case, phone, low = form.case.strip(), form.phone.strip(), bool(form.low)
    try:
        key = running.turn(lambda c, now: c.register(case, phone, form.machine, form.language, low, BY_DESK, now))
    except DeskRefused as error:
        return _page(request, running, views, "clerk", status=400, form=form, error=error.code)
    return Redirect(f"/clerk?about={quote(key)}", status_code=303)


@post("/clerk/load/{key:str}", sync_to_thread=False)
def load(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The clerk stands at the machine."""
    return _done(request, running, views, key, lambda centre, now: centre.load(key, BY_DESK, now))


@post("/clerk/cancel/{key:str}", sync_to_thread=False)
def cancel(request: AnyRequest, key: FromPath[str], running: Desk, views: Shown) -> Response[Any]:
    """The clerk withdraws a registration."""
    return _done(request, running, views, key, lambda centre, now: centre.cancel(key, BY_DESK, now))


@get("/live/{page:str}")
async def live(request: AnyRequest, page: FromPath[str], running: Desk, views: Shown) -> ServerSentEvent:
    """What changes on a page, as it changes, and a beat every two seconds."""
    return ServerSentEvent(_changes(request, page if page in FRAGMENTS else "overview", running, views))


@get("/static/{name:str}", sync_to_thread=False)
def static(name: FromPath[str]) -> Response[bytes]:
    """Style, script and icon."""
    if name not in STATIC:
        raise NotFoundException("page_unknown")
    kind, body = STATIC[name]
    return Response(body, media_type=kind, headers={"Cache-Control": "no-cache"})


@get("/metrics", media_type=MediaType.TEXT, sync_to_thread=False)
def metrics(views: Shown) -> str:
    """The counts for a collector."""
    lines = [f'kiosk_centre_count{{machine="{machine}",name="{name}"}} {n}' for machine, name, n in views.counts()]
    return "\n".join(["# TYPE kiosk_centre_count counter", *lines, ""])


def words_of(request: AnyRequest, running: Running) -> Words:
    """The texts in the language asked for, remembered, accepted by the browser, or set."""
    settings = running.centre.settings
    asked = request.query_params.get("language") or request.cookies.get(LANGUAGE_COOKIE)
    accepted = request.headers.get("accept-language", "")
    return Words(language_of(asked, accepted, settings.language), settings.city.timezone)


def error_page(request: AnyRequest, running: Running, status: int, code: str) -> Response[Any]:
    """An error in words."""
    words = words_of(request, running)
    return Template("error.html", context={**_frame(request, running, words, ""), "code": code}, status_code=status)


def _page(request: AnyRequest, running: Running, views: Views, page: str, status: int = 200, **more: Any) -> Response[Any]:
    words = words_of(request, running)
    context = {**_frame(request, running, words, page), **_content(request, page, running, views, words), **more}
    response = Template(f"{page}.html", context=context, status_code=status)
    if "language" in request.query_params:
        response.set_cookie(LANGUAGE_COOKIE, words.language, samesite="strict", httponly=True, max_age=365 * 86_400)
    return response


def _done(request: AnyRequest, running: Running, views: Views, key: str, act: Callable[[Centre, Now], object]) -> Response[Any]:
    """Back to the desk, which tells what became of this document, or the desk with the error in words."""
    try:
        running.turn(act)
    except DeskRefused as error:
        return _page(request, running, views, "clerk", status=409, form=RegisterForm(), error=error.code)
    return Redirect(f"/clerk?about={quote(key)}", status_code=303)


def _frame(request: AnyRequest, running: Running, words: Words, page: str) -> dict[str, Any]:
    centre = running.centre
    path = request.url.path
    where = path if path in PATHS else "/clerk" if path.startswith("/clerk") else "/"  # never a path that somebody else chose
    now = running.clock.now().wall
    return {
        "w": words,
        "page": page,
        "where": where,
        "connected": centre.connected,
        "lost_at": centre.since,
        "now": now,
        "languages": LANGUAGES,
    }


def _content(request: AnyRequest, page: str, running: Running, views: Views, words: Words) -> dict[str, Any]:
    now = running.clock.now().wall
    machines, centre = views.machines(), running.centre
    content: dict[str, Any] = {"w": words, "machines": machines, "connected": centre.connected}
    content["contact"] = contact(machines, centre.connected, centre.since)
    content["numbers"] = {machine: about.number for machine, about in running.centre.settings.machines.items()}
    if page == "overview":
        content["pictures"] = {m.machine: picture(views.grids.get(m.machine), m.report) for m in machines}
        content["orders"] = views.orders(now, ORDERS_SHOWN)
        content["waiting"] = sum(1 for order in content["orders"] if order.state in {"drafted", "signed", "sent"})
        content["facts"] = views.newest_facts(FACTS_SHOWN)
        content["faults"] = sorted(((_fault(row.fault), row) for m in machines for row in m.faults), key=lambda pair: pair[0])
        content["shapes"] = SHAPES
    elif page == "clerk":
        content.update(deposits=views.deposits(), about=_about(request, views))
    else:
        content.update(counts=views.counts(), letters=views.letters(), security=views.security())
    return content


def _fault(name: str) -> int:
    return PRIORITY.get(name, 3)


def _about(request: AnyRequest, views: Views) -> DepositView | None:
    key = request.query_params.get("about")
    return views.deposit(key) if key and len(key) <= 64 else None


async def _changes(request: AnyRequest, page: str, running: Running, views: Views) -> AsyncGenerator[ServerSentEventMessage]:
    words, shown = words_of(request, running), dict[str, str]()
    engine = cast("JinjaTemplateEngine", cast("Any", request.app).template_engine)
    token = csrf_token({"request": request})
    while not running.closing:
        revision = running.centre.revision
        context: dict[str, Any] = {**_content(request, page, running, views, words), "request": request}
        drawn = {name: engine.get_template(f"part_{name}.html").render(**context) for name in FRAGMENTS[page]}
        changed = {name: html for name, html in drawn.items() if shown.get(name) != html}
        shown.update(changed)
        centre, now = running.centre, running.clock.now().wall
        state = {
            "connected": centre.connected,
            "since": words.time(centre.since),
            "now": words.time(now),
            "oldest_s": context["contact"].age_s(now),
            "token": token,
            "parts": changed,
        }
        yield ServerSentEventMessage(msgspec.json.encode(state).decode(), event="parts" if changed else "beat")
        # A page that follows a flood of facts is drawn five times a second and no more.
        await asyncio.sleep(DRAWN_EVERY_S)
        await running.changed(revision, BEAT_S)
