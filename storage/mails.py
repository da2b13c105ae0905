"""Owns the e-mail on its way: to whom, about what, and what became of its last try.

Holds no subject and no body: they are joined from conversation and message when it is sent, so
what was erased is not sent, and lies nowhere here.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes
from storage.glance import Glance
from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import MAIL_IS_PENDING, mails


class MailState(StrEnum):
    """Where it is."""

    PENDING = "pending"
    SENT = "sent"
    """The mail server took it."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """What an address is told; ``message_id`` None: of a missed call, or of who waits.

    ``kind`` None: a rule asks for it, which ``rule`` names. Else ``person_id`` is told because of
    that, and ``rule`` names the digest where it is one. A daily one is about no conversation, and
    ``rule`` says of which days.
    """

    recipient: str
    rule: str
    conversation_id: str | None
    message_id: str | None
    kind: str | None = None
    person_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow(NewMail):
    """As stored, while it waits; times are UTC milliseconds."""

    id: str
    tries: int
    due_at_ms: int
    created_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFigures:
    """What waits, since when the oldest does, and how many kept ones never went."""

    pending: int
    oldest_ms: int | None
    failed: int


_HIDDEN = {"state", "tried_at_ms", "error"}
_COLUMNS = tuple(column for column in mails.c if column.name not in _HIDDEN)
_DUE = (
    select(*_COLUMNS)
    .where(MAIL_IS_PENDING, mails.c.due_at_ms <= bindparam("now"))
    .order_by(mails.c.due_at_ms, mails.c.id)
    .limit(1)
)
_NEXT_DUE = Prepared(select(func.min(mails.c.due_at_ms).label("due_at_ms")).where(MAIL_IS_PENDING))
_SETTLE = (
    update(mails)
    .where(mails.c.id == bindparam("of_mail"), MAIL_IS_PENDING)
    .values(
        state=bindparam("to_state"),
        tries=mails.c.tries + 1,
        due_at_ms=bindparam("next_ms"),
        tried_at_ms=bindparam("at_ms"),
        error=bindparam("with_error"),
    )
)


async def add(tx: AsyncConnection, mail: NewMail, *, now_ms: int) -> str:
    """Put one on its way; give its id."""
    mail_id = new_id(Prefix.MAIL, now_ms=now_ms)
    values = {"state": MailState.PENDING, "tries": 0, "due_at_ms": now_ms, "created_at_ms": now_ms}
    await tx.execute(insert(mails), {"id": mail_id, **asdict(mail), **values})
    return mail_id


async def due(tx: AsyncConnection, *, now_ms: int) -> MailRow | None:
    """Give the one that is due for longest."""
    row = (await tx.execute(_DUE, {"now": now_ms})).mappings().one_or_none()
    return None if row is None else MailRow(**row)


async def next_due_ms(tx: AsyncConnection | Glance) -> int | None:
    """Tell when one is due next, None when none waits."""
    soonest: int | None = (await _NEXT_DUE.execute(tx, {})).one_or_none().due_at_ms
    return soonest


async def settle(
    tx: AsyncConnection,
    mail: MailRow,
    state: MailState,
    *,
    error: str | None,
    next_ms: int,
    now_ms: int,
) -> bool:
    """Record a try and what it leads to; false when it no longer waits (it was erased, say)."""
    values = {
        "of_mail": mail.id,
        "to_state": state.value,
        "next_ms": next_ms,
        "at_ms": now_ms,
        "with_error": error,
    }
    return (await tx.execute(_SETTLE, values)).rowcount == 1


async def tell(
    tx: AsyncConnection, mail: MailRow, state: str, *, reason: str | None, now_ms: int
) -> None:
    """Journal that one keeps failing, has failed for good, or went after all."""
    data: dict[str, changes.Json] = {
        "id": mail.id,
        "state": state,
        "rule": mail.rule,
        "conversation_id": mail.conversation_id,
        "reason": reason,
    }
    await changes.record(tx, "mail.state", now_ms=now_ms, subject=mail.id, data=data)


async def figures(tx: AsyncConnection) -> MailFigures:
    """Count what waits and what failed."""
    waiting = select(func.count(), func.min(mails.c.created_at_ms)).where(MAIL_IS_PENDING)
    failed = select(func.count()).where(mails.c.state == MailState.FAILED.value)
    (pending, oldest_ms) = (await tx.execute(waiting)).one()
    count: int = (await tx.execute(failed)).scalar_one()
    return MailFigures(pending=pending, oldest_ms=oldest_ms, failed=count)


async def prune(tx: AsyncConnection, before_ms: int) -> int:
    """Forget what is over and older than ``before_ms``; give how many."""
    old = delete(mails).where(mails.c.created_at_ms < before_ms, ~MAIL_IS_PENDING)
    return (await tx.execute(old)).rowcount
