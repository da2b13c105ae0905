"""Who is handed a conversation by somebody is told of it: once, in their hours, if it is theirs."""

from collections.abc import Callable
from typing import Any

import pytest

from config.schema import Language
from gatewayd.mail.notices import notice_of
from gatewayd.reminder_text import Digest, digest_text
from storage import people, wishes
from storage.conversations import acts, reading, reads
from storage.conversations.acts import Doing
from storage.conversations.filing import Place
from storage.conversations.states import Act, Turn
from storage.conversations.timeline import Author, Mention
from storage.mails import MailRow
from storage.wishes import WishesRow

CUSTOMER, OTHER, THIRD = (f"+1514555012{digit}" for digit in (3, 4, 5))
HANDED = f"The conversation with {CUSTOMER} was handed to you."


async def wish(team: Any, *ways: str) -> None:
    said: dict[str, tuple[str, ...]] = {"mine": (), "team": (), "overdue": (), "handed": ways}
    said |= dict.fromkeys(("new_mine", "new_team"), ())
    async with team.shop.store.write() as tx:
        for person_id in team.ids.values():
            row = WishesRow(ways=said, take_back=False)
            await wishes.put(tx, person_id, row, now_ms=team.now_ms)


@pytest.fixture(autouse=True)
async def by_sms(team: Any) -> None:
    await wish(team, "sms", "page")


async def hand(
    team: Any,
    place: Place,
    name: str | None,
    *,
    by: str = "max",
    team_id: str | None = None,
    mentions: str | None = None,
) -> None:
    """One of ours hands it to a person."""
    author = Author(type="person", id=team.ids[by], name=by)
    named = [] if mentions is None else [Mention(person_id=team.ids[mentions], start=0, stop=4)]
    async with team.shop.store.write() as tx:
        await acts.assign(
            tx,
            place.conversation_id,
            person_id=None if name is None else team.ids[name],
            team_id=team_id,
            note="@Max, see above" if named else "Please",
            mentions=named,
            by_hand=True,
            doing=Doing(author=author, now_ms=team.now_ms),
        )


async def reads_all(team: Any, name: str, place: Place) -> None:
    async with team.shop.store.write() as tx:
        row = await reading.get(tx, place.conversation_id)
        assert row is not None
        key = {"person_id": team.ids[name], "conversation_id": row.id}
        await reads.move(tx, **key, seq=row.last_seq, now_ms=team.now_ms)


async def test_they_are_told_a_minute_later_once(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00", to=None)
    await hand(team, place, "lea")
    await team.at("2026-12-03T10:00:59")
    assert await team.sms("lea") == []
    await team.at("2026-12-03T10:01")
    await team.at("2026-12-03T10:20")
    assert (await team.sms("lea"), await team.sms("max")) == ([HANDED], [])
    (sent,) = await team.shop.rows("SELECT text FROM messages WHERE direction = 'out'")
    assert "\nTo reply: " in sent.text
    (told,) = await team.shop.rows("SELECT data FROM changes WHERE type = 'conversation.reminder'")
    assert '"kind": "handed"' in told.data
    assert team.ids["lea"] in told.data


async def test_also_where_no_customer_waits(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00", to=None)
    await team.turn(Turn.ANSWER)
    await hand(team, place, "lea")
    await team.at("2026-12-03T10:01")
    assert await team.sms("lea") == [HANDED]


async def takes_it(team: Any, place: Place) -> None:
    await hand(team, place, "lea", by="lea")


async def looks_at_it(team: Any, place: Place) -> None:
    await hand(team, place, "lea")
    await reads_all(team, "lea", place)


async def is_relieved_of_it(team: Any, place: Place) -> None:
    await hand(team, place, "lea")
    await hand(team, place, None)


async def it_is_closed(team: Any, place: Place) -> None:
    await hand(team, place, "lea")
    await team.act(place, Act.CLOSE)


@pytest.mark.parametrize("spared", [takes_it, looks_at_it, is_relieved_of_it, it_is_closed])
async def test_nobody_is_told_what_they_did_or_saw_or_what_is_over(
    team: Any, spared: Callable[[Any, Place], Any]
) -> None:
    place = await team.writes("2026-12-03T10:00", to=None)
    await spared(team, place)
    await team.at("2026-12-03T10:02")
    assert await team.sms("lea") == []
    assert await team.shop.rows("SELECT * FROM news") == []


async def test_who_is_told_of_the_mention_in_it_is_not_told_twice(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00", to=None)
    async with team.shop.store.write() as tx:
        for name in ("lea", "max"):
            row = WishesRow(ways={"mention": ["sms"], "handed": ["sms"]}, take_back=False)
            await wishes.put(tx, team.ids[name], row, now_ms=team.now_ms)
    await hand(team, place, "lea", by="max", mentions="lea")
    await team.at("2026-12-03T10:02")
    assert await team.sms("lea") == [f"A note about {CUSTOMER} mentions you. Read it in the inbox."]


async def test_many_at_once_are_two_messages(team: Any) -> None:
    """A leaver's are handed over together."""
    places = [
        await team.writes("2026-12-03T10:00", number=number, to=None)
        for number in (CUSTOMER, OTHER, THIRD)
    ]
    await team.turn(Turn.ANSWER, number=OTHER)
    for place in places:
        await hand(team, place, "lea")
    await team.at("2026-12-03T10:01")
    assert len(await team.sms("lea")) == 1
    await team.at("2026-12-03T10:06")
    (first, more) = await team.sms("lea")
    assert first.endswith("was handed to you.")
    assert more.startswith("More since: handed to you (")
    assert more.count("+1514") == 2


async def test_off_hours_it_is_kept_and_told_when_they_begin_if_it_is_theirs_still(
    team: Any,
) -> None:
    first = await team.writes("2026-12-03T16:00", to=None)
    second = await team.writes("2026-12-03T16:00", number=OTHER, to=None)
    await team.turn(Turn.ANSWER)
    await team.turn(Turn.ANSWER, number=OTHER)
    await team.at("2026-12-03T18:00")
    await hand(team, first, "lea")
    await hand(team, second, "lea")
    await team.at("2026-12-03T18:02")
    assert await team.sms("lea") == []
    await hand(team, second, None)
    await team.at("2026-12-04T09:00")
    assert await team.sms("lea") == [f"While you were away: handed to you ({CUSTOMER})."]


async def test_by_e_mail_it_says_the_same(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00", to=None)
    async with team.shop.store.write() as tx:
        values = {"language": "fr"}
        of = team.ids["lea"]
        await people.change(tx, of, values, version=None, by="tok", now_ms=team.now_ms)
    mail = MailRow(
        id="mail",
        recipient="lea@shop.example",
        rule="handed",
        kind="handed",
        person_id=team.ids["lea"],
        conversation_id=place.conversation_id,
        message_id=None,
        tries=0,
        created_at_ms=team.now_ms,
        due_at_ms=team.now_ms,
    )
    async with team.shop.store.read() as tx:
        told = await notice_of(tx, mail, default=Language.EN)
    assert told is not None
    assert told.said == f"On vous a confié la conversation avec {CUSTOMER}"


def test_a_digest_names_what_was_handed() -> None:
    digest = Digest(waiting=["Amélie"], handed=["Bob"], mentioned=["Cy"])
    assert digest_text(digest, Language.FR) == (
        "En votre absence : 1 conversation en attente (Amélie), on vous a confié (Bob), "
        "notes qui vous mentionnent (Cy)."
    )
