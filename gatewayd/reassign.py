"""Gives a conversation that waits to somebody who is there, and back to whom it was of.

Works inside the transaction of what it does. Who takes it is :mod:`routing.followup`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language
from gatewayd.barrier import trace
from gatewayd.clock import moment_at
from gatewayd.effects import GATEWAY
from gatewayd.reminder_text import Kind
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.telling import Telling, ms_of, record
from gatewayd.wishes import Matter, wishes_of
from routing.assign import is_on_duty
from routing.duty import told_from
from routing.followup import Move, Why
from routing.hours import state_at
from storage import stand_ins, wishes
from storage.attempt import Failed, attempt
from storage.conversations import acts, reading
from storage.conversations.acts import Doing
from storage.conversations.states import ConversationState
from storage.conversations.waits import OpenWait
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.stand_ins import StandInRow
from storage.wishes import WishesRow

REASSIGNED = "reassigned"
PUT_OFF_MS = 900_000
"""What ran into an error of ours is tried again after so long."""

_log = structlog.get_logger(__name__)

_BECAUSE = {
    Why.AWAY: {Language.EN: "{who} is away", Language.FR: "Absence : {who}"},
    Why.BREAK: {Language.EN: "{who} has a break", Language.FR: "En pause : {who}"},
    Why.SICK: {Language.EN: "{who} is sick", Language.FR: "Maladie : {who}"},
    Why.VACATION: {Language.EN: "{who} is on vacation", Language.FR: "En vacances : {who}"},
    Why.LEFT: {Language.EN: "{who} has left", Language.FR: "N'est plus ici : {who}"},
    Why.OFF_SHIFT: {Language.EN: "{who} is off shift", Language.FR: "Hors quart : {who}"},
    Why.NO_ACCESS: {
        Language.EN: "{who} does not see this inbox",
        Language.FR: "{who} ne voit pas cette boîte",
    },
    Why.SILENT: {Language.EN: "{who} has not answered", Language.FR: "Sans réponse de {who}"},
    Why.BACK: {Language.EN: "{who} is back", Language.FR: "De retour : {who}"},
}


async def reassign(
    tx: AsyncConnection, loaded: LoadedShop, wait: OpenWait, move: Move, *, now_ms: int
) -> Telling:
    """Hand it over, and say whom to tell."""
    before = next((row for row in loaded.people.values() if row.id == wait.person_id), None)
    person = None if move.person is None else loaded.people[move.person]
    team = None if move.team is None else loaded.teams[move.team]
    given = {
        "person_id": None if person is None else person.id,
        "team_id": None if team is None else team.id,
    }
    note = _because(move.why, "" if before is None else before.display_name, loaded, wait.inbox)
    telling = await _hand_over(
        tx, loaded, wait.conversation_id, given, move.why, note=note, now_ms=now_ms
    )
    if before is not None and move.why not in {Why.SILENT, Why.NO_ACCESS}:
        await stand_ins.note(
            tx,
            wait.conversation_id,
            person_id=before.id,
            given_person_id=given["person_id"],
            given_team_id=given["team_id"],
            now_ms=now_ms,
        )
    return telling


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What became of one: whether it was given back, else when to look again, if ever."""

    given_back: bool = False
    next_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What a round did: how many were given back, when to look again, and what there was left."""

    given_back: int
    next_ms: int | None
    mark: tuple[int, int]


class GiveBack:
    """Gives back what others had while somebody was not there, if they wish so."""

    def __init__(self, *, store: Store, shop: ShopLoader) -> None:
        self._store = store
        self._shop = shop
        self.next_ms: int | None = 0
        """When somebody may be back; None: nobody's conversations are with others."""

        self._mark = (0, 0)

    def look_now(self) -> None:
        """Look at all once more: hours or people are otherwise."""
        self.next_ms = 0

    async def round(self, now_ms: int) -> int:
        """Give back what is to be given back now; give how many."""
        async with self._store.read() as tx:
            mark = await stand_ins.mark(tx)
        is_due = self.next_ms is not None and self.next_ms <= now_ms
        if mark == self._mark and not is_due:
            return 0
        try:
            done = await self._store.shielded(lambda tx: self._all(tx, now_ms))
        except StoreUnavailable:
            raise  # it is all to be done yet
        except Exception:
            self._mark, self.next_ms = mark, now_ms + PUT_OFF_MS
            raise
        self._mark, self.next_ms = done.mark, done.next_ms
        return done.given_back

    async def _all(self, tx: AsyncConnection, now_ms: int) -> _Done:
        """Give back all that are to be given back; one that fails holds up no other."""
        loaded = await self._shop.load(tx)
        wished = await wishes.of_people(tx)
        given_back, nexts = 0, list[int | None]()
        for row in await stand_ins.list_all(tx):
            outcome = await attempt(tx, partial(self._settle, tx, loaded, wished, row, now_ms))
            if isinstance(outcome, Failed):
                error = outcome.error
                _log.error(
                    "not_given_back",
                    conversation=row.conversation_id,
                    error=type(error).__name__,
                    trace=trace(error),
                )
                nexts.append(now_ms + PUT_OFF_MS)
            else:
                given_back += outcome.given_back
                nexts.append(outcome.next_ms)
        return _Done(
            given_back=given_back,
            next_ms=min((each for each in nexts if each is not None), default=None),
            mark=await stand_ins.mark(tx),
        )

    async def _settle(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        wished: Mapping[str, WishesRow],
        row: StandInRow,
        now_ms: int,
    ) -> _Settled:
        """Give one back where its person is there and wishes it, or tell when they may be."""
        name = next(name for name, one in loaded.people.items() if one.id == row.person_id)
        is_over = (
            not row.still_given
            or row.state == ConversationState.CLOSED
            or not loaded.may_see(name, row.inbox)
        )
        if not is_over and not _is_back(loaded, name, row, now_ms):
            return _Settled(next_ms=_returns_ms(loaded, name, row, now_ms))
        given_back = not is_over and wishes_of(wished.get(row.person_id)).take_back
        if given_back:
            await self._one(tx, loaded, row, name, now_ms)
        await stand_ins.forget(tx, row.conversation_id)
        return _Settled(given_back=given_back)

    async def _one(
        self, tx: AsyncConnection, loaded: LoadedShop, row: StandInRow, name: str, now_ms: int
    ) -> None:
        note = _because(Why.BACK, loaded.people[name].display_name, loaded, row.inbox)
        given = {"person_id": row.person_id, "team_id": None}
        await _hand_over(tx, loaded, row.conversation_id, given, Why.BACK, note=note, now_ms=now_ms)


