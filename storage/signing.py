"""Owns what signing a message needs to know: the inbox's and the person's wishes, what was written.

Writes nothing.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import messages, people
from storage.states import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRow:
    """A person as customers are shown them; ``signature`` None: the inbox's."""

    display_name: str
    signature: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRow:
    """A message of a person to a customer: whose it is, and when it went or goes."""

    author_id: str
    at_ms: int


_SIGNER = select(people.c.display_name, people.c.signature).where(
    people.c.id == bindparam("of_person")
)
_AT_MS = func.coalesce(messages.c.send_at_ms, messages.c.created_at_ms)
_NEVER_WENT = (MessageState.CANCELED, MessageState.EXPIRED, MessageState.FAILED)
_NOT_PEOPLES = ("automatic", "notice")
_LAST = (
    select(messages.c.author_id, _AT_MS.label("at_ms"))
    .where(
        messages.c.conversation_id == bindparam("in_conversation"),
        messages.c.direction == "out",
        messages.c.author_type.not_in(_NOT_PEOPLES),
        messages.c.state.not_in(_NEVER_WENT),
        bindparam("until") >= _AT_MS,
    )
    .order_by(messages.c.seq.desc())
    .limit(1)
)


async def signer(tx: AsyncConnection, person_id: str) -> SignerRow | None:
    """Read how a person signs."""
    row = (await tx.execute(_SIGNER, {"of_person": person_id})).mappings().one_or_none()
    return None if row is None else SignerRow(**row)


async def last_written(
    tx: AsyncConnection, conversation_id: str, *, until_ms: int
) -> WrittenRow | None:
    """Read the last message to a customer, due until then, but automatic ones and what never went.

    What a program sent counts too: the customer then has last read somebody else.
    """
    values = {"in_conversation": conversation_id, "until": until_ms}
    row = (await tx.execute(_LAST, values)).mappings().one_or_none()
    return None if row is None else WrittenRow(**row)
