# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Each fault does what it says, as often as it says."""

from __future__ import annotations

import pytest

from modem.virtual.faults import Fault, FaultKind


def arm(computer, kind: FaultKind, **fields: object) -> None:
    computer.modem.faults.add(Fault(kind=kind, **fields))


def test_a_lost_answer(computer) -> None:
    arm(computer, FaultKind.LOSE_ANSWER, match="+CSQ")
    assert computer.types("AT") == ["OK"]
    assert computer.types("AT+CSQ") == []
    assert computer.types("AT+CSQ") == ["+CSQ: 21,99", "OK"]


def test_a_late_answer_looks_like_the_next_ones(computer) -> None:
    arm(computer, FaultKind.DELAY_ANSWER, ms=5000)
    assert computer.types("AT+CSQ") == []
    assert computer.types("AT") == []
    assert computer.passes(5) == ["+CSQ: 21,99", "OK", "OK"]


@pytest.mark.parametrize(
    ("code", "answer"), [("CME 14", "+CME ERROR: 14"), ("321", "+CMS ERROR: 321"), ("", "ERROR")]
)
def test_an_error_to_order(computer, code: str, answer: str) -> None:
    computer.types("AT+CMEE=1")
    arm(computer, FaultKind.ERROR, match="+CMGL", code=code, count=2)
    assert [computer.types("AT+CMGL=4") for _ in range(3)] == [[answer], [answer], ["OK"]]


def test_every_third_submit_is_refused_and_the_network_knows_nothing(computer) -> None:
    arm(computer, FaultKind.SUBMIT_ERROR, code="42", every=3, count=None)
    outcomes = []
    for _ in range(6):
        computer.sends("x")
        outcomes += computer.passes()
    assert outcomes == ["+CMS ERROR: 42"] * 2
    assert computer.ledger.counts["accepted"] == 4


def test_accepted_but_answered_332(computer) -> None:
    arm(computer, FaultKind.ACCEPT_THEN_ERROR)
    assert computer.sends("x") == ["+CMS ERROR: 332"]
    assert computer.ledger.counts["accepted"] == 1


def test_accepted_and_never_answered(computer) -> None:
    arm(computer, FaultKind.ACCEPT_THEN_SILENCE)
    assert computer.sends("x") == []
    assert computer.ledger.counts["accepted"] == 1
    assert computer.types("AT") == ["OK"]


def test_no_prompt_and_a_late_one(computer) -> None:
    arm(computer, FaultKind.NO_PROMPT)
    assert computer.types("AT+CMGS=20") == []
    assert computer.types("AT") == ["OK"]
    arm(computer, FaultKind.LATE_PROMPT, ms=3000)
    assert computer.types("AT+CMGS=20") == []
    assert computer.passes(3) == ["> "]


def test_a_lost_announcement(computer) -> None:
    computer.types("AT+CNMI=2,1")
    arm(computer, FaultKind.LOSE_ANNOUNCEMENT)
    for _ in range(2):
        computer.network.text_in(to=computer.modem.number, from_="+15145550999", text="x")
    assert computer.lines() == ['+CMTI: "SM",2']


def test_the_network_delivers_twice(computer) -> None:
    arm(computer, FaultKind.DUPLICATE, ms=30_000)
    computer.network.text_in(to=computer.modem.number, from_="+15145550999", text="x")
    assert computer.ledger.counts["delivered"] == 1
    computer.passes(30)
    first, second = computer.ledger.of("delivered")
    assert first.pdu == second.pdu


def test_chatter_inside_a_list(computer) -> None:
    for _ in range(2):
        computer.network.text_in(to=computer.modem.number, from_="+15145550999", text="x")
    arm(computer, FaultKind.INTERRUPT, match="+CMGL")
    kinds = [line[:6] for line in computer.types("AT+CMGL=4")]
    assert kinds == ["+CMGL:", "079151", "^RSSI:", "+CMGL:", "079151", "^RSSI:", "OK"]


def test_split_output_keeps_its_order(computer) -> None:
    pieces: list[bytes] = []
    computer.modem.connect(pieces.append)
    arm(computer, FaultKind.SPLIT, ms=1)
    computer.modem.receive(b"AT\r")
    computer.modem.receive(b"AT+CSQ\r")
    computer.clock.advance(1)
    assert pieces[:6] == [b"\r", b"\n", b"O", b"K", b"\r", b"\n"]
    assert b"".join(pieces) == b"\r\nOK\r\n\r\n+CSQ: 21,99\r\n\r\nOK\r\n"


