"""Owns what people do to a conversation: each act is guarded, in its timeline, and journalled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Json
from storage.conversations import journal, news, timeline, waits
from storage.conversations.states import ACTS_ON, AFTER_ACT, Act, ConversationState
from storage.conversations.timeline import Author, EntryKind, Mention, NewEntry
from storage.schema import conversation_tags, conversations


class ActOutcome(StrEnum):
    """What became of an act."""

    DONE = "done"
    """As wanted, now or already before."""
    NOT_FOUND = "not_found"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """It is another version by now than the one that was looked at."""
    NOT_NOW = "not_now"
    """Not possible in its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who acts, when, and on which version of the conversation; None: whatever it is by now."""

    author: Author
    now_ms: int
    version: int | None = None


_ENTRY_OF: dict[Act, EntryKind] = {
    Act.CLOSE: EntryKind.CLOSED,
    Act.REOPEN: EntryKind.REOPENED,
    Act.SNOOZE: EntryKind.SNOOZED,
}


async def add_note(
    tx: AsyncConnection,
    conversation_id: str,
    text: str,
    doing: Doing,
    *,
    mentions: Sequence[Mention] = (),
) -> ActOutcome:
    """Write a note that only we see; ``mentions`` are the colleagues whom it names."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    note = NewEntry(kind=EntryKind.NOTE, text=text, author=doing.author, mentions=mentions)
    seq = await _change(tx, row, {}, note, "updated", doing)
    await _tell_mentioned(tx, row, seq, mentions, doing)
    return ActOutcome.DONE


async def assign(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    person_id: str | None,
    team_id: str | None,
    note: str | None,
    doing: Doing,
    reason: str | None = None,
    mentions: Sequence[Mention] = (),
    by_hand: bool = False,
) -> ActOutcome:
    """Hand it to a person or a team that there is, or to nobody.

    ``note`` says why in somebody's words, ``reason`` in one of ours; ``mentions`` are whom the
    note names. ``by_hand``: somebody does it, so that a person who gets it is to be told.
    """
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    to = {"person_id": person_id, "team_id": team_id}
    if note is None and reason is None and to == {name: row[name] for name in to}:
        return ActOutcome.DONE
    entry = NewEntry(
        kind=EntryKind.ASSIGNED,
        text=note,
        person_id=person_id,
        team_id=team_id,
        reason=reason,
        author=doing.author,
        mentions=mentions,
    )
    seq = await _change(tx, row, to, entry, "assigned", doing, more={**to, "reason": reason})
    is_new = by_hand and person_id not in {None, row["person_id"], doing.author.id}
    if seq is not None and is_new and not mentions:
        await news.add(tx, seq, now_ms=doing.now_ms)
    await _tell_mentioned(tx, row, seq, mentions, doing)
    await waits.look_at(tx, conversation_id)
    return ActOutcome.DONE


async def act(
    tx: AsyncConnection,
    conversation_id: str,
    what: Act,
    doing: Doing,
    *,
    until_ms: int | None = None,
) -> ActOutcome:
    """Close, reopen or snooze it; ``until_ms`` is when a sleep ends."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    if row["state"] not in ACTS_ON[what]:
        return ActOutcome.NOT_NOW
    state = AFTER_ACT[what]
    if (row["state"], row["snoozed_until_ms"]) == (state, until_ms):
        return ActOutcome.DONE
    values: dict[str, Any] = {"state": state, "snoozed_until_ms": until_ms}
    if what is Act.CLOSE:
        values |= {"unanswered_since_ms": None, "held_since_ms": None}
    kind = _ENTRY_OF[what]
    entry = NewEntry(kind=kind, until_ms=until_ms, author=doing.author)
    await _change(tx, row, values, entry, kind.value, doing)
    await _WAIT[what](tx, conversation_id, doing.now_ms)
    return ActOutcome.DONE


async def _end_wait(tx: AsyncConnection, conversation_id: str, now_ms: int) -> None:
    await waits.end(tx, conversation_id, waits.Ended.CLOSED, now_ms=now_ms)


async def _pause_wait(tx: AsyncConnection, conversation_id: str, _now_ms: int) -> None:
    await waits.pause(tx, conversation_id)


async def _resume_wait(tx: AsyncConnection, conversation_id: str, now_ms: int) -> None:
    await waits.resume(tx, conversation_id, now_ms=now_ms)


_WAIT = {Act.CLOSE: _end_wait, Act.SNOOZE: _pause_wait, Act.REOPEN: _resume_wait}


async def describe(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    priority: str | None,
    tags: Collection[str] | None,
    doing: Doing,
) -> ActOutcome:
    """Set priority and tags; None leaves them."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    if tags is not None:
        of_it = conversation_tags.c.conversation_id == conversation_id
        await tx.execute(delete(conversation_tags).where(of_it))
        for tag in sorted(set(tags)):
            await tx.execute(
                insert(conversation_tags), {"conversation_id": conversation_id, "tag": tag}
            )
    values = {} if priority is None else {"priority": priority}
    await _change(tx, row, values, None, "updated", doing)
    return ActOutcome.DONE


