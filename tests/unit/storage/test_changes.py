import pytest

from storage import changes
from storage.engine import Store
from storage.errors import CursorExpired

NOW = 1_800_000_000_000


async def record(store: Store, count: int) -> list[str]:
    async with store.write() as tx:
        return [
            await changes.record(
                tx,
                "modem.state" if number % 2 else "message.queued",
                now_ms=NOW + number,
                subject=f"s{number}",
                data={"number": number, "nested": [None, True]},
            )
            for number in range(count)
        ]


async def test_an_empty_journal(store: Store) -> None:
    async with store.read() as tx:
        assert await changes.after(tx, None, 10) == []
        assert await changes.latest(tx) is None
        assert await changes.oldest(tx) is None
    async with store.write() as tx:
        assert await changes.prune(tx, NOW, now_ms=NOW + 2_000_000) == 0


async def test_reading_on_from_a_cursor(store: Store) -> None:
    ids = await record(store, 5)
    async with store.read() as tx:
        first = await changes.after(tx, None, 2)
        rest = await changes.after(tx, first[-1].id, 10)
        assert await changes.latest(tx) == ids[-1]
        assert await changes.oldest(tx) == ids[0]
        assert await changes.after(tx, ids[-1], 10) == []
    assert [change.id for change in first + rest] == ids
    assert first[1] == changes.Change(
        id=ids[1],
        seq=2,
        type="modem.state",
        subject="s1",
        data={"number": 1, "nested": [None, True]},
        created_at_ms=NOW + 1,
    )


async def test_only_some_types(store: Store) -> None:
    await record(store, 5)
    async with store.read() as tx:
        found = await changes.after(tx, None, 10, {"modem.state"})
    assert [change.subject for change in found] == ["s1", "s3"]


async def test_an_older_cursor_is_expired_after_pruning(store: Store) -> None:
    ids = await record(store, 5)
    async with store.write() as tx:
        assert await changes.prune(tx, NOW + 2, now_ms=NOW + 2_000_000) == 2
    async with store.read() as tx:
        assert await changes.oldest(tx) == ids[2]
        with pytest.raises(CursorExpired) as caught:
            await changes.after(tx, ids[1], 10)
    assert caught.value.cursor == ids[1]


async def test_the_newest_event_outlives_pruning_so_that_no_place_is_given_twice(
    store: Store,
) -> None:
    ids = await record(store, 3)
    async with store.write() as tx:
        assert await changes.prune(tx, NOW + 1_000_000, now_ms=NOW + 2_000_000) == 2
    (following,) = await record(store, 1)
    async with store.read() as tx:
        (change,) = await changes.after(tx, ids[-1], 10)
    assert (change.id, change.seq) == (following, 4)


async def test_what_is_told_while_one_prunes_is_kept(store: Store) -> None:
    """Whoever prunes has read the clock before it waited for its turn; and a clock is set back."""
    ids = await record(store, 3)
    async with store.write() as tx:
        assert await changes.prune(tx, NOW - 1_000_000, now_ms=NOW - 60_000) == 0
    async with store.read() as tx:
        assert [change.id for change in await changes.after(tx, None, 10)] == ids


async def test_a_clock_that_ran_far_ahead_does_not_keep_what_is_old(store: Store) -> None:
    day_ms = 86_400_000
    await record(store, 3)
    async with store.write() as tx:
        ahead = await changes.record(tx, "x", now_ms=NOW + 9 * day_ms, subject="x", data={})
        assert await changes.prune(tx, NOW + day_ms, now_ms=NOW + 2 * day_ms) == 3
        assert await changes.oldest(tx) == ahead
