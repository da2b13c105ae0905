from dataclasses import replace
from typing import Any

import pytest

from storage import outbox, queries
from storage.engine import Store
from storage.errors import CursorExpired
from storage.queries import MessageFilter

NOW = 1_800_000_000_000


async def listed(store: Store, **filters: Any) -> list[str]:
    async with store.read() as tx:
        page = await queries.list_messages(tx, MessageFilter(**filters), limit=50)
    return [row.id for row in page.items]


async def test_pages_are_newest_first_and_end(store: Store, desk: Any) -> None:
    ids = [await desk.enqueue() for _ in range(5)]
    seen: list[str] = []
    cursor = None
    sizes = []
    async with store.read() as tx:
        while True:
            page = await queries.list_messages(tx, MessageFilter(), limit=2, cursor=cursor)
            seen += [row.id for row in page.items]
            sizes.append(len(page.items))
            cursor = page.next
            if cursor is None:
                break
        with pytest.raises(CursorExpired):
            await queries.list_messages(tx, MessageFilter(), limit=2, cursor="msg_none")
    assert seen == ids[::-1]
    assert sizes == [2, 2, 1]


async def test_each_filter(store: Store, desk: Any) -> None:
    one = await desk.enqueue(text="Votre commande est PRÊTE 100%", to="+15145550001")
    two = await desk.enqueue(text="other", inbox="repairs", at=NOW + 10)
    await desk.claim(inboxes=("repairs",), at=NOW + 10)
    assert await listed(store) == [two, one]
    assert await listed(store, direction="in") == []
    assert await listed(store, direction="out") == [two, one]
    assert await listed(store, state="sending") == [two]
    assert await listed(store, inbox="main") == [one]
    assert await listed(store, contact="+15145550001") == [one]
    assert await listed(store, since_ms=NOW + 10) == [two]
    assert await listed(store, until_ms=NOW + 10) == [one]
    assert await listed(store, q="COMMANDE est") == [one]
    assert await listed(store, q="100%") == [one]
    assert await listed(store, q="%") == [one]  # a character, not a wildcard
    assert await listed(store, q="_") == []
    assert await listed(store, q="\0") == []  # nor the end of what is asked
    assert await listed(store, client_reference="none") == []


async def test_bodies_for_events(store: Store, desk: Any) -> None:
    message_id = await desk.enqueue(text="hello")
    async with store.read() as tx:
        found = await queries.messages_by_id(tx, [message_id, message_id, "msg_erased"])
        assert await queries.messages_by_id(tx, []) == {}
        assert await queries.get_message(tx, "msg_erased") is None
    assert {key: row.text for key, row in found.items()} == {message_id: "hello"}


async def test_counts(store: Store, desk: Any) -> None:
    await desk.enqueue(parts=2)
    await desk.enqueue(inbox="repairs", send_at_ms=NOW + 9)
    part_id = await desk.submit()
    await desk.do(outbox.accept, part_id=part_id, reference=1, now_ms=NOW)
    async with store.read() as tx:
        assert await queries.queue_by_inbox(tx) == {"main": 1, "repairs": 1}
        assert await queries.sent_since(tx, NOW) == {"counter": 1}
        assert await queries.sent_since(tx, NOW + 1) == {}
        assert await queries.count_by_state(tx) == {"sending": 1, "queued": 1}


async def test_what_was_enqueued_is_told_as_it_stands_in_the_store(store: Store) -> None:
    message = outbox.NewMessage(
        id="msg_made",
        to="+15145550001",
        text="Votre commande est prête",
        encoding="gsm7",
        national="turkish",
        inbox="main",
        priority=0,
        send_at_ms=NOW + 1,
        expires_at_ms=NOW + 2,
        delivery_report=False,
        on_unknown="hold",
        client_reference="order 7",
        author_type="token",
        author_id="tok_1",
        author_name="till",
        from_number="+15145550100",
        consent_basis="exempt",
        parts=[outbox.NewPart(number=1, tpdu=b"\x01")],
    )
    async with store.write() as tx:
        unfiled = replace(message, id="msg_unfiled", filed=False)
        made = [await outbox.enqueue(tx, each, now_ms=NOW) for each in (message, unfiled)]
    async with store.read() as tx:
        assert made == [await queries.get_message(tx, each.id) for each in made]
    assert [each.conversation_id is None for each in made] == [False, True]
