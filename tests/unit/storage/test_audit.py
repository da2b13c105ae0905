"""The audit journal: what goes into it, and that each forgery of it shows, and where."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from storage import audit, changes
from storage.audit import GENESIS, AuditFilter, Breach
from storage.engine import FILE_NAME, Store

NOW = 1_800_000_000_000


@pytest.fixture
async def written(store: Store) -> Store:
    """Five rows."""
    for number in range(1, 6):
        async with store.write() as tx:
            await audit.record(
                tx,
                actor="usr_A" if number % 2 else "tok_B",
                action="contact.updated",
                subject=f"con_{number}",
                data={"blocked": True, "größe": number},
                now_ms=NOW + number,
            )
    return store


def forge(tmp_path: Path, *statements: str) -> None:
    """Write to the file as somebody with a database tool would, without the triggers."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        file.execute("DROP TRIGGER audit_refuses_update")
        file.execute("DROP TRIGGER audit_refuses_delete")
        for statement in statements:
            assert file.execute(statement).rowcount
        file.commit()


async def look(store: Store, expect: bytes | None = None) -> tuple[Breach | None, int | None]:
    async with store.read() as tx:
        verdict = await audit.verify(tx, expect=expect)
    assert verdict.whole == (verdict.breach is None and verdict.expected is not False)
    return verdict.breach, verdict.at_seq


async def test_an_empty_journal_is_whole(store: Store) -> None:
    async with store.read() as tx:
        verdict = await audit.verify(tx)
        expecting = await audit.verify(tx, expect=GENESIS)
    assert verdict.whole
    assert (verdict.head.seq, verdict.head.hash, verdict.expected) == (0, GENESIS, None)
    assert expecting.expected is True


async def test_what_is_written_is_whole_and_read_back(written: Store) -> None:
    assert await look(written) == (None, None)
    async with written.read() as tx:
        rows = await audit.page(tx, AuditFilter(), limit=2)
        older = await audit.page(tx, AuditFilter(), limit=9, before=rows[-1].seq)
        head = await audit.head(tx)
    assert [row.seq for row in (*rows, *older)] == [5, 4, 3, 2, 1]
    assert (head.seq, head.hash) == (5, rows[0].hash)
    assert rows[0].data == {"blocked": True, "größe": 5}
    assert rows[0].actor == "usr_A"


@pytest.mark.parametrize(
    ("filters", "seqs"),
    [
        (AuditFilter(actor="tok_B"), [4, 2]),
        (AuditFilter(subject="con_3"), [3]),
        (AuditFilter(action="rules.updated"), []),
        (AuditFilter(since_ms=NOW + 2, until_ms=NOW + 4), [3, 2]),
    ],
)
async def test_a_list_shows_what_was_asked_for(
    written: Store, filters: AuditFilter, seqs: list[int]
) -> None:
    async with written.read() as tx:
        assert [row.seq for row in await audit.page(tx, filters, limit=9)] == seqs


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
async def test_the_database_refuses_to_change_or_remove_a_row(
    written: Store, statement: str
) -> None:
    with pytest.raises(IntegrityError, match="only ever added to"):
        async with written.write() as tx:
            await tx.exec_driver_sql(statement)
    assert await look(written) == (None, None)


@pytest.mark.parametrize(
    "column", ["at_ms = 1", "actor = 'usr_B'", "action = 'x'", "subject = 'x'", "data = '{}'"]
)
async def test_an_altered_row_is_found(written: Store, tmp_path: Path, column: str) -> None:
    forge(tmp_path, f"UPDATE audit SET {column} WHERE seq = 3")  # noqa: S608 - the forger's
    assert await look(written) == (Breach.ALTERED, 3)


async def test_a_removed_row_is_found(written: Store, tmp_path: Path) -> None:
    forge(tmp_path, "DELETE FROM audit WHERE seq = 2")
    assert await look(written) == (Breach.MISSING, 3)


async def test_a_removed_beginning_is_found(written: Store, tmp_path: Path) -> None:
    forge(tmp_path, "DELETE FROM audit WHERE seq <= 2")
    assert await look(written) == (Breach.MISSING, 3)


