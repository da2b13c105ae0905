"""What was done in a time, per person, team, day or inbox: how much, how fast, how late.

Owns the definitions of the figures; docs/inbox.md tells them. Times are opening time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.clock import Clock, moment_at
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.services.tokens import Principal, PrincipalType
from routing.opening_time import open_between
from storage import supervision
from storage.engine import Store
from storage.states import MessageState

_AUTOMATIC = "automatic"


class Group(StrEnum):
    """What figures are added up by."""

    PERSON = "person"
    TEAM = "team"
    DAY = "day"
    INBOX = "inbox"


@dataclass(slots=True, kw_only=True)
class Sums:
    """What is added up for one of a group."""

    conversations: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    answers_seconds: list[int] = field(default_factory=list)
    resolutions_seconds: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one of a group, or of all. Seconds are of opening time; None: no case."""

    key: str
    name: str
    conversations: int
    messages_in: int | None
    messages_out: int
    automatic_answers: int | None
    answers: int
    first_answer_median_seconds: int | None
    first_answer_p90_seconds: int | None
    overdue: int
    resolved: int
    resolution_median_seconds: int | None
    resolution_p90_seconds: int | None
    opt_outs: int | None
    delivered: int
    undelivered: int
    delivery_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of each, by name, and of all together."""

    items: Sequence[Figures]
    total: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """By what one thing that happened can be added up; ``person_id`` None: nobody's."""

    at_ms: int
    inbox: str
    person_id: str | None


class Supervision:
    """The figures."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def report(self, group: Group, *, from_ms: int, to_ms: int, by: Principal) -> Report:
        """Add up what happened from a time up to another, in the inboxes that one may see."""
        async with self._store.read() as tx:
            loaded = await self._shop.load(tx)
            keys = _Keys(group=group, loaded=loaded, zone=self._zone)
            sums, total = await self._sums(tx, loaded, keys, from_ms=from_ms, to_ms=to_ms, by=by)
        by_people = group in {Group.PERSON, Group.TEAM}
        items = [_figures(key, keys.name(key), each, own=by_people) for key, each in sums.items()]
        items.sort(key=lambda each: (each.name.casefold(), each.key))
        return Report(items=items, total=_figures("", "", total, own=False))

    async def _sums(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        keys: "_Keys",
        *,
        from_ms: int,
        to_ms: int,
        by: Principal,
    ) -> tuple[dict[str, Sums], Sums]:
        sums: defaultdict[str, Sums] = defaultdict(Sums)
        total = Sums()

        def add(case: _Case, do: Callable[[Sums], object]) -> None:
            if not by.may_see(case.inbox) or not from_ms <= case.at_ms < to_ms:
                return
            for each in (total, *(sums[key] for key in keys.of(case))):
                do(each)

        time = {"from_ms": from_ms, "to_ms": to_ms}
        for message in await supervision.message_counts(tx, from_ms=from_ms, to_ms=to_ms):
            _add_messages(add, message, max(from_ms, message.at_ms))
        for one in await supervision.handled(tx, **time):
            case = _Case(at_ms=max(from_ms, one.at_ms), inbox=one.inbox, person_id=one.person_id)
            add(case, lambda to, one=one: to.conversations.add(one.conversation_id))  # type: ignore[misc]  # bound now
        now_ms = self._clock.now_ms()
        for wait in await supervision.wait_facts(tx, **time, now_ms=now_ms):
            _add_wait(add, wait)
        for closing in await supervision.closings(tx, **time):
            seconds = _resolution_seconds(loaded, closing)
            _add_closing(add, closing, seconds)
        for out in await supervision.opted_out(tx, **time):
            case = _Case(at_ms=out.at_ms, inbox=out.inbox, person_id=None)
            add(case, lambda to: to.counts.update(["opt_outs"]))
        return dict(sums), total


Add = Callable[[_Case, Callable[[Sums], object]], None]


def _add_messages(add: Add, message: supervision.MessageCount, at_ms: int) -> None:
    person = message.author_id if message.author_type == PrincipalType.PERSON else None
    case = _Case(at_ms=at_ms, inbox=message.inbox, person_id=person)
    names = []
    if message.author_type is None:
        names.append("messages_in")
    elif message.author_type == _AUTOMATIC:
        names.append("automatic_answers")
    else:
        names.append("messages_out")
    if message.state == MessageState.DELIVERED:
        names.append("delivered")
    elif message.state in _NOT_DELIVERED:
        names.append("undelivered")
    counted = dict.fromkeys(names, message.count)
    add(case, lambda to: to.counts.update(counted))


_NOT_DELIVERED = {MessageState.UNDELIVERED, MessageState.FAILED, MessageState.EXPIRED}


def _add_wait(add: Add, wait: supervision.WaitFact) -> None:
    if wait.due_at_ms is not None and (wait.ended_ms is None or wait.ended_ms >= wait.due_at_ms):
        late = _Case(at_ms=wait.due_at_ms, inbox=wait.inbox, person_id=wait.person_id)
        add(late, lambda to: to.counts.update(["overdue"]))
    seconds = wait.open_seconds
    if wait.ended_ms is not None and wait.answered and seconds is not None:
        case = _Case(at_ms=wait.ended_ms, inbox=wait.inbox, person_id=wait.person_id)
        add(case, lambda to: to.answers_seconds.append(seconds))
        add(case, lambda to: to.conversations.add(wait.conversation_id))


def _add_closing(add: Add, closing: supervision.Closing, seconds: int | None) -> None:
    case = _Case(at_ms=closing.at_ms, inbox=closing.inbox, person_id=closing.person_id)
    add(case, lambda to: to.counts.update(["resolved"]))
    add(case, lambda to: to.conversations.add(closing.conversation_id))
    if seconds is not None:
        add(case, lambda to: to.resolutions_seconds.append(seconds))


def _resolution_seconds(loaded: LoadedShop, closing: supervision.Closing) -> int | None:
    if closing.since_ms is None:
        return None
    hours = loaded.inbox(closing.inbox).hours
    lasted = open_between(hours, moment_at(closing.since_ms), moment_at(closing.at_ms))
    return round(lasted.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """What one thing is added up under, and how that is called."""

    group: Group
    loaded: LoadedShop
    zone: ZoneInfo

    def of(self, case: _Case) -> Iterable[str]:
        """Give the keys; what is nobody's is added to no person and no team."""
        match self.group:
            case Group.INBOX:
                return (case.inbox,)
            case Group.DAY:
                return (_day(case.at_ms, self.zone),)
            case Group.PERSON:
                return () if case.person_id is None else (case.person_id,)
            case Group.TEAM:
                teams = self.loaded.teams.values()
                return [row.id for row in teams if case.person_id in row.member_ids]

    def name(self, key: str) -> str:
        """Say how somebody or something is called."""
        named = {row.id: row.display_name for row in self.loaded.people.values()}
        named |= {row.id: row.display_name for row in self.loaded.teams.values()}
        return named.get(key, key)


