"""Gathers what a daily digest tells one person, in the inboxes that they may see."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings, Settings
from gatewayd.clock import Clock
from gatewayd.daily.model import (
    MOST_LISTED,
    DailyDigest,
    ModemTrouble,
    PlanUse,
    StillWaiting,
    Waiting,
)
from gatewayd.daily.schedule import Days
from gatewayd.incidents import incident_view
from gatewayd.money import Money
from gatewayd.services.conversation_views import ConversationViews
from gatewayd.services.roles import ROLE_SCOPES, Role
from gatewayd.services.supervision import Group, Supervision
from gatewayd.services.tokens import Principal, PrincipalType
from gatewayd.telling import ms_of
from routing.pacing import month_of
from storage import daily, modems, pacing
from storage.conversations import views
from storage.conversations.reading import longest_waiting
from storage.conversations.views import View
from storage.engine import Store
from storage.people import PersonRow


class Gathering:
    """The digest of some days, as somebody may see it."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._modems = settings.modems
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._store = store
        self._clock = clock
        self._supervision = Supervision(settings=settings, store=store, clock=clock)
        self._views = ConversationViews(settings=settings, store=store, clock=clock)

    async def gather(self, days: Days, *, by: Principal) -> DailyDigest:
        """Read all of it."""
        now_ms = self._clock.now_ms()
        from_ms, to_ms = ms_of(days.begin(self._zone)), ms_of(days.end(self._zone))
        report = await self._supervision.report(Group.INBOX, from_ms=from_ms, to_ms=to_ms, by=by)
        seen = [modem for modem in self._modems if by.may_see(modem.inbox)]
        async with self._store.read() as tx:
            return DailyDigest(
                days=days,
                now_ms=now_ms,
                report=report,
                waiting=await self._waiting(tx, by),
                failed=await daily.failures(
                    tx, from_ms=from_ms, to_ms=to_ms, may_see=by.inboxes, limit=MOST_LISTED
                ),
                doubts=await daily.doubts(tx, may_see=by.inboxes, limit=MOST_LISTED),
                troubles=await self._troubles(tx, seen, from_ms=from_ms, to_ms=now_ms),
                plans=await self._plans(tx, seen, days),
            )

    async def _waiting(self, tx: AsyncConnection, by: Principal) -> Waiting:
        clock = await self._views.clock(tx)
        counted = await views.counts(
            tx, person_id=None, team_ids=(), inboxes=by.inboxes, now_ms=clock.now_ms
        )
        rows = await longest_waiting(tx, may_see=by.inboxes, limit=MOST_LISTED)
        return Waiting(
            count=counted[View.WAITING],
            overdue=counted[View.OVERDUE],
            longest=[
                StillWaiting(
                    row=row,
                    waited_ms=1000 * (clock.seconds(row.inbox, row.unanswered_since_ms) or 0),
                    overdue=row.due_at_ms is not None and row.due_at_ms <= clock.now_ms,
                )
                for row in rows
            ],
        )

    async def _troubles(
        self, tx: AsyncConnection, seen: Sequence[ModemSettings], *, from_ms: int, to_ms: int
    ) -> Sequence[ModemTrouble]:
        rows = await daily.incidents_in(
            tx, [modem.name for modem in seen], from_ms=from_ms, to_ms=to_ms, limit=MOST_LISTED
        )
        return [
            ModemTrouble(
                modem=row.modem, incident=incident_view(row, zone=self._zone, recording=None)
            )
            for row in rows
        ]

    async def _plans(
        self, tx: AsyncConnection, seen: Sequence[ModemSettings], days: Days
    ) -> Sequence[PlanUse]:
        known = {row.name: row.iccid for row in await modems.list_all(tx)}
        return [await self._plan(tx, modem, known.get(modem.name), days) for modem in seen]

    async def _plan(
        self, tx: AsyncConnection, modem: ModemSettings, iccid: str | None, days: Days
    ) -> PlanUse:
        end_ms = ms_of(days.end(self._zone))
        last_day = Days(first=days.last, last=days.last)
        since_ms = month_of(end_ms - 1, self._zone).begin_ms
        all_handed = await pacing.handed_since(tx, iccid=iccid, modem=modem.name, since_ms=since_ms)
        handed = [at for at in all_handed if at < end_ms]
        begin_ms = ms_of(last_day.begin(self._zone))
        cost = None
        if modem.price_per_part is not None:
            currency = modem.price_per_part.currency
            micros = await pacing.cost_since(
                tx, iccid=iccid, modem=modem.name, currency=currency, since_ms=since_ms
            )
            cost = Money(micros=micros, currency=currency)
        return PlanUse(
            modem=modem.name,
            day=sum(at >= begin_ms for at in handed),
            max_per_day=modem.max_per_day,
            month=len(handed),
            max_per_month=modem.max_per_month,
            cost=cost,
        )


def supervisor(person: PersonRow) -> Principal:
    """Give a person as somebody who asks, with what they may see."""
    return Principal(
        type=PrincipalType.PERSON,
        id=person.id,
        name=person.display_name,
        scopes=ROLE_SCOPES[Role(person.role)],
        inboxes=None if person.inboxes is None else frozenset(person.inboxes),
    )
