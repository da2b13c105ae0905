"""The lists that people work with, as whoever asks sees them; and how long customers wait."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.clock import Clock, moment_at
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.services.tokens import Principal, PrincipalType
from routing.opening_time import open_between
from storage import people
from storage.conversations import views
from storage.conversations.views import Seen, View
from storage.engine import Store

PERSONAL = frozenset({View.MINE, View.TEAM, View.MENTIONS})
"""Lists that only a person has."""


class NobodysView:
    """A program, or the machine's administrator, has no conversations and no teams of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningClock:
    """Tells how long somebody has waited, now, in opening time."""

    loaded: LoadedShop
    now_ms: int

    def seconds(self, inbox: str, since_ms: int | None) -> int | None:
        """Count from then on; None where nobody waits."""
        if since_ms is None:
            return None
        hours = self.loaded.inbox(inbox).hours
        waited = open_between(hours, moment_at(since_ms), moment_at(self.now_ms))
        return int(waited.total_seconds())


class ConversationViews:
    """The lists."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def clock(self, tx: AsyncConnection) -> OpeningClock:
        """Give what tells waiting times by the hours of now."""
        return OpeningClock(loaded=await self._shop.load(tx), now_ms=self._clock.now_ms())

    async def seen(self, tx: AsyncConnection, view: View, *, by: Principal) -> Seen | NobodysView:
        """Give a view as somebody sees it."""
        if by.type is not PrincipalType.PERSON and view in PERSONAL:
            return NobodysView()
        now_ms = self._clock.now_ms()
        person_id = by.id if by.type is PrincipalType.PERSON else None
        teams = await _teams(tx, by, now_ms)
        return Seen(view=view, person_id=person_id, team_ids=teams, now_ms=now_ms)

    async def counts(self, *, by: Principal) -> Mapping[View, int]:
        """Count what is in each; up to ``views.MOST_COUNTED``."""
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            return await views.counts(
                tx,
                person_id=by.id if by.type is PrincipalType.PERSON else None,
                team_ids=await _teams(tx, by, now_ms),
                inboxes=by.inboxes,
                now_ms=now_ms,
            )


async def _teams(tx: AsyncConnection, by: Principal, now_ms: int) -> tuple[str, ...]:
    if by.type is not PrincipalType.PERSON:
        return ()
    person = await people.get(tx, by.id, now_ms=now_ms)
    return () if person is None else person.team_ids
