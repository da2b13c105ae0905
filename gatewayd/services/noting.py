"""Notes: what only we see, and which colleagues it mentions. Knows no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.tokens import Principal
from routing.mentions import Nameable, named_in
from storage import people
from storage.conversations import acts, reading
from storage.conversations.acts import ActOutcome, Doing
from storage.conversations.timeline import Mention
from storage.people import PersonRow, PersonState


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What became of a note, and whom it mentions, each once."""

    outcome: ActOutcome
    mentioned: Sequence[PersonRow] = ()


async def write_note(
    tx: AsyncConnection, conversation_id: str, text: str, doing: Doing, *, by: Principal
) -> Noted:
    """Write it."""
    there = await mentionable(tx, conversation_id, by=by, now_ms=doing.now_ms)
    named = named_in(
        text, [Nameable(id=row.id, called=row.display_name, login=row.name) for row in there]
    )
    outcome = await acts.add_note(
        tx,
        conversation_id,
        text,
        doing,
        mentions=[Mention(person_id=one.id, start=one.start, stop=one.stop) for one in named],
    )
    ids = {one.id for one in named}
    return Noted(outcome=outcome, mentioned=[row for row in there if row.id in ids])


async def mentionable(
    tx: AsyncConnection, conversation_id: str, *, by: Principal, now_ms: int
) -> list[PersonRow]:
    """List whom a note of theirs can mention: who works here and sees the inbox, but themselves."""
    conversation = await reading.get(tx, conversation_id)
    if conversation is None:
        return []
    return [
        row
        for row in await people.list_all(tx, now_ms=now_ms)
        if row.state is PersonState.ACTIVE
        and (row.inboxes is None or conversation.inbox in row.inboxes)
        and row.id != by.id
    ]
