"""What comes in, goes out or rings is in a conversation from its own commit on."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import inbound, outbox, unread
from storage.conversations import filing
from storage.conversations.states import ConversationState, Turn, after_turn
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming
from storage.outbox import NewMessage, NewPart
from storage.schema import contacts, conversations
from storage.unread import PLACEHOLDER

NOW = 1_800_000_000_000
CUSTOMER = "+15145550123"


def text_from(number: str = CUSTOMER, *, kind: str = "text", inbox: str = "main") -> NewIncoming:
    return NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=NOW),
        from_=number,
        to_number="+15145550100",
        text=None if kind == PLACEHOLDER else "hello",
        encoding="gsm7",
        inbox=inbox,
        modem="counter",
        iccid="8930",
        kind=kind,
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )


def text_to(number: str = CUSTOMER, *, answers: bool = True) -> NewMessage:
    return NewMessage(
        id=new_id(Prefix.MESSAGE, now_ms=NOW),
        to=number,
        text="It is ready",
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
        parts=[NewPart(number=1, tpdu=b"")],
        answers=answers,
    )


class Shelf:
    """One store's conversations; each turn is its own transaction, one second after the last."""

    def __init__(self, store: Store, desk: Any) -> None:
        self.store = store
        self.desk = desk
        self.at = NOW

    async def _turn(self, turn: Callable[[AsyncConnection, int], Awaitable[object]]) -> None:
        self.at += 1000
        async with self.store.write() as tx:
            await turn(tx, self.at)

    async def receive(self, message: NewIncoming | None = None) -> str:
        message = message or text_from()
        await self._turn(lambda tx, at: inbound.insert_incoming(tx, message, now_ms=at))
        return message.id

    async def send(self, message: NewMessage | None = None) -> str:
        message = message or text_to()
        await self._turn(lambda tx, at: outbox.enqueue(tx, message, now_ms=at))
        return message.id

    async def call(self, number: str = CUSTOMER) -> None:
        call = {"number": number, "inbox": "main", "modem": "counter"}
        await self._turn(lambda tx, at: filing.add_missed_call(tx, **call, now_ms=at))

    async def set_state(self, state: ConversationState) -> None:
        async with self.store.write() as tx:
            await tx.execute(update(conversations).values(state=state))

    async def block(self) -> None:
        async with self.store.write() as tx:
            await tx.execute(update(contacts).values(blocked_at_ms=self.at))

    async def all(self) -> list[Any]:
        async with self.store.read() as tx:
            query = conversations.select().order_by(conversations.c.id)
            return list((await tx.execute(query)).all())

    async def only(self) -> Any:
        (row,) = await self.all()
        return row

    async def timeline(self) -> list[object]:
        return await self.desk.column(
            "SELECT coalesce(message_id, kind) FROM timeline ORDER BY seq"
        )


@pytest.fixture
def shelf(store: Store, desk: Any) -> Shelf:
    return Shelf(store, desk)


async def test_a_first_text_makes_a_contact_and_a_conversation(shelf: Shelf, desk: Any) -> None:
    message_id = await shelf.receive()

    row = await shelf.only()
    assert (row.state, row.inbox, row.number, row.priority) == ("open", "main", CUSTOMER, "normal")
    assert (row.last_in_ms, row.last_out_ms) == (shelf.at, None)
    assert (row.unanswered_since_ms, row.version) == (shelf.at, 1)
    assert await desk.value("SELECT conversation_id FROM messages") == row.id
    assert await shelf.timeline() == [message_id]
    assert await desk.value("SELECT max(seq) FROM timeline") == row.last_seq
    assert await desk.events("contact", "conversation", "message") == [
        "contact.created",
        "conversation.created",
        "message.received",
    ]


async def test_the_journal_holds_no_number(shelf: Shelf, desk: Any) -> None:
    await shelf.receive()
    await shelf.call()
    await shelf.send()
    told = await desk.column("SELECT data FROM changes")
    assert told
    assert "5550123" not in "".join(map(str, told))


async def test_turns_change_whose_turn_it_is(shelf: Shelf, desk: Any) -> None:
    await shelf.receive()
    first_ms = shelf.at
    await shelf.receive()
    assert (await shelf.only()).unanswered_since_ms == first_ms

    await shelf.send()
    row = await shelf.only()
    assert (row.state, row.unanswered_since_ms, row.last_out_ms) == ("waiting", None, shelf.at)

    await shelf.call()
    row = await shelf.only()
    assert (row.state, row.unanswered_since_ms, row.last_in_ms) == ("open", shelf.at, shelf.at)
    assert (row.version, len(await shelf.timeline())) == (4, 4)
    assert await desk.events("conversation") == [
        "conversation.created",
        "conversation.updated",
        "conversation.updated",
    ]


