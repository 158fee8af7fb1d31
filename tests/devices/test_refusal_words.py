"""Every code with which a dialogue refuses has words at the centre, in every language."""

import ast
from pathlib import Path

import pytest

from controller.devices.lock_board_events import REFUSALS

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "central" / "dashboard" / "texts"
DIALOGUES = ("controller/devices/lock_boards.py", "controller/devices/bought_boards.py", "controller/devices/duty_guard.py")


def codes() -> set[str]:
    """The codes of the table, and those that stand in the dialogues behind `refused` or as a guard's answer."""
    found = set(REFUSALS.values()) | {"not_executed", "cooling", "braked"}
    for name in DIALOGUES:
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and len(node.args) >= 3
                and isinstance(node.args[1], ast.Constant)
                and node.args[1].value == "refused"
            ):
                found |= {each.value for each in ast.walk(node.args[2]) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


def test_the_codes_are_found() -> None:
    assert {"duplicate", "mismatch", "not_understood", "not_seen_closed", "refused_by_board", "board_silent"} <= codes()


@pytest.mark.parametrize("language", ["pl", "en", "uk", "de"])
def test_every_refusal_has_words(language: str) -> None:
    text = (TEXTS / f"{language}.po").read_text("utf-8")
    assert [code for code in sorted(codes()) if f'msgid "r.door.refused.{code}"' not in text] == []