def test_noise_and_garbling(computer) -> None:
    arm(computer, FaultKind.NOISE)
    computer.modem.receive(b"AT\r")
    assert computer.take() == "\x00\xff\x00\r\nOK\r\n"
    arm(computer, FaultKind.GARBLE, rate=1.0)
    computer.modem.receive(b"AT\r")
    assert computer.take() != "\r\nOK\r\n"
    assert computer.types("AT") == ["OK"]


def test_a_hang_hears_nothing(computer) -> None:
    computer.modem.hang(60_000)
    assert computer.types("AT") == []
    assert computer.passes(60) == []
    assert computer.types("AT") == ["OK"]


def test_a_submit_on_the_air_is_accepted_although_the_modem_hangs(make_computer) -> None:
    computer = make_computer(submit_ms=100)
    computer.sends("x")
    computer.modem.hang(None)
    assert computer.passes(1) == []
    assert computer.ledger.counts["accepted"] == 1
    computer.modem.wake()
    assert computer.types("AT") == ["OK"]


def test_a_power_cut_before_the_network_answers(make_computer) -> None:
    computer = make_computer(submit_ms=100)
    computer.sends("x")
    computer.modem.unplug()
    computer.passes(1)
    assert computer.ledger.entries == ()
    computer.modem.plug()
    assert computer.types("AT") == ["OK"]


def test_clearing(computer) -> None:
    arm(computer, FaultKind.LOSE_ANSWER, count=None)
    arm(computer, FaultKind.NOISE, count=None)
    computer.modem.faults.clear(FaultKind.LOSE_ANSWER)
    assert [fault.kind for fault in computer.modem.faults.armed] == [FaultKind.NOISE]
    computer.modem.faults.clear()
    assert computer.types("AT") == ["OK"]


def test_a_line_unasked_before_any_result(computer) -> None:
    computer.modem.faults.add(Fault(kind=FaultKind.UNSOLICITED, line="+CDS: 2\n0006"))
    assert computer.types("AT+CSQ") == ["+CSQ: 21,99", "+CDS: 2", "0006", "OK"]
    computer.modem.faults.add(Fault(kind=FaultKind.UNSOLICITED, match="+CMGS"))
    assert computer.types("AT") == ["OK"]
    assert computer.sends("x") == ["+CMGS: 1", "^RSSI:17", "OK"]


def test_a_call_in_mid_command(computer) -> None:
    computer.types("AT+CLIP=1;+CNMI=2,1")
    computer.modem.faults.add(
        Fault(kind=FaultKind.CALL, match="+CSQ", line="+15145550111", code="deafens")
    )
    assert computer.types("AT+CSQ")[:3] == [
        "RING",
        '+CLIP: "+15145550111",145,"",,"",0',
        "+CSQ: 21,99",
    ]
    computer.types("AT+CHUP")
    assert computer.modem.settings.announcements == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("ms", [0, 3000])
def test_a_stall_after_the_reference_wraps(computer, ms: int) -> None:
    computer.modem.reference = 254
    computer.modem.faults.add(Fault(kind=FaultKind.STALL_AFTER_WRAP, ms=ms))
    assert computer.sends("x") == ["+CMGS: 255", "OK"]
    computer.passes()
    assert computer.sends("y") == ["+CMGS: 0", "OK"]
    computer.passes()
    assert computer.types("AT") == []
    if ms:
        computer.passes(3)
    else:
        computer.passes(3600)
        assert computer.types("AT") == []
        computer.modem.reboot()
    assert computer.types("AT") == ["OK"]


def test_faults_in_pairs(computer) -> None:
    for kind in (FaultKind.GARBAGE, FaultKind.SPLIT, FaultKind.UNSOLICITED, FaultKind.CALL):
        computer.modem.faults.add(Fault(kind=kind))
    assert len(computer.types("AT+CSQ")) < 3
    assert computer.passes(1)[-4:] == ["RING", "+CSQ: 21,99", "^RSSI:17", "OK"]
    assert computer.modem.faults.armed == ()
