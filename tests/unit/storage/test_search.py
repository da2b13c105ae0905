"""Search over a real store: what is found, by whom, in which order, and what is forgotten."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import contacts, inbound
from storage.conversations import acts
from storage.conversations.acts import Doing
from storage.conversations.timeline import Author
from storage.engine import FILE_NAME, Store
from storage.errors import CursorExpired
from storage.ids import Prefix, new_id
from storage.search import forgetting, reading, upkeep, words
from storage.search.asked import Kind, SearchFilter
from storage.search.forgetting import forget
from storage.search.reading import Hit, HitPage

NOW = 1_800_000_000_000
DAY = 86_400_000
AMELIE, BRUNO = "+15145550123", "+15145550199"
MARIE = Author(type="person", id="usr_1", name="Marie")


class Shop:
    """Short words for what happens, and for looking it up."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def receive(
        self, text_: str | None, *, sender: str = AMELIE, inbox: str = "main", at: int = NOW
    ) -> str:
        message = inbound.NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=at),
            from_=sender,
            to_number=None,
            text=text_,
            encoding="gsm7",
            inbox=inbox,
            modem="counter",
            iccid=None,
            kind="text",
            sc_time_ms=None,
            parts_total=2,
            parts_present=1,
            complete=False,
        )
        async with self.store.write() as tx:
            await inbound.insert_incoming(tx, message, now_ms=at)
        return message.id

    async def conversation(self, message_id: str) -> str:
        async with self.store.read() as tx:
            sql = "SELECT conversation_id FROM messages WHERE id = :id"
            return str((await tx.execute(text(sql), {"id": message_id})).scalar_one())

    async def contact(self, message_id: str) -> str:
        async with self.store.read() as tx:
            sql = (
                "SELECT c.contact_id FROM conversations c JOIN messages m"
                " ON m.conversation_id = c.id WHERE m.id = :id"
            )
            return str((await tx.execute(text(sql), {"id": message_id})).scalar_one())

    async def note(self, message_id: str, note: str, *, at: int = NOW) -> None:
        conversation = await self.conversation(message_id)
        async with self.store.write() as tx:
            await acts.add_note(tx, conversation, note, Doing(author=MARIE, now_ms=at))

    async def do(self, sql: str, **values: object) -> None:
        async with self.store.write() as tx:
            await tx.execute(text(sql), values)

    async def page(
        self, q: str, *, limit: int = 50, cursor: str | None = None, **asked: Any
    ) -> HitPage:
        filters = SearchFilter(phrases=words.parse(q), **asked)
        async with self.store.read() as tx:
            return await reading.page(tx, filters, limit=limit, cursor=cursor)

    async def find(self, q: str, **asked: Any) -> list[Hit]:
        return list((await self.page(q, **asked)).items)

    async def texts(self, q: str, **asked: Any) -> list[str]:
        return [hit.snippet.text for hit in await self.find(q, **asked)]

    async def sound(self) -> bool:
        """Whether the index says what the rows say."""
        async with self.store.write() as tx:
            return await tx.run_sync(upkeep.trouble) is None


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


async def test_a_hit_tells_where_it_is(shop: Shop) -> None:
    id_ = await shop.receive("Ma commande est-elle prête?")
    (hit,) = await shop.find("commande", kind=Kind.MESSAGE)
    assert (hit.kind, hit.id, hit.at_ms, hit.inbox) == (Kind.MESSAGE, id_, NOW, "main")
    assert hit.conversation_id == await shop.conversation(id_)
    assert (hit.contact_id, hit.number) == (await shop.contact(id_), AMELIE)
    assert (hit.direction, hit.author, hit.found_in) == ("in", None, "text")
    assert hit.snippet.ranges == ((3, 11),)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ete", True),
        ("ÉTÉ ", True),
        ("e\u0301te\u0301 ", True),
        ("coeur", True),
        ("cœur", True),
        ("prete", True),
        ("prête l'ete", True),
        ("l’ete", True),  # as telephones write it
        ("pret", True),
        ("pret ", False),
        ("ommande", False),
        ('"prete cet ete"', False),
        ('"prête pour l\'été"', True),
        ('"pour prete"', False),
        ("prete nulle", False),
        ("rendez-vous", True),
        ("17h30", True),
        ("a3-", True),
    ],
)
async def test_words(shop: Shop, q: str, found: bool) -> None:
    await shop.receive("Prête pour l'été? Mon cœur! Rendez-vous à 17h30, porte A3-B.")
    assert bool(await shop.texts(q)) is found