async def test_swapped_rows_are_found(written: Store, tmp_path: Path) -> None:
    forge(
        tmp_path,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert await look(written) == (Breach.ALTERED, 2)


async def test_a_gap_that_was_closed_by_renumbering_is_found(
    written: Store, tmp_path: Path
) -> None:
    forge(
        tmp_path,
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 5",
    )
    assert await look(written) == (Breach.ALTERED, 2)


async def test_a_row_that_was_forged_with_a_right_hash_of_its_own_is_found(
    written: Store, tmp_path: Path
) -> None:
    """As a forger does who knows how hashes are made: the row after does not continue it."""
    async with written.read() as tx:
        before = (await audit.page(tx, AuditFilter(), limit=1, before=3))[0]
    content = [3, NOW + 3, "usr_Z", "contact.updated", "con_3", "{}"]
    forged = audit._hash(before.hash, content)
    forge(
        tmp_path,
        "UPDATE audit SET actor = 'usr_Z', data = '{}' WHERE seq = 3",
        f"UPDATE audit SET hash = x'{forged.hex()}' WHERE seq = 3",  # noqa: S608 - the forger's
    )
    assert await look(written) == (Breach.UNLINKED, 4)


async def test_a_cut_off_end_shows_by_a_hash_that_was_noted(written: Store, tmp_path: Path) -> None:
    async with written.read() as tx:
        noted = await audit.head(tx)
    forge(tmp_path, "DELETE FROM audit WHERE seq >= 4")
    assert await look(written) == (None, None)
    async with written.read() as tx:
        verdict = await audit.verify(tx, expect=noted.hash)
    assert not verdict.whole
    assert verdict.expected is False


async def test_a_noted_hash_stays_in_a_chain_that_grew(written: Store) -> None:
    async with written.read() as tx:
        noted = await audit.head(tx)
    async with written.write() as tx:
        await audit.record(tx, actor="usr_A", action="x", subject="y", now_ms=NOW)
        assert (await audit.verify(tx, expect=noted.hash)).whole


async def test_what_is_rolled_back_leaves_no_row(written: Store) -> None:
    async def fail() -> None:
        async with written.write() as tx:
            await audit.record(tx, actor="usr_A", action="x", subject="y", now_ms=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with written.read() as tx:
        assert (await audit.head(tx)).seq == 5


@pytest.mark.parametrize(
    ("type_", "data", "kept"),
    [
        ("contact.updated", {"id": "con_1", "by": "usr_A", "blocked": True}, True),
        ("conversation.assigned", {"id": "cnv_1", "by": "uid:0"}, True),
        ("conversation.assigned", {"id": "cnv_1", "by": "suppliers"}, False),
        ("contact.consent", {"id": "con_1", "by": "con_1", "what": "opted_out"}, True),
        ("conversation.updated", {"id": "cnv_1", "by": "usr_A"}, False),
        ("contact.updated", {"id": "con_1"}, False),
    ],
)
async def test_it_follows_what_somebody_decides(
    store: Store, type_: str, data: dict[str, changes.Json], *, kept: bool
) -> None:
    async with store.write() as tx:
        await changes.record(tx, type_, now_ms=NOW, subject=str(data["id"]), data=data)
        rows = await audit.page(tx, AuditFilter(), limit=9)
    assert len(rows) == int(kept)
    if kept:
        (row,) = rows
        assert (row.action, row.subject, row.actor) == (type_, data["id"], data["by"])
        assert dict(row.data) == {k: v for k, v in data.items() if k not in {"id", "by"}}


async def test_it_follows_who_logs_in_and_who_is_refused(store: Store) -> None:
    async with store.write() as tx:
        for type_, person in (("session.started", "usr_A"), ("session.refused", None)):
            data: dict[str, changes.Json] = {"person_id": person, "address": "192.0.2.1"}
            subject = person or "nobody"
            await changes.record(tx, type_, now_ms=NOW, subject=subject, data=data)
        rows = await audit.page(tx, AuditFilter(), limit=9)
    assert [(row.action, row.actor) for row in rows] == [
        ("session.refused", "nobody"),
        ("session.started", "usr_A"),
    ]


async def test_a_long_chain_is_looked_at_in_batches(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_BATCH", 3)
    async with store.write() as tx:
        for number in range(7):
            await audit.record(tx, actor="a", action="b", subject=str(number), now_ms=NOW)
        verdict = await audit.verify(tx)
    assert (verdict.whole, verdict.head.seq) == (True, 7)
