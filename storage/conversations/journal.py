"""Owns what the journal tells of conversations: ids, states, who did it; no text."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.changes import Json
from storage.conversations.states import ConversationState


async def record(
    tx: AsyncConnection,
    what: str,
    *,
    conversation_id: str,
    contact_id: str,
    inbox: str,
    state: ConversationState,
    now_ms: int,
    more: Mapping[str, Json] = MappingProxyType({}),
) -> None:
    """Add ``conversation.<what>`` in the transaction of what it tells."""
    facts: dict[str, Json] = {
        "id": conversation_id,
        "state": state,
        "contact_id": contact_id,
        "inbox": inbox,
    }
    await changes.record(
        tx, f"conversation.{what}", now_ms=now_ms, subject=conversation_id, data=facts | dict(more)
    )
