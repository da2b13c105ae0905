"""Whom what is new is told to: once until they look, several together, never off hours."""

from typing import Any

import pytest

from gatewayd import news_notices
from storage import alerts, wishes
from storage.alerts import Earlier
from storage.conversations import acts, reads
from storage.conversations.reading import get
from storage.conversations.states import Act, Turn
from storage.conversations.timeline import Mention
from storage.wishes import WishesRow

CUSTOMER, OTHER, THIRD = (f"+1514555012{digit}" for digit in (3, 4, 5))
NEW = f"New: {CUSTOMER} waits for an answer."
MENTIONED = f"A note about {CUSTOMER} mentions you. Read it in the inbox."


async def wish(team: Any, *ways: str) -> None:
    """Let everybody be told of what is new by these ways, and of nothing else."""
    said: dict[str, tuple[str, ...]] = {"mine": (), "team": (), "overdue": ()}
    said |= dict.fromkeys(("new_mine", "new_team", "mention"), ways)
    async with team.shop.store.write() as tx:
        for person_id in team.ids.values():
            row = WishesRow(ways=said, take_back=False)
            await wishes.put(tx, person_id, row, now_ms=team.now_ms)


@pytest.fixture(autouse=True)
async def by_sms(team: Any) -> None:
    await wish(team, "sms")


async def reads_all(team: Any, name: str, conversation_id: str) -> None:
    async with team.shop.store.write() as tx:
        row = await get(tx, conversation_id)
        assert row is not None
        key = {"person_id": team.ids[name], "conversation_id": conversation_id}
        await reads.move(tx, **key, seq=row.last_seq, now_ms=team.now_ms)


async def note(team: Any, conversation_id: str, name: str) -> None:
    mention = Mention(person_id=team.ids[name], start=0, stop=4)
    async with team.shop.store.write() as tx:
        await acts.add_note(tx, conversation_id, "@Max?", team.doing, mentions=[mention])


async def test_it_reaches_who_has_it_a_minute_later_and_nobody_else(team: Any) -> None:
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T09:00:59")
    assert await team.sms("lea") == []
    team.restart()
    await team.at("2026-12-03T09:01")
    team.restart()
    await team.at("2026-12-03T09:02")
    assert (await team.sms("lea"), await team.sms("max")) == ([NEW], [])
    (sent,) = await team.shop.rows("SELECT text FROM messages WHERE direction = 'out'")
    assert "\nTo reply: " in sent.text


async def test_what_no_person_has_reaches_the_team(team: Any) -> None:
    await team.writes("2026-12-03T09:00", to=None)
    await team.at("2026-12-03T09:01")
    assert (await team.sms("lea"), await team.sms("max")) == ([NEW], [NEW])


async def test_it_is_told_once_until_they_have_looked(team: Any) -> None:
    place = await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T09:01")
    await team.writes("2026-12-03T09:10", to=None)
    await team.at("2026-12-03T09:15")
    assert await team.sms("lea") == [NEW]
    await reads_all(team, "lea", place.conversation_id)
    await team.writes("2026-12-03T09:20", to=None)
    await team.at("2026-12-03T09:21")
    assert await team.sms("lea") == [NEW, NEW]


async def test_what_was_answered_is_over_and_the_next_is_told_anew(team: Any) -> None:
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T09:01")
    await team.at("2026-12-03T09:05")
    await team.turn(Turn.ANSWER)
    await team.writes("2026-12-03T09:20", to=None)
    await team.at("2026-12-03T09:21")
    assert await team.sms("lea") == [NEW, NEW]


async def test_within_the_minute_a_look_an_answer_or_an_end_spares_the_notice(team: Any) -> None:
    seen = await team.writes("2026-12-03T09:00")
    await reads_all(team, "lea", seen.conversation_id)
    await team.at("2026-12-03T09:01")
    await team.writes("2026-12-03T09:10", number=OTHER)
    await team.turn(Turn.ANSWER, number=OTHER)
    await team.at("2026-12-03T09:11")
    closed = await team.writes("2026-12-03T09:20", number=THIRD)
    await team.act(closed, Act.CLOSE)
    await team.at("2026-12-03T09:21")
    assert await team.sms("lea") == []
    assert await team.shop.rows("SELECT * FROM news") == []


