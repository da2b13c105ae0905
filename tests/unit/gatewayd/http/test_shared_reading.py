"""Streams at the same place share one look at the journal, and none misses what it heard of."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from gatewayd.http.shared_reading import Batch, SharedReading
from gatewayd.services.events import Events, Told
from storage.changes import Change
from storage.errors import CursorExpired


def told(number: int) -> Told:
    change = Change(
        id=f"evt_{number}",
        seq=number,
        type="call.missed",
        subject="m",
        data={},
        created_at_ms=number,
    )
    return Told(change=change, message=None)


class Journal:
    """A journal whose readings see what there is when they begin, and end when they may."""

    def __init__(self) -> None:
        self.events: list[Told] = []
        self.readings = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails: Exception | None = None

    async def after(self, cursor: str | None, *, limit: int) -> Sequence[Told]:
        self.readings += 1
        seen = [one for one in self.events if cursor is None or one.change.id > cursor]
        await asyncio.sleep(0)  # as any reading does
        await self.go_on.wait()
        if self.fails is not None:
            raise self.fails
        return seen[:limit]


@pytest.fixture
def journal() -> Journal:
    return Journal()


def read(shared: SharedReading, journal: Journal, at: str | None = None) -> "asyncio.Task[Batch]":
    return asyncio.create_task(shared.after(cast("Events", journal), at))


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_readers_at_one_place_share_a_reading(journal: Journal) -> None:
    journal.events = [told(1), told(2)]
    shared = SharedReading()
    readers = [read(shared, journal) for _ in range(50)]
    batches = await asyncio.gather(*readers)
    assert journal.readings == 1
    assert all(batch is batches[0] for batch in batches)
    assert [one.change.id for one in batches[0].told] == ["evt_1", "evt_2"]


async def test_readers_at_two_places_do_not(journal: Journal) -> None:
    journal.events = [told(1), told(2)]
    shared = SharedReading()
    first, second = await asyncio.gather(read(shared, journal), read(shared, journal, "evt_1"))
    assert len(first.told) == 2
    assert len(second.told) == 1


async def test_nothing_read_is_kept(journal: Journal) -> None:
    journal.events = [told(1)]
    shared = SharedReading()
    await read(shared, journal)
    journal.events = []  # erased meanwhile
    assert not (await read(shared, journal)).told


async def test_who_hears_of_a_commit_does_not_take_an_older_reading_s_nothing(
    journal: Journal,
) -> None:
    shared = SharedReading()
    journal.go_on.clear()
    early = read(shared, journal)
    await turns()
    journal.events = [told(1)]  # committed after the reading began
    late = [read(shared, journal) for _ in range(20)]
    await turns()
    journal.go_on.set()
    assert not (await early).told
    assert [len((await each).told) for each in late] == [1] * 20
    assert journal.readings == 2


async def test_who_is_cancelled_while_it_reads_leaves_the_others_to_themselves(
    journal: Journal,
) -> None:
    journal.events = [told(1)]
    journal.go_on.clear()
    shared = SharedReading()
    first, *others = [read(shared, journal) for _ in range(3)]
    await turns()
    first.cancel()
    await turns()
    journal.go_on.set()
    assert [len((await each).told) for each in others] == [1, 1]
    assert first.cancelled()


async def test_an_error_is_told_to_each(journal: Journal) -> None:
    journal.fails = CursorExpired(cursor="evt_0")
    shared = SharedReading()
    found = await asyncio.gather(*(read(shared, journal) for _ in range(3)), return_exceptions=True)
    assert {type(each) for each in found} == {CursorExpired}


def test_an_event_is_worded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = Batch([told(1)])
    first = batch.frame(batch.told[0])
    assert first.startswith(b"id: evt_1\nevent: call.missed\ndata: {")
    monkeypatch.setattr("gatewayd.http.shared_reading.frame_of", cast("Any", None))
    assert batch.frame(batch.told[0]) is first
