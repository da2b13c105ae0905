import pytest

from gatewayd.compat.recipients import by_blanks, by_commas


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("+15145550123", ["+15145550123"]),
        (" 15145550123", ["+15145550123"]),
        (" 15145550123, 15145550124", ["+15145550123", "+15145550124"]),
        ("514 555-0123, 514 555-0124", ["514 555-0123", "514 555-0124"]),
        (" 15145550123, +15145550124,5145550125", ["+15145550123", "+15145550124", "5145550125"]),
        ("1;2,,3,", ["1", "2", "3"]),
        (" , ", []),
        ("", []),
    ],
)
def test_a_list_by_commas(written: str, numbers: list[str]) -> None:
    assert by_commas(written) == numbers


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("+15145550123", ["+15145550123"]),
        (" 15145550123", ["+15145550123"]),
        ("+15145550123 5145550124", ["+15145550123", "5145550124"]),
        (" 15145550123  15145550124 5145550125", ["+15145550123", "+15145550124", "5145550125"]),
        ("5145550123  5145550124", ["5145550123", "5145550124"]),
        ("   ", []),
    ],
)
def test_a_list_by_blanks(written: str, numbers: list[str]) -> None:
    assert by_blanks(written) == numbers
