"""Notes: what only we see, and which colleagues it mentions. Knows no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.messages import KeyConflict
from gatewayd.services.once import Repeated
from gatewayd.services.tokens import Principal
from routing.mentions import Nameable, named_in
from storage import people
from storage.conversations import reading
from storage.conversations.acts import ActOutcome
from storage.conversations.timeline import Mention
from storage.people import PersonRow, PersonState


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What became of a note, and whom it mentions, each once."""

    outcome: ActOutcome | Repeated | KeyConflict
    mentioned: Sequence[PersonRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBy:
    """Whom a text mentions, each once, and where."""

    people: Sequence[PersonRow]
    places: Sequence[Mention]


async def named_by(
    tx: AsyncConnection, conversation_id: str, text: str, *, by: Principal, now_ms: int
) -> NamedBy:
    """Find whom a note of theirs mentions."""
    there = await _mentionable(tx, conversation_id, by=by, now_ms=now_ms) if "@" in text else []
    named = named_in(
        text, [Nameable(id=row.id, called=row.display_name, login=row.name) for row in there]
    )
    ids = {one.id for one in named}
    return NamedBy(
        people=[row for row in there if row.id in ids],
        places=[Mention(person_id=one.id, start=one.start, stop=one.stop) for one in named],
    )


async def _mentionable(
    tx: AsyncConnection, conversation_id: str, *, by: Principal, now_ms: int
) -> list[PersonRow]:
    """List whom a note of theirs can mention: who works here and sees the inbox, but themselves."""
    conversation = await reading.get(tx, conversation_id)
    if conversation is None:
        return []
    everybody = await people.list_all(tx, now_ms=now_ms)
    return [row for row in everybody if can_be_mentioned(row, conversation.inbox, but=by.id)]


def can_be_mentioned(row: PersonRow, inbox: str, *, but: str | None) -> bool:
    """Whether somebody works here, sees the inbox, and is not the one who writes."""
    sees = row.inboxes is None or inbox in row.inboxes
    return row.state is PersonState.ACTIVE and sees and row.id != but
