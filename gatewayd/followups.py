"""The task that sees to it that no customer is forgotten: due soon, overdue, told to the managers.

Each step of a wait is one guarded change with all that it tells in one transaction, so that it
happens exactly once, also over restarts. Each wait has its own barrier. What is due when is
:mod:`routing.followup`'s; whom it reaches is :mod:`gatewayd.telling`'s.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.admission import Admission
from gatewayd.barrier import contained, trace
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock, moment_at
from gatewayd.digests import Digests
from gatewayd.news_notices import NewsNotices
from gatewayd.own_phones import OwnPhones
from gatewayd.reassign import GiveBack, reassign
from gatewayd.reminder_text import Kind
from gatewayd.rounds import LONGEST_WAIT_SECONDS, keep_rounds
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.services.targets import targets_of
from gatewayd.telling import Teller, Telling, ms_of, record
from gatewayd.timekeeping import Timekeeping
from gatewayd.wishes import Matter
from routing.followup import FollowUp, Plan, Rung, Wait, follow_up
from routing.opening_time import open_between
from storage import rulebook, targets
from storage.attempt import Failed, attempt
from storage.conversations import reading, timeline, waits
from storage.conversations.timeline import EntryKind, NewEntry
from storage.conversations.waits import OpenWait, Planned
from storage.engine import Store

ROUND_SECONDS = 0.5
"""At most one round in this time, however much happens."""

BATCH = 100
PUT_OFF_MS = 900_000
"""What ran into an error of ours is tried again after so long."""

_KINDS = {
    Rung.DUE_SOON: Kind.DUE_SOON,
    Rung.OVERDUE: Kind.OVERDUE,
    Rung.ESCALATED: Kind.ESCALATED,
}
_ENTRIES = {
    Rung.DUE_SOON: EntryKind.DUE_SOON,
    Rung.OVERDUE: EntryKind.OVERDUE,
    Rung.ESCALATED: EntryKind.ESCALATED,
}

_NOTHING = FollowUp(
    plan=Plan(due_soon_at=None, due_at=None, escalate_at=None),
    rung=Rung.NONE,
    move=None,
    look_at=None,
)
"""Of who said STOP last: nobody is to answer, so nobody is reminded, and it goes to nobody else."""

_log = structlog.get_logger(__name__)


class Followups:
    """One task's work; every round is safe to repeat."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        timekeeping: Timekeeping | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._time = timekeeping or Timekeeping(store=store, clock=clock)
        self._shop = ShopLoader(settings=settings, clock=clock)
        admission = Admission(settings=settings, clock=clock, shop=self._shop)
        own_phones = OwnPhones(settings=settings, admission=admission)
        mails = settings.smtp.host is not None
        self._teller = Teller(own_phones, mails=mails)
        self._news = NewsNotices(store=store, shop=self._shop, teller=self._teller)
        self._digests = Digests(store=store, shop=self._shop, own_phones=own_phones, mails=mails)
        self._give_back = GiveBack(store=store, shop=self._shop)
        self._mark: rulebook.Mark | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            await keep_rounds(self.round, hints, pause_seconds=ROUND_SECONDS)

    async def round(self) -> float:
        """Do all that is due now; give the seconds until something is due next."""
        if not await self._time.is_set():
            return LONGEST_WAIT_SECONDS / 6
        now_ms = self._clock.now_ms()
        await self._notice_changes(now_ms)
        async with self._store.read() as tx:
            seqs = await waits.due(tx, now_ms=now_ms, limit=BATCH)
        done = 0
        if seqs:
            look = partial(self._look_at, seqs, now_ms)
            done += await contained(partial(self._store.shielded, look), "followups_failed") or 0
        await contained(partial(self._store.shielded, self._count), "waits_not_counted")
        done += await contained(partial(self._give_back.round, now_ms), "give_back_failed") or 0
        done += await contained(partial(self._news.round, now_ms), "news_failed") or 0
        done += await contained(partial(self._digests.round, now_ms), "digests_failed") or 0
        if done:
            self._bus.publish(Topic.JOURNAL, Topic.OUTBOX)
        return 0.0 if len(seqs) == BATCH else await self._rest(now_ms)

    async def _rest(self, now_ms: int) -> float:
        async with self._store.read() as tx:
            nexts = [await waits.next_look_ms(tx, now_ms=now_ms)]
        nexts += [await self._digests.next_ms(), self._give_back.next_ms]
        nexts.append(await self._news.next_ms())
        soonest = min((each for each in nexts if each is not None), default=None)
        if soonest is None:
            return LONGEST_WAIT_SECONDS
        wait_seconds = (soonest - self._clock.now_ms()) / 1000
        return min(max(wait_seconds, 0.0), LONGEST_WAIT_SECONDS)

    async def _notice_changes(self, now_ms: int) -> None:
        """Look at everything anew where hours, targets, people or teams are otherwise."""
        async with self._store.read() as tx:
            mark = await rulebook.mark(tx)
        if mark == self._mark:
            return
        await self._store.shielded(waits.look_at_all, takes_long=True)
        await self._digests.replan(now_ms)
        self._give_back.look_now()
        self._mark = mark

    async def _look_at(self, seqs: list[int], now_ms: int, tx: AsyncConnection) -> int:
        loaded = await self._shop.load(tx)
        found = 0
        for seq in seqs:
            outcome = await attempt(tx, partial(self._one, tx, loaded, seq, now_ms))
            if isinstance(outcome, Failed):
                error = outcome.error
                _log.error(
                    "followup_failed", wait=seq, error=type(error).__name__, trace=trace(error)
                )
                await waits.put_off(tx, seq, until_ms=now_ms + PUT_OFF_MS)
            else:
                found += outcome
        return found

    async def _one(self, tx: AsyncConnection, loaded: LoadedShop, seq: int, now_ms: int) -> bool:
        """Do what is due of one wait; tells whether anything was."""
        wait = await waits.get_open(tx, seq)
        if wait is None:
            return False  # answered, closed or asleep meanwhile
        judged = await self._judge(tx, loaded, wait, now_ms)
        plan = judged.plan
        at = (plan.due_soon_at, plan.due_at, plan.escalate_at, judged.look_at)
        soon_ms, due_ms, late_ms, look_ms = (None if each is None else ms_of(each) for each in at)
        await waits.plan(
            tx,
            seq,
            Planned(
                due_soon_at_ms=soon_ms,
                due_at_ms=due_ms,
                escalate_at_ms=late_ms,
                look_at_ms=look_ms,
            ),
        )
        climbed = judged.rung > wait.rung and await waits.climb(
            tx, seq, from_=wait.rung, to=judged.rung
        )
        told: Mapping[str, Matter] = {}
        if judged.move is not None:
            telling = await reassign(tx, loaded, wait, judged.move, now_ms=now_ms)
            await self._teller.tell(tx, loaded, telling, now_ms=now_ms)
            told = telling.audience
        if climbed:
            await self._remind(tx, loaded, wait, judged.rung, told, now_ms)
        return climbed or judged.move is not None

    async def _judge(
        self, tx: AsyncConnection, loaded: LoadedShop, wait: OpenWait, now_ms: int
    ) -> FollowUp:
        if wait.wants_nothing:
            return _NOTHING
        inbox = loaded.inbox(wait.inbox)
        names = {row.id: name for name, row in loaded.people.items()}
        handed_ms = await waits.handed_ms(tx, wait.conversation_id)
        row = (await targets.list_all(tx)).get(wait.inbox)
        return follow_up(
            Wait(
                since=moment_at(wait.clock_ms),
                holder=names.get(wait.person_id or ""),
                held_since=moment_at(handed_ms or wait.clock_ms),
                team=inbox.team,
            ),
            targets_of(row),
            hours=inbox.hours,
            staff=loaded.shop_of(wait.inbox).staff,
            moment=moment_at(now_ms),
        )

    async def _remind(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        before: OpenWait,
        rung: Rung,
        told: Mapping[str, Matter],
        now_ms: int,
    ) -> None:
        """Show, journal and tell each rung that was climbed; whom several reach is told once.

        ``told`` are those who heard just now that it is theirs, and how long it has waited.
        """
        row = await reading.get(tx, before.conversation_id)
        if row is None:
            raise LookupError(before.conversation_id)
        for each in [step for step in _KINDS if before.rung < step <= rung]:
            entry = NewEntry(kind=_ENTRIES[each])
            # Nothing that anybody answers to: the conversation stays the version that it is.
            await timeline.append(tx, row.id, entry, now_ms=now_ms)
            empty = Telling(
                conversation=row, kind=_KINDS[each], audience={}, since_ms=before.since_ms
            )
            await record(tx, empty, _KINDS[each], {}, now_ms)
        names = {person.id: name for name, person in loaded.people.items()}
        audience = audience_of(
            loaded,
            rung,
            holder=names.get(row.person_id or ""),
            row=row,
            before=before.rung,
            moment=moment_at(now_ms),
        )
        telling = Telling(
            conversation=row,
            kind=_KINDS[rung],
            audience={one: as_ for one, as_ in audience.items() if told.get(one) is not as_},
            since_ms=before.since_ms,
        )
        _log.info("customer_waits", conversation=row.id, rung=_KINDS[rung])
        await self._teller.tell(tx, loaded, telling, now_ms=now_ms)

    async def _count(self, tx: AsyncConnection) -> None:
        """Count in opening time how long each wait was that is over, by the hours of now."""
        ended = await waits.uncounted(tx, limit=BATCH)
        if not ended:
            return
        loaded = await self._shop.load(tx)
        counted = []
        for each in ended:
            hours = loaded.inbox(each.inbox).hours
            lasted = open_between(hours, moment_at(each.since_ms), moment_at(each.ended_ms))
            counted.append((each.seq, round(lasted.total_seconds())))
        await waits.count(tx, counted)


def audience_of(
    loaded: LoadedShop,
    rung: Rung,
    *,
    holder: str | None,
    row: reading.ConversationRow,
    before: int,
    moment: datetime,
) -> dict[str, Matter]:
    """Tell whom a rung reaches: the person in charge, then the team, then the managers."""
    found: dict[str, Matter] = {}
    if rung >= Rung.ESCALATED:
        found |= dict.fromkeys(loaded.supervisors(row.inbox, moment), Matter.OVERDUE)
    if (rung >= Rung.OVERDUE and before < Rung.OVERDUE) or holder is None:
        found |= dict.fromkeys(loaded.takers(row.team_id, row.inbox), Matter.TEAM)
    if holder is not None:
        found[holder] = Matter.MINE
    return found