async def test_contacts_by_name_notes_and_any_part_of_a_number(shop: Shop) -> None:
    contact = await shop.contact(await shop.receive("x"))
    await shop.receive("x", sender="Vidéotron")
    async with shop.store.write() as tx:
        values = {"name": "Amélie Tremblay", "notes": "Likes mornings"}
        await contacts.change(
            tx, contact, values, tags=["vip"], version=None, by="usr_1", now_ms=NOW
        )
    for q, found_in in (
        ("amelie trem", "name"),
        ("morning", "notes"),
        ("5550", "number"),
        ("23", "number"),
    ):
        (hit,) = await shop.find(q)
        assert (hit.kind, hit.id, hit.found_in) == (Kind.CONTACT, contact, found_in)
    numbers = ["5145550123"]
    (hit,) = await shop.find("(514) 555-0123", numbers=numbers)
    assert (hit.number, hit.snippet.ranges) == (AMELIE, ((2, 12),))
    assert await shop.find("555 0124", numbers=["5550124"]) == []
    (hit,) = await shop.find("videotr")
    assert hit.number == "Vidéotron"
    assert len(await shop.find("tremblay", tag="vip")) == 1
    assert await shop.find("tremblay", tag="other") == []
    assert await shop.sound()


async def test_notes_and_reasons_of_a_hand_over(shop: Shop) -> None:
    id_ = await shop.receive("hello")
    await shop.note(id_, "Asked for a refund")
    (hit,) = await shop.find("refund")
    assert (hit.kind, hit.author, hit.direction) == (Kind.NOTE, MARIE, None)
    assert (hit.conversation_id, hit.inbox) == (await shop.conversation(id_), "main")
    assert [one.kind for one in await shop.find("refund", author_id="usr_1")] == [Kind.NOTE]
    assert await shop.find("refund", author_id="usr_2") == []
    assert await shop.find("refund", direction="in") == []


async def test_what_narrows(shop: Shop) -> None:
    a = await shop.receive("order one", at=NOW)
    b = await shop.receive("order two", sender=BRUNO, inbox="spare", at=NOW + 3 * DAY)
    await shop.do(
        "INSERT INTO conversation_tags VALUES (:id, 'late')", id=await shop.conversation(b)
    )
    await shop.do("INSERT INTO contact_tags VALUES (:id, 'vip')", id=await shop.contact(a))
    for narrow, wanted in (
        ({}, ["order two", "order one"]),
        ({"inbox": "spare"}, ["order two"]),
        ({"inbox": "nowhere"}, []),
        ({"conversation_id": await shop.conversation(a)}, ["order one"]),
        ({"contact_id": await shop.contact(b)}, ["order two"]),
        ({"contact_id": "con_0"}, []),
        ({"tag": "late"}, ["order two"]),
        ({"tag": "vip"}, ["order one"]),
        ({"tag": "no"}, []),
        ({"direction": "in"}, ["order two", "order one"]),
        ({"direction": "out"}, []),
        ({"since_ms": NOW + 1}, ["order two"]),
        ({"since_ms": NOW + 3 * DAY}, ["order two"]),
        ({"until_ms": NOW + 3 * DAY}, ["order one"]),
        ({"until_ms": NOW}, []),
        ({"since_ms": NOW + 9 * DAY}, []),
        ({"kind": Kind.NOTE}, []),
    ):
        assert await shop.texts("order", **narrow) == wanted, narrow


