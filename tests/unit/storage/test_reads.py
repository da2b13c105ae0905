"""What is unread to whom: the counts of some conversations agree with the view of all."""

from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import reads
from storage.engine import Store
from storage.schema import conversations, messages, timeline
from storage.schema import reads as positions
from tests.benchmarks import full_store
from tests.benchmarks.full_store import PEOPLE, Size


async def _read_here_and_there(tx: AsyncConnection, ids: list[str], random: Random) -> None:
    """Let a person have read none, some or all of each, and have marked a few."""
    for conversation_id in ids:
        seqs = select(timeline.c.seq).where(timeline.c.conversation_id == conversation_id)
        read = random.choice([0, *(await tx.execute(seqs)).scalars()])
        key = {"person_id": PEOPLE[0], "conversation_id": conversation_id, "now_ms": 1}
        if read:
            await reads.move(tx, seq=read, **key)
        if random.random() < 0.2:
            await reads.mark_unread(tx, **key)


async def _counted_one_by_one(tx: AsyncConnection, person_id: str, one: str) -> int:
    """Count what is unread in a conversation by looking at each of its rows."""
    mine = positions.c.person_id == person_id, positions.c.conversation_id == one
    read = (await tx.execute(select(positions.c.seq, positions.c.marked).where(*mine))).first()
    whole = select(conversations.c.unanswered_since_ms).where(conversations.c.id == one)
    rows = (
        select(timeline.c.seq, timeline.c.kind, messages.c.direction)
        .outerjoin(messages, messages.c.id == timeline.c.message_id)
        .where(timeline.c.conversation_id == one)
    )
    many = 0
    if (await tx.execute(whole)).scalar_one() is not None:
        many = sum(
            row.seq > (read.seq if read else 0)
            and (row.kind == "missed_call" or row.direction == "in")
            for row in (await tx.execute(rows)).all()
        )
    return max(many, 1 if read and read.marked else 0)


async def test_the_counts_of_some_agree_with_the_view_of_all(tmp_path: Path) -> None:
    full_store.fill(tmp_path, Size(conversations=100, messages=1_000))
    store = await Store.open(data_dir=tmp_path)
    random = Random(6)  # noqa: S311 (chooses test data)
    try:
        async with store.write() as tx:
            ids = list((await tx.execute(select(conversations.c.id))).scalars())
            await _read_here_and_there(tx, ids, random)
        async with store.read() as tx:
            for person in PEOPLE[:2]:
                of_all = select(conversations.c.id).where(reads.is_unread(person))
                unread = set((await tx.execute(of_all)).scalars())
                assert 0 < len(unread) < len(ids)
                for size in (1, 7, 40, len(ids)):
                    some = random.sample(ids, size)
                    counts = await reads.unread_of(tx, person, some)
                    assert set(counts) == unread & set(some)
                    for one in some:
                        assert counts.get(one, 0) == await _counted_one_by_one(tx, person, one)
            assert await reads.unread_of(tx, PEOPLE[0], []) == {}
    finally:
        await store.close()
