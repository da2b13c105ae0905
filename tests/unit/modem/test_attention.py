from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from modem import attention as attention_module
from modem.at.command import Command
from modem.at.events import LateAnswer, Unsolicited
from modem.at.urc import (
    CallEnded,
    CallerId,
    CellBroadcast,
    MessagePushed,
    MessageStored,
    Notice,
    Rebooted,
    Registration,
    ReportPushed,
    ReportStored,
    Ring,
    SignalReport,
    SimState,
    StoreFull,
    Urc,
    UssdAnswer,
)
from modem.attention import Attention


@pytest.fixture
def attention() -> Attention:
    return Attention(asyncio.Event(), modem="test")


def hear(attention: Attention, *urcs: Urc) -> bool:
    """Tell it, and say whether the worker was woken."""
    attention._wake.clear()
    for urc in urcs:
        attention.on_event(Unsolicited(urc=urc))
    return attention._wake.is_set()


def test_what_was_pushed_waits_in_its_order(attention: Attention) -> None:
    assert hear(attention, MessagePushed(pdu=b"1"), ReportPushed(pdu=b"2"))
    assert list(attention.pushed) == [b"1", b"2"]


def test_announced_stores_are_taken_once(attention: Attention) -> None:
    assert hear(
        attention,
        MessageStored(store="SM", index=0),
        ReportStored(store="SR", index=1),
        StoreFull(store="ME"),
        StoreFull(store=None),
    )
    assert attention.take_announced() == {"SM", "SR", "ME", ""}
    assert attention.take_announced() == set()


def test_a_report_may_lie_in_sr_whatever_is_announced(attention: Attention) -> None:
    assert hear(attention, ReportStored(store="SM", index=0))
    assert attention.take_announced() == {"SM", "SR"}


def test_a_call_is_taken_with_its_caller_once(attention: Attention) -> None:
    assert hear(attention, Ring(), CallerId(number="+15145550123"))
    assert attention.take_call() == (True, "+15145550123")
    assert attention.take_call() == (False, None)


@pytest.mark.parametrize("urc", [Registration(domain="CREG", status=0), SimState(text="^SIMST:0")])
def test_a_change_of_network_or_sim_is_looked_into(attention: Attention, urc: Urc) -> None:
    assert hear(attention, urc)
    assert attention.network_changed


def test_a_restart_is_noticed(attention: Attention) -> None:
    assert hear(attention, Rebooted(line=b"RDY"))
    assert attention.rebooted


@pytest.mark.parametrize(
    "urc",
    [
        CallEnded(line=b"NO CARRIER"),
        CellBroadcast(pdu=b""),
        UssdAnswer(status=0, raw=b"", dcs=None),
        SignalReport(dbm=None),
        Notice(line=b"^MODE:5,4"),
    ],
)
def test_chatter_wakes_nobody(attention: Attention, urc: Urc) -> None:
    assert not hear(attention, urc)


def test_a_late_answer_waits_too(attention: Attention) -> None:
    late = LateAnswer(command=Command(line=b"AT+CMGS=1"), lines=(b"+CMGS: 1",), final=None)
    attention.on_event(late)
    assert list(attention.late) == [late]
    assert attention._wake.is_set()


def test_what_finds_no_room_is_not_dropped_silently(
    attention: Attention, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention_module, "MAX_PUSHED", 0)
    with capture_logs() as logs:
        hear(attention, MessagePushed(pdu=b"1"))
    assert [entry["event"] for entry in logs] == ["pushed_pdu_dropped"]
