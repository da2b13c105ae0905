"""Which stretch of a conversation is looked at: its end, what lies beyond, or what was found."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.http.problems import not_found
from gatewayd.web.route import Visit
from gatewayd.web.shown import shown_of
from storage.conversations import stretches
from storage.conversations.stretches import Stretch

_ENTRIES = 60
_MOST_ENTRIES = 300
"""So many are written at once: others wait for no longer; our script reads on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A stretch, and the entry in it that was asked for."""

    stretch: Stretch
    at: str
    """As the address names it; empty: none was asked for."""
    at_seq: int | None
    """Its place; None: it is not in this conversation."""

    @property
    def earlier(self) -> str | None:
        """What the page before begins from; None: there is none."""
        return self.stretch.items[-1].id if self.stretch.goes_before else None

    @property
    def later(self) -> str | None:
        """What the page after begins from; None: there is none."""
        return self.stretch.items[0].id if self.stretch.goes_after else None


async def look(tx: AsyncConnection, visit: Visit, conversation_id: str) -> Looked:
    """Read what the address asks for, as far as it is shown already; raises Problem."""
    at = visit.request.query.get("at", "")
    at_seq = await stretches.place_of(tx, conversation_id, at) if at else None
    stretch = await _stretch(tx, visit, conversation_id, at_seq)
    return Looked(stretch=stretch, at=at, at_seq=at_seq)


async def _stretch(
    tx: AsyncConnection, visit: Visit, conversation_id: str, at_seq: int | None
) -> Stretch:
    before = await _asked(tx, visit, conversation_id, "earlier")
    after = await _asked(tx, visit, conversation_id, "later")
    shown = shown_of(visit.request)
    if shown.since is not None:
        return await stretches.ending(
            tx,
            conversation_id,
            limit=_MOST_ENTRIES,
            before=before,
            since=shown.since,
            until=shown.until,
        )
    if after is not None:
        return await stretches.following(tx, conversation_id, after, limit=_ENTRIES)
    if before is None and at_seq is not None:
        return await stretches.around(tx, conversation_id, at_seq, limit=_ENTRIES)
    return await stretches.ending(tx, conversation_id, limit=_ENTRIES, before=before)


async def _asked(tx: AsyncConnection, visit: Visit, conversation_id: str, name: str) -> int | None:
    key = visit.request.query.get(name)
    if key is None:
        return None
    place = await stretches.place_of(tx, conversation_id, key)
    if place is None:
        raise not_found("page of this conversation")
    return place
