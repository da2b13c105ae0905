"""A shop open on weekdays from 9 to 17 (UTC), with a team of two; its daemon's task by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gatewayd.effects import GATEWAY
from gatewayd.followups import Followups
from storage import inboxes, people, rulebook, targets, teams, wishes
from storage.conversations import acts, filing, timeline
from storage.conversations.acts import Doing
from storage.conversations.filing import Place
from storage.conversations.states import Act, Turn
from storage.conversations.timeline import EntryKind, NewEntry
from storage.people import AbsenceKind, NewAbsence, NewPerson
from storage.targets import TargetsRow
from storage.wishes import WishesRow

CUSTOMER = "+15145550123"
PHONES = {"lea": "+15145550111", "max": "+15145550112"}
BOOK = {"inboxes": {"main": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}}}}
NEWS: dict[str, list[str]] = {"new_mine": [], "new_team": [], "mention": []}
"""Of what is new nobody is told but in tests about that."""

SMS = WishesRow(
    ways={"mine": ["page", "sms"], "team": ["sms"], "overdue": ["sms"], **NEWS}, take_back=True
)
MINUTE_MS = 60_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass(kw_only=True)
class Team:
    """Léa and Max, the team of the inbox main, each with a phone; Max stands in for Léa."""

    shop: Any
    ids: dict[str, str]
    task: Followups

    def restart(self, shop: Any = None) -> None:
        """Begin anew, with what the store holds; ``shop`` where that was opened anew too."""
        self.shop = shop or self.shop
        self.task = task_of(self.shop)

    @property
    def now_ms(self) -> int:
        return int(self.shop.clock.now_ms())

    async def at(self, text: str) -> float:
        """Let it be a time; do what is due then, as the task does, and tell when to look again."""
        self.shop.clock.ms = ms(text)
        while (seconds := await self.task.round()) == 0:
            pass
        return seconds

    async def writes(self, when: str, *, number: str = CUSTOMER, to: str | None = "lea") -> Place:
        """A customer writes; what they write is Léa's."""
        self.shop.clock.ms = ms(when)
        place = await self.turn(Turn.CUSTOMER, number=number)
        if to is not None:
            async with self.shop.store.write() as tx:
                await acts.assign(
                    tx,
                    place.conversation_id,
                    person_id=self.ids[to],
                    team_id=None,
                    note=None,
                    doing=self.doing,
                )
        await self.at(when)
        return place

    async def turn(self, turn: Turn, *, number: str = CUSTOMER) -> Place:
        async with self.shop.store.write() as tx:
            place = await filing.find_place(
                tx, number=number, inbox="main", turn=turn, now_ms=self.now_ms
            )
            seq = 0
            if turn is Turn.CUSTOMER:
                rang = NewEntry(kind=EntryKind.MISSED_CALL, number=number)
                seq = await timeline.append(tx, place.conversation_id, rang, now_ms=self.now_ms)
            await filing.take_turn(tx, place, seq=seq, now_ms=self.now_ms)
        return place

    @property
    def doing(self) -> Doing:
        return Doing(author=GATEWAY, now_ms=self.now_ms)

    async def act(self, place: Place, what: Act, *, until: str | None = None) -> None:
        async with self.shop.store.write() as tx:
            until_ms = None if until is None else ms(until)
            await acts.act(tx, place.conversation_id, what, self.doing, until_ms=until_ms)

    async def absent(self, name: str, kind: AbsenceKind, *, until: str | None = None) -> None:
        absence = NewAbsence(
            kind=kind, from_ms=self.now_ms, until_ms=None if until is None else ms(until)
        )
        async with self.shop.store.write() as tx:
            await people.add_absence(tx, self.ids[name], absence, by="tok", now_ms=self.now_ms)

    async def aim(self, **values: int | None) -> None:
        row: dict[str, Any] = {
            "answer_minutes": 60,
            "due_soon_percent": 50,
            "escalate_percent": 150,
            "reassign_minutes": None,
        }
        async with self.shop.store.write() as tx:
            await targets.put(tx, TargetsRow(inbox="main", **row | values), now_ms=self.now_ms)
            await inboxes.change(
                tx, "main", {}, fields=["targets"], version=None, by="tok", now_ms=self.now_ms
            )

    async def sms(self, name: str) -> list[str]:
        rows = await self.shop.rows(
            "SELECT text FROM messages WHERE direction = 'out' AND to_number = :to ORDER BY seq",
            to=PHONES[name],
        )
        return [row.text.partition("\n")[0] for row in rows]

    async def told(self) -> list[str]:
        """The journal's happenings of waits, in short."""
        rows = await self.shop.rows(
            "SELECT type FROM changes WHERE type IN ('conversation.due_soon',"
            " 'conversation.overdue', 'conversation.escalated', 'conversation.reminder',"
            " 'conversation.reassigned', 'user.digest') ORDER BY seq"
        )
        return [row.type.partition(".")[2] for row in rows]

    async def holder(self, place: Place) -> str | None:
        (row,) = await self.shop.rows(
            "SELECT person_id, team_id FROM conversations WHERE id = :id", id=place.conversation_id
        )
        names = {id_: name for name, id_ in self.ids.items()}
        return names.get(row.person_id) or ("team" if row.team_id else None)

    async def timeline(self, place: Place) -> list[tuple[str, str | None]]:
        """What was done there; not what the customer did."""
        rows = await self.shop.rows(
            "SELECT kind, text FROM timeline WHERE conversation_id = :id"
            " AND kind <> 'missed_call' ORDER BY seq",
            id=place.conversation_id,
        )
        return [(row.kind, row.text) for row in rows]

    async def wait(self) -> Any:
        return (await self.shop.rows("SELECT * FROM waits ORDER BY seq"))[-1]


@pytest.fixture
async def team(shop: Any) -> Team:
    now_ms = shop.clock.now_ms()
    async with shop.store.write() as tx:
        await inboxes.seed(tx, ["main", "spare"], now_ms=now_ms)
        ids: dict[str, str] = {}
        for name, phone in reversed(PHONES.items()):
            person = NewPerson(
                name=name,
                display_name=name.title(),
                phone=phone,
                delegate_id=ids.get("max"),
                role="manager" if name == "max" else "agent",
            )
            ids[name] = str(await people.create(tx, person, by="tok", now_ms=now_ms))
            await wishes.put(tx, ids[name], SMS, now_ms=now_ms)
        of_all = [ids["lea"], ids["max"]]
        more = {"member_ids": of_all, "on_call_ids": [], "by": "tok", "now_ms": now_ms}
        made = await teams.create(tx, name="shop", display_name="Shop", **more)
        await rulebook.add(tx, BOOK, version=None, by="tok", now_ms=now_ms)
        values = {"team_id": str(made)}
        await inboxes.change(
            tx, "main", values, fields=values, version=None, by="tok", now_ms=now_ms
        )
    return Team(shop=shop, ids=ids, task=task_of(shop))


def task_of(shop: Any) -> Followups:
    return Followups(settings=shop.settings, store=shop.store, bus=shop.bus, clock=shop.clock)
