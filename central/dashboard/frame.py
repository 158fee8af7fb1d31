"""What all pages share: language, the name of who works here, the frame around the content, and how an error is told."""

from typing import Any, TypeVar
from urllib.parse import quote, unquote

import msgspec
from litestar import Request
from litestar.response import Response, Template

from central.dashboard.contact import contact
from central.dashboard.words import Words, language_of, spoken
from central.deposits.rules import is_actor
from central.running import Running
from central.sms import texts
from central.views import Views

BY_DESK = "desk"
LANGUAGE_COOKIE, NAME_COOKIE = "language", "clerk"
YEAR_S, DAY_S = 365 * 86_400, 86_400
PATHS = frozenset(("/", "/clerk", "/clerk/document", "/clerk/code", "/round", "/tasks", "/terms", "/counts", "/c"))
NAME_MAX = 64
LIVE = frozenset(("overview", "tasks", "clerk", "document", "code", "terms", "counts"))
"""Pages that the script keeps fresh."""
PARTS = {"release": "tasks", "document": "clerk", "code": "clerk", "round": "clerk", "found": "clerk", "label": "clerk", "slip": "clerk"}
"""Under which heading of the navigation a page is found."""

AnyRequest = Request[Any, Any, Any]
F = TypeVar("F")


class FormWrong(ValueError):
    """A form does not follow its contract; holds none of its content."""


async def read_form(request: AnyRequest, kind: type[F]) -> F:
    """The form as its type; raises FormWrong."""
    try:
        return msgspec.convert(dict(await request.form()), kind, strict=False)
    except msgspec.ValidationError:
        raise FormWrong("form_wrong") from None


def words_of(request: AnyRequest, running: Running) -> Words:
    """The texts in the language asked for, remembered, accepted by the browser, or set."""
    settings = running.centre.settings
    asked = request.query_params.get("language") or request.cookies.get(LANGUAGE_COOKIE)
    accepted = request.headers.get("accept-language", "")
    return Words(language_of(asked, accepted, settings.language), settings.city.timezone)


def name_of(request: AnyRequest) -> str:
    """Who works at this browser, as last typed; empty when nobody has."""
    name = unquote(request.cookies.get(NAME_COOKIE, ""))
    return name if is_actor(name) else ""


def remember_name(response: Response[Any], name: str) -> None:
    """The next forms of this browser know who works there."""
    if is_actor(name):
        response.set_cookie(NAME_COOKIE, quote(name), samesite="strict", httponly=True, max_age=DAY_S)


def error_page(request: AnyRequest, running: Running, status: int, code: str) -> Response[Any]:
    """An error in words."""
    words = words_of(request, running)
    return Template("error.html", context={**_frame(request, running, words, ""), "code": code}, status_code=status)


def page(request: AnyRequest, running: Running, name: str, content: dict[str, Any], status: int = 200) -> Response[Any]:
    """A whole page; the words are in `content`, as `common` made them."""
    words: Words = content["w"]
    response = Template(f"{name}.html", context={**_frame(request, running, words, name), **content}, status_code=status)
    if "language" in request.query_params:
        response.set_cookie(LANGUAGE_COOKIE, words.language, samesite="strict", httponly=True, max_age=YEAR_S)
    return response


def common(request: AnyRequest, running: Running, views: Views) -> dict[str, Any]:
    """What the content of every page may name."""
    machines, centre = views.machines(), running.centre
    return {
        "w": words_of(request, running),
        "machines": machines,
        "connected": centre.connected,
        "contact": contact(machines, centre.connected, centre.since),
        "numbers": {machine: about.number for machine, about in centre.settings.machines.items()},
        "message_languages": texts.own_names(),
        "kinds": {kind: about.name for kind, about in centre.settings.documents.items()},
        "sizes": {kind: about.size for kind, about in centre.settings.documents.items()},
        "name": name_of(request),
    }


def _frame(request: AnyRequest, running: Running, words: Words, name: str) -> dict[str, Any]:
    centre, path = running.centre, request.url.path
    where = path if path in PATHS else "/clerk" if path.startswith("/clerk") else "/"  # never a path that somebody else chose
    key = request.query_params.get("key", "")
    return {
        "w": words,
        "page": name,
        "part": PARTS.get(name, name),
        "live": name if name in LIVE else "",
        "where": where,
        "beside": f"&key={quote(key)}" if where == "/clerk/document" and len(key) <= NAME_MAX else "",
        "connected": centre.connected,
        "lost_at": centre.since,
        "now": running.clock.now().wall,
        "languages": spoken(),
    }
