"""A store from before teams had an order is migrated: everybody is still in their team."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from storage import inboxes, people, teams
from storage.engine import FILE_NAME, Store
from storage.migrate import migrate_sqlite, upgrade

NOW = 1_800_000_000_000


async def test_members_stay_and_inboxes_keep_what_was_set(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).begin() as connection:
        upgrade(connection, backup=None, revision="0002")
    with closing(sqlite3.connect(path)) as old, old:
        for person in ("usr_2", "usr_1"):
            row = (person, person, person, 1, NOW, NOW)
            old.execute(
                "INSERT INTO people (id, name, display_name, version, created_at_ms, updated_at_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
        for team in ("tea_1", "tea_2"):
            old.execute("INSERT INTO teams VALUES (?, ?, 'T', 1, ?, ?)", (team, team, NOW, NOW))
        members = [("tea_1", "usr_2"), ("tea_1", "usr_1"), ("tea_2", "usr_2")]
        old.executemany("INSERT INTO team_members VALUES (?, ?)", members)
        old.execute(
            "INSERT INTO inboxes (name, language, hours, version, created_at_ms, updated_at_ms)"
            " VALUES ('main', 'fr', '24/7', 3, ?, ?)",
            (NOW, NOW),
        )

    migrate_sqlite(path)

    store = await Store.open(data_dir=tmp_path)
    try:
        async with store.read() as tx:
            found = {
                team.name: (team.member_ids, team.on_call_ids)
                for team in (await teams.list_all(tx))
            }
            assert found == {"tea_1": (("usr_1", "usr_2"), ()), "tea_2": (("usr_2",), ())}
            everyone = await people.list_all(tx, now_ms=NOW)
            assert [one.delegate_id for one in everyone] == [None, None]
            main = await inboxes.get(tx, "main")
            assert main is not None
            assert (main.language, main.team_id, main.version) == ("fr", None, 3)
    finally:
        await store.close()