async def assign_if_nobodys(
    tx: AsyncConnection, conversation_id: str, *, team_id: str | None, doing: Doing
) -> ActOutcome:
    """Hand what nobody has to a team."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome) or row["person_id"] is not None or row["team_id"] is not None:
        return row if isinstance(row, ActOutcome) else ActOutcome.DONE
    return await assign(
        tx, conversation_id, person_id=None, team_id=team_id, note=None, doing=doing
    )


async def mark(
    tx: AsyncConnection,
    conversation_id: str,
    *,
    tags: Collection[str],
    priority: str | None,
    hold: bool,
    doing: Doing,
) -> ActOutcome:
    """Add tags, set the priority, hold it for review; what is so already stays."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    of_it = conversation_tags.c.conversation_id == conversation_id
    there = set((await tx.execute(select(conversation_tags.c.tag).where(of_it))).scalars())
    new = [tag for tag in dict.fromkeys(tags) if tag not in there]
    for tag in new:
        await tx.execute(
            insert(conversation_tags), {"conversation_id": conversation_id, "tag": tag}
        )
    values: dict[str, Any] = {}
    if priority is not None and priority != row["priority"]:
        values["priority"] = priority
    entry = None
    if hold and row["held_since_ms"] is None:
        values["held_since_ms"] = doing.now_ms
        entry = NewEntry(kind=EntryKind.HELD, author=doing.author)
    if new or values:
        await _change(tx, row, values, entry, "updated", doing)
    return ActOutcome.DONE


async def show_consent(
    tx: AsyncConnection, conversation_id: str, what: str, doing: Doing, *, author: Author | None
) -> ActOutcome:
    """Let staff see what became of consent; ``author`` None: the customer said so."""
    row = await _look(tx, conversation_id, doing)
    if isinstance(row, ActOutcome):
        return row
    entry = NewEntry(kind=EntryKind.CONSENT, consent=what, author=author)
    await _change(tx, row, {}, entry, "updated", doing)
    return ActOutcome.DONE


async def wake(tx: AsyncConnection, *, now_ms: int, limit: int = 500) -> int:
    """Open what has slept long enough; give how many."""
    due = (
        select(conversations)
        .where(
            conversations.c.snoozed_until_ms <= now_ms,
            conversations.c.state == ConversationState.SNOOZED,
        )
        .order_by(conversations.c.snoozed_until_ms)
        .limit(limit)
        .with_for_update()
    )
    rows = (await tx.execute(due)).mappings().all()
    for row in rows:
        values = {"state": ConversationState.OPEN, "snoozed_until_ms": None}
        entry = NewEntry(kind=EntryKind.REOPENED)
        await _apply(tx, row, values, entry, now_ms=now_ms)
        await _tell(tx, row, "reopened", values, now_ms=now_ms, more={})
        await waits.resume(tx, row["id"], now_ms=now_ms)
    return len(rows)


async def _look(tx: AsyncConnection, conversation_id: str, doing: Doing) -> RowMapping | ActOutcome:
    """Read it as it is, locked until the commit, or why nothing can be done to it."""
    query = select(conversations).where(conversations.c.id == conversation_id).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    if row is None:
        return ActOutcome.NOT_FOUND
    if doing.version is not None and row["version"] != doing.version:
        return ActOutcome.CHANGED_MEANWHILE
    return row


async def _change(
    tx: AsyncConnection,
    row: RowMapping,
    values: Mapping[str, Any],
    entry: NewEntry | None,
    what: str,
    doing: Doing,
    *,
    more: Mapping[str, Json] | None = None,
) -> int | None:
    seq = await _apply(tx, row, values, entry, now_ms=doing.now_ms)
    by: dict[str, Json] = {"by": doing.author.id}
    await _tell(tx, row, what, values, now_ms=doing.now_ms, more=by | dict(more or {}))
    return seq


async def _apply(
    tx: AsyncConnection,
    row: RowMapping,
    values: Mapping[str, Any],
    entry: NewEntry | None,
    *,
    now_ms: int,
) -> int | None:
    """Change it and add to its timeline; give the place of what was added."""
    changed: dict[str, Any] = {**values, "version": row["version"] + 1}
    seq = None
    if entry is not None:
        seq = changed["last_seq"] = await timeline.append(tx, row["id"], entry, now_ms=now_ms)
    done = await tx.execute(
        update(conversations)
        .where(conversations.c.id == row["id"], conversations.c.version == row["version"])
        .values(changed)
    )
    if done.rowcount != 1:
        raise LookupError(row["id"])
    return seq


async def _tell_mentioned(
    tx: AsyncConnection,
    row: RowMapping,
    seq: int | None,
    mentions: Sequence[Mention],
    doing: Doing,
) -> None:
    if mentions and seq is not None:
        await news.add(tx, seq, now_ms=doing.now_ms)
        named: list[Json] = [*dict.fromkeys(each.person_id for each in mentions)]
        told: dict[str, Json] = {"by": doing.author.id, "people": named}
        await _tell(tx, row, "mentioned", {}, now_ms=doing.now_ms, more=told)


async def _tell(
    tx: AsyncConnection,
    row: RowMapping,
    what: str,
    values: Mapping[str, Any],
    *,
    now_ms: int,
    more: Mapping[str, Json],
) -> None:
    await journal.record(
        tx,
        what,
        conversation_id=row["id"],
        contact_id=row["contact_id"],
        inbox=row["inbox"],
        state=ConversationState(values.get("state", row["state"])),
        now_ms=now_ms,
        more=more,
    )
