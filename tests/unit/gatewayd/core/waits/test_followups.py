"""A customer writes and nobody answers: what is due when, and where it goes."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gatewayd import followups
from storage import contacts, people, stand_ins, wishes
from storage.conversations import acts
from storage.conversations.states import Act, Turn
from storage.errors import StoreUnavailable
from storage.people import AbsenceKind
from storage.wishes import WishesRow

CUSTOMER = "+15145550123"
SLEEP_MS = 1_800_000_000_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


async def test_it_escalates_over_a_weekend_in_opening_hours_alone(team: Any) -> None:
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
    shown = [kind for kind, _ in await team.timeline(place) if kind != "assigned"]
    assert shown == ["due_soon", "overdue", "escalated"]


async def test_it_is_looked_at_again_when_something_is_due(team: Any) -> None:
    await team.aim(answer_minutes=10)
    await team.writes("2026-12-04T10:00")
    assert await team.at("2026-12-04T10:04:30") == 30
    wait = await team.wait()
    assert (wait.due_soon_at_ms, wait.due_at_ms) == (
        ms("2026-12-04T10:05"),
        ms("2026-12-04T10:10"),
    )


async def test_an_answer_ends_it_and_a_new_text_begins_anew(team: Any) -> None:
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


async def test_closing_ends_it(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.act(place, Act.CLOSE)
    await team.at("2026-12-03T16:00")
    assert await team.told() == []
    assert (await team.wait()).outcome == "closed"


@pytest.mark.parametrize("how", ["time", "reopened", "customer"])
async def test_what_sleeps_is_due_to_nobody_and_begins_anew(team: Any, how: str) -> None:
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
    team: Any, reopened: Callable[[], Awaitable[Any]]
) -> None:
    await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:30")
    team.restart(await reopened())
    await team.at("2026-12-03T10:31")
    assert await team.told() == ["due_soon", "reminder"]
    team.restart()
    # It was down while two rungs were reached: both are told, and nobody hears of it twice.
    await team.at("2026-12-03T12:00")
    assert (await team.told())[2:] == ["overdue", "escalated", "reminder"]
    assert len(await team.sms("lea")) == 2
    assert len(await team.sms("max")) == 1


async def test_who_goes_sick_gives_it_to_who_stands_in(team: Any) -> None:
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
async def test_it_comes_back_only_to_who_wishes_it(team: Any, wishes_it: bool) -> None:
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


async def test_the_end_of_a_shift_gives_it_away_and_the_next_one_takes_it_back(team: Any) -> None:
    async with team.shop.store.write() as tx:
        shifts = {"shifts": "Mo-Fr 09:00-12:00"}
        of = team.ids["lea"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    place = await team.writes("2026-12-03T11:50")
    assert await team.at("2026-12-03T11:59:30") == 30
    assert await team.holder(place) == "lea"
    await team.at("2026-12-03T12:00")
    assert await team.holder(place) == "max"
    assert ("assigned", "Lea is off shift") in await team.timeline(place)
    await team.at("2026-12-04T08:59")
    assert await team.holder(place) == "max"
    await team.at("2026-12-04T09:00")
    assert await team.holder(place) == "lea"


async def test_what_a_person_handed_on_meanwhile_does_not_come_back(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-04T10:00")
    await team.at("2026-12-03T10:01")
    async with team.shop.store.write() as tx:
        of = place.conversation_id
        await acts.assign(tx, of, person_id=None, team_id=None, note=None, doing=team.doing)
    await team.at("2026-12-04T10:00")
    assert await team.holder(place) is None


async def test_who_says_nothing_for_too_long_loses_it_to_the_team(team: Any) -> None:
    await team.aim(reassign_minutes=20)
    place = await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:19")
    assert await team.holder(place) == "lea"
    await team.at("2026-12-03T10:20")
    assert await team.holder(place) == "team"
    assert await team.shop.rows("SELECT * FROM stand_ins") == []


async def test_nothing_moves_at_night(team: Any) -> None:
    place = await team.writes("2026-12-03T16:50")
    team.shop.clock.ms = ms("2026-12-03T18:00")
    await team.absent("lea", AbsenceKind.SICK)
    await team.at("2026-12-03T18:00")
    assert await team.holder(place) == "lea"
    await team.at("2026-12-04T09:00")
    assert await team.holder(place) == "max"


async def test_other_hours_and_targets_hold_for_who_waits_already(team: Any) -> None:
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


async def test_a_blocked_customer_waits_for_nothing_until_they_are_heard_again(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")

    async def block(blocked: bool) -> None:
        async with team.shop.store.write() as tx:
            of = place.contact_id
            await contacts.set_blocked(tx, of, blocked=blocked, by="tok", now_ms=team.now_ms)

    async def since() -> list[Any]:
        rows = await team.shop.rows("SELECT unanswered_since_ms FROM conversations")
        return [row.unanswered_since_ms for row in rows]

    await block(True)
    await team.at("2026-12-03T14:00")
    assert (await team.told(), await since()) == ([], [None])
    await block(False)
    assert await since() == [ms("2026-12-03T10:00")]
    await team.at("2026-12-03T14:00")
    assert await team.told() == ["due_soon", "overdue", "escalated", "reminder"]


async def test_nothing_is_due_before_the_clock_is_set(team: Any) -> None:
    await team.writes("2026-12-03T10:00")
    team.shop.clock.ms = ms("1970-01-02T00:00")
    assert await team.task.round() == pytest.approx(10)
    assert await team.told() == []


async def test_one_wait_that_cannot_be_judged_holds_up_no_other(
    team: Any, monkeypatch: pytest.MonkeyPatch
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


@pytest.mark.parametrize("error", [StoreUnavailable(reason="disk full"), ZeroDivisionError()])
async def test_it_comes_back_although_something_failed_when_it_was_given_away(
    team: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with team.shop.store.write() as tx:
        shifts = {"shifts": "Mo-Fr 09:00-12:00"}
        of = team.ids["lea"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    place = await team.writes("2026-12-03T11:50")
    await team.at("2026-12-03T11:59")
    tries = 0

    async def fails(_: object) -> list[stand_ins.StandInRow]:
        nonlocal tries
        tries += 1
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(stand_ins, "list_all", fails)
        for _ in range(2):
            with suppress(StoreUnavailable):
                await team.at("2026-12-03T12:00")
    assert tries == (2 if isinstance(error, StoreUnavailable) else 1)
    assert await team.holder(place) == "max"
    await team.at("2026-12-03T12:15")
    await team.at("2026-12-04T09:00")
    assert await team.holder(place) == "lea"


async def test_one_that_cannot_be_given_back_holds_up_no_other(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await team.writes("2026-12-03T10:00")
    second = await team.writes("2026-12-03T10:00", number="+15145550124")
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-04T10:00")
    await team.at("2026-12-03T10:01")
    assert {await team.holder(place) for place in (first, second)} == {"max"}
    for place in (first, second):
        async with team.shop.store.write() as tx:
            await acts.act(tx, place.conversation_id, Act.SNOOZE, team.doing, until_ms=SLEEP_MS)
    real = acts.assign

    async def broken(tx: Any, conversation_id: str, **more: Any) -> Any:
        done = await real(tx, conversation_id, **more)
        if conversation_id == first.conversation_id:
            raise ValueError("words of a customer")
        return done

    monkeypatch.setattr(acts, "assign", broken)
    with capture_logs() as logs:
        await team.at("2026-12-04T10:00")
    assert (await team.holder(first), await team.holder(second)) == ("max", "lea")
    (error,) = [line for line in logs if line["event"] == "not_given_back"]
    assert error["conversation"] == first.conversation_id
    assert "words" not in str(error)
    # It is tried again a quarter of an hour later.
    monkeypatch.setattr(acts, "assign", real)
    assert await team.at("2026-12-04T10:14:30") == 30
    await team.at("2026-12-04T10:15")
    assert await team.holder(first) == "lea"


async def limit(team: Any, name: str, *inboxes: str) -> None:
    """Let a person see these inboxes only."""
    async with team.shop.store.write() as tx:
        values: dict[str, Any] = {"inboxes": [*inboxes]}
        of = team.ids[name]
        await people.change(tx, of, values, version=None, by="tok", now_ms=team.now_ms)


async def test_it_goes_to_nobody_who_may_not_see_the_inbox(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await limit(team, "max", "spare")
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-04T10:00")
    await team.at("2026-12-03T10:01")
    assert await team.holder(place) == "team"
    await limit(team, "lea", "spare")
    await team.at("2026-12-04T10:00")
    assert await team.holder(place) == "team"  # it does not come back
    assert await team.shop.rows("SELECT * FROM stand_ins") == []


async def test_from_whom_the_inbox_is_taken_goes_what_they_have(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await limit(team, "lea", "spare")
    await team.at("2026-12-03T10:01")
    assert await team.holder(place) == "team"
    assert ("assigned", "Lea does not see this inbox") in await team.timeline(place)
    assert await team.shop.rows("SELECT * FROM stand_ins") == []
