"""The task of the daily digest: each morning an e-mail to each who supervises and wants it, once.

Up to which day somebody was told is noted in the transaction that queues the e-mail. What it says
is put together when it goes (:mod:`gatewayd.daily.post`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock, moment_at
from gatewayd.daily.post import DAILY
from gatewayd.daily.schedule import DailyWish, Days, due, last_told_by, midnight, next_at
from gatewayd.rounds import LONGEST_WAIT_SECONDS, keep_rounds
from gatewayd.services.options import chosen
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.timekeeping import Timekeeping
from gatewayd.wishes import wishes_of
from routing.assign import absence_at
from routing.opening_time import open_between
from storage import daily, mails, wishes
from storage.engine import Store
from storage.mails import NewMail
from storage.people import PersonRow

PAUSE_SECONDS = 2.0
"""At most one round in this time, however much happens."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What becomes of one person: told up to ``last`` from now on, and by an e-mail of ``days``."""

    person: PersonRow
    before: date | None
    last: date
    days: Days | None = None


class DailyDigests:
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
        self._mails = settings.smtp.host is not None
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._time = timekeeping or Timekeeping(store=store, clock=clock)
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def run(self) -> None:
        """Work until cancelled; without a mail server there is nothing to do."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            await keep_rounds(
                self.round, hints, pause_seconds=PAUSE_SECONDS, while_=lambda: self._mails
            )

    async def round(self) -> float:
        """Queue what is due now; give the seconds until something can be due next."""
        if not await self._time.is_set():
            return LONGEST_WAIT_SECONDS / 6
        now_ms = self._clock.now_ms()
        async with self._store.read() as tx:
            at = (await chosen(tx)).daily_digest_at
            told = await daily.last_days(tx)
            steps: list[_Step] = []
            gone = frozenset(told)
            if at is not None:
                steps, gone = await self._steps(tx, told, at, moment_at(now_ms))
        if gone:
            # Nothing is made up for who is told no more, should they be told again one day.
            await self._store.shielded(partial(_end, gone))
        if at is None:
            return LONGEST_WAIT_SECONDS
        if steps:
            take = partial(_take, steps, now_ms)
            queued = await contained(partial(self._store.shielded, take), "daily_digest_failed")
            begun = sum(step.before is None for step in steps)
            if begun and queued is not None:
                _log.info("daily_digest_begins", people=begun)
            if queued:
                _log.info("daily_digest_queued", people=queued)
                self._bus.publish(Topic.JOURNAL)
        wait = next_at(moment_at(now_ms), at=at, zone=self._zone) - moment_at(now_ms)
        return min(wait / timedelta(seconds=1), LONGEST_WAIT_SECONDS)

    async def _steps(
        self, tx: AsyncConnection, told: Mapping[str, date], at: time, now: datetime
    ) -> tuple[list[_Step], frozenset[str]]:
        """Tell what becomes of each who is told, and who of ``told`` (ids) is not any more."""
        loaded = await self._shop.load(tx)
        wished = await wishes.of_people(tx)
        found = []
        people = [person for person in supervisors(loaded) if person.email is not None]
        for person in people:
            wish = wishes_of(wished.get(person.id)).daily_digest
            before = told.get(person.id)
            if before is None:
                # The first one comes at the next morning, not at once.
                last = last_told_by(now, at=at, zone=self._zone)
                found.append(_Step(person=person, before=None, last=last))
            elif days := due(before, now=now, at=at, zone=self._zone):
                if wish is DailyWish.NEVER:
                    found.append(_Step(person=person, before=before, last=days.last))
                elif self._is_day(loaded, person, wish, now):
                    found.append(_Step(person=person, before=before, last=days.last, days=days))
        return found, frozenset(told.keys() - {person.id for person in people})

    def _is_day(
        self, loaded: LoadedShop, person: PersonRow, wish: DailyWish, now: datetime
    ) -> bool:
        """Whether they are there, and want it on such a day as today."""
        if absence_at(loaded.shop.staff.people[person.name], now) is not None:
            return False
        if wish is DailyWish.EVERY_DAY:
            return True
        today = now.astimezone(self._zone).date()
        begin, end = midnight(today, self._zone), midnight(today + timedelta(days=1), self._zone)
        names = loaded.inboxes if person.inboxes is None else person.inboxes
        return any(open_between(loaded.inbox(name).hours, begin, end) for name in names)


def supervisors(loaded: LoadedShop) -> Iterator[PersonRow]:
    """Give who is told of each day: who would be told of what nobody answers, in any inbox."""
    names = dict.fromkeys(name for inbox in loaded.inboxes for name in loaded.managers(inbox))
    return (loaded.people[name] for name in names)


async def _end(person_ids: Collection[str], tx: AsyncConnection) -> None:
    await daily.end(tx, person_ids)


async def _take(steps: Sequence[_Step], now_ms: int, tx: AsyncConnection) -> int:
    """Note up to when each has been told, and queue their e-mail; give how many."""
    queued = 0
    for step in steps:
        person_id = step.person.id
        if step.before is None:
            await daily.begin(tx, person_id, step.last, now_ms=now_ms)
            continue
        moved = await daily.advance(
            tx, person_id, before=step.before, last_day=step.last, now_ms=now_ms
        )
        if moved and step.days is not None:
            await mails.add(tx, _mail(step.person, step.days), now_ms=now_ms)
            queued += 1
    return queued


def _mail(person: PersonRow, days: Days) -> NewMail:
    return NewMail(
        recipient=person.email or "",
        rule=str(days),
        conversation_id=None,
        message_id=None,
        kind=DAILY,
        person_id=person.id,
    )
