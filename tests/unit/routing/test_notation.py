"""How single values are written."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from config.values import UnfitError
from routing import notation
from routing.consent import QuietHours
from routing.model import Kind, Priority, Target, TargetKind
from routing.notation import Reader, as_plain, choice, several


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (notation.text, "", ""),
        (notation.name, "été 2027", "été 2027"),
        (notation.flag, True, True),
        (notation.count, 0, 0),
        (several(notation.words), ["a", "à demain!"], ("a", "à demain!")),
        (choice(Kind), "missed_call", Kind.MISSED_CALL),
        (notation.sender, "+15145550123", "+15145550123"),
        (notation.sender, "+1514*", "+1514*"),
        (notation.sender, "+*", "+*"),
        (notation.sender, "BELL", "BELL"),
        (notation.pattern, "*prix*", "*prix*"),
        (notation.target, "person:lea", Target(kind=TargetKind.PERSON, name="lea")),
        (notation.target, "on_call", Target(kind=TargetKind.ON_CALL)),
        (notation.email, "boss@shop.example", "boss@shop.example"),
        (notation.url, "https://shop.example/hook?a=b", "https://shop.example/hook?a=b"),
        (notation.country, "CA", "CA"),
        (notation.country_or_all, "*", "*"),
        (notation.country_or_all, "US", "US"),
        (notation.time_of_day, "22:30", time(22, 30)),
        (notation.day, "2027-06-24", date(2027, 6, 24)),
        (notation.duration, "36h", timedelta(hours=36)),
        (notation.quiet_hours, "21:00-08:30", QuietHours(begin=time(21), end=time(8, 30))),
        (notation.quiet_hours, "off", None),
    ],
)
def test_what_is_written_is_read_and_written_again(
    read: Reader, written: object, value: object
) -> None:
    assert read(written) == value
    assert as_plain(value) == written


def test_a_date_of_toml_s_own_is_one() -> None:
    assert notation.day(date(2027, 6, 24)) == date(2027, 6, 24)


def test_one_value_needs_no_brackets() -> None:
    assert several(notation.name)("main") == ("main",)


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (notation.text, 1, "text in quotes"),
        (notation.text, "x" * 1001, "at most 1000"),
        (notation.text, "\ud83d", "halves of characters"),
        (notation.name, "", "a name of at most 60"),
        (notation.name, " a", "without spaces around"),
        (notation.name, "a\nb", "in one line"),
        (notation.name, "x" * 61, "at most 60"),
        (notation.flag, "true", "without quotes"),
        (notation.count, True, "whole number"),
        (notation.count, -1, "whole number"),
        (notation.count, "1", "whole number"),
        (several(notation.name), ["a"] * 1001, "at most 1000 values"),
        (choice(Priority), "high", 'expected "urgent" or "normal" or "low"'),
        (notation.sender, "*", "a number such as"),
        (notation.sender, "+1*4", "a number such as"),
        (notation.words, "?!", "letters and digits"),
        (notation.pattern, "", "1 to 100 characters"),
        (notation.pattern, "x" * 101, "1 to 100 characters"),
        (notation.target, "lea", "person:NAME"),
        (notation.target, "person:", "person:NAME"),
        (notation.target, "person", "person:NAME"),
        (notation.target, "on_call:lea", "person:NAME"),
        (notation.target, "on_call:", "person:NAME"),
        (notation.email, "boss", "boss@shop.example"),
        (notation.email, "boss,lea@shop.example", "boss@shop.example"),
        (notation.email, '"boss"@shop.example', "boss@shop.example"),
        (notation.email, "boss..lea@shop.example", "boss@shop.example"),
        (notation.url, "ftp://shop.example", "https://shop.example/hook"),
        (notation.country, "ca", "ISO 3166"),
        (notation.country_or_all, 1, "text in quotes"),
        (notation.day, "2027-02-30", "a date such as"),
        (notation.day, datetime(2027, 6, 24, tzinfo=UTC), "a date such as"),
        (notation.duration, "1x", "a duration such as"),
        (notation.duration, "367d", "at most a year"),
        (notation.quiet_hours, "21-8", "times such as"),
        (notation.time_of_day, "24:00", "time of day"),
        (notation.time_of_day, "9:00", "time of day"),
    ],
)
def test_what_was_expected_is_said(read: Reader, written: object, expected: str) -> None:
    with pytest.raises(UnfitError, match=expected):
        read(written)
