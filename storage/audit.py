"""Owns the audit journal: who did what, when, to what; each row's hash covers the row before.

It stands beside the journal of changes, which feeds other programs and is forgotten by age: this
one is kept. Whatever ``changes.record`` tells that somebody decided is written here too, in the
same transaction; what happens to no row (a look, an export, a log-in) is recorded here alone. Holds
ids, states and digests, never text or numbers.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, select
from sqlalchemy.engine import Row, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.schema import audit

GENESIS = bytes(32)
"""What the first row has in place of the hash of the row before."""

_BATCH = 2_000
_INBOX = frozenset({"name", "fields", "keep_days"})
_PERSON = frozenset({"role", "inboxes", "absence", "changed"})
_LINK = frozenset({"person_id", "purpose"})
_REPLY = frozenset({"inbox"})
_NOTHING: frozenset[str] = frozenset()
DECIDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "contact.updated": frozenset({"blocked"}),
        "contact.consent": frozenset({"consent_id", "what", "inbox", "message_id"}),
        "contact.merged": frozenset({"merged"}),
        "contact.split": frozenset({"split_off"}),
        "conversation.assigned": frozenset(
            {"contact_id", "inbox", "state", "person_id", "team_id", "reason"}
        ),
        "inbox.updated": _INBOX,
        "rules.updated": frozenset({"version"}),
        "reply.created": _REPLY,
        "reply.updated": _REPLY,
        "reply.deleted": _REPLY,
        "settings.updated": frozenset({"mask_numbers", "daily_digest_at"}),
        "user.created": _PERSON,
        "user.updated": _PERSON,
        "user.suspended": _PERSON,
        "user.unsuspended": _PERSON,
        "link.created": _LINK,
        "link.used": _LINK,
        "team.created": _NOTHING,
        "team.updated": _NOTHING,
    }
)
"""What is taken over from the journal of changes, and of each which facts: no others, so that
nothing gets in here that nobody looked at."""

LOG_INS = frozenset({"session.started", "session.refused", "session.ended"})
LOG_IN_FACTS = frozenset({"id", "by", "person_id", "address", "count"})
_SOMEBODY = ("usr_", "tok_", "uid:", "lnk_")


class Breach(StrEnum):
    """What is wrong where the chain breaks."""

    ALTERED = "altered"
    """The row is not what was hashed."""
    MISSING = "missing"
    """Rows before it are gone."""
    UNLINKED = "unlinked"
    """It does not continue the row before: that one was rewritten with a hash of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row; ``actor`` is an id. Times are UTC milliseconds."""

    seq: int
    at_ms: int
    actor: str
    action: str
    subject: str
    data: Mapping[str, Any]
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What a list shows; None does not filter. ``since_ms`` is included, ``until_ms`` is not."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest row; before the first, row 0 with the hash that the first one continues."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a look at the whole chain found; ``breach`` and ``at_seq`` None: nothing wrong.

    ``expected`` is whether a row has the hash that was looked for, None where none was.
    """

    head: Head
    breach: Breach | None
    at_seq: int | None
    expected: bool | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.breach is None and self.expected is not False


_HEAD = Prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_INSERT = Prepared(insert(audit))
_AFTER = (
    select(audit)
    .where(audit.c.seq > bindparam("after_seq"))
    .order_by(audit.c.seq)
    .limit(bindparam("row_limit"))
)


