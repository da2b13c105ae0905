"""Owns the alerts: which SMS told whom of which conversation, and the code that answers there.

Knows no text and no number: the SMS itself is a message like any other.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import alerts, messages
from storage.states import MessageState

CODE_VALID_MS = 86_400_000

# Consonants only, so that no code is a word; none that looks or sounds like another one.
_LETTERS = "CFGHJKLMNPQRTVWX"
_LENGTH = 4
_NOT_REACHED = (
    MessageState.FAILED,
    MessageState.UNDELIVERED,
    MessageState.EXPIRED,
    MessageState.CANCELED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A code that is valid, and the conversation that it answers in."""

    code: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An SMS, whose row is there, that tells a person of a conversation."""

    message_id: str
    conversation_id: str
    person_id: str
    code: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An alert of a conversation that reached somebody, or still may."""

    person_id: str
    urgent: bool
    at_ms: int


_VALID = (
    select(alerts.c.code, alerts.c.conversation_id)
    .where(alerts.c.person_id == bindparam("of_person"), alerts.c.expires_at_ms > bindparam("now"))
    .order_by(alerts.c.created_at_ms.desc(), alerts.c.message_id.desc())
)
_TAKEN = select(alerts.c.code).where(
    alerts.c.code == bindparam("with_code"), alerts.c.expires_at_ms > bindparam("now")
)
_EARLIER = (
    select(alerts.c.person_id, alerts.c.urgent, alerts.c.created_at_ms)
    .join(messages, messages.c.id == alerts.c.message_id)
    .where(
        alerts.c.conversation_id == bindparam("of_conversation"),
        alerts.c.created_at_ms >= bindparam("since"),
        messages.c.state.not_in([state.value for state in _NOT_REACHED]),
    )
)


async def alerts_of(tx: AsyncConnection, person_id: str, now_ms: int) -> tuple[Alert, ...]:
    """Give the codes with which a person can answer now, the newest first."""
    found = await tx.execute(_VALID, {"of_person": person_id, "now": now_ms})
    return tuple(Alert(code=code, conversation=where) for code, where in dict(found.all()).items())


async def earlier_of(
    tx: AsyncConnection, conversation_id: str, *, since_ms: int
) -> Sequence[Earlier]:
    """List the alerts of a conversation since a time, but those whose SMS did not arrive."""
    values = {"of_conversation": conversation_id, "since": since_ms}
    return [
        Earlier(person_id=row.person_id, urgent=row.urgent, at_ms=row.created_at_ms)
        for row in await tx.execute(_EARLIER, values)
    ]


async def code_for(
    tx: AsyncConnection, *, person_id: str, conversation_id: str, now_ms: int
) -> str:
    """Give the code that this person knows for the conversation, or one that nobody has now."""
    for alert in await alerts_of(tx, person_id, now_ms):
        if alert.conversation == conversation_id:
            return alert.code
    while True:
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        taken = await tx.execute(_TAKEN, {"with_code": code, "now": now_ms})
        if taken.first() is None:
            return code


async def add(tx: AsyncConnection, alert: NewAlert, *, now_ms: int) -> None:
    """Note that a person is told; their code is valid for a day from now."""
    await tx.execute(
        insert(alerts),
        {
            "message_id": alert.message_id,
            "conversation_id": alert.conversation_id,
            "person_id": alert.person_id,
            "code": alert.code,
            "urgent": alert.urgent,
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + CODE_VALID_MS,
        },
    )
