"""Which numbers a text message may go to."""

import pytest

from central.phones import MOBILE, mobile


@pytest.mark.parametrize(
    "written", ["601234123", "601 234 123", "601-234-123", "+48 601 234 123", "48601234123", "0048601234123", "0048 601 234 123"]
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert mobile(written) == "601234123"


@pytest.mark.parametrize("prefix", MOBILE)
def test_every_mobile_prefix(prefix: str) -> None:
    assert mobile(f"{prefix}1234567") == f"{prefix}1234567"


@pytest.mark.parametrize(
    "written",
    [
        "700 234 123", "800 234 123", "61 646 33 44", "22 123 45 67", "48 601 234 12", "601 234 1234", "+49 601 234 123",
        "00 601 234 123", "+601 234 123", "٦٠١٢٣٤١٢٣", "601.234.123", "",
    ],
)  # fmt: skip
def test_what_no_text_message_reaches(written: str) -> None:
    assert mobile(written) is None
