"""A QR code as one path of squares: version 9, error correction M, a quiet zone of four modules. Pure geometry."""

from functools import lru_cache

import msgspec
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from controller.kiosk.forms import ScreenWrong

VERSION = 9
QUIET = 4
MODULES = 4 * VERSION + 17 + 2 * QUIET
"""One size for all: the screen gives each module whole pixels."""


class Code(msgspec.Struct, frozen=True):
    """The dark modules as an SVG path, one unit a module, and how many modules it is wide with its quiet zone."""

    path: str
    modules: int = MODULES


@lru_cache(maxsize=4)
def draw(text: str) -> Code:
    """The code of a text of at most 180 bytes; raises ScreenWrong."""
    code = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text.encode(), optimize=0)
    try:
        code.make(fit=False)
    except DataOverflowError:
        raise ScreenWrong("a QR code of more than 180 bytes") from None
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Code("".join(squares))