async def record(
    tx: AsyncConnection,
    *,
    actor: str,
    action: str,
    subject: str,
    now_ms: int,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add a row in the transaction of what it tells."""
    # Two writers would give the same number, which the key refuses: the chain cannot fork.
    before = await head(tx)
    row: dict[str, int | str] = {
        "seq": before.seq + 1,
        "at_ms": now_ms,
        "actor": actor,
        "action": action,
        "subject": subject,
        "data": json.dumps(dict(data or {}), sort_keys=True, separators=(",", ":")),
    }
    await _INSERT.execute(
        tx, {**row, "previous": before.hash, "hash": _hash(before.hash, list(row.values()))}
    )


async def follow_change(
    tx: AsyncConnection, type_: str, *, subject: str, data: Mapping[str, Any], now_ms: int
) -> None:
    """Record what the journal of changes is told, where somebody decided it."""
    if type_ in LOG_INS:
        actor = data.get("person_id") or "nobody"
        facts = _only(LOG_IN_FACTS, data)
        await record(tx, actor=actor, action=type_, subject=subject, now_ms=now_ms, data=facts)
        return
    by = data.get("by")
    if type_ not in DECIDED or not isinstance(by, str):
        return
    # Rules hand conversations over by the hundred; of these the decisions are kept beside them.
    if type_ == "contact.consent" or by.startswith(_SOMEBODY):
        facts = _only(DECIDED[type_], data)
        await record(tx, actor=by, action=type_, subject=subject, now_ms=now_ms, data=facts)


def _only(names: Collection[str], data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in names}


def _hash(previous: bytes, row: Sequence[int | str]) -> bytes:
    return hashlib.sha256(previous + json.dumps(row, separators=(",", ":")).encode()).digest()


async def head(tx: AsyncConnection) -> Head:
    """Give the newest row's number and hash."""
    row = (await _HEAD.execute(tx, {})).one_or_none()
    return Head(seq=0, hash=GENESIS) if row is None else Head(seq=row.seq, hash=row.hash)


async def page(
    tx: AsyncConnection, filters: AuditFilter, *, limit: int, before: int | None = None
) -> list[AuditRow]:
    """List up to ``limit`` rows that match, the newest first, from before a number on."""
    query = select(audit).where(*_conditions(filters)).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [_row(row) for row in (await tx.execute(query)).mappings()]


def _conditions(filters: AuditFilter) -> list[ColumnElement[bool]]:
    wanted = {
        audit.c.actor: filters.actor,
        audit.c.action: filters.action,
        audit.c.subject: filters.subject,
    }
    found = [column == value for column, value in wanted.items() if value is not None]
    if filters.since_ms is not None:
        found.append(audit.c.at_ms >= filters.since_ms)
    if filters.until_ms is not None:
        found.append(audit.c.at_ms < filters.until_ms)
    return found


def _row(row: RowMapping) -> AuditRow:
    values = {name: row[name] for name in row if name not in {"previous", "data"}}
    return AuditRow(**values, data=json.loads(row["data"]))


async def verify(tx: AsyncConnection, *, expect: bytes | None = None) -> Verdict:
    """Look at the whole chain; ``expect`` is a hash that it must have, such as one that was logged.

    An alteration shows where it is. Rows cut off at the end leave a chain that is whole in itself,
    and so does one that was forged from some row on: those show by ``expect`` alone.
    """
    last = Head(seq=0, hash=GENESIS)
    found = expect == GENESIS
    while True:
        values = {"after_seq": last.seq, "row_limit": _BATCH}
        rows = (await tx.execute(_AFTER, values)).all()
        for row in rows:
            if (breach := _breach(last, row)) is not None:
                seen = None if expect is None else found
                return Verdict(head=last, breach=breach, at_seq=row.seq, expected=seen)
            last = Head(seq=row.seq, hash=row.hash)
            found = found or row.hash == expect
        if len(rows) < _BATCH:
            seen = None if expect is None else found
            return Verdict(head=last, breach=None, at_seq=None, expected=seen)


def _breach(last: Head, row: Row[*tuple[Any, ...]]) -> Breach | None:
    content = [row.seq, row.at_ms, row.actor, row.action, row.subject, row.data]
    if row.seq != last.seq + 1:
        return Breach.MISSING
    if row.hash != _hash(row.previous, content):
        return Breach.ALTERED
    return None if row.previous == last.hash else Breach.UNLINKED
