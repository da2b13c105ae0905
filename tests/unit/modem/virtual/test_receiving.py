# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Incoming messages: stores, announcements, pushes, what waits and what is deleted."""

import pytest

from modem.pdu import Deliver, decode_incoming

FROM = "+15145550999"


def text_in(computer, text: str = "hi", message_class: int | None = None) -> None:
    computer.network.text_in(
        to=computer.modem.number, from_=FROM, text=text, message_class=message_class
    )


def test_a_text_is_stored_announced_read_and_deleted(computer) -> None:
    computer.types("AT+CNMI=2,1,0,2,0")
    text_in(computer, "Ça va?")
    assert computer.passes() == []
    assert computer.types("AT+CPMS?")[0] == '+CPMS: "SM",1,30,"SM",1,30,"SM",1,30'
    header, pdu, _ = computer.types("AT+CMGL=4")
    assert header.startswith("+CMGL: 1,0,,")
    tpdu = decode_incoming(bytes.fromhex(pdu)).tpdu
    assert isinstance(tpdu, Deliver)
    assert (tpdu.originator.text, tpdu.text) == (FROM, "Ça va?")
    assert computer.types("AT+CMGL=0") == ["OK"]
    assert computer.types("AT+CMGR=1")[0].startswith("+CMGR: 1,,")
    assert computer.types("AT+CMGD=1") == ["OK"]
    assert computer.types("AT+CMGR=1") == ["+CMS ERROR: 321"]
    assert [entry.detail for entry in computer.ledger.of("deleted")] == ["SM 1"]


def test_the_announcement_says_store_and_index(computer) -> None:
    computer.types("AT+CNMI=2,1")
    computer.types('AT+CPMS="SM","SM","ME"')
    computer.got.clear()
    text_in(computer, "x" * 200)
    assert computer.lines() == ['+CMTI: "ME",1', '+CMTI: "ME",2']


def test_without_cnmi_it_is_stored_in_silence_and_mode_0_announces_later(computer) -> None:
    text_in(computer)
    assert computer.lines() == []
    computer.types("AT+CNMI=0,1")
    text_in(computer)
    assert computer.lines() == []
    computer.types("AT+CNMI=2,1")
    assert computer.passes() == ['+CMTI: "SM",2']


def test_pushed_messages(computer) -> None:
    computer.types("AT+CNMI=2,2")
    text_in(computer)
    assert computer.lines()[0].startswith("+CMT: ,")
    assert computer.ledger.of("delivered")[0].detail == "pushed"


def test_class_0_is_pushed_even_where_messages_are_stored(computer) -> None:
    computer.types("AT+CNMI=2,1")
    text_in(computer, message_class=0)
    assert computer.lines()[0].startswith("+CMT: ,")


def test_a_full_store_leaves_the_rest_at_the_service_centre(make_computer) -> None:
    computer = make_computer("huawei")
    computer.types("ATE0")
    computer.modem.stores["ME"].size = 2
    computer.types("AT+CNMI=2,1")
    text_in(computer)
    text_in(computer)
    computer.got.clear()
    text_in(computer)
    assert computer.lines() == ['^SMMEMFULL: "ME"']
    assert computer.network.waiting(computer.modem.number) == 1
    computer.types("AT+CMGD=0")
    assert computer.passes() == ['+CMTI: "ME",0']
    assert computer.ledger.counts["delivered"] == 3


def test_what_comes_while_no_program_is_there_is_stored(computer) -> None:
    computer.types("AT+CNMI=2,1")
    computer.modem.disconnect()
    text_in(computer)
    computer.dies_and_returns()
    assert computer.passes(1) == []
    assert len(computer.types("AT+CMGL=4")) == 3


def test_the_network_keeps_what_an_unplugged_modem_cannot_take(computer) -> None:
    computer.modem.unplug()
    text_in(computer)
    assert computer.network.waiting(computer.modem.number) == 1
    computer.modem.plug()
    computer.clock.advance()
    assert computer.network.waiting(computer.modem.number) == 0


def test_the_union_of_two_stores(computer) -> None:
    text_in(computer)
    computer.types('AT+CPMS="SM","SM","ME"')
    text_in(computer)
    assert computer.types('AT+CPMS="MT"')[0] == "+CPMS: 2,80,1,30,1,50"
    assert [line for line in computer.types("AT+CMGL=4") if line[0] == "+"] == [
        "+CMGL: 1,0,,21",
        "+CMGL: 31,0,,21",
    ]
    computer.types("AT+CMGD=31")
    assert computer.ledger.of("deleted")[0].detail == "ME 1"
    assert computer.types("AT+CMGD=81") == ["+CMS ERROR: 321"]


@pytest.mark.parametrize(("flag", "left"), [(1, 1), (4, 0)])
def test_deleting_by_flag(computer, flag: int, left: int) -> None:
    text_in(computer)
    computer.types("AT+CMGR=1")
    text_in(computer)
    computer.types(f"AT+CMGD=1,{flag}")
    assert len(computer.modem.stores["SM"].items()) == left


def test_any_bytes_can_come_in(computer) -> None:
    for tpdu in (b"", b"\x04", b"\x02\x01", b"\xff" * 40):
        computer.network.deliver_pdu(to=computer.modem.number, tpdu=tpdu)
    listed = computer.types("AT+CMGL=4")
    assert sum(line.startswith("+CMGL") for line in listed) == 3
    computer.types("AT+CMGF=1")
    assert computer.types('AT+CMGL="ALL"')[-1] == "OK"


def test_the_network_delivers_again(computer) -> None:
    text_in(computer)
    assert computer.network.redeliver(computer.modem.number)
    first, second = computer.ledger.of("delivered")
    assert first.pdu == second.pdu
    assert not computer.network.redeliver("+1999")


def test_a_call_rings_and_leaves_the_modem_deaf(computer) -> None:
    computer.types("AT+CLIP=1;+CNMI=2,1")
    computer.modem.calls.ring("+15145550177", rings=2, deafens=True)
    assert computer.lines() == ["RING", '+CLIP: "+15145550177",145,"",,"",0']
    computer.passes(3)
    assert computer.passes(3) == ["NO CARRIER"]
    assert computer.types("AT+CNMI?")[0] == "+CNMI: 0,0,0,0,0"


def test_text_mode_shows_the_same(computer) -> None:
    text_in(computer, "hello")
    computer.types("AT+CMGF=1")
    header, body, _ = computer.types('AT+CMGL="ALL"')
    assert header == f'+CMGL: 1,"REC UNREAD","{FROM}",,"26/03/02,09:00:00-20"'
    assert body == "hello"
    computer.types('AT+CSCS="UCS2"')
    assert computer.types("AT+CMGR=1")[1] == "hello".encode("utf-16-be").hex().upper()
