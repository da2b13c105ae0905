import pytest

from modem.at import verbs
from modem.at.command import Deadline, Expect
from modem.at.errors import BadReply


def test_command_lines() -> None:
    assert verbs.attention().line == b"AT"
    assert verbs.echo_off().line == b"ATE0Q0V1"
    assert verbs.cmee().line == b"AT+CMEE=1"
    assert verbs.cfun(verbs.Function.RADIO_OFF).line == b"AT+CFUN=4"
    assert verbs.cfun(verbs.Function.FULL, restart=True).line == b"AT+CFUN=1,1"
    assert verbs.cfun_read().line == b"AT+CFUN?"
    assert [make().line for make in (verbs.cgmi, verbs.cgmm, verbs.cgmr)] == [
        b"AT+CGMI",
        b"AT+CGMM",
        b"AT+CGMR",
    ]
    assert verbs.cgsn().expects is Expect.BARE
    assert verbs.cimi().deadline is Deadline.NORMAL
    assert verbs.cnum().prefixes == (b"+CNUM:",)


def test_cfun() -> None:
    assert verbs.parse_cfun([b"+CFUN: 1"]) == 1
    with pytest.raises(BadReply):
        verbs.parse_cfun([b"+CFUN: x", b"1"])


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([b"huawei"], "huawei"),
        ([b'+CGMI: "SIMCOM"'], "SIMCOM"),
        ([b"Quectel", b"EC25", b"Revision: A1"], "Quectel EC25 Revision: A1"),
        ([b"x" * 900], "x" * 200),
    ],
)
def test_texts(lines: list[bytes], text: str) -> None:
    assert verbs.parse_text(lines) == text


@pytest.mark.parametrize("lines", [[], [b'""']])
def test_no_text(lines: list[bytes]) -> None:
    with pytest.raises(BadReply):
        verbs.parse_text(lines)


@pytest.mark.parametrize(
    ("lines", "imei"),
    [
        ([b"490154203237518"], "490154203237518"),
        ([b'+CGSN: "490154203237518"'], "490154203237518"),
        ([b"IMEI 490154203237518"], "490154203237518"),
        ([b"4901542032375101"], "490154203237518"),
        ([b"3520990017614801"], "352099001761481"),
    ],
)
def test_imei(lines: list[bytes], imei: str) -> None:
    assert verbs.parse_cgsn(lines) == imei


def test_no_imei() -> None:
    with pytest.raises(BadReply):
        verbs.parse_cgsn([b"12345", b"12345678901234567"])


def test_imsi() -> None:
    assert verbs.parse_cimi([b"302720123456789"]) == "302720123456789"
    with pytest.raises(BadReply):
        verbs.parse_cimi([b"302"])


@pytest.mark.parametrize(
    ("line", "iccid"),
    [
        (b"89302720401234567890", "89302720401234567890"),
        (b'+CCID: "8930272040123456789"', "8930272040123456789"),
        (b"+QCCID: 8930272040123456789F", "8930272040123456789"),
        (b"^ICCID: 8930272040123456789f", "8930272040123456789"),
        (
            b'+CRSM: 144,0,"983920720421436587F9"',
            "8993022740123456789",
        ),
        (b"^ICCID: 98032027401032547698", "89300272040123456789"),
    ],
)
def test_iccid(line: bytes, iccid: str) -> None:
    assert verbs.parse_ccid([line]) == iccid


@pytest.mark.parametrize("line", [b"", b"+CRSM: 144", b"+CCID: 123"])
def test_no_iccid(line: bytes) -> None:
    with pytest.raises(BadReply):
        verbs.parse_ccid([line])


def test_the_ways_to_ask_for_the_iccid() -> None:
    assert [command.line for command in verbs.ccid_variants()] == [
        b"AT+CCID",
        b"AT^ICCID?",
        b"AT+QCCID",
        b"AT+ICCID",
        b"AT+CRSM=176,12258,0,0,10",
    ]


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ([b'+CNUM: "","+15145550100",145,0,4'], "+15145550100"),
        ([b'+CNUM: "Me","15145550100",145'], "+15145550100"),
        ([b'+CNUM: "Me","5145550100",129'], "5145550100"),
        ([b'+CNUM: ,"",129', b'+CNUM: ,"002B0031",145'], "+1"),
        ([], None),
    ],
)
def test_own_number(lines: list[bytes], number: str | None) -> None:
    assert verbs.parse_cnum(lines) == number
