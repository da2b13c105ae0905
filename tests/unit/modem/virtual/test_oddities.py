# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Each odd make does its one odd thing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from modem.virtual import makes, oddities
from modem.virtual.errors import UnknownModemError
from modem.virtual.links import MemoryLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.oddities import TWO_PORTS
from modem.virtual.personality import PERSONALITIES
from modem.virtual.registry import attach, connect, detach
from modem.virtual.sim import Sim
from modem.virtual.stores import Status, Stored

CUSTOMER = "+15145550123"


def test_at_least_eight_and_every_one_is_documented() -> None:
    assert len(PERSONALITIES) >= 8
    page = Path(__file__).parents[4] / "docs" / "virtual-modem.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in PERSONALITIES if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("module", [makes, oddities])
def test_every_make_says_where_it_was_seen(module) -> None:
    source = Path(module.__file__).read_text(encoding="utf-8")
    constants = re.split(r": Final = (?:Personality|replace)\(", source)[1:]
    assert constants
    for constant in constants:
        said = constant.split('"""')[1]
        assert "[" in said or "No make in particular" in said


def test_never_echo_keeps_silent_and_ends_lines_with_lf_alone(make_computer) -> None:
    computer = make_computer("never-echo")
    assert computer.types("ATE1") == ["OK"]
    computer.modem.receive(b"AT+CSQ\r")
    assert computer.take() == "\n+CSQ: 21,99\n\nOK\n"


def test_always_echo_says_ok_to_ate0_and_echoes_on(make_computer) -> None:
    computer = make_computer("always-echo")
    assert computer.types("ATE0") == ["ATE0", "OK"]
    assert computer.types("AT") == ["AT", "OK"]
    computer.types("AT+CMGS=10")
    computer.got.clear()
    computer.modem.receive(b"0011\x1a")
    assert computer.lines()[0] == "0011"


def test_cr_cr_lf(make_computer) -> None:
    computer = make_computer("cr-cr-lf")
    computer.types("ATE0")
    computer.modem.receive(b"AT+CSQ\r")
    assert computer.take() == "\r\r\n+CSQ: 21,99\r\r\n\r\r\nOK\r\r\n"


def test_refuser_refuses_questions_and_still_sends(make_computer) -> None:
    computer = make_computer("refuser")
    computer.types("ATE0")
    questions = ["AT+CMEE=1", "AT+CPMS=?", "AT+CNMI=?", "AT+CSMS=0", "AT+CGMM", "AT+CREG=0"]
    assert [computer.types(question) for question in questions] == [["ERROR"]] * len(questions)
    assert computer.types("AT+CNMI=2,1,0,2,0") == ["OK"]
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,1"
    assert computer.sends("x")[-1] == "OK"


@pytest.mark.parametrize("pin", [None, "1234"])
def test_slow_sim_is_busy_after_power_on_and_after_its_pin(make_computer, pin) -> None:
    computer = make_computer("slow-sim", sim=Sim(number="+1", pin=pin))
    computer.types("AT+CMEE=1")
    assert computer.types("AT+CPIN?") == ["+CME ERROR: 14"]
    computer.passes(12)
    if pin is not None:
        assert computer.types("AT+CPIN?")[0] == "+CPIN: SIM PIN"
        assert computer.types("AT+CPIN=1234") == ["OK"]
        computer.passes()
        assert computer.types("AT+CPIN?") == ["+CME ERROR: 14"]
        assert computer.types("AT+CMGL=4") == ["+CMS ERROR: 515"]
        computer.passes(12)
    assert computer.types("AT+CPIN?")[0] == "+CPIN: READY"


def test_a_slow_sim_can_be_made_quick(make_computer) -> None:
    assert make_computer("slow-sim", sim_ms=0).types("AT+CPIN?")[0] == "+CPIN: READY"


def test_late_smsc_is_registered_before_it_knows_the_centre(make_computer) -> None:
    computer = make_computer("late-smsc")
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,1"
    assert computer.types("AT+CSCA?")[0] == '+CSCA: "",129'
    assert computer.sends("x") == ["+CMS ERROR: 330"]
    computer.passes(8)
    assert computer.types("AT+CSCA?")[0] == '+CSCA: "+15149876543",145'
    computer.modem.reboot()
    assert computer.types("AT+CSCA?")[0] == '+CSCA: "",129'


def test_misfiled_keeps_reports_in_sr_and_says_sm(make_computer) -> None:
    computer = make_computer("misfiled")
    computer.types("AT+CNMI=2,1,0,2")
    computer.sends("x", report=True)
    assert computer.passes() == ['+CDSI: "SM",0']
    assert [index for index, _ in computer.modem.stores["SR"].items()] == [0]


