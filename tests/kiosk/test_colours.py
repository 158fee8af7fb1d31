"""The city's accent: readable by day or refused, and set for no other theme."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.kiosk.colours import DAY, READABLE, contrast, refusal, style_sheet
from tests.screens.test_colours import tokens

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_it_knows_the_colours_of_the_day() -> None:
    day = tokens("day")
    assert list(DAY.values()) == [day["ground"], day["surface"], day["on-accent"]]
    assert refusal(day["accent"]) is None


def test_a_known_ratio() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0
    assert round(contrast("#F6F4EE", "#3B4A57"), 1) == 8.3


@pytest.mark.parametrize(
    ("accent", "ratio"),
    # The second is just readable on white and not on the ground, which is darker.
    [("#8CC4FF", "1.6:1 to ground"), ("#00539F", "6.9:1 to ground"), ("#FFFFFF", "1.0:1 to surface"), ("#ffd166", "1.3:1 to ground")],
)
def test_what_cannot_be_read_is_refused_with_its_ratio(accent: str, ratio: str) -> None:
    assert ratio in str(refusal(accent))


@given(COLOURS)
def test_what_is_taken_can_be_read_on_everything(accent: str) -> None:
    readable = all(contrast(accent, under) >= READABLE for under in DAY.values())
    assert (refusal(accent) is None) == readable


def test_only_the_day_takes_it() -> None:
    assert style_sheet("") == ""
    rules = style_sheet("#5a1e64").splitlines()
    assert len(rules) == 2
    assert all(rule.startswith('[data-theme="day"] ') and "#5a1e64" in rule for rule in rules)
