"""The web application: pages and interface together, their shared rules, and how an error is told."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, route
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Response
from litestar.template import TemplateConfig

from central.api import desk_api, json_api
from central.blik.gateway_tasks import NOTIFICATIONS
from central.dashboard import document_pages, frame, machine_pages, pages, receipt_page
from central.dashboard.given import Desk
from central.deposits.rules import DeskRefused
from central.running import Running
from central.settings import Http
from central.sms.provider import read_reports
from central.views import Views
from contracts.receipt import ReceiptWrong

LOG = logging.getLogger("kiosk.centre.web")
DASHBOARD = Path(pages.__file__).parent
CONFLICTS = ("_already", "_held", "_known", "_free", "_stored", "_more", "_person")
BODY_MAX = 64 * 1024
OWN_PROOF = ["^/api/", "^/sms/", "^/blik/"]
"""Whoever calls there proves itself by something else than a form."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def reports_path(secret: str) -> str:
    """Where the provider brings its delivery reports: nobody else knows the address, for its reports carry no signature."""
    return f"/sms/reports/{hmac.digest(secret.encode(), b'sms reports', 'sha256').hex()[:32]}"


def _sms_reports(secret: str) -> HTTPRouteHandler:
    @route(reports_path(secret), http_method=["GET", "POST"], status_code=200, media_type=MediaType.TEXT, include_in_schema=False)
    async def sms_report(request: Request[Any, Any, Any], running: Desk) -> str:
        """Delivery reports of the provider, one or several; it wants to hear OK and sends them again until then."""
        form = {name: str(value) for name, value in {**dict(request.query_params), **dict(await request.form())}.items()}
        said = [(report.idx, report.status) for report in read_reports(form)]
        if said:
            running.turn(lambda centre, now: centre.deliveries_reported(said, now))
        return "OK"

    return sms_report


def _blik_notifications(taken: Callable[[bytes], bool]) -> HTTPRouteHandler:
    @route(NOTIFICATIONS, http_method=["POST"], status_code=200, media_type=MediaType.TEXT, include_in_schema=False)
    async def blik_notification(request: Request[Any, Any, Any]) -> str:
        """The gateway says that something is paid, and says it again until it hears OK; its signature proves that it is the gateway."""
        if not taken(await request.body()):
            raise PermissionDeniedException("signature_wrong")
        return "OK"

    return blik_notification


def _is_for_everybody(path: str) -> bool:
    """Whether a name that the whole world knows may lead there."""
    return path in ("/c", NOTIFICATIONS) or path.startswith(("/static/", "/sms/reports/"))


def make_app(
    running: Running, views: Views, http: Http, secret: str, blik: Callable[[bytes], bool] = lambda _: False
) -> Litestar:  # fmt: skip
    """The application over one centre; `blik` takes a payment gateway's notification and says whether it was its own."""

    def told(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return _told(request, error, running, headers)

    def only_these_hosts(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        # A foreign name that was made to lead here must not open the desk: there is no sign-in yet.
        name = connection.url.hostname or ""
        if name not in hosts and not (name in http.public_hosts and _is_for_everybody(connection.url.path)):
            raise PermissionDeniedException("host_unknown")

    hosts = {*LOOPBACK, http.host, *http.hosts}
    headers = {**HEADERS, "Content-Security-Policy": f"{POLICY} {' '.join(http.frame_ancestors)}".strip()}
    return Litestar(
        route_handlers=[
            *pages.HANDLERS,
            *document_pages.HANDLERS,
            *machine_pages.HANDLERS,
            *receipt_page.HANDLERS,
            _sms_reports(secret),
            _blik_notifications(blik),
            json_api.ROUTER,
            desk_api.ROUTER,
        ],
        dependencies={"running": Provide(lambda: running, sync_to_thread=False), "views": Provide(lambda: views, sync_to_thread=False)},
        template_config=TemplateConfig(directory=DASHBOARD / "templates", engine=JinjaTemplateEngine),
        csrf_config=_form_guard(secret),
        guards=[only_these_hosts],
        exception_handlers={HTTPException: told, DeskRefused: told, ReceiptWrong: told, frame.FormWrong: told, Exception: told},
        openapi_config=OpenAPIConfig(title="Kiosk centre", version="1", use_handler_docstrings=True, render_plugins=[JsonRenderPlugin()]),
        request_max_body_size=BODY_MAX,
        response_headers=headers,
        logging_config=None,
        debug=False,
    )


def _form_guard(secret: str) -> CSRFConfig:
    # litestar keeps whatever cookie it finds: named after the key, one of another key, or of another centre on this host, is not found.
    name = f"csrftoken-{hashlib.sha256(secret.encode()).hexdigest()[:8]}"
    return CSRFConfig(
        secret=secret, cookie_name=name, cookie_samesite="strict", cookie_httponly=True, exclude=["^/api/", "^/sms/", "^/blik/"]
    )


def _told(request: Request[Any, Any, Any], error: Exception, running: Running, headers: dict[str, str]) -> Response[Any]:
    status, code = _meaning(error)
    if status == 500:
        # The type and the place say enough; the text of an unforeseen error could hold a phone.
        LOG.error("%s %s: %s", request.method, request.url.path, type(error).__name__, exc_info=_frames_only(error))
    if request.url.path.startswith(("/api/", "/sms/", "/blik/", "/schema")):
        words = frame.words_of(request, running)
        text = words(f"e.{code}") if words.has(f"e.{code}") else code
        return Response({"error": code, "text": text}, status_code=status, media_type=MediaType.JSON, headers=headers)
    response = frame.error_page(request, running, status, code)
    response.headers.update(headers)
    return response


def _meaning(error: Exception) -> tuple[int, str]:
    if isinstance(error, DeskRefused):
        return (404 if error.code == "deposit_unknown" else 409 if error.code.endswith(CONFLICTS) else 400), error.code
    if isinstance(error, ReceiptWrong):
        return 400, "receipt_wrong"
    if isinstance(error, frame.FormWrong | RecursionError | UnicodeDecodeError):
        # Only a body nested thousands of times deep, or one that is no UTF-8, makes the decoder give up like this.
        return 400, "form_wrong"
    if not isinstance(error, HTTPException):
        return 500, "inside"
    known = {404: "page_unknown", 400: "form_wrong", 403: "not_from_here"}
    if error.detail in {"deposit_unknown", "content_type_not_json", "host_unknown"}:
        return error.status_code, error.detail
    return error.status_code, "inside" if error.status_code >= 500 else known.get(error.status_code, "refused")


def _frames_only(error: Exception) -> tuple[type[Exception], Exception, Any]:
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__
