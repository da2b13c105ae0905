import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.engine import FILE_NAME, Store
from storage.errors import StoreUnavailable
from storage.prepared import Prepared
from storage.schema import changes as changes_table
from storage.schema import messages, meta

SET = Prepared(
    update(meta)
    .where(meta.c.key == bindparam("of_key"))
    .values(value=bindparam("to"))
    .returning(meta.c.key, meta.c.value.label("now"))
)


async def test_rows_have_their_columns_names(store: Store) -> None:
    add = Prepared(insert(meta))
    async with store.write() as tx:
        added = await add.execute(tx, {"key": "a", "value": b"1"})
        assert (list(added.rows), added.rowcount, added.one_or_none()) == ([], 1, None)
        row = (await SET.execute(tx, {"of_key": "a", "to": b"2"})).one_or_none()
        assert (row.key, row.now) == ("a", b"2")
        nothing = await SET.execute(tx, {"of_key": "b", "to": b"2"})
        assert nothing.one_or_none() is None


async def test_constants_are_bound_with_the_values(store: Store) -> None:
    zero = Prepared(update(meta).where(meta.c.key == bindparam("of_key")).values(value=b"0"))
    async with store.write() as tx:
        await Prepared(insert(meta)).execute(tx, {"key": "a", "value": b"1"})
        assert (await zero.execute(tx, {"of_key": "a"})).rowcount == 1
        found = await tx.execute(meta.select().where(meta.c.key == "a"))
        assert found.one().value == b"0"


async def test_json_is_written_as_any_statement_would(store: Store) -> None:
    data: dict[str, changes.Json] = {"état": [1, None, True]}
    async with store.write() as tx:
        await changes.record(tx, "modem.state", now_ms=1, subject="m", data=data)
        (change,) = await changes.after(tx, None, 10)
    assert change.data == data


async def test_errors_are_sqlalchemys_and_hold_no_values(store: Store) -> None:
    add = Prepared(insert(meta))

    async def twice(tx: AsyncConnection) -> None:
        for _ in range(2):
            await add.execute(tx, {"key": "secret", "value": b""})

    with pytest.raises(IntegrityError) as caught:
        await store.shielded(twice)
    assert "secret" not in str(caught.value)


async def test_a_database_in_trouble_is_unavailable(store: Store) -> None:
    async def lost(tx: AsyncConnection) -> None:
        await tx.exec_driver_sql("DROP TABLE meta")
        await SET.execute(tx, {"of_key": "a", "to": b""})

    with pytest.raises(StoreUnavailable, match="no such table"):
        await store.shielded(lost)


async def test_an_ended_transaction_is_refused(store: Store) -> None:
    async with store.write() as tx:
        pass
    with pytest.raises(ResourceClosedError):
        await SET.execute(tx, {"of_key": "a", "to": b""})


async def test_a_query_s_rows_come_back_as_their_columns_types(store: Store, desk: Any) -> None:
    data: dict[str, changes.Json] = {"état": [1, None, True]}
    async with store.write() as tx:
        await changes.record(tx, "modem.state", now_ms=1, subject="m", data=data)
    message_id = await desk.enqueue()
    journal = Prepared(select(changes_table.c.data).where(changes_table.c.subject == "m"))
    sent = Prepared(select(messages.c.delivery_report).where(messages.c.id == bindparam("of_id")))
    async with store.read() as tx:
        assert (await journal.execute(tx, {})).one_or_none().data == data
        reported = (await sent.execute(tx, {"of_id": message_id})).one_or_none().delivery_report
        assert reported is True


async def test_a_glance_sees_what_is_committed_and_no_more(store: Store) -> None:
    keys = Prepared(select(meta.c.key).where(meta.c.key == "a"))
    async with store.write() as tx:
        await Prepared(insert(meta)).execute(tx, {"key": "a", "value": b"1"})
        async with store.glance() as look:
            assert (await keys.execute(look, {})).one_or_none() is None
    async with store.glance() as look:
        assert (await keys.execute(look, {})).one_or_none().key == "a"


async def test_a_glance_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        async with store.glance() as look:
            await Prepared(insert(meta)).execute(look, {"key": "a", "value": b"1"})


async def test_a_glance_at_a_file_in_trouble_is_unavailable(store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("DROP TABLE meta")
    other.close()
    with pytest.raises(StoreUnavailable, match="no such table"):
        async with store.glance() as look:
            await Prepared(select(meta.c.key)).execute(look, {})
