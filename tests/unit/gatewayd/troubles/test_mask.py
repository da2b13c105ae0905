"""What of a dialogue may be shown, line by line."""

from __future__ import annotations

import pytest

from gatewayd.troubles.mask import NOT_READ, Mask

DELIVER = b"07915141550900F0040B915141550510F100006211225151000002C834"
MASKED = b"07910000000000F0040B910000000000F000006211225151000002783C"
SUBMIT = b"0011000B915141550510F10000AA02C834"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"OK", b"OK"),
        (b"RING", b"RING"),
        (b"+CME ERROR: SIM busy", b"+CME ERROR: SIM busy"),
        (b"+CMS ERROR: 332", b"+CMS ERROR: 332"),
        (b"+CPIN: SIM PIN", b"+CPIN: SIM PIN"),
        (b"+CPINR: SIM PIN,3,3", b"+CPINR: SIM PIN,3,3"),
        (b'+QPINC: "SC",3,10', b'+QPINC: "SC",3,10'),
        (b"^CPIN: SIM PIN,3,10,3,10,3", b"^CPIN: SIM PIN,3,10,3,10,3"),
        (b"Call Ready", b"Call Ready"),
        (b"+CREG: 0,1", b"+CREG: 0,1"),
        (b'+CMTI: "SM",3', b'+CMTI: "SM",3'),
        (b'+CPMS: "SM",1,30,"ME",0,50', b'+CPMS: "SM",1,30,"ME",0,50'),
        (b'+CREG: 2,1,"1A2B","00C0FFEE"', b'+CREG: 2,1,"0x0x","00000000"'),
        (b'+CLIP: "+15145550123",145,"Marie",,0', b'+CLIP: "+00000000000",145,"xxxxx",,0'),
        (b'+CLIP: "514-555-0123",129', b'+CLIP: "000x000x0000",129'),
        (b"+CLIP: 514-555-0123,129", b"+CLIP: 000-000-0000,129"),
        (b'+CSCA: "+15145550900",145', b'+CSCA: "+00000000000",145'),
        (b'+CNUM: "Marie","5145550123",129', b'+CNUM: "xxxxx","0000000000",129'),
        (b"^ICCID: 8930272000000000001F", b"^ICCID: 89000000000000000000"),
        (b"8930272000000000017", b"8900000000000000000"),
        (b'+CRSM: 144,0,"98032702000000001070"', b'+CRSM: 144,0,"98000000000000000000"'),
        (b"490154203237518", b"000000000000000"),
        (b"^BOOT:20096657,0,0,0,72", b"^BOOT:00000000,0,0,0,72"),
        (b"call me: 1234", b"xxxxxxxxx0000"),
        (b"+HELLO: Marie", b"+xxxxxxxxxxxx"),
        (b"#Marie 12", b"#xxxxxx00"),
        ("Désolé".encode(), b"xxxxxxxx"),
        (b"0048006500790021", b"0000000000000000"),
        (b"no\xffise\x00", b"xx\xffxxx\x00"),
    ],
)
def test_what_the_modem_says(line: bytes, shown: bytes) -> None:
    assert Mask().heard(b"\r\n" + line + b"\r\n").data == b"\r\n" + shown + b"\r\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"AT", b"AT"),
        (b"\x1bAT", b"\x1bAT"),
        (b"ATE0Q0V1", b"ATE0Q0V1"),
        (b"AT+CPIN?", b"AT+CPIN?"),
        (b"AT+CMGL=?", b"AT+CMGL=?"),
        (b"AT+CNMI=2,1,0,2,0", b"AT+CNMI=2,1,0,2,0"),
        (b'AT+CPMS="SM","SM"', b'AT+CPMS="SM","SM"'),
        (b'AT+CPIN="1234"', b'AT+CPIN="0000"'),
        (b"at+cpin=1234", b"at+cpin=0000"),
        (b'AT+CLCK="SC",1,"1234"', b'AT+CLCK="SC",0,"0000"'),
        (b"AT^CPIN2=1234", b"AT^CPIN2=0000"),
        (b'AT+CSCA="+15145550900",145', b'AT+CSCA="+00000000000",145'),
        (b'AT+CUSD=1,"*123#",15', b'AT+CUSD=1,"*000#",15'),
        (b"ATD5145550123;", b"ATx0000000000x"),
        (b"AT+CSQ;+CUSD=1,Marie", b"AT+CSQx+xxxxx0xxxxxx"),
        (b"hello 12", b"xxxxxx00"),
    ],
)
def test_what_the_gateway_types(line: bytes, shown: bytes) -> None:
    assert Mask().typed(line + b"\r").data == shown + b"\r"


