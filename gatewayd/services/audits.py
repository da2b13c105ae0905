"""The audit journal as people read it, and the looks and exports that are in no other journal."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.clock import Clock
from gatewayd.services.sight import ids_in
from gatewayd.services.tokens import Principal, PrincipalType
from storage import audit, people, sight, tokens
from storage.audit import AuditFilter, AuditRow, Verdict
from storage.engine import Store
from storage.errors import StoreUnavailable

LOOKED = "conversation.viewed"
_SAME_LOOK_MS = 5 * 60_000
_MOST_LOOKS = 10_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditList:
    """Rows, the newest first; ``names`` are their actors', as far as they are known here.

    ``next`` is where the page after begins, None on the last.
    """

    rows: Sequence[AuditRow]
    names: dict[str, str]
    next: int | None


class Audits:
    """Reads the audit journal, and adds what happens to no row of another table."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # When each person looked last at each conversation, the latest last.
        self._looks: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def page(
        self, filters: AuditFilter, *, limit: int, before: int | None, by: Principal
    ) -> AuditList:
        """List what matches and is of inboxes that they see, the newest first."""
        async with self._store.read() as tx:
            found = await audit.page(tx, filters, limit=limit + 1, before=before)
            rows = await _seen(tx, found[:limit], by)
            names = {row.id: row.name for row in await tokens.list_all(tx)}
            known = await people.list_all(tx, now_ms=self._clock.now_ms())
        names |= {row.id: row.display_name for row in known}
        actors = {row.actor for row in rows}
        return AuditList(
            rows=rows,
            names={actor: name for actor, name in names.items() if actor in actors},
            next=found[limit - 1].seq if len(found) > limit else None,
        )

    async def verify(self, expect: bytes | None) -> Verdict:
        """Look at the whole chain."""
        async with self._store.read() as tx:
            return await audit.verify(tx, expect=expect)

    async def looked(self, conversation_id: str, *, by: Principal) -> None:
        """Note that a person opened a conversation; again within five minutes is the same look.

        Whoever must answer a customer may look although a full disk takes no note of it.
        """
        if by.type is not PrincipalType.PERSON:
            return
        now_ms, key = self._clock.now_ms(), (by.id, conversation_id)
        last_ms = self._looks.get(key)
        if last_ms is not None and 0 <= now_ms - last_ms < _SAME_LOOK_MS:
            return
        try:
            await self.note(LOOKED, conversation_id, by=by)
        except StoreUnavailable as error:
            _log.error("look_not_noted", conversation=conversation_id, reason=error.reason)
            return
        self._looks[key] = now_ms
        self._looks.move_to_end(key)
        if len(self._looks) > _MOST_LOOKS:
            self._looks.popitem(last=False)

    async def note(
        self, action: str, subject: str, *, by: Principal, data: dict[str, str] | None = None
    ) -> None:
        """Add what is about to be done. Raises StoreUnavailable: then it must not be done."""
        async with self._store.write() as tx:
            await audit.record(
                tx,
                actor=by.id,
                action=action,
                subject=subject,
                data=data,
                now_ms=self._clock.now_ms(),
            )


async def _seen(tx: AsyncConnection, rows: Sequence[AuditRow], by: Principal) -> Sequence[AuditRow]:
    if by.inboxes is None:
        return rows
    ids = {row.seq: [row.subject, *ids_in(row.data)] for row in rows}
    unseen = await sight.unseen_of(tx, {one for each in ids.values() for one in each}, by.inboxes)
    return [row for row in rows if unseen.isdisjoint(ids[row.seq]) and _is_of(row, by)]


def _is_of(row: AuditRow, by: Principal) -> bool:
    """Whether it is about no inbox, or about one that they see."""
    named = row.subject if row.action.startswith("inbox.") else row.data.get("inbox")
    return not isinstance(named, str) or by.may_see(named)
