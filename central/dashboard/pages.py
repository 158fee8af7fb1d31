"""The pages that watch: overview, to do, clerk desk, counts. Each is whole without its script; the script only keeps it fresh."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar import get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Response, ServerSentEvent, ServerSentEventMessage
from litestar.template.base import csrf_token

from central.dashboard.cabinet import picture
from central.dashboard.frame import AnyRequest, common, page
from central.dashboard.given import Desk, Shown
from central.running import Running
from central.views import DepositView, Views

BEAT_S = 2.0
DRAWN_EVERY_S = 0.2
FACTS_SHOWN = 40
ORDERS_SHOWN = 20
KEY_MAX = 64

PRIORITY = {"door_forced": 1, "contents_reported": 1, "door_left_open": 2, "door_jammed": 2, "door_in_doubt": 2}
SHAPES = {1: "■", 2: "▲", 3: "◆", 4: "●"}
FRAGMENTS = {
    "overview": ("summary", "machines", "faults", "facts", "orders"),
    "tasks": ("contact", "tasks"),
    "clerk": ("notice", "contact", "deposits"),
    "document": ("contact", "document", "history"),
    "code": ("contact",),
    "terms": ("contact",),
    "counts": ("counts",),
}

FILES = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
STATIC = {path.name: (KINDS[path.suffix], path.read_bytes()) for path in FILES.iterdir() if path.suffix in KINDS}


@get("/", sync_to_thread=False)
def overview(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Machines, facts as they come, orders, faults."""
    return page(request, running, "overview", content(request, "overview", running, views))


@get("/tasks", sync_to_thread=False)
def tasks(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """What the clerks have to do."""
    return page(request, running, "tasks", content(request, "tasks", running, views))


@get("/counts", sync_to_thread=False)
def counts(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """Dead letters, security events and counts."""
    return page(request, running, "counts", content(request, "counts", running, views))


@get("/live/{name:str}")
async def live(request: AnyRequest, name: FromPath[str], running: Desk, views: Shown) -> ServerSentEvent:
    """What changes on a page, as it changes, and a beat every two seconds."""
    return ServerSentEvent(_changes(request, name if name in FRAGMENTS else "overview", running, views))


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


HANDLERS = (overview, tasks, counts, live, static, metrics)


def content(request: AnyRequest, name: str, running: Running, views: Views) -> dict[str, Any]:
    """What one page shows now."""
    now, shown = running.clock.now().wall, common(request, running, views)
    shown["shapes"] = SHAPES
    match name:
        case "overview":
            machines = shown["machines"]
            shown["pictures"] = {m.machine: picture(views.grids.get(m.machine), m.report) for m in machines}
            shown["orders"] = views.orders(now, ORDERS_SHOWN)
            shown["waiting"] = sum(1 for order in shown["orders"] if order.state in {"drafted", "signed", "sent"})
            shown["facts"] = views.newest_facts(FACTS_SHOWN)
            shown["faults"] = sorted(((PRIORITY.get(f.fault, 3), f) for m in machines for f in m.faults), key=lambda pair: pair[0])
            shown["todo"] = len(views.tasks(now))
        case "tasks":
            shown["tasks"] = views.tasks(now)
        case "clerk":
            shown |= {"deposits": views.deposits(), "all": views.count(), "about": _about(request, views)}
        case "document":
            shown["document"] = views.document(request.query_params.get("key", "")[:KEY_MAX], now)
        case "counts":
            shown |= {"counts": views.counts(), "letters": views.letters(), "security": views.security(), "deeds": views.deeds()}
        case _:
            pass
    return shown


def _about(request: AnyRequest, views: Views) -> DepositView | None:
    key = request.query_params.get("about")
    return views.deposit(key) if key and len(key) <= KEY_MAX else None


async def _changes(request: AnyRequest, name: str, running: Running, views: Views) -> AsyncGenerator[ServerSentEventMessage]:
    shown = dict[str, str]()
    engine = cast("JinjaTemplateEngine", cast("Any", request.app).template_engine)
    token = csrf_token({"request": request})
    while not running.closing:
        revision = running.centre.revision
        context: dict[str, Any] = {**content(request, name, running, views), "request": request}
        drawn = {part: engine.get_template(f"part_{part}.html").render(**context) for part in FRAGMENTS[name]}
        changed = {part: html for part, html in drawn.items() if shown.get(part) != html}
        shown.update(changed)
        centre, now, words = running.centre, running.clock.now().wall, context["w"]
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
