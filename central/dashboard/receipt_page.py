"""The public page that checks a receipt: no sign-in, and what the receipt says is in no address and no log."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.response import Response
from msgspec import Meta

from central.dashboard.frame import AnyRequest, page, read_form, words_of
from central.dashboard.given import Desk, Shown
from central.receipts import TEXT_MAX, Checked
from central.running import Running
from contracts.receipt import ReceiptWrong


class ReceiptForm(msgspec.Struct, frozen=True):
    """A receipt as scanned or pasted."""

    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""


@get("/c", sync_to_thread=False)
def receipt_form(request: AnyRequest, running: Desk) -> Response[Any]:
    """Ask for a receipt; the script takes it from behind the `#` of the address, which no server is told."""
    return _receipt(request, running, None, "")


@post("/c")
async def receipt(request: AnyRequest, running: Desk, views: Shown) -> Response[Any]:
    """What the receipt is worth."""
    form = await read_form(request, ReceiptForm)
    try:
        checked = views.receipt(form.text)
    except ReceiptWrong:
        return _receipt(request, running, None, "receipt_wrong", 400)
    return _receipt(request, running, checked, "")


HANDLERS = (receipt_form, receipt)


def _receipt(request: AnyRequest, running: Running, checked: Checked | None, error: str, status: int = 200) -> Response[Any]:
    shown = {"w": words_of(request, running), "checked": checked, "error": error, "city": running.centre.settings.city}
    return page(request, running, "receipt", shown, status)
