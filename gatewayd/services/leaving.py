"""Somebody stops working here: access ends at once, their conversations go to who is there.

One transaction, so that nobody is half gone. A person is never deleted.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.conversations import author_of
from gatewayd.services.ranks import Refusal, why_not, why_not_without
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal, note_revoked
from storage import leaving, people, teams
from storage.conversations import acts
from storage.conversations.acts import Doing
from storage.engine import Store
from storage.leaving import Left
from storage.people import PersonRow, PersonState


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Somebody is suspended, now or already before."""

    handed_over: int
    """How many conversations went to others."""
    tokens: tuple[str, ...]
    """The ids of the tokens that ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heir:
    """Who takes over; neither: the team of each conversation's inbox."""

    person: PersonRow | None = None
    team_id: str | None = None


class Leaving:
    """Suspends people and lets them work again."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock

    async def suspend(
        self, person_id: str, *, hand_over_to: str | None, note: str | None, by: Principal
    ) -> Gone | Refusal | Unfit | None:
        """End a person's access and hand on what they have; None: there is no such person."""
        async with self._store.write() as tx:
            outcome = await suspend(
                tx, person_id, hand_over_to, note=note, by=by, now_ms=self._clock.now_ms()
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def unsuspend(self, person_id: str, *, by: Principal) -> Refusal | bool:
        """Let a person work again, by the password that they had; false: no such person."""
        async with self._store.write() as tx:
            outcome = await unsuspend(tx, person_id, by=by, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return outcome


async def suspend(
    tx: AsyncConnection,
    person_id: str,
    hand_over_to: str | None,
    *,
    note: str | None,
    by: Principal,
    now_ms: int,
) -> Gone | Refusal | Unfit | None:
    """Do it in the caller's transaction, or nothing."""
    person = await people.get(tx, person_id, now_ms=now_ms)
    if person is None:
        return None
    if refusal := await why_not(tx, person, {}, by=by) or await why_not_without(tx, person):
        return refusal
    heir = await _heir(tx, hand_over_to, person_id, now_ms=now_ms)
    if isinstance(heir, Unfit):
        return heir
    left = await leaving.unfinished_of(tx, person_id)
    if unfit := _unseen(heir, left):
        return unfit
    await leaving.set_state(tx, person_id, PersonState.SUSPENDED, by=by.id, now_ms=now_ms)
    ended = await leaving.end_access(tx, person_id, now_ms=now_ms)
    for token_id in ended:
        await note_revoked(tx, token_id, by=by.id, now_ms=now_ms)
    doing = Doing(author=author_of(by), now_ms=now_ms)
    for one in left:
        team_id = None if heir.person is not None else heir.team_id or one.team_id
        await acts.assign(
            tx,
            one.id,
            person_id=None if heir.person is None else heir.person.id,
            team_id=team_id,
            note=note,
            by_hand=True,
            doing=doing,
        )
    return Gone(handed_over=len(left), tokens=tuple(ended))


async def unsuspend(
    tx: AsyncConnection, person_id: str, *, by: Principal, now_ms: int
) -> Refusal | bool:
    """Do it in the caller's transaction; who works here already stays so."""
    person = await people.get(tx, person_id, now_ms=now_ms)
    if person is None:
        return False
    if refusal := await why_not(tx, person, {}, by=by):
        return refusal
    await leaving.set_state(tx, person_id, PersonState.ACTIVE, by=by.id, now_ms=now_ms)
    return True


async def _heir(tx: AsyncConnection, to: str | None, leaver: str, *, now_ms: int) -> _Heir | Unfit:
    if to is None:
        return _Heir()
    if await teams.get(tx, to) is not None:
        return _Heir(team_id=to)
    person = await people.get(tx, to, now_ms=now_ms)
    if person is None or person.id == leaver or person.state is not PersonState.ACTIVE:
        detail = "is the id of nobody else who works here, and of no team"
        return Unfit(field="hand_over_to", code="assignee_unknown", detail=detail)
    return _Heir(person=person)


def _unseen(heir: _Heir, left: list[Left]) -> Unfit | None:
    """Tell that an heir would be given what they do not see."""
    if heir.person is None or heir.person.inboxes is None:
        return None
    unseen = sorted({one.inbox for one in left} - set(heir.person.inboxes))
    if not unseen:
        return None
    detail = f"does not see the inbox {unseen[0]}, where there is something to take over"
    return Unfit(field="hand_over_to", code="assignee_lacks_inbox", detail=detail)
