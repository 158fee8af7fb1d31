"""Records every screen in every language, theme and on both panels, and measures each picture: `make screens`.

Writes docs/screens/: the pictures (not kept in the repository), a page to leaf through them, and what was measured in this run.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from contracts.screen_messages import LANGUAGES, ScreenMessage, Size, Theme
from controller.kiosk.panels import PanelName
from tests.screens.qr_reader import texts
from tests.screens.samples import LOOKS, SCREENS, sample
from tests.screens.shown_page import chromium, open_page, put

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
FIT = (Path(__file__).parent / "fit.js").read_text().split("\n", 1)[1]
PX_MM: dict[PanelName, float] = {"7in": 6.675, "10in": 5.884}
CAP_MIN: dict[tuple[PanelName, Size], float] = {
    ("7in", "A"): 40.8, ("10in", "A"): 43.1, ("7in", "A+"): 57.1, ("10in", "A+"): 50.3, ("7in", "A++"): 81.6, ("10in", "A++"): 86.2,
}  # fmt: skip
"""How high capitals are at least, in pixels: at A++ twice as high as at A."""
THEMES: tuple[Theme, ...] = ("day", "night", "contrast")
AXE = "axe.run().then((all) => all.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))"


class Report(msgspec.Struct, frozen=True):
    """What one run measured; `names` is a hash over the names of all recorded screens and variants."""

    screens: int
    languages: int
    themes: int
    pictures: int
    axe_violations: int
    overflows: int
    variants: int
    qr_codes: int
    names: str


class Found(msgspec.Struct):
    """What is being counted, and what was objected to."""

    pictures: int = 0
    qr_codes: int = 0
    axe: list[str] = []
    overflows: list[str] = []
    qr_wrong: list[str] = []


def names_hash() -> str:
    """A hash over the names of all screens and their variants."""
    return hashlib.sha256("\n".join(sorted(SCREENS)).encode()).hexdigest()[:16]


def wanted() -> Iterator[tuple[str, Size, Theme, str]]:
    """Everything that is recorded: size A in each theme, A++ in one; each in every language."""
    for name in SCREENS:
        for language in LANGUAGES:
            for theme in THEMES:
                yield name, "A", theme, language
            yield name, "A++", "day", language


def file_name(name: str) -> str:
    """A screen's name as a file name."""
    return name.replace(" ", "_")


def record(folder: Path, only: frozenset[str] = frozenset()) -> tuple[Report, Found]:
    """Record all screens, or those named in `only`, into a folder."""
    found = Found()
    with chromium() as browser:
        for panel, look in LOOKS.items():
            shown = open_page(browser, look)
            shown.evaluate(AXE_FILE_PATH.read_text())
            for name, size, theme, language in wanted():
                if not only or name in only:
                    message = sample(name, language, size=size, theme=theme)
                    put(shown, message, look)
                    path = folder / "pictures" / panel / size.replace("+", "p") / theme / language / f"{file_name(name)}.png"
                    _measure(shown, message, panel, path, found)
            shown.close()
    report = Report(
        screens=len({screen for screen, _, _ in SCREENS.values()}),
        languages=len(LANGUAGES),
        themes=len(THEMES),
        pictures=found.pictures,
        axe_violations=len(found.axe),
        overflows=len(found.overflows),
        variants=len(SCREENS),
        qr_codes=found.qr_codes,
        names=names_hash(),
    )
    return report, found


def _measure(shown: Page, message: ScreenMessage, panel: PanelName, path: Path, found: Found) -> None:
    where = "/".join(path.parts[-5:])
    found.axe += [f"{where}: {one}" for one in shown.evaluate(AXE)]
    limits: dict[str, Any] = {"px_mm": PX_MM[panel], "cap_min": CAP_MIN[panel, message.size]}
    found.overflows += [f"{where}: {one}" for one in shown.evaluate(FIT, limits)]
    picture = shown.screenshot()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    found.pictures += 1
    codes = shown.locator("#screen .qr svg").count()
    if codes:
        found.qr_codes += 1
        if texts(picture) != [message.data["receipt"]]:
            found.qr_wrong.append(where)


def main() -> int:
    """Record everything; 0 when nothing is to be objected to."""
    report, found = record(FOLDER)
    (FOLDER / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    names = msgspec.json.encode([file_name(name) for name in SCREENS])
    (FOLDER / "screens.js").write_bytes(b"const SCREENS = " + names + b";\nconst REPORT = " + msgspec.json.encode(report) + b";\n")
    wrong = [*found.axe, *found.overflows, *found.qr_wrong]
    sys.stdout.write("\n".join([*wrong, f"{report.pictures} pictures, {len(wrong)} objections: open docs/screens/index.html"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