async def test_what_a_program_sends_answers_nobody(shelf: Shelf) -> None:
    await shelf.receive()
    waiting_since = (await shelf.only()).unanswered_since_ms

    await shelf.send(text_to(answers=False))

    row = await shelf.only()
    assert (row.state, row.unanswered_since_ms) == ("open", waiting_since)
    assert row.last_out_ms == shelf.at


async def test_a_first_text_to_somebody_waits_for_them(shelf: Shelf) -> None:
    await shelf.send(text_to(answers=False))
    row = await shelf.only()
    assert (row.state, row.unanswered_since_ms) == ("waiting", None)


@pytest.mark.parametrize("state", [ConversationState.CLOSED, ConversationState.SNOOZED])
async def test_a_new_text_opens_it_again(shelf: Shelf, desk: Any, state: ConversationState) -> None:
    await shelf.receive()
    await shelf.set_state(state)
    await shelf.receive()
    assert (await shelf.only()).state == "open"
    assert (await desk.events("conversation"))[-1] == "conversation.reopened"


async def test_a_program_does_not_open_what_is_closed(shelf: Shelf) -> None:
    await shelf.receive()
    await shelf.set_state(ConversationState.CLOSED)
    await shelf.send(text_to(answers=False))
    assert (await shelf.only()).state == "closed"


async def test_a_contact_has_one_conversation_in_each_inbox(shelf: Shelf, desk: Any) -> None:
    for inbox in ("main", "spare", "main"):
        await shelf.receive(text_from(inbox=inbox))
    assert [row.inbox for row in await shelf.all()] == ["main", "spare"]
    assert await desk.value("SELECT count(*) FROM contacts") == 1


async def test_a_blocked_contact_is_kept_apart(shelf: Shelf, desk: Any) -> None:
    await shelf.receive()
    await shelf.set_state(ConversationState.CLOSED)
    await shelf.block()
    message_id = await shelf.receive()
    await shelf.receive(text_from(inbox="spare"))

    first, second = await shelf.all()
    assert (first.state, second.state, second.unanswered_since_ms) == ("closed", "closed", None)
    assert message_id in await shelf.timeline()
    flags = "SELECT json_extract(data, '$.blocked') FROM changes WHERE type = 'message.received'"
    assert await desk.column(f"{flags} ORDER BY seq") == [None, 1, 1]


async def test_a_message_and_its_place_are_one_commit(shelf: Shelf, desk: Any) -> None:
    async def unit() -> None:
        async with shelf.store.write() as tx:
            await inbound.insert_incoming(tx, text_from(), now_ms=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await unit()
    assert await shelf.all() == []
    assert await desk.value("SELECT count(*) FROM contacts") == 0


async def test_what_is_read_later_moves_to_its_sender(shelf: Shelf, desk: Any) -> None:
    message_id = await shelf.receive(text_from("unknown", kind=PLACEHOLDER))
    read = replace(text_from(), id=message_id)

    async with shelf.store.write() as tx:
        assert await unread.replace_message(tx, read, now_ms=shelf.at)

    unknown, known = await shelf.all()
    assert (unknown.number, unknown.state, unknown.last_seq) == ("unknown", "closed", 0)
    assert (unknown.unanswered_since_ms, unknown.last_in_ms) == (None, None)
    assert (known.number, known.state, known.version) == (CUSTOMER, "open", 1)
    moved = "SELECT conversation_id FROM timeline UNION SELECT conversation_id FROM messages"
    assert await desk.column(moved) == [known.id]


async def test_a_placeholder_that_goes_leaves_the_others(shelf: Shelf, desk: Any) -> None:
    first = await shelf.receive(text_from("unknown", kind=PLACEHOLDER))
    first_ms = shelf.at
    second = await shelf.receive(text_from("unknown", kind=PLACEHOLDER))

    async with shelf.store.write() as tx:
        assert await unread.remove_placeholder(tx, second, merged_into=None, now_ms=shelf.at)

    row = await shelf.only()
    assert (row.state, row.last_in_ms) == ("open", first_ms)
    assert await shelf.timeline() == [first]
    assert (await desk.events("conversation"))[-1] == "conversation.updated"


@pytest.mark.parametrize("state", ConversationState)
def test_a_customer_is_heard_in_any_state(state: ConversationState) -> None:
    assert after_turn(state, Turn.CUSTOMER) is ConversationState.OPEN
    assert after_turn(state, Turn.ANSWER) is ConversationState.WAITING
    assert after_turn(state, Turn.PROGRAM) is after_turn(state, Turn.APART) is state


async def test_what_is_to_be_kept_apart_opens_no_conversation(desk: Any) -> None:
    kept = await desk.enqueue(filed=False)
    assert await desk.value("SELECT conversation_id FROM messages WHERE id = :id", id=kept) is None
    assert await desk.value("SELECT count(*) FROM conversations") == 0