async def test_who_was_texted_by_a_rule_is_not_texted_again(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def texted(*_: object, **__: object) -> list[Earlier]:
        return [Earlier(person_id=team.ids["lea"], urgent=True, at_ms=team.now_ms)]

    monkeypatch.setattr(alerts, "earlier_of", texted)
    await team.writes("2026-12-03T09:00", to=None)
    await team.at("2026-12-03T09:01")
    assert (await team.sms("lea"), await team.sms("max")) == ([], [NEW])


async def test_outside_their_hours_it_waits_for_them(team: Any) -> None:
    await team.writes("2026-12-03T20:00")
    await team.writes("2026-12-03T21:00", to=None)
    await team.at("2026-12-03T22:00")
    assert await team.sms("lea") == []
    await team.at("2026-12-04T09:00")
    away = f"While you were away: 1 conversation that waits ({CUSTOMER})."
    assert await team.sms("lea") == [away]
    await team.writes("2026-12-04T09:10", to=None)
    await team.at("2026-12-04T09:20")
    assert await team.sms("lea") == [away]


async def test_what_comes_at_once_is_told_at_once(team: Any) -> None:
    for minute, number in enumerate((CUSTOMER, OTHER, THIRD)):
        await team.writes(f"2026-12-03T09:0{minute}", number=number)
    await team.at("2026-12-03T09:05")
    assert await team.sms("lea") == [NEW]
    await team.at("2026-12-03T09:06")
    more = f"More since: 2 conversations that wait ({OTHER}, {THIRD})."
    assert await team.sms("lea") == [NEW, more]


async def test_what_was_told_together_counts_as_a_call_too(team: Any) -> None:
    """Nobody is called twice in five minutes, whatever the first one was."""
    for minute, number in enumerate((CUSTOMER, OTHER)):
        await team.writes(f"2026-12-03T09:0{minute}", number=number)
    await team.at("2026-12-03T09:02")
    await team.at("2026-12-03T09:06")
    more = f"More since: 1 conversation that waits ({OTHER})."
    assert await team.sms("lea") == [NEW, more]
    await team.writes("2026-12-03T09:07", number=THIRD)
    await team.at("2026-12-03T09:08")
    assert await team.sms("lea") == [NEW, more]
    await team.at("2026-12-03T09:11")
    third = f"More since: 1 conversation that waits ({THIRD})."
    assert await team.sms("lea") == [NEW, more, third]


async def test_the_open_page_is_told_of_each(team: Any) -> None:
    await wish(team, "page")
    for minute, number in enumerate((CUSTOMER, OTHER)):
        await team.writes(f"2026-12-03T09:0{minute}", number=number)
    await team.at("2026-12-03T09:05")
    assert await team.told() == ["reminder", "reminder"]
    (first, _) = await team.shop.rows(
        "SELECT data FROM changes WHERE type = 'conversation.reminder' ORDER BY seq"
    )
    assert '"kind": "new"' in first.data
    assert team.ids["lea"] in first.data


async def test_who_wishes_none_of_it_is_told_nothing(team: Any) -> None:
    await wish(team)
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T09:05")
    assert (await team.sms("lea"), await team.told()) == ([], [])


async def test_a_mention_is_told_also_where_one_was_told_of_the_customer(team: Any) -> None:
    place = await team.writes("2026-12-03T09:00", to="max")
    await team.at("2026-12-03T09:01")
    await team.at("2026-12-03T09:10")
    await note(team, place.conversation_id, "max")
    await team.at("2026-12-03T09:11")
    assert (await team.sms("max"), await team.sms("lea")) == ([NEW, MENTIONED], [])
    (_, sent) = await team.shop.rows(
        "SELECT text FROM messages WHERE direction = 'out' ORDER BY seq"
    )
    assert sent.text == MENTIONED  # no code: an answer would go to the customer


async def test_a_mention_and_new_words_are_one_notice(team: Any) -> None:
    place = await team.writes("2026-12-03T09:00", to="max")
    await note(team, place.conversation_id, "max")
    await team.at("2026-12-03T09:05")
    assert await team.sms("max") == [MENTIONED]


async def test_a_mention_in_a_hand_over_is_told_and_is_nothing_that_the_customer_wrote(
    team: Any,
) -> None:
    place = await team.writes("2026-12-03T09:00")
    await reads_all(team, "lea", place.conversation_id)
    mention = Mention(person_id=team.ids["max"], start=0, stop=4)
    async with team.shop.store.write() as tx:
        await acts.assign(
            tx,
            place.conversation_id,
            person_id=team.ids["lea"],
            team_id=None,
            note="@Max, did you promise that?",
            doing=team.doing,
            mentions=[mention],
        )
    await team.at("2026-12-03T09:05")
    assert (await team.sms("max"), await team.sms("lea")) == ([MENTIONED], [])


async def test_a_mention_that_was_read_is_not_told_and_off_hours_it_waits(team: Any) -> None:
    place = await team.writes("2026-12-03T09:00")
    await reads_all(team, "lea", place.conversation_id)
    await note(team, place.conversation_id, "max")
    await reads_all(team, "max", place.conversation_id)
    await team.at("2026-12-03T09:05")
    assert await team.sms("max") == []
    await team.at("2026-12-03T19:00")
    await note(team, place.conversation_id, "max")
    await team.at("2026-12-03T19:05")
    assert await team.sms("max") == []
    await team.at("2026-12-04T09:00")
    assert await team.sms("max") == [f"While you were away: notes that mention you ({CUSTOMER})."]


async def test_what_runs_into_an_error_of_ours_stops_nothing_else(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (await team.writes("2026-12-03T09:00", number=OTHER)).conversation_id
    await team.writes("2026-12-03T09:00")

    async def reading(tx: Any, conversation_id: str) -> Any:
        if conversation_id == broken:
            raise ZeroDivisionError
        return await get(tx, conversation_id)

    with monkeypatch.context() as patch:
        patch.setattr(news_notices.reading, "get", reading)
        await team.task.round()
        team.shop.clock.ms += 60_000
        await team.task.round()
        assert await team.sms("lea") == [NEW]
    await team.at("2026-12-03T09:30")
    assert await team.sms("lea") == [NEW, f"New: {OTHER} waits for an answer."]
