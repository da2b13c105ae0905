import pytest

from modem.virtual.dialect import (
    Form,
    Request,
    cme,
    cms,
    ordered_error,
    parse_line,
    result_text,
)


def request(verb: str, form: Form = Form.EXECUTE, *arguments: str) -> Request:
    return Request(verb=verb, form=form, arguments=arguments)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"AT", ()),
        (b"at", ()),
        (b"ATE0", (request("E", Form.EXECUTE, "0"),)),
        (b"AT&F", (request("&F"),)),
        (b"ATE0V1", (request("E", Form.EXECUTE, "0"), request("V", Form.EXECUTE, "1"))),
        (b"AT+CSQ", (request("+CSQ"),)),
        (b"at+csq?", (request("+CSQ", Form.READ),)),
        (b"AT+CNMI=?", (request("+CNMI", Form.TEST),)),
        (b"AT+CNMI=2,1,,2", (request("+CNMI", Form.SET, "2", "1", "", "2"),)),
        (b'AT+CPMS="SM", "ME"', (request("+CPMS", Form.SET, "SM", "ME"),)),
        (b"AT+CMGD=1,", (request("+CMGD", Form.SET, "1", ""),)),
        (b'AT+CUSD=1,"*1;2#",15', (request("+CUSD", Form.SET, "1", "*1;2#", "15"),)),
        (b"AT+CSQ;+CMEE=1", (request("+CSQ"), request("+CMEE", Form.SET, "1"))),
        (b"AT^ICCID?", (request("^ICCID", Form.READ),)),
        (b"xxAT+CSQ", (request("+CSQ"),)),
        (b"ATD+15145550123;", (request("D", Form.EXECUTE, "+15145550123"),)),
    ],
)
def test_a_command_line_is_split_into_requests(line: bytes, expected: tuple[Request, ...]) -> None:
    assert parse_line(line) == expected


def test_what_has_no_at_is_no_command() -> None:
    assert parse_line(b"hello") is None


@pytest.mark.parametrize("line", [b"AT!", b'AT"', b"AT\xe9", b"AT;;+", b'AT+CMGS="', b"AT=?"])
def test_any_line_can_be_read(line: bytes) -> None:
    assert parse_line(line) is not None


@pytest.mark.parametrize(
    ("level", "words", "expected"),
    [
        (0, False, ("ERROR", "+CMS ERROR: 332")),
        (1, False, ("+CME ERROR: 14", "+CMS ERROR: 332")),
        (2, False, ("+CME ERROR: SIM busy", "+CMS ERROR: 332")),
        (2, True, ("+CME ERROR: SIM busy", "+CMS ERROR: network timeout")),
    ],
)
def test_errors_are_worded_as_cmee_says(level: int, words: bool, expected: tuple[str, str]) -> None:
    worded = tuple(
        result_text(reply.result, cmee=level, words=words) for reply in (cme(14), cms(332))
    )
    assert worded == expected


@pytest.mark.parametrize(
    ("code", "kind", "number"),
    [
        ("38", "CMS", 38),
        ("CMS 332", "CMS", 332),
        ("+CME ERROR: 14", "CME", 14),
        ("ERROR", "ERROR", 0),
        ("", "ERROR", 0),
    ],
)
def test_a_fault_orders_its_error(code: str, kind: str, number: int) -> None:
    result = ordered_error(code).result
    assert (result.kind, result.code) == (kind, number)