def test_a_pdu_keeps_its_shape_where_it_was_announced() -> None:
    for heading in (b"+CMGL: 1,0,,21", b"+CMGR: 1,,21", b"+CMT: ,21", b'+CMGL: 1,0,"Marie",21'):
        mask = Mask()
        mask.heard(heading + b"\r\n")
        assert mask.heard(DELIVER + b"\r\n").data == MASKED + b"\r\n"


@pytest.mark.parametrize(
    "heading", [b"", b"+CMGL: 1,0,,20", b'+CMT: "+1514",,"26/01/02"', b"+CBM: 21"]
)
def test_a_pdu_that_was_not_is_gone(heading: bytes) -> None:
    mask = Mask()
    mask.heard(heading + b"\r\n")
    masked = mask.heard(DELIVER + b"\r\n")
    assert (masked.data, masked.note) == (b"0" * len(DELIVER) + b"\r\n", NOT_READ)


def test_a_text_in_text_mode_is_hidden() -> None:
    mask = Mask()
    mask.heard(b'+CMT: "+15145550123",,"26/01/02"\r\n')
    assert mask.heard(b"Marie\r\n").data == b"xxxxx\r\n"


def test_the_make_that_is_known_is_shown_without_long_numbers() -> None:
    mask = Mask([b"E173", b"R11.126 490154203237518"])
    assert mask.heard(b"E173\r\n").data == b"E173\r\n"
    assert mask.heard(b'+CGMM: "E173"\r\n').data == b'+CGMM: "E173"\r\n'
    assert mask.heard(b"E174\r\n").data == b"x000\r\n"
    assert mask.heard(b"R11.126 490154203237518\r\n").data == b"R11.126 000000000000000\r\n"


def test_a_body_is_a_pdu_and_its_echo_the_same() -> None:
    mask = Mask()
    mask.typed(b"AT+CMGS=16\r")
    assert mask.heard(b"\r\n> ").data == b"\r\n> "
    body = mask.typed(SUBMIT + b"\x1a").data
    assert body == b"0011000B910000000000F00000AA02783C\x1a"
    assert mask.heard(SUBMIT + b"\x1a\r\n").data == body + b"\r\n"
    assert mask.heard(b"> " + SUBMIT + b"\r\n").data == b"> " + body[:-1] + b"\r\n"


def test_a_body_that_is_no_pdu_is_hidden() -> None:
    mask = Mask()
    mask.typed(b'AT+CMGS="+15145550123"\r')
    assert mask.typed(b"Hello Marie\x1a").data == b"xxxxxxxxxxx\x1a"
    mask.typed(b"AT+CMGS=16\r")
    assert mask.typed(b"0011000B9151\x1b").data == b"0000000x0000\x1b"  # withdrawn
    mask.typed(b"AT+CMGS=16\r")
    assert mask.typed(b"\x1bAT\r").data == b"\x1bAT\r"  # no prompt came


def test_an_answer_of_several_lines_ends_with_its_quote() -> None:
    mask = Mask()
    assert mask.heard(b'+CUSD: 0,"Solde 12.34\r\n').data == b'+CUSD: 0,"xxxxxx00x00\r\n'
    assert mask.heard(b"OK Marie\r\n").data == b"xxxxxxxx\r\n"
    assert mask.heard(b'fin",15\r\n').data == b'xxx",15\r\n'
    assert mask.heard(b"OK\r\n").data == b"OK\r\n"


def test_an_echo_is_masked_like_what_was_typed() -> None:
    mask = Mask()
    mask.typed(b'AT+CPIN="1234"\r')
    assert mask.heard(b'AT+CPIN="1234"\r\r\n').data == b'AT+CPIN="0000"\r\r\n'
    # also an older one's, or one that noise has changed
    assert mask.heard(b'AT+CPIN="1235"\r\r\n').data == b'AT+CPIN="0000"\r\r\n'
