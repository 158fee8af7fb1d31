"""The sources with a shorter pulse and cool-down in the hardware description, so that a thousand openings fit into minutes.

Code and path are the same; only the two numbers that a person never waits for in a single visit differ.
"""

import re
import shutil
from pathlib import Path

from contracts.descriptions import Locker, read_locker
from tests.processes.child import ROOT

PULSE_MS = 60
COOLDOWN_MS = 500
PARTS = ("contracts", "controller", "hardware")


def make_tree(folder: Path, name: str = "urzedomat_24") -> tuple[Path, Locker]:
    """The tree and the locker of that name in it."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    locker = folder / "hardware" / f"{name}.toml"
    _set(locker, r"(?m)^pulse_ms = \d+", f"pulse_ms = {PULSE_MS}")
    board = folder / "hardware" / "lock_board_rev_c.toml"
    _set(board, r"(?m)^(\[limits\.cooldown_ms\]\nvalue = )\d+", rf"\g<1>{COOLDOWN_MS}")
    return folder, read_locker(locker)


def _set(path: Path, pattern: str, value: str) -> None:
    text, changed = re.subn(pattern, value, path.read_text("utf-8"))
    if changed != 1:
        raise RuntimeError(f"{path}: {pattern} stands there {changed} times")
    path.write_text(text, "utf-8")
