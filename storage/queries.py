"""Owns reading messages: one, many by id, pages by filter, attempts, and counts. Writes nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Label, bindparam, case, false, func, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import CursorExpired
from storage.pacing import WAS_ACCEPTED
from storage.prepared import Prepared
from storage.schema import IS_QUEUED, attempts, messages, parts
from storage.states import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message of either direction as stored. Times are UTC milliseconds.

    ``contact`` is the other side's number. ``kind``, ``sc_time_ms``, ``parts_present`` and
    ``complete`` are None for outgoing ones; ``priority`` to ``author_name`` for incoming ones.
    ``cost_micros`` is what its accepted parts cost, in millionths; None without a price, or where
    the currency changed between them. ``sim`` is the pin of the SIM that its contact knew, and
    ``failover`` whether it goes, or went, from another number than it should.
    """

    id: str
    seq: int
    direction: str
    state: MessageState
    from_number: str | None
    to_number: str | None
    contact: str
    text: str | None
    encoding: str
    parts: int
    inbox: str
    modem: str | None
    iccid: str | None
    conversation_id: str | None
    error_code: str | None
    error_detail: str | None
    created_at_ms: int
    sent_at_ms: int | None
    delivered_at_ms: int | None
    priority: int | None
    send_at_ms: int | None
    expires_at_ms: int | None
    on_air_at_ms: int | None
    delivery_report: bool | None
    on_unknown: str | None
    national: str | None
    client_reference: str | None
    sim: str | None
    failover: bool | None
    author_type: str | None
    author_id: str | None
    author_name: str | None
    kind: str | None
    sc_time_ms: int | None
    parts_present: int | None
    complete: bool | None
    cost_micros: int | None
    cost_currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One try of one part. ``outcome`` is accepted, requeued, refused, unknown; None: it runs."""

    id: str
    part_id: str
    part_number: int
    modem: str | None
    iccid: str | None
    imei: str | None
    started_at_ms: int
    deadline_ms: int | None
    ended_at_ms: int | None
    outcome: str | None
    reference: int | None
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """What a list shows; None does not filter. ``since_ms`` is included, ``until_ms`` is not."""

    direction: str | None = None
    state: str | None = None
    inbox: str | None = None
    contact: str | None = None
    client_reference: str | None = None
    conversation_id: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    q: str | None = None
    to_us: bool = True
    """Whether ``q`` is looked for in what the gateway told our own people, too."""
    may_see: Collection[str] | None = None
    """The only inboxes to look in; None: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Newest first; ``next`` is the cursor of the page after, None on the last."""

    items: tuple[MessageRow, ...]
    next: str | None


_FIELDS = tuple(field.name for field in fields(MessageRow))


def _of_paid(value: ColumnElement[Any], name: str) -> Label[Any]:
    """Look at the attempts of a message that cost something, where they are of one currency."""
    one_currency = func.min(attempts.c.price_currency) == func.max(attempts.c.price_currency)
    return (
        select(case((one_currency, value)))
        .join_from(parts, attempts, attempts.c.part_id == parts.c.id)
        .where(
            parts.c.message_id == messages.c.id, attempts.c.price_micros.is_not(None), WAS_ACCEPTED
        )
        .correlate(messages)
        .scalar_subquery()
        .label(name)
    )


_COST = (
    _of_paid(func.sum(attempts.c.price_micros), "cost_micros"),
    _of_paid(func.min(attempts.c.price_currency), "cost_currency"),
)
MESSAGE_COLUMNS = (*(messages.c[name] for name in _FIELDS if name in messages.c), *_COST)
_ONE = Prepared(select(*MESSAGE_COLUMNS).where(messages.c.id == bindparam("message_id")))
_SEQ_OF = select(messages.c.seq).where(messages.c.id == bindparam("cursor"))
_ATTEMPT_COLUMNS = tuple(
    attempts.c[field.name] for field in fields(AttemptRow) if field.name in attempts.c
)
_ATTEMPTS = (
    select(*_ATTEMPT_COLUMNS, parts.c.number.label("part_number"))
    .join_from(attempts, parts, attempts.c.part_id == parts.c.id)
    .where(parts.c.message_id == bindparam("of_message"))
    .order_by(parts.c.number, attempts.c.id)
)
_QUEUE = select(parts.c.inbox, func.count()).where(IS_QUEUED).group_by(parts.c.inbox)
_SENT = (
    select(parts.c.modem, func.count())
    .where(parts.c.accepted_at_ms.is_not(None), parts.c.accepted_at_ms >= bindparam("since"))
    .group_by(parts.c.modem)
)
_IN_STATE = select(messages.c.state, func.count()).group_by(messages.c.state)


async def get_message(tx: AsyncConnection, message_id: str) -> MessageRow | None:
    """Read one message."""
    row = (await _ONE.execute(tx, {"message_id": message_id})).one_or_none()
    return None if row is None else message_row(row._asdict())


async def messages_by_id(
    tx: AsyncConnection, message_ids: Collection[str]
) -> dict[str, MessageRow]:
    """Read many at once, to join bodies to events; what has been erased is not in the answer."""
    if not message_ids:
        return {}
    query = select(*MESSAGE_COLUMNS).where(messages.c.id.in_(set(message_ids)))
    return {row["id"]: message_row(row) for row in (await tx.execute(query)).mappings()}


async def list_messages(
    tx: AsyncConnection, filters: MessageFilter, *, limit: int, cursor: str | None = None
) -> Page:
    """Read a page, newest first. Raises CursorExpired for a cursor that names no message."""
    query = select(*MESSAGE_COLUMNS).where(*_conditions(filters))
    if cursor is not None:
        seq = (await tx.execute(_SEQ_OF, {"cursor": cursor})).scalar_one_or_none()
        if seq is None:
            raise CursorExpired(cursor=cursor)
        query = query.where(messages.c.seq < seq)
    rows = await tx.execute(query.order_by(messages.c.seq.desc()).limit(limit + 1))
    found = [message_row(row) for row in rows.mappings()]
    items = tuple(found[:limit])
    return Page(items=items, next=items[-1].id if len(found) > limit else None)


def _conditions(filters: MessageFilter) -> list[ColumnElement[bool]]:
    wanted = {
        messages.c.direction: filters.direction,
        messages.c.state: filters.state,
        messages.c.inbox: filters.inbox,
        messages.c.contact: filters.contact,
        messages.c.client_reference: filters.client_reference,
        messages.c.conversation_id: filters.conversation_id,
    }
    found = [column == value for column, value in wanted.items() if value is not None]
    if filters.since_ms is not None:
        found.append(messages.c.created_at_ms >= filters.since_ms)
    if filters.until_ms is not None:
        found.append(messages.c.created_at_ms < filters.until_ms)
    if filters.may_see is not None:
        found.append(messages.c.inbox.in_(filters.may_see))
    if filters.q is not None:
        found.append(_text_matches(filters.q))
        if not filters.to_us:
            found.append(func.coalesce(messages.c.author_type, "") != "notice")
    return found


def _text_matches(q: str) -> ColumnElement[bool]:
    """Find the words as they stand; the one seam for a full-text index."""
    if "\0" in q:  # where LIKE's pattern would end
        return false()
    return messages.c.text.icontains(q, autoescape=True)


async def attempts_of(tx: AsyncConnection, message_id: str) -> list[AttemptRow]:
    """List a message's attempts by part, then in time."""
    rows = await tx.execute(_ATTEMPTS, {"of_message": message_id})
    return [AttemptRow(**row) for row in rows.mappings()]


async def queue_by_inbox(tx: AsyncConnection) -> dict[str, int]:
    """Count waiting parts for each inbox that has any, the scheduled ones too."""
    return dict((await tx.execute(_QUEUE)).all())


async def sent_since(tx: AsyncConnection, since_ms: int) -> dict[str, int]:
    """Count, by modem, the parts that the network took since ``since_ms``."""
    rows = await tx.execute(_SENT, {"since": since_ms})
    return {modem: count for modem, count in rows if modem is not None}


async def count_by_state(tx: AsyncConnection) -> dict[str, int]:
    """Count messages in each state."""
    return dict((await tx.execute(_IN_STATE)).all())


def message_row(row: RowMapping | Mapping[str, Any]) -> MessageRow:
    """Read a row of MESSAGE_COLUMNS."""
    return MessageRow(**{**row, "state": MessageState(row["state"])})


_NOTHING = dict.fromkeys(_FIELDS)


def row_as_inserted(values: Mapping[str, Any], *, seq: int) -> MessageRow:
    """Give the row that a message which was inserted just now has; what was not set is null."""
    known = {name: value for name, value in values.items() if name in _NOTHING}
    return MessageRow(**{**_NOTHING, **known, "seq": seq})
