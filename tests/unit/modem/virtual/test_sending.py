# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Submits: what the network gets, the reference, the refusals, the reports."""

from modem.pdu import Submit, build_submits
from modem.virtual.network import Recipient
from modem.virtual.sim import Sim


def test_the_ledger_keeps_what_was_accepted(computer) -> None:
    assert computer.sends("Bonjour à tous", report=True) == ["+CMGS: 1", "OK"]
    accepted, whole = computer.ledger.entries
    assert (accepted.what, accepted.peer, accepted.text) == (
        "accepted",
        "+15145550123",
        "Bonjour à tous",
    )
    assert accepted.report is True
    assert Submit.from_bytes(bytes.fromhex(accepted.pdu)).reference == accepted.reference == 1
    assert (whole.what, whole.text) == ("text", "Bonjour à tous")


def test_the_reference_wraps_at_255(computer) -> None:
    computer.modem.reference = 254
    assert [computer.sends("x")[0] for _ in range(3)] == ["+CMGS: 255", "+CMGS: 0", "+CMGS: 1"]


def test_the_parts_of_a_long_text_are_joined(computer) -> None:
    text = "été 😀 " * 40
    parts = build_submits(
        to="+15145550123", text=text, concat_reference=9, report=False, validity=None
    )
    for part in reversed(parts):
        raw = part.to_bytes()
        computer.types(f"AT+CMGS={len(raw)}")
        computer.modem.receive(b"00" + raw.hex().encode() + b"\x1a")
    assert [entry.text for entry in computer.ledger.of("text")] == [text]
    assert computer.ledger.counts["accepted"] == len(parts) > 1


def test_a_body_that_is_no_pdu(computer) -> None:
    for body in (b"hello", b"", b"00", b"0001", b"00" + b"11" * 21):
        computer.types("AT+CMGS=20")
        computer.modem.receive(body + b"\x1a")
        assert computer.lines() == ["+CMS ERROR: 304"]
    assert computer.types("AT+CMGS=0") == ["+CMS ERROR: 304"]
    assert computer.types("AT+CMGS=x") == ["+CMS ERROR: 304"]


def test_a_truncated_tpdu_is_refused_by_the_network(computer) -> None:
    computer.types("AT+CMGS=3")
    computer.modem.receive(b"00010000\x1a")
    assert computer.lines() == ["+CMS ERROR: 96"]
    assert computer.ledger.counts["refused"] == 1


def test_no_service_centre_no_network_no_sim(make_computer) -> None:
    assert make_computer(sim=Sim(number="1", smsc="")).sends("x") == ["+CMS ERROR: 330"]
    searching = make_computer(registration_ms=5000)
    assert searching.sends("x") == ["+CMS ERROR: 331"]
    searching.passes(5)
    assert searching.sends("x") == ["+CMGS: 1", "OK"]
    busy = make_computer(sim_ms=10_000)
    assert busy.types("AT+CMGS=20") == ["+CMS ERROR: 314"]
    locked = make_computer(sim=Sim(number="1", pin="1234"))
    assert locked.types("AT+CMGS=20") == ["+CMS ERROR: 311"]


def test_a_number_that_the_network_refuses(computer) -> None:
    computer.network.recipients["+15145550123"] = Recipient(refuse=38)
    assert computer.sends("x") == ["+CMS ERROR: 38"]
    assert computer.ledger.counts["accepted"] == 0


def test_a_report_is_pushed_stored_or_waits(make_computer) -> None:
    pushed = make_computer()
    pushed.types("AT+CNMI=2,1,0,1,0")
    pushed.sends("x", report=True)
    header, pdu = pushed.passes()
    assert (header, pdu[-2:]) == ("+CDS: 25", "00")

    stored = make_computer()
    stored.types("AT+CNMI=2,1,0,2,0")
    stored.sends("x", report=True)
    assert stored.passes() == ['+CDSI: "SR",1']
    assert stored.types('AT+CPMS="SR"')[0] == "+CPMS: 1,20,0,30,0,30"
    assert stored.types("AT+CMGL=4")[0] == "+CMGL: 1,0,,25"

    off = make_computer()
    off.sends("x", report=True)
    assert off.passes(60) == []
    off.types("AT+CNMI=2,1,0,2,0")
    assert off.passes() == ['+CDSI: "SR",1']


def test_a_report_is_not_pushed_to_a_program_that_has_not_set_itself_up(computer) -> None:
    computer.types("AT+CNMI=2,1,0,1,0")
    computer.sends("x", report=True)
    computer.modem.disconnect()
    computer.clock.advance(1)
    computer.dies_and_returns()
    assert computer.passes(1) == []
    computer.types("AT+CNMI=2,1,0,1,0")
    assert computer.passes()[0] == "+CDS: 25"
    assert computer.ledger.counts["reported"] == 1


def test_an_unacknowledged_report_makes_a_phase_2_modem_deaf(computer) -> None:
    computer.types("AT+CSMS=1;+CNMI=2,1,0,1,0")
    computer.sends("x", report=True)
    assert computer.passes()[0] == "+CDS: 25"
    computer.passes(15)
    assert computer.types("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
    assert computer.ledger.counts["returned"] == 1
    computer.types("AT+CNMI=2,1,0,1,0")
    assert computer.passes()[0] == "+CDS: 25"
    assert computer.types("AT+CNMA") == ["OK"]
    assert computer.types("AT+CNMA") == ["+CMS ERROR: 340"]
    assert computer.ledger.counts["reported"] == 1


def test_what_became_of_it(computer) -> None:
    computer.types("AT+CNMI=2,1,0,2,0")
    computer.network.recipients["+15145550123"] = Recipient(status=0x46, report_delay_ms=3000)
    computer.sends("x", report=True)
    assert computer.passes(2.9) == []
    computer.passes(0.2)
    assert [entry.status for entry in computer.ledger.of("reported")] == [0x46]


def test_a_message_written_first_and_sent_later(computer) -> None:
    raw = build_submits(
        to="+15145550123", text="later", concat_reference=1, report=False, validity=None
    )[0].to_bytes()
    computer.types(f"AT+CMGW={len(raw)}")
    computer.modem.receive(b"00" + raw.hex().encode() + b"\x1a")
    assert computer.lines() == ["+CMGW: 1", "OK"]
    assert computer.types("AT+CMSS=1") == ["+CMSS: 1", "OK"]
    assert computer.types("AT+CMSS=2") == ["+CMS ERROR: 321"]
    assert [entry.text for entry in computer.ledger.of("text")] == ["later"]


def test_one_modem_texts_another(make_computer) -> None:
    here = make_computer()
    from modem.virtual.modem import VirtualModem  # noqa: PLC0415  # only this test has two

    there = VirtualModem(here.network, sim=Sim(number="+15145550200"))
    here.sends("hello there", to=there.number)
    entry = here.ledger.of("delivered")[0]
    assert (entry.number, entry.peer, entry.text) == (
        "+15145550200",
        "+15145550100",
        "hello there",
    )
