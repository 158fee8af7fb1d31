"""The receipt's QR code is read from a picture of the screen: on both panels, in each theme and language, as large as it must be."""

import io
from collections.abc import Iterator

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser

from contracts.receipt import TEXT_BYTES_MAX, verify
from contracts.screen_messages import LANGUAGES, Language
from controller.kiosk.forms import ScreenWrong
from controller.kiosk.panels import PanelName
from controller.kiosk.qr_picture import MODULES, draw
from tests.screens.record import PX_MM
from tests.screens.samples import LOOKS, RECEIPT, RECEIPT_KEY, THEMES, sample
from tests.screens.shown_page import CHROMIUM, chromium, open_page, put

MODULE_PX = {"7in": 4, "10in": 5}
SIDE_MM_MIN = 30
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", LOOKS)
def test_it_is_read_from_the_picture_of_the_screen(browser: Browser, panel: PanelName, language: Language) -> None:
    shown = open_page(browser, LOOKS[panel])
    for theme in THEMES:
        put(shown, sample("l.done", language, theme=theme), LOOKS[panel])
        picture = Image.open(io.BytesIO(shown.screenshot()))
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == RECEIPT
        assert (code.ec_level, code.format) == ("M", zxingcpp.BarcodeFormat.QRCode)
        verify(code.text, Ed25519PrivateKey.from_private_bytes(RECEIPT_KEY).public_key())
        box = shown.locator(".qr svg").bounding_box()
        assert box is not None
        assert box["width"] == box["height"] == MODULES * MODULE_PX[panel]
        assert (MODULES - 8) * MODULE_PX[panel] / PX_MM[panel] > SIDE_MM_MIN
        quiet = 4 * MODULE_PX[panel]
        left, top, side = int(box["x"]), int(box["y"]), int(box["width"])
        for edge in ((left, top, left + side, top + quiet), (left, top, left + quiet, top + side)):
            assert picture.convert("RGB").crop(edge).getcolors() == [(quiet * side, (255, 255, 255))]
    shown.close()


def test_every_code_has_the_same_modules() -> None:
    assert draw("https://urzad.example/c#x").modules == draw("x" * TEXT_BYTES_MAX).modules == MODULES == 61


@given(st.text(max_size=60))
def test_any_text_is_drawn_or_refused_by_name(text: str) -> None:
    if len(text.encode()) <= TEXT_BYTES_MAX:
        assert draw(text).path.startswith("M4 4h1v1h-1z")


def test_a_text_that_is_too_long_is_refused_by_name() -> None:
    with pytest.raises(ScreenWrong, match="more than 180 bytes"):
        draw("x" * (TEXT_BYTES_MAX + 1))
