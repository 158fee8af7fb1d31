"""The recorded report is of the screens that there are, and the recorder sees what is wrong."""

from pathlib import Path

import msgspec
import pytest
import qrcode
from qrcode.image.svg import SvgPathImage

from contracts.screen_messages import LANGUAGES
from tests.screens.qr_reader import texts
from tests.screens.record import FOLDER, THEMES, Report, names_hash, record, wanted
from tests.screens.samples import LOOKS, SCREENS
from tests.screens.shown_page import CHROMIUM, chromium, open_page

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM.exists(), reason="no system Chromium: make system-packages")]


def test_the_report_is_of_these_screens() -> None:
    report = msgspec.json.decode((FOLDER / "report.json").read_bytes(), type=Report)
    assert report.names == names_hash(), "make screens"
    assert (report.screens, report.variants) == (len({screen for screen, _, _ in SCREENS.values()}), len(SCREENS))
    assert (report.languages, report.themes) == (len(LANGUAGES), len(THEMES))
    assert report.pictures == len(LOOKS) * len(list(wanted()))
    with_code = [size for name, size, _, _ in wanted() if "receipt" in SCREENS[name][2]]
    assert report.qr_codes >= len(LOOKS) * with_code.count("A"), "at A++ the code may be on another page"
    assert (report.axe_violations, report.overflows) == (0, 0)
    listed = (FOLDER / "screens.js").read_text("utf-8")
    assert all(f'"{name.replace(" ", "_")}"' in listed for name in SCREENS)


def test_one_screen_is_recorded_in_every_way(tmp_path: Path) -> None:
    report, found = record(tmp_path, frozenset(("l.stop",)))
    assert report.pictures == len(list(tmp_path.rglob("*.png"))) == 2 * len(LANGUAGES) * (len(THEMES) + 1)
    assert (found.axe, found.overflows, found.qr_wrong) == ([], [], [])


def test_what_is_wrong_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = ".target { color: #888 !important; background: #999 !important } p { font-size: 20px }"
    monkeypatch.setattr("tests.screens.shown_page.STYLE", spoilt)
    report, found = record(tmp_path, frozenset(("l.stop",)))
    assert report.overflows == len(found.overflows) > 0
    assert report.axe_violations == len(found.axe) > 0
    assert report.pictures == found.pictures


def test_a_code_is_read_from_its_picture() -> None:
    text = "https://odbior.example/c#" + "Ab9_" * 33
    code = qrcode.QRCode(image_factory=SvgPathImage, box_size=10)
    code.add_data(text)
    with chromium() as browser:
        shown = open_page(browser, LOOKS["7in"])
        shown.set_content(
            f"<body style='background: #fff'><div style='width: 260px'>{code.make_image().to_string(encoding='unicode')}</div>"
        )
        picture = shown.screenshot()
        shown.set_content("<p>no code</p>")
        assert texts(picture) == [text]
        assert texts(shown.screenshot()) == []
