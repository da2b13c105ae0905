"""The rulebooks: the newest holds, none is rewritten, and a mark tells that something changed."""

from storage import changes, inboxes, people, rulebook, teams
from storage.editing import Edit
from storage.engine import Store
from storage.people import AbsenceKind, NewAbsence, NewPerson

NOW = 1_800_000_000_000


async def add(store: Store, document: dict[str, object], version: int | None = None) -> Edit:
    async with store.write() as tx:
        return await rulebook.add(tx, document, version=version, by="tok_1", now_ms=NOW)


async def test_until_somebody_sets_one_it_is_empty(store: Store) -> None:
    async with store.read() as tx:
        empty = await rulebook.current(tx)
        assert (empty.version, empty.document) == (0, {})
        assert await rulebook.get(tx, 1) is None
        assert await rulebook.history(tx, limit=10) == []


async def test_the_newest_holds_and_all_are_kept(store: Store) -> None:
    assert await add(store, {"urgent_words": ["fire"]}, 0) is Edit.DONE
    assert await add(store, {}, 1) is Edit.DONE
    assert await add(store, {"urgent_words": ["flood"]}) is Edit.DONE
    async with store.read() as tx:
        newest = await rulebook.current(tx)
        assert (newest.version, newest.document) == (3, {"urgent_words": ["flood"]})
        assert (newest.author, newest.created_at_ms) == ("tok_1", NOW)
        assert [row.version for row in await rulebook.history(tx, limit=2)] == [3, 2]
        first = await rulebook.get(tx, 1)
        assert first is not None
        assert first.document == {"urgent_words": ["fire"]}


async def test_a_change_of_another_version_is_none(store: Store) -> None:
    await add(store, {})
    assert await add(store, {"urgent_words": ["fire"]}, 0) is Edit.CHANGED_MEANWHILE
    async with store.read() as tx:
        assert (await rulebook.current(tx)).version == 1
        (told,) = await changes.after(tx, None, 10, types=["rules.updated"])
        assert (told.subject, told.data) == ("1", {"version": 1, "by": "tok_1"})


async def test_whatever_changes_the_mark_is_another(store: Store) -> None:
    seen = set()

    async def look() -> None:
        async with store.read() as tx:
            seen.add(await rulebook.mark(tx))
            assert await rulebook.mark(tx) in seen

    await look()
    await add(store, {})
    await look()
    async with store.write() as tx:
        marie = await people.create(
            tx, NewPerson(name="marie", display_name="Marie"), by="tok_1", now_ms=NOW
        )
        assert isinstance(marie, str)
    await look()
    async with store.write() as tx:
        sick = NewAbsence(kind=AbsenceKind.SICK, from_ms=NOW)
        absence = await people.add_absence(tx, marie, sick, by="tok_1", now_ms=NOW)
    await look()
    async with store.write() as tx:
        await people.end_absence(tx, marie, absence.id, by="tok_1", now_ms=NOW + 1)
    await look()
    async with store.write() as tx:
        await teams.create(
            tx,
            name="shop",
            display_name="Shop",
            member_ids=[marie],
            on_call_ids=[],
            by="tok_1",
            now_ms=NOW,
        )
    await look()
    async with store.write() as tx:
        await inboxes.seed(tx, ["main"], now_ms=NOW)
    await look()
    async with store.write() as tx:
        values = {"language": "fr"}
        await inboxes.change(
            tx, "main", values, fields=values, version=None, by="tok_1", now_ms=NOW
        )
    await look()
    assert len(seen) == 8
