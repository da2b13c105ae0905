"""Tells people of what is new to them: what a customer wrote, a note, what was handed to them.

Nobody is told of what they have seen, or somebody answered, within a minute; nor of a conversation
again until they have looked; and whoever was just called by e-mail or SMS is told the rest at once,
a little later. Whom and how is :mod:`gatewayd.telling`'s, what waits :mod:`gatewayd.digests`'.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import trace
from gatewayd.reminder_text import Kind
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.telling import Teller, Telling
from gatewayd.wishes import Matter
from storage import alerts
from storage.attempt import Failed, attempt
from storage.conversations import mentions, news, reading
from storage.conversations.news import NewsRow, ToldRow
from storage.conversations.reading import ConversationRow
from storage.conversations.states import ConversationState
from storage.conversations.timeline import EntryKind
from storage.engine import Store

GRACE_MS = 60_000
"""Who sits before the page sees it meanwhile, and need not be told."""

APART_MS = 300_000
"""E-mail and SMS to one person come no closer than this; what is between comes together."""

_OURS = frozenset({EntryKind.NOTE, EntryKind.ASSIGNED})
"""What one of us did, new to whom it mentions, or was handed; all else is a customer's."""

BATCH = 200
PUT_OFF_MS = 900_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Situation:
    """What is new in one conversation, and who knows what of it."""

    conversation: ConversationRow
    rows: Sequence[NewsRow]
    read: Mapping[str, int]
    told: Mapping[str, ToldRow]
    texted: Collection[str]
    """Who was texted of it as it came, by a rule."""


class NewsNotices:
    """What is new, told when its time has come."""

    def __init__(self, *, store: Store, shop: ShopLoader, teller: Teller) -> None:
        self._store = store
        self._shop = shop
        self._teller = teller

    async def next_ms(self) -> int | None:
        """Tell when something is to be told next."""
        async with self._store.read() as tx:
            oldest_ms = await news.next_ms(tx)
        return None if oldest_ms is None else oldest_ms + GRACE_MS

    async def round(self, now_ms: int) -> int:
        """Tell what has waited for its minute; give of how many conversations."""
        next_ms = await self.next_ms()
        if next_ms is None or next_ms > now_ms:
            return 0
        return await self._store.shielded(partial(self._all, now_ms))

    async def _all(self, now_ms: int, tx: AsyncConnection) -> int:
        loaded = await self._shop.load(tx)
        rows = await news.due(tx, before_ms=now_ms - GRACE_MS, limit=BATCH)
        rows.sort(key=_conversation_of)
        for conversation_id, of_it in groupby(rows, key=_conversation_of):
            await self._settle(tx, loaded, conversation_id, [*of_it], now_ms)
        return len(rows)

    async def _settle(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        conversation_id: str,
        rows: Sequence[NewsRow],
        now_ms: int,
    ) -> None:
        outcome = await attempt(tx, partial(self._tell, tx, loaded, conversation_id, rows, now_ms))
        seqs = [row.seq for row in rows]
        if isinstance(outcome, Failed):
            error = outcome.error
            _log.error(
                "news_not_told",
                conversation=conversation_id,
                error=type(error).__name__,
                trace=trace(error),
            )
            await news.put_off(tx, seqs, at_ms=now_ms + PUT_OFF_MS)
        else:
            await news.settle(tx, seqs)

    async def _tell(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        conversation_id: str,
        rows: Sequence[NewsRow],
        now_ms: int,
    ) -> None:
        row = await reading.get(tx, conversation_id)
        if row is None:
            raise LookupError(conversation_id)
        since_ms = min(each.at_ms for each in rows)
        earlier = await alerts.earlier_of(tx, row.id, since_ms=since_ms)
        situation = _Situation(
            conversation=row,
            rows=rows,
            read=await news.read_up_to(tx, row.id),
            told=await news.told_of(tx, row.id),
            texted={each.person_id for each in earlier},
        )
        mentioned = await _mentioned(tx, loaded, situation)
        told: set[str] = set()
        for kind, names in (
            (Kind.MENTIONED, mentioned),
            (Kind.HANDED, _handed(loaded, situation)),
            (Kind.NEW, _of_writing(loaded, situation)),
        ):
            audience = {name: matter for name, matter in names.items() if name not in told}
            told |= audience.keys()
            telling = Telling(conversation=row, kind=kind, audience=audience, since_ms=since_ms)
            await self._tell_all(tx, loaded, telling, max(each.seq for each in rows), now_ms)

    async def _tell_all(
        self, tx: AsyncConnection, loaded: LoadedShop, telling: Telling, seq: int, now_ms: int
    ) -> None:
        ids = {name: loaded.people[name].id for name in telling.audience}
        calls = await news.called_since(tx, ids.values(), since_ms=now_ms - APART_MS + 1)
        later = {name: calls[one] + APART_MS for name, one in ids.items() if one in calls}
        called = await self._teller.tell(
            tx, loaded, replace(telling, not_before=later), now_ms=now_ms
        )
        for name, person_id in ids.items():
            await news.mark_told(
                tx,
                person_id=person_id,
                conversation_id=telling.conversation.id,
                seq=seq,
                called=name in called,
                now_ms=now_ms,
            )


