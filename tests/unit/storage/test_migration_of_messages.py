"""A store of the first schema, with messages in it, is migrated: each is in a conversation."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from storage import inbound, inboxes
from storage.engine import FILE_NAME, Store
from storage.inbound import NewIncoming
from storage.migrate import migrate_sqlite, upgrade

NOW = 1_800_000_000_000
MINUTE = 60_000
A, B = "+15145550123", "24365"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The first schema, as Alembic builds it."""
    path = tmp_path / FILE_NAME
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).begin() as connection:
        upgrade(connection, backup=None, revision="0001")
    return path


def add(path: Path, *rows: tuple[str, str, str]) -> None:
    """Put messages there, a minute apart: direction, the other side, inbox."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for place, (direction, contact, inbox) in enumerate(rows):
            connection.execute(
                "INSERT INTO messages (id, direction, state, contact, encoding, parts, inbox,"
                " created_at_ms) VALUES (?, ?, 'received', ?, 'gsm7', 1, ?, ?)",
                (f"msg_{place:026}", direction, contact, inbox, NOW + place * MINUTE),
            )


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_each_message_is_in_the_conversation_of_its_contact_and_inbox(old: Path) -> None:
    add(
        old,
        *(("in", A, "main"), ("out", A, "main"), ("in", A, "main"), ("in", A, "main")),
        *(("in", A, "spare"), ("out", A, "spare"), ("in", B, "main")),
    )

    migrate_sqlite(old)

    rows = ask(
        old,
        "SELECT c.number, c.inbox, c.state, c.unanswered_since_ms, c.last_in_ms, c.last_out_ms,"
        " c.created_at_ms FROM conversations c ORDER BY c.last_seq",
    )
    at = [NOW + place * MINUTE for place in range(7)]
    assert rows == [
        (A, "main", "open", at[2], at[3], at[1], at[0]),
        (A, "spare", "waiting", None, at[4], at[5], at[4]),
        (B, "main", "open", at[6], at[6], None, at[6]),
    ]
    timeline = ask(
        old,
        "SELECT t.message_id, t.at_ms = m.created_at_ms, t.conversation_id = m.conversation_id,"
        " c.number = m.contact AND c.inbox = m.inbox FROM timeline t"
        " JOIN messages m ON m.id = t.message_id"
        " JOIN conversations c ON c.id = t.conversation_id ORDER BY t.seq",
    )
    assert timeline == [(f"msg_{place:026}", 1, 1, 1) for place in range(7)]
    assert ask(old, "SELECT number FROM contact_numbers ORDER BY number") == [(A,), (B,)]
    assert ask(old, "SELECT name FROM inboxes ORDER BY name") == [("main",), ("spare",)]
    # It tells of what happened, and nothing did.
    assert ask(old, "SELECT count(*) FROM changes") == [(0,)]


def test_more_than_one_batch(old: Path) -> None:
    add(old, *(("in", f"+1514{number:07}", "main") for number in range(5_001)))
    migrate_sqlite(old)
    assert ask(old, "SELECT count(DISTINCT conversation_id), count(*) FROM messages") == [
        (5_001, 5_001)
    ]


async def test_what_comes_next_goes_on_in_the_same_conversation(old: Path) -> None:
    add(old, ("in", A, "main"))
    store = await Store.open(data_dir=old.parent)
    message = NewIncoming(
        id="msg_9",
        from_=A,
        to_number=None,
        text="again",
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with store.write() as tx:
        await inbound.insert_incoming(tx, message, now_ms=NOW)
        assert [row.name for row in await inboxes.list_all(tx)] == ["main"]
    await store.close()
    assert ask(old, "SELECT count(DISTINCT conversation_id), count(*) FROM messages") == [(1, 2)]
    assert ask(old, "SELECT max(seq) FROM timeline") == ask(
        old, "SELECT last_seq FROM conversations"
    )
