from datetime import datetime, timedelta

import pytest

from config import hosts, values
from config.build import spell
from config.schema import NationalShift
from config.values import Listen, UnfitError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("2h", 7200), ("2d", 172_800), ("1w", 604_800), ("250ms", 0.25)],
)
def test_durations(text: str, seconds: float) -> None:
    assert values.parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "5", "5 m", "m", "-5m", "5M", "1h30m", "٣m"])
def test_no_durations(text: str) -> None:
    with pytest.raises(UnfitError):
        values.parse_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=14), "14d"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(milliseconds=1500), "1500ms"),
        (timedelta(), "0ms"),
    ],
)
def test_durations_are_written_in_the_largest_exact_unit(duration: timedelta, text: str) -> None:
    assert values.format_duration(duration) == text


@pytest.mark.parametrize(
    ("read", "good"),
    [
        (values.line(5), ["a", "éàü"]),
        (values.whole(1, 3), [1, 3]),
        (values.flag, [True, False]),
        (values.name, ["counter", "sim-2", "a_b"]),
        (values.country, ["CA", "CA-QC", "GB-ENG"]),
        (values.timezone, ["America/Toronto", "UTC"]),
        (values.listen, ["127.0.0.1:8767", "[::1]:0", "localhost:80", "0.0.0.0:65535"]),
        (hosts.host_name, ["mail.shop.example", "192.168.1.5", "::1"]),
        (hosts.email_address, ["texts@shop.example", "a.b+c@localhost"]),
        (hosts.host_names, [[], ["sms.shop.lan", "192.168.1.5"]]),
        (hosts.page_url, ["https://sms.shop.lan", "http://10.0.0.2:8767", "https://[fd00::1]:1"]),
        (values.several(NationalShift), [[], ["turkish"], ["turkish", "spanish", "portuguese"]]),
        (
            values.device,
            ["auto", "/dev/ttyUSB0", "virtual:", "virtual:two", "socket://127.0.0.1:4000"],
        ),
        (values.digits(14, 16, "x"), ["490154203237518"]),
        (values.number, ["+15145550100", "+1 (514) 555-0100"]),
        (values.canary_target, ["self", "spare", "+1 514 555 0100"]),
        (values.price, ["0.02 CAD", "1 EUR"]),
        (values.path, ["/x", "y"]),
    ],
)
def test_good_values(read: values.Reader, good: list[object]) -> None:
    for value in good:
        read(value)


@pytest.mark.parametrize(
    ("read", "bad"),
    [
        (values.line(5), ["", " ", "a\nb", "abcdef", 3]),
        (values.whole(1, 3), [0, 4, "1", True, 1.0]),
        (values.flag, [1, "true"]),
        (values.name, ["", "Counter", "-a", "a b", "x" * 33]),
        (values.country, ["QC", "ca", "CAN", "CA-", "XX"]),
        (values.timezone, ["Toronto", "", "../etc/passwd", "America"]),
        (values.listen, ["8767", "shop.lan:1", "127.0.0.1", "127.0.0.1:65536", "::1:80", ":80"]),
        (values.listen, [f"127.0.0.1:{'9' * 5000}"]),
        (hosts.host_name, ["", "x:80", "http://x", "-x", 3]),
        (
            hosts.email_address,
            ["", "x", "a@b@c", "a b@c.d", "a@b.c\n", "<a@b.c>", "a@-b", "a..b@c.d", 3],
        ),
        (hosts.host_names, ["x", [1], ["http://x"], ["x:80"], ["-x"]]),
        (hosts.page_url, ["sms.lan", "ftp://x", "https://x/y", "https://a@b", "http://[x]", 3]),
        (values.several(NationalShift), ["turkish", ["french"], [2], ["spanish", "spanish"]]),
        (values.device, ["ttyUSB0", "COM1", "", "virtual", "/dev/x\0"]),
        (values.digits(14, 16, "x"), ["1", "49015420323751A", 490154203237518, "٤" * 15]),
        (values.number, ["5145550100", "+", "+0123", "+1" * 9]),
        (values.canary_target, ["", "Self", "5145550100 ", "+", 1]),
        (values.price, ["0.02", "CAD 0.02", "-1 CAD", 0.02]),
        (values.path, ["", "a\0b", 3, "~nobody-of-that-name/x"]),
        (values.ussd_code, ["", "*100", "1", "*1a#", '*1#"', "*1#\r", "*" * 200 + "#", 100]),
        (values.ussd_code, ["**04*1111*2222*2222#", "**042*1*2*2#", "**05*12345678*1*1#"]),
        (values.ussd_reply, ["", 'a"', "é", "a\n", "x" * 161, 1]),
        (values.ussd_path, ["", ",1", "*100#,", '*100#,"', "1,*100#", 5]),
        (values.amount_pattern, ["", "balance", "{amount}{amount}", "{amount}\n", 5]),
        (values.amount_pattern, ["x" * 200 + "{amount}"]),
    ],
)
def test_bad_values_say_what_was_expected(read: values.Reader, bad: list[object]) -> None:
    for value in bad:
        with pytest.raises(UnfitError, match=r"^expected "):
            read(value)


def test_the_pages_address_has_no_slash_at_its_end() -> None:
    assert hosts.page_url("https://SMS.shop.lan/") == "https://sms.shop.lan"


def test_a_ussd_code_and_the_replies_to_its_menus() -> None:
    assert values.ussd_path("*100#") == "*100#"
    assert values.ussd_path(" *100#, 1 ,my plan ") == "*100#,1,my plan"
    assert values.ussd_code("#225#") == "#225#"
    assert values.amount_pattern("Solde*: {amount} $") == "Solde*: {amount} $"


def test_an_address_is_written_as_it_was_read() -> None:
    for text in ("127.0.0.1:8767", "[::1]:80", "localhost:0"):
        assert str(values.listen(text)) == text
    assert Listen(host="localhost", port=1).is_loopback
    assert not Listen(host="0.0.0.0", port=1).is_loopback  # noqa: S104 - only looked at


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (5, "5"),
        ('a"b', '"a\\"b"'),
        ([1, "x"], '[1, "x"]'),
        ({"a": 1}, "{…}"),
        (datetime(2026, 1, 2), "2026-01-02T00:00:00"),  # noqa: DTZ001 - TOML has local times
    ],
)
def test_values_are_shown_as_toml(value: object, text: str) -> None:
    assert spell(value) == text


def test_a_long_value_is_cut() -> None:
    assert len(spell("x" * 500)) == 78