def _day(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=zone).date().isoformat()


def _figures(key: str, name: str, sums: Sums, *, own: bool) -> Figures:
    """Make figures; ``own``: of people, to whom what customers did cannot be given."""
    counts = sums.counts
    delivered, undelivered = counts["delivered"], counts["undelivered"]
    known = delivered + undelivered
    return Figures(
        key=key,
        name=name,
        conversations=len(sums.conversations),
        messages_in=None if own else counts["messages_in"],
        messages_out=counts["messages_out"],
        automatic_answers=None if own else counts["automatic_answers"],
        answers=len(sums.answers_seconds),
        first_answer_median_seconds=_median(sums.answers_seconds),
        first_answer_p90_seconds=_p90(sums.answers_seconds),
        overdue=counts["overdue"],
        resolved=counts["resolved"],
        resolution_median_seconds=_median(sums.resolutions_seconds),
        resolution_p90_seconds=_p90(sums.resolutions_seconds),
        opt_outs=None if own else counts["opt_outs"],
        delivered=delivered,
        undelivered=undelivered,
        delivery_rate=round(delivered / known, 4) if known else None,
    )


def _median(seconds: Sequence[int]) -> int | None:
    return round(median(seconds)) if seconds else None


def _p90(seconds: Sequence[int]) -> int | None:
    """Give the time within which nine of ten were done (the nearest rank)."""
    if not seconds:
        return None
    rank = -(-len(seconds) * 9 // 10)
    return sorted(seconds)[rank - 1]
