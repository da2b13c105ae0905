import pytest
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError, ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.prepared import Prepared
from storage.schema import meta

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
