"""How SQLite goes about the inbox's questions: never through all messages, entries or contacts.

Without statistics (nothing here runs ANALYZE) a plan follows from schema and statement alone, so
what holds for a small store holds for a full one.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversations import reading as conversations
from storage.conversations import reads, stretches, views
from storage.conversations.reading import ConversationFilter
from storage.conversations.states import ConversationState
from storage.engine import Store
from storage.search import reading, words
from storage.search.asked import SearchFilter
from tests.benchmarks import full_store
from tests.benchmarks.full_store import PEOPLE, RARE, Size

Look = Callable[[AsyncConnection], Awaitable[object]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    full_store.fill(folder, Size(conversations=100, messages=1_000))
    return folder


@pytest.fixture
async def full(filled: Path) -> AsyncIterator[Store]:
    opened = await Store.open(data_dir=filled)
    yield opened
    await opened.close()


async def plan(store: Store, look: Look) -> list[str]:
    """Look, and give all steps of all statements that it took."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, sql: str, values: Any, _x: object, _m: object) -> None:
        seen.append((sql, values))

    event.listen(store._reader.sync_engine, "before_cursor_execute", note)
    async with store.read() as tx:
        await look(tx)
    event.remove(store._reader.sync_engine, "before_cursor_execute", note)
    steps: list[str] = []
    async with store.read() as tx:
        raw: Any = (await tx.get_raw_connection()).driver_connection
        for sql, values in seen:
            answer = await raw.run(f"EXPLAIN QUERY PLAN {sql}", values, many=False)
            steps += [row[3] for row in answer.rows]
    assert steps
    return steps


def whole_tables(steps: list[str]) -> list[str]:
    """Those steps that go through all there is, in no order that a page could stop at."""
    return [
        step for step in steps if re.match(r"SCAN (?!.*(VIRTUAL TABLE INDEX|USING INDEX))", step)
    ]


def sorted_whole(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith("USE TEMP B-TREE FOR ORDER BY")]


def search(q: str, **asked: Any) -> Look:
    filters = SearchFilter(phrases=words.parse(q), **asked)
    return lambda tx: reading.page(tx, filters, limit=50)


def listed(**asked: Any) -> Look:
    return lambda tx: conversations.page(tx, ConversationFilter(**asked), limit=50)


SEARCHES: dict[str, Look] = {
    "a word": search("merci "),
    "a beginning": search("me"),
    "a phrase": search('"je vous"'),
    "a number": search("5142", numbers=["5142"]),
    "a whole number, where they are hidden": search(
        "5142 merci", hidden=True, whole="+15142220001"
    ),
    "an inbox": search("merci ", inbox="main"),
    "what one may see": search("merci ", may_see={"main", "ventes"}),
    "a customer": search("merci ", contact_id=f"con_{7:026}"),
    "a colleague": search("merci ", author_id=PEOPLE[0]),
    "a tag": search("merci ", tag="devis"),
    "a direction": search("merci ", direction="in"),
    "times": search("merci ", since_ms=1, until_ms=full_store.now_ms()),
    "a rare word": search(f"{RARE} "),
}


@pytest.mark.parametrize("what", SEARCHES)
async def test_a_search_reads_the_index_in_its_own_order(full: Store, what: str) -> None:
    steps = await plan(full, SEARCHES[what])
    assert whole_tables(steps) == []
    # By its words, not row by row: every visit to an index of words is a MATCH.
    visits = [step for step in steps if "_search VIRTUAL TABLE" in step]
    assert visits
    assert all(re.search(r"INDEX \d+:.*M\d", step) for step in visits)
    if what != "a customer":  # whom there is one of
        assert [s for s in steps if s.startswith("SCAN") and "_search" not in s] == []


LISTS: dict[str, Look] = {
    "all": listed(),
    "open": listed(state=ConversationState.OPEN),
    "waiting": listed(unanswered=True),
    "held": listed(held=True),
    "mine": listed(assignee_id=PEOPLE[0]),
    "a team's": listed(assignee_id="tea_1"),
    "nobody's": listed(unassigned=True),
    "an inbox's": listed(inbox="main"),
}
NARROW = {
    "open": "ix_conversations_state_last_seq",
    "waiting": "ix_conversations_waiting",
    "held": "ix_conversations_held",
    "mine": "ix_conversations_person",
    "a team's": "ix_conversations_team",
    "an inbox's": "ix_conversations_inbox_last_seq",
}


@pytest.mark.parametrize("what", LISTS)
async def test_a_list_is_read_in_its_order_and_no_further_than_its_page(
    full: Store, what: str
) -> None:
    steps = await plan(full, LISTS[what])
    assert whole_tables(steps) == []
    assert NARROW.get(what, "ix_conversations_last_seq") in steps[0]
    # Only the tags of the 50 are sorted.
    assert len(sorted_whole(steps)) <= 1


async def test_a_timeline_is_read_by_its_conversation(full: Store) -> None:
    steps = await plan(full, lambda tx: conversations.entries(tx, f"cnv_{7:026}", limit=50))
    assert whole_tables(steps) == sorted_whole(steps) == []
    assert "ix_timeline_conversation_id_seq" in steps[0]


@pytest.mark.parametrize("where", ["at its end", "around a row", "after a row", "a row itself"])
async def test_a_stretch_of_a_timeline_is_read_in_its_order(full: Store, where: str) -> None:
    conversation = f"cnv_{7:026}"
    looks: dict[str, Look] = {
        "at its end": lambda tx: stretches.ending(tx, conversation, limit=50, before=9_000),
        "around a row": lambda tx: stretches.around(tx, conversation, 500, limit=50),
        "after a row": lambda tx: stretches.following(tx, conversation, 500, limit=50),
        "a row itself": lambda tx: stretches.place_of(tx, conversation, f"msg_{7:026}"),
    }
    steps = await plan(full, looks[where])
    assert whole_tables(steps) == sorted_whole(steps) == []


async def test_what_is_unread_of_a_page_is_looked_up_by_key(full: Store) -> None:
    ids = [f"cnv_{number:026}" for number in range(40)]
    steps = await plan(full, lambda tx: reads.unread_of(tx, PEOPLE[0], ids))
    assert whole_tables(steps) == []
    visits = [step for step in steps if re.search(r"^(SEARCH|SCAN) conversations\b", step)]
    assert visits
    assert all(re.search(r"^SEARCH .*\(id=\?\)$", step) for step in visits), steps


async def test_counts_in_some_inboxes_go_through_no_whole_inbox(full: Store) -> None:
    def look(tx: AsyncConnection) -> Awaitable[object]:
        mine: dict[str, Any] = {"person_id": PEOPLE[0], "team_ids": (), "now_ms": 0}
        return views.counts(tx, inboxes={"main", "ventes"}, **mine)

    steps = await plan(full, look)
    visits = [step for step in steps if re.search(r"^(SEARCH|SCAN) conversations\b", step)]
    assert visits
    assert [step for step in visits if "ix_conversations_inbox" in step] == []
