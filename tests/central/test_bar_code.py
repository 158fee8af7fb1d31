"""The bars of a case code, read back as a scanner reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.dashboard.bar_code import SIGNS, bars

READ = {pattern: sign for sign, pattern in SIGNS.items()}


def scanned(drawn: tuple[tuple[int, int], ...], width: int) -> str:
    """The text of the bars, from the widths of bars and spaces alone."""
    widths: list[int] = []
    for at, (start, wide) in enumerate(drawn):
        widths.append(wide)
        if at + 1 < len(drawn):
            widths.append(drawn[at + 1][0] - start - wide)
    signs = [widths[first : first + 9] for first in range(0, len(widths), 10)]
    assert drawn[0][0] >= 10
    assert width - sum(drawn[-1]) >= 10
    return "".join(READ["".join("1" if each > 1 else "0" for each in sign)] for sign in signs)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_eight_digits_are_read_back(case: str) -> None:
    found = bars(case)
    assert found is not None
    assert scanned(*found) == f"*{case}*"


def test_every_sign_has_three_wide_elements_of_nine() -> None:
    assert {(len(pattern), pattern.count("1")) for pattern in SIGNS.values()} == {(9, 3)}
    assert len(READ) == len(SIGNS)


@pytest.mark.parametrize("case", ["", "1234567", "123456789", "B/12", "1234567a", "١٢٣٤٥٦٧٨"])
def test_other_cases_have_no_bars(case: str) -> None:
    assert bars(case) is None