def _is_back(loaded: LoadedShop, name: str, row: StandInRow, now_ms: int) -> bool:
    moment = moment_at(now_ms)
    is_open = state_at(loaded.inbox(row.inbox).hours, moment).open
    return is_open and is_on_duty(loaded.shop.staff.people[name], moment)


def _returns_ms(loaded: LoadedShop, name: str, row: StandInRow, now_ms: int) -> int | None:
    """Tell when somebody is there while the inbox is open, at the earliest."""
    hours, moment = loaded.inbox(row.inbox).hours, moment_at(now_ms)
    person = loaded.shop.staff.people[name]
    begins = told_from(person, hours=hours, on_call=False, moment=moment)
    if begins is not None and not state_at(hours, begins).open:
        begins = state_at(hours, begins).next_opening
    return None if begins is None else max(ms_of(begins), now_ms + 60_000)


async def _hand_over(
    tx: AsyncConnection,
    loaded: LoadedShop,
    conversation_id: str,
    given: dict[str, str | None],
    why: Why,
    *,
    note: str,
    now_ms: int,
) -> Telling:
    doing = Doing(author=GATEWAY, now_ms=now_ms)
    await acts.assign(
        tx,
        conversation_id,
        person_id=given["person_id"],
        team_id=given["team_id"],
        note=note,
        reason=why,
        doing=doing,
    )
    row = await reading.get(tx, conversation_id)
    if row is None:
        raise LookupError(conversation_id)
    audience = {
        name: Matter.MINE for name, one in loaded.people.items() if one.id == given["person_id"]
    } or dict.fromkeys(loaded.takers(given["team_id"], row.inbox), Matter.TEAM)
    telling = Telling(
        conversation=row,
        kind=Kind.REASSIGNED,
        audience=audience,
        since_ms=row.unanswered_since_ms or now_ms,
    )
    await record(tx, telling, REASSIGNED, {**given, "reason": why}, now_ms)
    return telling


def _because(why: Why, who: str, loaded: LoadedShop, inbox: str) -> str:
    return _BECAUSE[why][loaded.inbox(inbox).language].format(who=who)
