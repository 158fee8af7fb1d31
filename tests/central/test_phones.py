"""Which numbers a text message may go to."""

import pytest

from central.phones import MOBILE, dialled, masked, mobile


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
        "700 234 123", "800 234 123", "61 646 33 44", "22 123 45 67", "48 601 234 12", "601 234 1234", "+49 601",
        "00 601 234 123", "+601 234 123", "٦٠١٢٣٤١٢٣", "601.234.123", "",
    ],
)  # fmt: skip
def test_what_no_text_message_reaches(written: str) -> None:
    assert mobile(written) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [("+380 44 123 45 67", "380441234567"), ("00380441234567", "380441234567"), ("+49 1512 345678", "491512345678")],
)
def test_a_number_of_another_country_is_written_with_its_code(written: str, number: str) -> None:
    assert mobile(written) == number
    assert dialled(number) == number
    assert mobile(number) is None


def test_how_a_number_is_dialled_and_shown() -> None:
    assert dialled("601234123") == "48601234123"
    assert masked("601234123") == "601 *** 123"
