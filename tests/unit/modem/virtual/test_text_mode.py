# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Text mode: other people's programs type and read text."""

from __future__ import annotations

import pytest

FROM = "+15145550999"


def types_body(computer, to: str, body: bytes) -> list[str]:
    assert computer.types(f'AT+CMGS="{to}"') == ["> "]
    computer.modem.receive(body + b"\x1a")
    return computer.lines()


@pytest.fixture
def texter(computer):  # noqa: ANN201 - as above
    computer.types("AT+CMGF=1")
    return computer


@pytest.mark.parametrize(
    ("setting", "to", "body", "text"),
    [
        ("AT", "+15145550123", b"hello", "hello"),
        ('AT+CSCS="GSM"', "+15145550123", b"\x05t\x05 \x00", "été @"),
        ('AT+CSCS="HEX"', "+15145550123", b"0574", "ét"),
        (
            'AT+CSCS="UCS2";+CSMP=17,167,0,8',
            "+15145550123".encode("utf-16-be").hex(),
            "Ça 😀".encode("utf-16-be").hex().encode(),
            "Ça 😀",
        ),
        ('AT+CSCS="UCS2"', "12345", "ok".encode("utf-16-be").hex().encode(), "ok"),
    ],
)
def test_what_is_typed_is_sent(texter, setting: str, to: str, body: bytes, text: str) -> None:
    texter.types(setting)
    assert types_body(texter, to, body) == ["+CMGS: 1", "OK"]
    assert [entry.text for entry in texter.ledger.of("text")] == [text]


@pytest.mark.parametrize(
    ("setting", "to", "body"),
    [
        ('AT+CSCS="UCS2"', "+15145550123", b"no hex"),
        ("AT", "", b"nobody"),
        ("AT", "+15145550123", b"x" * 161),
    ],
)
def test_what_cannot_be_sent(texter, setting: str, to: str, body: bytes) -> None:
    texter.types(setting)
    assert types_body(texter, to, body) == ["+CMS ERROR: 305"]


def test_a_report_is_asked_for_by_csmp_and_read_as_text(texter) -> None:
    texter.types("AT+CSMP=49,167,0,0;+CNMI=2,1,0,2")
    types_body(texter, "+15145550123", b"hello")
    assert texter.passes() == ['+CDSI: "SR",1']
    texter.types('AT+CPMS="SR"')
    assert texter.types("AT+CMGR=1")[0] == (
        '+CMGR: "REC UNREAD",6,1,"+15145550123",145,"26/03/02,09:00:00-20","26/03/02,09:00:00-20",0'
    )


def test_what_was_written_and_what_cannot_be_read(texter) -> None:
    assert texter.types('AT+CMGW="+15145550123"') == ["> "]
    texter.modem.receive(b"later\x1a")
    texter.network.deliver_pdu(to=texter.modem.number, tpdu=b"\x04\x01")
    texter.network.text_in(to=texter.modem.number, from_=FROM, text="hi")
    texter.types("AT+CSDH=1")
    assert texter.types('AT+CMGL="ALL"') == [
        '+CMGL: 1,"STO UNSENT","+15145550123",,,145,5',
        "later",
        '+CMGL: 2,"REC UNREAD","",,""',
        "07915141896745F30401",
        f'+CMGL: 3,"REC UNREAD","{FROM}",,"26/03/02,09:00:00-20",145,2',
        "hi",
        "OK",
    ]
    assert texter.types('AT+CMGL="NONSENSE"') == ["+CMS ERROR: 305"]
    assert texter.types("AT+CMGL=?")[0].startswith('+CMGL: ("REC UNREAD"')