async def test_many_conversations_of_a_tag(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.finding._FEW", 1)
    for number in range(3):
        id_ = await shop.receive(f"order {number}", sender=f"+1514555012{number}")
        if number < 2:
            await shop.do(
                "INSERT INTO conversation_tags VALUES (:id, 'late')",
                id=await shop.conversation(id_),
            )
    assert await shop.texts("order", tag="late") == ["order 1", "order 0"]


async def test_nobody_sees_into_another_inbox(shop: Shop) -> None:
    id_ = await shop.receive("secret order", inbox="spare")
    await shop.note(id_, "secret note")
    await shop.receive("secret of ours", sender=BRUNO)
    ours = {"may_see": {"main"}}
    assert await shop.texts("secret", **ours) == ["secret of ours"]
    assert await shop.texts("secret", inbox="spare", **ours) == []
    conversation, contact = await shop.conversation(id_), await shop.contact(id_)
    assert await shop.texts("secret", conversation_id=conversation, **ours) == []
    assert await shop.texts("secret", contact_id=contact, **ours) == []
    assert await shop.texts("0123", **ours) == []
    assert await shop.texts("secret", may_see=()) == []
    # Also where the index is behind, the row decides.
    await shop.do("DROP TRIGGER messages_search_before")
    await shop.do("DROP TRIGGER messages_search_after")
    await shop.do("UPDATE messages SET inbox = 'spare' WHERE text = 'secret of ours'")
    assert await shop.texts("secret", **ours) == []


async def test_pages_are_exact_whatever_comes_in_between(shop: Shop) -> None:
    for number in range(9):
        id_ = await shop.receive(f"word {number}", at=NOW + number)
        if number % 3 == 0:
            await shop.note(id_, f"word note {number}", at=NOW + number)
    wanted = await shop.texts("word")
    assert len(wanted) == 12
    seen: list[str] = []
    cursor = None
    while True:
        page = await shop.page("word", limit=2, cursor=cursor)
        seen += [hit.snippet.text for hit in page.items]
        await shop.receive("word that is new", at=NOW + 50)
        cursor = page.next
        if cursor is None:
            break
    assert seen == wanted


async def test_contacts_come_before_what_they_wrote(shop: Shop) -> None:
    for number in range(3):
        contact = await shop.contact(await shop.receive("Zoé", sender=f"+1514555012{number}"))
        await shop.do("UPDATE contacts SET name = 'Zoé' WHERE id = :id", id=contact)
    kinds: list[Kind] = []
    cursor = None
    while (page := await shop.page("zoe", limit=2, cursor=cursor)).items:
        kinds += [hit.kind for hit in page.items]
        if (cursor := page.next) is None:
            break
    assert kinds == [Kind.CONTACT] * 3 + [Kind.MESSAGE] * 3


@pytest.mark.parametrize(
    "cursor", ["", "x", "1.2", "1.2.3.4", "-1.-.-", "٣.-.-", "1" * 19 + ".-.-"]
)
async def test_foreign_cursors(shop: Shop, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await shop.page("word", cursor=cursor)


HOSTILE = (
    *("*", '"', '""', "'", "(", ")", "a AND", "OR", "NOT a", "NEAR(a b)", "a:b", "words:a", "^a"),
    *("-a", "+a", "{a b}: c", "a + b", 'a"b', "; DROP TABLE messages", "%", "_", "\x00", "a\x00b"),
    *(
        "😀",
        "مرحبا",
        "\u202eabc\u202c",
        "\ud800",
        "\ue0006D61696E",
        "\ufdd0",
        "ﬁ",
        "İ",
        "ß",
        "가",
        "中文",
    ),
    " ".join(f"w{number}" for number in range(2000)),
    '"' * 5000,
    "x" * 10_000,
)


@pytest.mark.parametrize("q", HOSTILE)
async def test_hostile_searches_find_no_more_than_their_words(shop: Shop, q: str) -> None:
    await shop.receive("plain words")
    assert await shop.texts(q) == []


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(q=st.text(st.characters(codec=None), max_size=60))
async def test_any_search_is_answered(shop: Shop, q: str) -> None:
    await shop.find(q, numbers=["1"], inbox="m'a\"in", tag='"', direction="in")
    await shop.find(q)


async def test_any_text_is_found_again(shop: Shop) -> None:
    await shop.receive("مرحبا بالعالم")
    await shop.receive("привет мир")
    await shop.receive("中文 字")
    assert await shop.texts("مرحبا") == ["مرحبا بالعالم"]
    assert await shop.texts("ПРИВ") == ["привет мир"]
    assert await shop.texts("中文") == ["中文 字"]


CHANGES: dict[str, Callable[[Shop, str], Awaitable[object]]] = {
    "a text filled": lambda shop, id_: shop.do(
        "UPDATE messages SET text = 'other' WHERE id = :id", id=id_
    ),
    "a text erased": lambda shop, id_: shop.do(
        "UPDATE messages SET text = NULL WHERE id = :id", id=id_
    ),
    "a message deleted": lambda shop, id_: shop.do("DELETE FROM messages WHERE id = :id", id=id_),
    "a message without a place": lambda shop, id_: shop.do(
        "UPDATE messages SET conversation_id = NULL WHERE id = :id", id=id_
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_index_is_in_step(shop: Shop, change: str) -> None:
    id_ = await shop.receive("peculiar")
    await shop.note(id_, "a note")
    await CHANGES[change](shop, id_)
    assert await shop.texts("peculiar") == []
    assert await shop.sound()


async def test_a_message_that_moves_is_found_where_it_is(shop: Shop) -> None:
    a, b = await shop.receive("peculiar"), await shop.receive("other", sender=BRUNO)
    to = await shop.conversation(b)
    await shop.do("UPDATE messages SET conversation_id = :to WHERE id = :id", to=to, id=a)
    assert await shop.texts("peculiar", conversation_id=to) == ["peculiar"]
    assert await shop.sound()


async def test_numbers_that_move_from_contact_to_contact(shop: Shop) -> None:
    a = await shop.contact(await shop.receive("x"))
    b = await shop.contact(await shop.receive("x", sender=BRUNO))
    await shop.do("UPDATE contact_numbers SET contact_id = :b WHERE contact_id = :a", a=a, b=b)
    assert [hit.id for hit in await shop.find("5550123")] == [b]
    assert await shop.sound()
    await shop.do("DELETE FROM contact_numbers WHERE number = :number", number=AMELIE)
    assert await shop.find("5550123") == []
    assert await shop.sound()


async def test_an_index_that_lies_is_noticed(shop: Shop) -> None:
    await shop.receive("peculiar")
    await shop.do("DROP TRIGGER messages_search_before")
    await shop.do("UPDATE messages SET text = 'other'")
    async with shop.store.write() as tx:
        assert "messages_search_before" in str(await tx.run_sync(upkeep.trouble))


async def test_what_is_forgotten_is_not_in_the_file(
    shop: Shop, tmp_path: Path, store: Store
) -> None:
    def in_file() -> int:
        # FTS5 keeps a word's ending where the word before shares its beginning.
        return (tmp_path / FILE_NAME).read_bytes().count(b"zzyzxqwk")

    for number in range(300):
        await shop.receive(f"zzyzxqwk{number}", sender=f"+1514555{number:04}")
    await shop.receive("kept")
    await store.check()
    await shop.do("PRAGMA secure_delete = ON")
    await shop.do("UPDATE messages SET text = NULL WHERE text LIKE 'zzy%'")
    await _checkpoint(store)
    assert in_file() > 0  # FTS5 alone only marks them
    await forget(store)
    await _checkpoint(store)
    assert in_file() == 0
    assert await shop.texts("kept") == ["kept"]
    assert await shop.sound()


async def test_nobody_s_answer_waits_for_the_rewriting(
    shop: Shop, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable = []

    def step(*_: object) -> bool:
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
            durable.append(file.execute("SELECT count(*) FROM messages").fetchone()[0])
        return True

    monkeypatch.setattr(forgetting, "_merge_step", step)
    await asyncio.gather(shop.receive("just before"), forget(store))
    assert set(durable) == {1}


async def _checkpoint(store: Store) -> None:
    async with store._writer.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        await driver.run("PRAGMA wal_checkpoint(TRUNCATE)", (), many=False)