def _conversation_of(row: NewsRow) -> str:
    return row.conversation_id


async def _mentioned(
    tx: AsyncConnection, loaded: LoadedShop, situation: _Situation
) -> dict[str, Matter]:
    """Name those whom a note mentions that they have not seen."""
    notes = {row.seq for row in situation.rows if row.kind in _OURS}
    named = await mentions.of_entries(tx, notes)
    ids = {
        each.person_id
        for seq, of_it in named.items()
        for each in of_it
        if situation.read.get(each.person_id, 0) < seq
    }
    return {name: Matter.MENTION for name, row in loaded.people.items() if row.id in ids}


def _handed(loaded: LoadedShop, situation: _Situation) -> dict[str, Matter]:
    """Name who was handed it by somebody else, has it still, and has not looked since."""
    row = situation.conversation
    given = max(
        (
            each.seq
            for each in situation.rows
            if each.kind is EntryKind.ASSIGNED
            and each.person_id == row.person_id is not None
            and each.author_id != row.person_id
        ),
        default=0,
    )
    if given <= situation.read.get(row.person_id or "", 0) or row.state is ConversationState.CLOSED:
        return {}
    return {name: Matter.HANDED for name, one in loaded.people.items() if one.id == row.person_id}


def _of_writing(loaded: LoadedShop, situation: _Situation) -> dict[str, Matter]:
    """Name those who have what a customer wrote in, or can take it, and do not know of it."""
    row = situation.conversation
    wrote = max((each.seq for each in situation.rows if each.kind not in _OURS), default=0)
    waits = row.unanswered_since_ms is not None and row.state is ConversationState.OPEN
    if not wrote or not waits or row.blocked or row.wants_nothing:
        return {}
    holder = [name for name, person in loaded.people.items() if person.id == row.person_id]
    if holder:
        return _who_do_not_know(loaded, situation, holder, Matter.NEW_MINE, wrote)
    takers = loaded.takers(row.team_id, row.inbox)
    return _who_do_not_know(loaded, situation, takers, Matter.NEW_TEAM, wrote)


def _who_do_not_know(
    loaded: LoadedShop, situation: _Situation, names: Iterable[str], matter: Matter, wrote: int
) -> dict[str, Matter]:
    return {
        name: matter for name in names if not _knows(situation, loaded.people[name].id, wrote=wrote)
    }


def _knows(situation: _Situation, person_id: str, *, wrote: int) -> bool:
    """Whether a person has read it, was texted of it, or was told and has not looked since."""
    read = situation.read.get(person_id, 0)
    if read >= wrote or person_id in situation.texted:
        return True
    told = situation.told.get(person_id)
    answered_ms = situation.conversation.answered_ms
    return (
        told is not None and told.seq > read and (answered_ms is None or answered_ms <= told.at_ms)
    )