def test_no_mt_announces_a_memory_that_it_cannot_read(make_computer) -> None:
    computer = make_computer("no-mt")
    computer.types("ATE0;+CNMI=2,1")
    assert computer.types("AT+CPMS=?") == ["+CPMS: (),(),()", "OK"]
    assert "ERROR" in computer.types('AT+CPMS="MT"')[0]
    computer.got.clear()
    for _ in range(6):  # five fit into SM, the sixth goes to ME and MT counts on
        computer.network.text_in(to=computer.modem.number, from_=CUSTOMER, text="x")
    assert computer.lines() == [f'+CMTI: "MT",{index}' for index in range(6)]
    assert computer.modem.stores["ME"].used == 1
    assert computer.types('AT+CPMS="ME"') == ["OK"]
    assert computer.types("AT+CMGL=4")[0].startswith("+CMGL: 0,")
    assert computer.types("AT+CMGD=0") == ["OK"]
    assert computer.modem.stores["ME"].used == 0


def test_a_sent_message_is_found_in_the_union_where_it_was_put(make_computer) -> None:
    computer = make_computer("sim800")
    computer.types("ATE0")
    computer.types('AT+CPMS="MT","MT","MT"')
    for _ in range(15):
        computer.modem.stores["SM"].add(Stored(status=Status.READ, pdu=b"\0"))
    computer.types("AT+CMGW=2")
    computer.got.clear()
    computer.modem.receive(b"000102\x1a")
    assert computer.lines() == ["+CMGW: 16", "OK"]
    assert computer.modem.stores["ME"].used == 1
    assert "ERROR" in computer.types("AT+CMSS=99")[0]


def test_one_store_tells_of_one_memory(make_computer) -> None:
    computer = make_computer("one-store")
    assert computer.types('AT+CPMS="SM"') == ["+CPMS: 0,10", "OK"]
    assert computer.types("AT+CPMS?") == ['+CPMS: "SM",0,10', "OK"]


def test_two_ports_announce_on_the_second_alone(make_computer) -> None:
    computer = make_computer("two-ports")
    second = bytearray()
    computer.modem.ports[1].connect(second.extend)
    computer.types("ATE0;+CNMI=2,1,0,1")
    computer.network.text_in(to=computer.modem.number, from_=CUSTOMER, text="x")
    assert computer.lines() == []
    assert second == b'\r\n+CMTI: "SM",1\r\n'
    second.clear()
    computer.modem.ports[1].receive(b"AT+CSQ\r")  # it takes commands all the same
    assert second == b"\r\n+CSQ: 21,99\r\n\r\nOK\r\n"


def test_nothing_is_pushed_into_a_port_that_nobody_has_open(make_computer) -> None:
    computer = make_computer("two-ports")
    computer.types("ATE0;+CNMI=2,1,0,1")
    computer.sends("x", report=True)
    computer.passes()
    assert computer.network.waiting(computer.modem.number) == 1
    second = bytearray()
    computer.modem.ports[1].connect(second.extend)
    computer.types("AT+CNMI=2,1,0,1")
    computer.passes()
    assert second.startswith(b"\r\n+CDS: ")


async def test_the_second_port_in_memory() -> None:
    modem = VirtualModem(VirtualNetwork(), personality=TWO_PORTS)
    attach("stick", modem)
    try:
        first, second = connect("virtual:stick"), connect("virtual:stick#2")
        assert isinstance(second, MemoryLink)
        assert first is not second
        for wrong in ("virtual:stick#3", "virtual:stick#0", "virtual:stick#x"):
            with pytest.raises(UnknownModemError):
                connect(wrong)
    finally:
        detach("stick")
    assert not first.is_open
    assert not second.is_open


def test_restless_restarts_between_two_commands(make_computer) -> None:
    computer = make_computer("restless")
    computer.types("ATE0")
    for _ in range(68):
        assert computer.types("AT") == ["OK"]
    assert computer.types("AT") == ["OK"]
    assert computer.passes()[0] == "RDY"
    assert computer.types("AT") == ["AT", "OK"]


def test_one_that_restarts_by_the_clock(make_computer) -> None:
    computer = make_computer("restless")
    computer.modem.personality = replace(computer.modem.personality, reboot_after_ms=5000)
    computer.modem.reboot()
    assert computer.lines()[0] == "RDY"
    assert computer.passes(4.9) == []
    assert computer.passes(0.2)[0] == "RDY"
