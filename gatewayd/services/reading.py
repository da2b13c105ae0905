"""What each person has read, and how much waits for them unread."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.asides import Aside, Asides
from gatewayd.clock import Clock
from gatewayd.services.replying import SeenUnknown
from gatewayd.services.tokens import Principal, PrincipalType
from storage import teams
from storage.conversations import mentions, reads, since
from storage.conversations.reading import ConversationRow
from storage.conversations.reads import Tally
from storage.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many conversations of a view are open, and how many are unread to the person."""

    open: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The views of one person."""

    mine: Counted
    teams: Counted
    """Of the teams that they are in, and no person's."""

    unassigned: Counted
    all: Counted


class Reading:
    """Read positions of people."""

    def __init__(self, *, store: Store, clock: Clock, asides: Asides) -> None:
        self._store = store
        self._clock = clock
        self._asides = asides

    async def read(
        self, conversation: ConversationRow, up_to: str | None, *, by: Principal
    ) -> SeenUnknown | None:
        """Let a person have read it up to an entry of its timeline; None: all that is there."""
        async with self._store.write() as tx:
            place: int | None = conversation.last_seq
            if up_to is not None:
                place = await since.place_of(tx, conversation.id, up_to)
            if place is None:
                return SeenUnknown()
            changed = await reads.move(
                tx,
                person_id=by.id,
                conversation_id=conversation.id,
                seq=place,
                now_ms=self._clock.now_ms(),
            )
        if changed:
            await self._tell(conversation, by)
        return None

    async def mark_unread(self, conversation: ConversationRow, *, by: Principal) -> None:
        """Let it be unread to a person until they read it again."""
        async with self._store.write() as tx:
            changed = await reads.mark_unread(
                tx,
                person_id=by.id,
                conversation_id=conversation.id,
                now_ms=self._clock.now_ms(),
            )
        if changed:
            await self._tell(conversation, by)

    async def _tell(self, conversation: ConversationRow, by: Principal) -> None:
        async with self._store.read() as tx:
            unread = await reads.unread_of(tx, by.id, [conversation.id])
        self._asides.publish(
            Aside(
                type="conversation.read",
                data={"id": conversation.id, "unread": unread.get(conversation.id, 0)},
                inbox=conversation.inbox,
                person_id=by.id,
            )
        )

    async def views(self, by: Principal) -> Views:
        """Count what is in the views of a person."""
        async with self._store.read() as tx:
            opened = await reads.tally(tx, inboxes=by.inboxes)
            unread = await reads.tally(tx, inboxes=by.inboxes, unread_by=by.id)
            mine = {team.id for team in await teams.list_all(tx) if by.id in team.member_ids}

        def counted(chosen: Collection[Tally], other: Collection[Tally]) -> Counted:
            return Counted(
                open=sum(each.many for each in chosen), unread=sum(each.many for each in other)
            )

        def of(person: str | None, team_ids: Collection[str | None]) -> Counted:
            def fits(each: Tally) -> bool:
                return each.person_id == person and each.team_id in team_ids

            return counted([e for e in opened if fits(e)], [e for e in unread if fits(e)])

        def belongs(each: Tally) -> bool:
            return each.person_id == by.id

        return Views(
            mine=counted([e for e in opened if belongs(e)], [e for e in unread if belongs(e)]),
            teams=of(None, mine),
            unassigned=of(None, {None}),
            all=counted(opened, unread),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How much is new to a person in conversations, by their ids; where nothing is: left out."""

    unread: Mapping[str, int]
    mentions: Mapping[str, int]


async def news_for(
    tx: AsyncConnection, principal: Principal, conversation_ids: Collection[str]
) -> News | None:
    """Count what is new to a person in each of these; None: it is no person."""
    if principal.type is not PrincipalType.PERSON:
        return None
    return News(
        unread=await reads.unread_of(tx, principal.id, conversation_ids),
        mentions=await mentions.unseen_of(tx, principal.id, conversation_ids),
    )
