from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.console import LONGEST, Denied, permit, type_in
from modem.virtual.faults import FaultKind

if TYPE_CHECKING:
    from conftest import Bench

ASKING = (
    *("AT", "ATI", "ATI9", "AT+CSQ", "AT+CREG?", "AT+CNMI=?", "AT+CPMS?", "at+csq", " AT+CGSN "),
    *("AT^SYSINFO", "AT^HCSQ?", "AT$QCSQ?", "AT+CFUN?", "AT+CMGF?", "AT+CMGS=?", "AT+COPS?"),
    *("AT+CPIN?", "AT+CPINR", "AT+CSCA?", "AT+QNWINFO", "AT*PSUTTZ?", "AT#CGMM?", "AT%CPI?"),
)
CHANGING = (
    *("AT+CMGS=20", "AT+CMGS", "AT+CMGS?", "AT+CMGW=20", "AT+CMGW?", "AT+CMGD=1,4", "AT+CMSS=1"),
    *("AT+CNMI=0,0,0,0,0", "AT+CMGF=1", 'AT+CPIN="1234"', "AT+CFUN=0", "AT+CFUN=1,1", "AT+CFUN"),
    *("ATZ", "AT&F", "AT&W", "ATD+15145550123;", "ATA", "ATH", "ATO", "ATE1", "ATV0", "ATQ1"),
    *('AT+CPMS="ME"', "AT+CMGL=4", "AT+CMGR=1", "AT+CSMS=1", "AT+CNMA", "AT+CNMA?", "AT+CSCS"),
    *(
        "AT+CLIP?",
        "AT+CCWA?",
        "AT+COPS=?",
        "AT+COPS=0",
        "AT+CUSD=2",
        "AT+CHUP",
        "AT^RESET",
        "AT^RESET?",
        "AT+CRESET?",
    ),
    *("AT+CPOF?", "AT+QPOWD=?", "AT+CSQ;+CFUN=0", "AT+CREG?;+CMGD=1", "ATI;D112", "A/", "+++"),
    *("", " ", "CSQ", "AT+", "AT+CREG??", "AT+CREG=", "AT +CSQ", "ATS0=1", "ATI10", "ATT"),
    *("AT\x1a", "AT\r", "AT\rATZ", "AT+CSQ\x1b", "AT+CSQ\n", "AT+ÇSQ", "AT\x00", "AT\u2028"),
    "AT+" + "C" * LONGEST,
)


@pytest.mark.parametrize("line", ASKING)
def test_what_only_asks_is_permitted(line: str) -> None:
    command = permit(line)
    assert not isinstance(command, Denied), command
    assert command.line == line.strip().upper().encode()
    assert command.body is None


@pytest.mark.parametrize("line", CHANGING)
def test_all_else_is_denied_with_a_reason(line: str) -> None:
    denied = permit(line)
    assert isinstance(denied, Denied), denied
    assert denied.reason


def test_a_reason_does_not_quote_what_may_be_secret() -> None:
    denied = permit('AT+CPIN="1234"')
    assert isinstance(denied, Denied)
    assert "1234" not in denied.reason


async def test_all_lines_of_the_answer_are_shown(bench: Bench) -> None:
    async with bench.session() as session:
        for line, lines in (
            ("AT+CSQ", ("+CSQ: 21,99",)),
            ("AT+CGSN", ("490154203237518",)),
            ("AT+CPMS?", ('+CPMS: "SM",0,30,"SM",0,30,"SM",0,30',)),
        ):
            command = permit(line)
            assert not isinstance(command, Denied)
            typed = await type_in(session, command)
            assert (typed.command, typed.lines, typed.result, typed.done) == (
                line,
                lines,
                "OK",
                True,
            )


async def test_an_error_is_an_answer_and_silence_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.session() as session:
        command = permit("AT+CEER")
        assert not isinstance(command, Denied)
        bench.fault(FaultKind.ERROR, match="+CEER", code="CME 4")
        typed = await type_in(session, command)
        assert (typed.result, typed.done) == ("+CME ERROR: 4", False)
        monkeypatch.setattr("modem.console.DEADLINE_SECONDS", 0.05)
        bench.fault(FaultKind.LOSE_ANSWER, match="+CEER")
        typed = await type_in(session, command)
        assert (typed.lines, typed.result, typed.done) == ((), None, False)
        assert (await session.network()).registered
