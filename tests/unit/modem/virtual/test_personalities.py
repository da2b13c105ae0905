# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""How the makes differ, and the commands all of them share."""

from __future__ import annotations

import pytest

from modem.virtual.dialect import parse_line
from modem.virtual.errors import UnknownPersonalityError
from modem.virtual.personality import PERSONALITIES, personality
from modem.virtual.sim import Sim

EVERYDAY = [
    *("AT", "ATZ", "ATI", "AT&F", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI"),
    *("AT+CMEE=1", "AT+CMEE?", "AT+CMEE=?", "AT+CFUN?", "AT+CFUN=?", "AT+CPIN?", "AT+CPIN=?"),
    *("AT+CSQ", "AT+CSQ=?", "AT+COPS?", "AT+COPS=?", "AT+COPS=3,2", "AT+COPS=0", "AT+CNUM"),
    *("AT+CLIP=1", "AT+CLIP?", "AT+CLIP=?", "AT+CHUP", "ATH", "AT+CPAS", "AT+CPAS=?"),
    *("AT+CMGF=0", "AT+CMGF?", "AT+CMGF=?", "AT+CSMS?", "AT+CSMS=?", "AT+CSMS=0", "AT+CSCA?"),
    *("AT+CNMI?", "AT+CNMI=?", "AT+CPMS?", "AT+CPMS=?", "AT+CMGL=4", "AT+CMGL=?", "AT+CMGD=?"),
    *("AT+CMGS=?", "AT+CMGR=?", "AT+CMGW=?", "AT+CMSS=?", "AT+CNMA=?", "AT+CSCS?", "AT+CSCS=?"),
    *("AT+CSDH?", "AT+CSDH=1", "AT+CSMP?", "AT+CSMP=49,167,0,0", "AT+CSMP=?", "AT+CMMS=1"),
    *("AT+CUSD=?", "AT+CUSD?", "AT+CUSD=2", 'AT+CSCA="+15141112222"', "AT+CGATT?", "AT+CRC=1"),
]


@pytest.mark.parametrize("name", PERSONALITIES)
def test_every_make_answers_the_everyday_commands(make_computer, name: str) -> None:
    computer = make_computer(name)
    computer.passes(60)  # until SIM and network are there
    computer.types("ATE0")
    everyday = [line for line in EVERYDAY if line not in {"ATZ", "AT&F"}]  # these bring echo back
    refused = computer.modem.personality.refused
    expected = {
        line: "ERROR"
        if any(
            {request.verb, f"{request.verb}{request.form}"} & refused
            for request in parse_line(line.encode()) or ()
        )
        else "OK"
        for line in everyday
    }
    assert {line: computer.types(line)[-1] for line in everyday} == expected


@pytest.mark.parametrize(
    "line",
    [
        *("AT+CMEE=7", "AT+CMGF=2", "AT+CSMS=9", "AT+CNMI=9", "AT+CPMS=", 'AT+CPMS="XX"'),
        *("AT+CMGL=9", "AT+CMGR=", "AT+CMGR=99", "AT+CMGD=1,9", "AT+CMGD=999", "AT+CSCS=X"),
        *("AT+CREG=9", "AT+COPS=x", "AT+CFUN=7", "AT+CSMP=999", "AT+CPIN=1234", "ATA", "ATD1;"),
    ],
)
def test_what_is_wrong_is_an_error(computer, line: str) -> None:
    assert "ERROR" in computer.types(line)[-1]


def test_an_unknown_personality_names_the_known_ones() -> None:
    with pytest.raises(UnknownPersonalityError, match="huawei"):
        personality("nokia")


def test_sim800_refuses_stored_reports_and_names_full_slots_otherwise(make_computer) -> None:
    computer = make_computer("sim800")
    computer.types("ATE0")
    assert "ERROR" in computer.types("AT+CNMI=2,1,0,2")[0]
    assert computer.types("AT+CNMI=2,1,0,1") == ["OK"]
    assert computer.types("AT+CMGR=1") == ["OK"]
    assert computer.passes(30) == ["OVER-VOLTAGE WARNNING"]


def test_quectel_announces_reports_where_they_are_not(make_computer) -> None:
    computer = make_computer("quectel")
    computer.types("ATE0;+CNMI=2,1,0,2")
    computer.sends("x", report=True)
    assert computer.passes() == ['+CDSI: "SM",0']
    assert [index for index, _ in computer.modem.stores["SR"].items()] == [0]


def test_huawei_starts_at_slot_0_chatters_and_can_be_hushed(make_computer) -> None:
    computer = make_computer("huawei")
    assert computer.types("ATE0") == ["ATE0", "OK"]
    computer.network.text_in(to=computer.modem.number, from_="+15145550999", text="x")
    assert computer.types("AT+CMGL=4")[0].startswith("+CMGL: 0,")
    assert computer.passes(20) == ["^RSSI:17"]
    assert computer.types("AT^CURC=0;^CURC?;^CURC=?")[0] == "^CURC: 0"
    assert computer.passes(20) == []
    assert computer.types("AT+CCID") == ["ERROR"]
    assert computer.types("AT^ICCID?")[0] == "^ICCID: 8930272000000000017"
    assert computer.types("AT^PORTSEL=1") == ["OK"]


def test_an_lte_stick_registers_in_eps_only(make_computer) -> None:
    computer = make_computer("lte")
    computer.types("ATE0")
    assert computer.types("AT+CREG?") == ["ERROR"]
    computer.types("AT+CEREG=2")
    assert computer.types("AT+CEREG?")[0] == '+CEREG: 2,1,"00C3","01A2B3C4"'
    assert computer.types("AT+CICCID")[0] == "+ICCID: 8930272000000000017"


def test_a_pin_is_asked_three_times_and_then_the_puk(make_computer) -> None:
    computer = make_computer(sim=Sim(number="+1", pin="1234"))
    computer.types("AT+CMEE=1")
    assert computer.types("AT+CPIN?")[0] == "+CPIN: SIM PIN"
    assert computer.types("AT+CIMI") == ["+CME ERROR: 11"]
    answers = [computer.types('AT+CPIN="0000"')[0] for _ in range(3)]
    assert answers == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
    assert computer.types("AT+CPINR")[0] == "+CPINR: SIM PIN,0,3"
    assert computer.types("AT+CMGL=4") == ["+CMS ERROR: 316"]
    assert computer.types('AT+CPIN="99999999","1234"') == ["+CME ERROR: 12"]
    assert computer.types('AT+CPIN="12345678","4321"') == ["OK"]
    computer.passes()
    assert computer.types("AT+CPIN?")[0] == "+CPIN: READY"
    assert [entry.detail for entry in computer.ledger.of("pin")] == ["wrong"] * 4 + ["right"]


@pytest.mark.parametrize(
    ("name", "verb", "answer"),
    [
        ("generic", "AT+CPINR", "+CPINR: SIM PIN,3,3"),
        ("huawei", "AT^CPIN?", "^CPIN: SIM PIN,3,10,3,10,3"),
        ("sim800", "AT+SPIC", "+SPIC: 3,10,3,10"),
        ("quectel", "AT+QPINC?", '+QPINC: "SC",3,10'),
    ],
)
def test_the_attempts_left_in_each_makes_words(
    make_computer, name: str, verb: str, answer: str
) -> None:
    computer = make_computer(name, sim=Sim(number="+1", pin="1234"))
    computer.types("ATE0")
    assert computer.types(verb)[0] == answer


def test_the_sim_is_busy_after_its_pin_and_the_centre_unknown_before_the_network(
    make_computer,
) -> None:
    computer = make_computer(sim=Sim(number="+1", pin="1234"), sim_ms=2000, registration_ms=3000)
    computer.types("AT+CMEE=1")
    assert computer.types('AT+CPIN="1234"') == ["OK"]
    computer.passes()
    assert computer.types("AT+CIMI") == ["+CME ERROR: 14"]
    assert computer.types("AT+CPMS?") == ["+CMS ERROR: 314"]
    computer.passes(2)
    assert computer.types("AT+CSCA?")[0] == '+CSCA: "",129'
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,2"
    assert computer.types("AT+COPS?")[0] == "+COPS: 0"
    computer.passes(3)
    assert computer.types("AT+CSCA?")[0] == '+CSCA: "+15149876543",145'
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,1"


def test_the_radio_off_and_on(computer) -> None:
    computer.types("AT+CFUN=4")
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,0"
    assert computer.types("AT+CSQ")[0] == "+CSQ: 99,99"
    assert computer.sends("x") == ["+CMS ERROR: 331"]
    computer.types("AT+CFUN=1")
    computer.passes()
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,1"


def test_a_restart_forgets_settings_and_says_so(make_computer) -> None:
    computer = make_computer("quectel", boot_ms=1000)
    computer.passes(1)
    computer.types("ATE0;+CMEE=2")
    assert computer.types("AT+CFUN=1,1") == ["OK"]
    assert computer.passes() == []
    assert computer.types("AT") == []
    assert computer.passes(1)[:2] == ["RDY", "+CPIN: READY"]
    assert computer.types("AT+CMEE?") == ["AT+CMEE?", "+CMEE: 0", "OK"]


def test_ussd_in_plain_and_in_ucs2(computer) -> None:
    computer.network.ussd["*123#"] = "Il reste 12,34 €"
    assert computer.types('AT+CUSD=1,"*100#",15') == ["OK"]
    assert computer.passes() == ['+CUSD: 0,"Solde / balance: 12.34 CAD",15']
    computer.types('AT+CUSD=1,"*123#"')
    (answer,) = computer.passes()
    assert answer.endswith('",72')
    computer.types('AT+CUSD=1,"*9#"')
    assert computer.passes() == ["+CUSD: 4"]
