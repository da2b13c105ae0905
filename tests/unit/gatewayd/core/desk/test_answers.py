"""Automatic answers: once, in their own transaction, never to whom they must not go."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

import gatewayd.replies
from modem.pdu import Address, DataCoding, Element, Frame, UserDataHeader
from modem.pdu.userdata import of_octets
from storage import outbox

CUSTOMER = "+15145550123"
COUNTER, SPARE = "+15145550100", "+15145550200"
OPEN_WEDNESDAY = "Closed. Open Wednesday at 9:00."


async def test_closed_is_answered_once_until_the_next_opening(desk: Any) -> None:
    await desk.says("Hello, are you there?")
    await desk.says("Hello?", minutes=60)
    desk.at(2026, 12, 2, 8)
    await desk.says("And now?")
    assert await desk.answers() == [OPEN_WEDNESDAY]
    desk.at(2026, 12, 2, 12, 30)
    await desk.says("You close for lunch?")
    assert await desk.answers() == [OPEN_WEDNESDAY, "Closed. Open today at 13:00."]


async def test_a_restart_forgets_no_answer(desk: Any, again: Callable[[], Awaitable[Any]]) -> None:
    await desk.says("Hello, are you there?")
    restarted = await again()
    await restarted.says("Hello?", minutes=60)
    assert await restarted.answers() == [OPEN_WEDNESDAY]


async def test_an_answer_is_an_ordinary_message_that_answers_nobody(desk: Any) -> None:
    await desk.says("Hello, are you there?")
    ((answer_id, *author),) = await desk.shop.rows(
        "SELECT id, author_type, author_id, author_name FROM messages WHERE direction = 'out'"
    )
    assert author == ["automatic", "closed", "closed"]
    conversation = await desk.conversation()
    assert (conversation.state, conversation.answered_ms) == ("open", None)
    assert conversation.unanswered_since_ms == desk.shop.clock.now_ms()
    assert [kind for kind, _ in await desk.timeline()] == ["message", "message"]
    routing = await desk.routing()
    assert routing["answer"] == {
        "kind": "closed",
        "rule": None,
        "message_id": answer_id,
        "problem": None,
    }
    assert "there" not in await desk.records()
    assert await desk.sent_on_the_air() == 1
    assert await desk.shop.state(answer_id) == "sent"


async def test_it_comes_from_the_number_that_was_written_to(desk: Any) -> None:
    """Another SIM of the same inbox must not take it."""
    await desk.says("Hello, are you there?")
    async with desk.shop.store.write() as tx:
        stranger = await outbox.claim(
            tx,
            modem="stranger",
            iccid="8930272000000000099",
            inboxes=["main"],
            now_ms=desk.shop.clock.now_ms(),
        )
    assert stranger is None
    assert await desk.sent_on_the_air() == 1


async def test_an_answer_that_is_late_is_of_no_use(desk: Any) -> None:
    """Nobody wants to read that it is closed when it is open."""
    await desk.says("Hello, are you there?")
    desk.at(2026, 12, 2, 9, 1)
    await desk.shop.housekeeping().round()
    ((answer_id,),) = await desk.shop.rows("SELECT id FROM messages WHERE direction = 'out'")
    assert await desk.shop.state(answer_id) == "expired"


@pytest.mark.parametrize("sender", ["24365", "VIDEOTRON", SPARE])
async def test_these_are_never_answered(desk: Any, sender: str) -> None:
    await desk.says("Hello, are you there?", sender=sender)
    assert await desk.shop.rows("SELECT id FROM messages WHERE direction = 'out'") == []


async def test_nobody_is_answered_whom_a_person_has_just_answered(desk: Any) -> None:
    desk.at(2026, 12, 2, 16, 50)
    await desk.says("Is it ready?")
    await desk.write(outbox.enqueue, answer_of_a_person())
    await desk.says("Thanks!", minutes=15)
    assert await desk.answers() == []
    assert (await desk.routing())["answer_refused"] == "person_answered"


def answer_of_a_person() -> outbox.NewMessage:
    return outbox.NewMessage(
        id="msg_answer",
        to=CUSTOMER,
        text="It is!",
        encoding="gsm7",
        inbox="main",
        priority=1,
        send_at_ms=None,
        expires_at_ms=None,
        delivery_report=True,
        on_unknown="hold",
        client_reference=None,
        author_type="token",
        author_id="tok_1",
        author_name="till",
        parts=[outbox.NewPart(number=1, tpdu=b"\x01")],
        answers=True,
    )


async def test_an_automaton_that_answers_back_is_left_alone(desk: Any) -> None:
    await desk.set_book(
        templates={"echo": {"en": "Noted."}},
        rules=[{"name": "echo", "do": {"answer": "echo"}}],
        main={"hours": {"weekly": "24/7"}, "answers": {"open_every": "1s"}},
    )
    for _ in range(20):
        await desk.says("I am a robot", minutes=0.5)
    assert len(await desk.answers()) == 2
    assert (await desk.routing())["answer_refused"] == "automaton"


async def test_copies_and_what_fills_a_gap_are_decided_about_once(desk: Any) -> None:
    first, second, third = desk.shop.pdus("Are you open? " * 25)
    await desk.shop.counter.hears(first)
    await desk.shop.counter.hears(third)
    assert await desk.answers() == []
    desk.shop.clock.advance(2 * 3600)
    await desk.shop.housekeeping().round()
    assert await desk.answers() == [OPEN_WEDNESDAY]
    await desk.shop.counter.hears(second)
    await desk.shop.counter.hears(second)
    assert await desk.answers() == [OPEN_WEDNESDAY]
    assert len(await desk.shop.rows("SELECT id FROM decisions")) == 1


async def test_a_missed_call_is_answered_and_its_decision_kept(desk: Any) -> None:
    await desk.rings()
    assert await desk.answers() == ["We saw your call."]
    ((seq,),) = await desk.shop.rows("SELECT timeline_seq FROM decisions")
    assert await desk.shop.rows("SELECT kind FROM timeline WHERE seq = :seq", seq=seq) == [
        ("missed_call",)
    ]
    await desk.rings(None)
    assert len(await desk.answers()) == 1


class TestTheBarrier:
    @pytest.mark.parametrize("broken", ["evaluate", "carry_out"])
    async def test_a_bug_in_the_rules_loses_no_message(
        self, desk: Any, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        def fail(*_: Any, **__: Any) -> Any:
            raise RuntimeError("a bug")

        with monkeypatch.context() as patched:
            patched.setattr(gatewayd.replies, broken, fail)
            await desk.says("Hello?")
            await desk.says("Hello??")
        assert await desk.shop.texts() == ["Hello?", "Hello??"]
        assert await desk.answers() == []
        assert (await desk.conversation()).state == "open"
        assert await desk.routing() is None
        assert await desk.shop.pdu_kinds() == [("deliver", False)] * 2
        incidents = "SELECT code, closed_at_ms IS NULL AS open FROM incidents"
        assert await desk.shop.rows(incidents) == [("rules_failed", 1)]
        await desk.says("Hello???")
        assert await desk.answers() == [OPEN_WEDNESDAY]
        assert await desk.shop.rows(incidents) == [("rules_failed", 0)]

    async def test_what_was_begun_is_undone(
        self, desk: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await desk.set_book(rules=[{"name": "all", "do": {"tag": ["seen"], "priority": "low"}}])

        def fail(*_: Any, **__: Any) -> Any:
            raise RuntimeError("a bug")

        monkeypatch.setattr(gatewayd.replies.decisions, "add", fail)
        await desk.says("Hello?")
        assert await desk.answers() == []
        assert (await desk.conversation()).priority == "normal"
        assert await desk.shop.rows("SELECT tag FROM conversation_tags") == []


async def test_the_notice_of_a_picture_is_answered(desk: Any) -> None:
    """A WAP push, as the operator tells of an MMS that waits; other data is no customer's words."""
    (plain,) = desk.shop.delivers("x")
    for port, answers in ((5000, []), (2948, ["No pictures here."])):
        to_port = Element(identifier=0x05, data=port.to_bytes(2) + b"\x23\xf0")
        content = of_octets(
            b"\x00A", coding=DataCoding(0x04), header=UserDataHeader(elements=(to_port,))
        )
        pushed = replace(
            plain,
            coding=content.coding,
            header=content.header,
            user_data=content.user_data,
            user_data_length=content.user_data_length,
        )
        framed = Frame(smsc=Address.parse("+15149876543"), tpdu=pushed.to_bytes())
        await desk.shop.counter.hears(framed.to_bytes())
        assert await desk.answers() == answers
