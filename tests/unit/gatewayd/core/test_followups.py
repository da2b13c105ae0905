"""A shop open on weekdays from 9 to 17 (UTC); a customer writes and nobody answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gatewayd import followups
from gatewayd.effects import GATEWAY
from gatewayd.followups import Followups
from storage import contacts, inboxes, people, rulebook, targets, teams, wishes
from storage.conversations import acts, filing
from storage.conversations.acts import Doing
from storage.conversations.filing import Place
from storage.conversations.states import Act, Turn
from storage.people import AbsenceKind, NewAbsence, NewPerson
from storage.targets import TargetsRow
from storage.wishes import WishesRow

CUSTOMER = "+15145550123"
PHONES = {"lea": "+15145550111", "max": "+15145550112"}
BOOK = {"inboxes": {"main": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}}}}
SMS = WishesRow(ways={"mine": ["page", "sms"], "team": ["sms"], "overdue": ["sms"]}, take_back=True)
MINUTE_MS = 60_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass(kw_only=True)
class Team:
    """Léa and Max, the team of the inbox main, each with a phone; Max stands in for Léa."""

    shop: Any
    ids: dict[str, str]
    task: Followups

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
            await filing.take_turn(tx, place, seq=0, now_ms=self.now_ms)
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
        rows = await self.shop.rows(
            "SELECT kind, text FROM timeline WHERE conversation_id = :id ORDER BY seq",
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
                name=name, display_name=name.title(), phone=phone, delegate_id=ids.get("max")
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


async def test_it_escalates_over_a_weekend_in_opening_hours_alone(team: Team) -> None:
    place = await team.writes("2026-12-04T16:40")  # a Friday
    for quiet in ("2026-12-04T16:59", "2026-12-05T12:00", "2026-12-06T12:00", "2026-12-07T09:00"):
        await team.at(quiet)
        assert await team.told() == []
    await team.at("2026-12-07T09:10")
    assert await team.told() == ["due_soon", "reminder"]
    assert await team.sms("lea") == [f"{CUSTOMER} has waited 30 min for an answer."]
    assert await team.sms("max") == []
    await team.at("2026-12-07T09:40")
    assert await team.told() == ["due_soon", "reminder", "overdue", "reminder"]
    assert await team.sms("max") == [f"Overdue: {CUSTOMER} has waited 1 h 00 for an answer."]
    await team.at("2026-12-07T10:10")
    assert (await team.told())[4:] == ["escalated", "reminder"]
    await team.at("2026-12-09T12:00")
    assert len(await team.told()) == 6
    shown = [text for kind, text in await team.timeline(place) if kind == "reminder"]
    assert shown == ["due_soon", "overdue", "escalated"]


async def test_it_is_looked_at_again_when_something_is_due(team: Team) -> None:
    await team.aim(answer_minutes=10)
    await team.writes("2026-12-04T10:00")
    assert await team.at("2026-12-04T10:04:30") == 30
    wait = await team.wait()
    assert (wait.due_soon_at_ms, wait.due_at_ms) == (
        ms("2026-12-04T10:05"),
        ms("2026-12-04T10:10"),
    )


async def test_an_answer_ends_it_and_a_new_text_begins_anew(team: Team) -> None:
    await team.writes("2026-12-03T16:30")
    team.shop.clock.ms = ms("2026-12-04T09:10")
    await team.turn(Turn.ANSWER)
    await team.at("2026-12-04T12:00")
    ended = await team.wait()
    assert (ended.outcome, ended.open_seconds) == ("answered", 40 * 60)
    assert await team.told() == []
    await team.turn(Turn.CUSTOMER)
    await team.at("2026-12-04T12:30")
    assert await team.told() == ["due_soon", "reminder"]


async def test_closing_ends_it(team: Team) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.act(place, Act.CLOSE)
    await team.at("2026-12-03T16:00")
    assert await team.told() == []
    assert (await team.wait()).outcome == "closed"


@pytest.mark.parametrize("how", ["time", "reopened", "customer"])
async def test_what_sleeps_is_due_to_nobody_and_begins_anew(team: Team, how: str) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.act(place, Act.SNOOZE, until="2026-12-04T10:00")
    await team.at("2026-12-03T16:00")
    assert await team.told() == []
    team.shop.clock.ms = ms("2026-12-04T10:00")
    if how == "time":
        async with team.shop.store.write() as tx:
            assert await acts.wake(tx, now_ms=team.now_ms) == 1
    elif how == "reopened":
        await team.act(place, Act.REOPEN)
    else:
        await team.turn(Turn.CUSTOMER)
    await team.at("2026-12-04T10:29")
    assert await team.told() == []
    await team.at("2026-12-04T10:30")
    assert await team.told() == ["due_soon", "reminder"]


async def test_a_restart_in_the_middle_loses_and_repeats_nothing(
    team: Team, reopened: Callable[[], Awaitable[Any]]
) -> None:
    await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:30")
    team.shop = await reopened()
    team.task = task_of(team.shop)
    await team.at("2026-12-03T10:31")
    assert await team.told() == ["due_soon", "reminder"]
    team.task = task_of(team.shop)
    # It was down while two rungs were reached: both are told, and nobody hears of it twice.
    await team.at("2026-12-03T12:00")
    assert (await team.told())[2:] == ["overdue", "escalated", "reminder"]
    assert len(await team.sms("lea")) == 2
    assert len(await team.sms("max")) == 1


async def test_who_goes_sick_gives_it_to_who_stands_in(team: Team) -> None:
    place = await team.writes("2026-12-03T10:00")
    team.shop.clock.ms = ms("2026-12-03T10:05")
    await team.absent("lea", AbsenceKind.SICK)
    await team.at("2026-12-03T10:05")
    assert await team.holder(place) == "max"
    assert ("assigned", "Lea is sick") in await team.timeline(place)
    assert await team.told() == ["reassigned", "reminder"]
    assert await team.sms("max") == [
        f"The conversation with {CUSTOMER} is yours now; they have waited 5 min."
    ]
    await team.at("2026-12-03T10:30")
    assert len(await team.sms("max")) == 2
    assert await team.sms("lea") == []


@pytest.mark.parametrize("wishes_it", [True, False])
async def test_it_comes_back_only_to_who_wishes_it(team: Team, wishes_it: bool) -> None:
    async with team.shop.store.write() as tx:
        row = WishesRow(ways={}, take_back=wishes_it)
        await wishes.put(tx, team.ids["lea"], row, now_ms=team.now_ms)
    place = await team.writes("2026-12-03T10:00")
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-04T10:00")
    await team.at("2026-12-03T10:01")
    assert await team.holder(place) == "max"
    await team.turn(Turn.ANSWER)
    await team.at("2026-12-04T09:59")
    assert await team.holder(place) == "max"
    await team.at("2026-12-04T10:00")
    assert await team.holder(place) == ("lea" if wishes_it else "max")
    assert await team.shop.rows("SELECT * FROM stand_ins") == []


async def test_what_a_person_handed_on_meanwhile_does_not_come_back(team: Team) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-04T10:00")
    await team.at("2026-12-03T10:01")
    async with team.shop.store.write() as tx:
        of = place.conversation_id
        await acts.assign(tx, of, person_id=None, team_id=None, note=None, doing=team.doing)
    await team.at("2026-12-04T10:00")
    assert await team.holder(place) is None


async def test_who_says_nothing_for_too_long_loses_it_to_the_team(team: Team) -> None:
    await team.aim(reassign_minutes=20)
    place = await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:19")
    assert await team.holder(place) == "lea"
    await team.at("2026-12-03T10:20")
    assert await team.holder(place) == "team"
    assert await team.shop.rows("SELECT * FROM stand_ins") == []


async def test_nothing_moves_at_night(team: Team) -> None:
    place = await team.writes("2026-12-03T16:50")
    team.shop.clock.ms = ms("2026-12-03T18:00")
    await team.absent("lea", AbsenceKind.SICK)
    await team.at("2026-12-03T18:00")
    assert await team.holder(place) == "lea"
    await team.at("2026-12-04T09:00")
    assert await team.holder(place) == "max"


async def test_off_hours_nobody_is_told_and_the_digest_comes_when_they_begin(
    team: Team, reopened: Callable[[], Awaitable[Any]]
) -> None:
    async with team.shop.store.write() as tx:
        shifts = {"shifts": "Mo-Fr 12:00-17:00"}
        of = team.ids["max"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    await team.writes("2026-12-03T09:10", number="+15145550124")
    await team.at("2026-12-03T10:20")
    assert await team.sms("max") == []
    assert len(await team.sms("lea")) == 2
    await team.at("2026-12-03T11:00")
    await team.turn(Turn.ANSWER)
    await team.at("2026-12-03T11:59")
    assert await team.sms("max") == []
    team.shop = await reopened()
    team.task = task_of(team.shop)
    await team.at("2026-12-03T12:00")
    digest = (
        "While you were away: 1 conversation that waits (+15145550124). "
        "Answered by others meanwhile: 1."
    )
    assert await team.sms("max") == [digest]
    team.task = task_of(team.shop)
    await team.at("2026-12-03T16:00")
    assert await team.sms("max") == [digest]


async def test_who_is_on_call_is_told_at_once_and_who_is_absent_is_not(team: Team) -> None:
    (row,) = await team.shop.rows("SELECT id FROM teams")
    async with team.shop.store.write() as tx:
        more = {"member_ids": None, "version": None, "by": "tok", "now_ms": team.now_ms}
        await teams.change(tx, row.id, {}, on_call_ids=[team.ids["max"]], **more)
        shifts = {"shifts": "Mo-Fr 12:00-17:00"}
        of = team.ids["max"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T10:00")
    assert len(await team.sms("max")) == 1
    await team.absent("max", AbsenceKind.VACATION, until="2026-12-07T09:00")
    await team.at("2026-12-03T10:30")
    assert len(await team.sms("max")) == 1
    await team.at("2026-12-07T09:00")
    assert len(await team.sms("max")) == 2


async def test_what_nobody_has_is_the_team_s(team: Team) -> None:
    await team.writes("2026-12-03T10:00", to=None)
    await team.at("2026-12-03T10:30")
    assert (len(await team.sms("lea")), len(await team.sms("max"))) == (1, 1)


async def test_other_hours_and_targets_hold_for_who_waits_already(team: Team) -> None:
    await team.writes("2026-12-03T10:00")
    await team.aim(answer_minutes=600)
    await team.at("2026-12-03T14:00")
    assert await team.told() == []
    await team.aim(answer_minutes=None)
    await team.at("2026-12-08T14:00")
    assert await team.told() == []
    assert (await team.wait()).due_at_ms is None
    await team.aim()
    await team.at("2026-12-08T14:00")
    assert await team.told() == ["due_soon", "overdue", "escalated", "reminder"]


async def test_a_blocked_customer_waits_for_nothing_until_they_are_heard_again(team: Team) -> None:
    place = await team.writes("2026-12-03T10:00")

    async def block(blocked: bool) -> None:
        async with team.shop.store.write() as tx:
            of = place.contact_id
            await contacts.set_blocked(tx, of, blocked=blocked, by="tok", now_ms=team.now_ms)

    await block(True)
    await team.at("2026-12-03T14:00")
    assert await team.told() == []
    await block(False)
    await team.at("2026-12-03T14:00")
    assert await team.told() == ["due_soon", "overdue", "escalated", "reminder"]


async def test_nothing_is_due_before_the_clock_is_set(team: Team) -> None:
    await team.writes("2026-12-03T10:00")
    team.shop.clock.ms = ms("1970-01-02T00:00")
    assert await team.task.round() == pytest.approx(10)
    assert await team.told() == []


async def test_one_wait_that_cannot_be_judged_holds_up_no_other(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await team.writes("2026-12-03T10:00")
    await team.writes("2026-12-03T10:00", number="+15145550124")
    real = followups.reading.get

    async def broken(tx: Any, conversation_id: str) -> Any:
        if conversation_id == first.conversation_id:
            raise ValueError("words of a customer")
        return await real(tx, conversation_id)

    monkeypatch.setattr(followups.reading, "get", broken)
    with capture_logs() as logs:
        await team.at("2026-12-03T10:30")
    assert await team.told() == ["due_soon", "reminder"]
    (error,) = [line for line in logs if line["event"] == "followup_failed"]
    assert "words" not in str(error)
    monkeypatch.setattr(followups.reading, "get", real)
    await team.at("2026-12-03T10:45")
    assert len(await team.sms("lea")) == 2
