"""A customer asks, and then wants no more messages: nobody is reminded of what none may answer."""

from datetime import UTC, datetime
from typing import Any

from storage import consents, people, wishes
from storage.consents import ConsentKind, NewConsent
from storage.conversations.filing import Place
from storage.conversations.states import Turn
from storage.conversations.timeline import Author
from storage.people import AbsenceKind
from storage.wishes import WishesRow

CUSTOMER = "+15145550123"
ALL = ["due_soon", "overdue", "escalated", "reminder"]


def _ms(when: str) -> int:
    return round(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000)


async def say(team: Any, place: Place, what: ConsentKind, when: str) -> None:
    """The customer says a word of consent."""
    team.shop.clock.ms = _ms(when)
    await team.turn(Turn.WORD)
    said = NewConsent(
        contact_id=place.contact_id,
        number=CUSTOMER,
        inbox="main",
        business_number="+15145550100",
        what=what,
        source="STOP",
        author=Author(type="contact", id=place.contact_id, name=CUSTOMER),
    )
    async with team.shop.store.write() as tx:
        await consents.record(tx, said, now_ms=team.now_ms)


async def test_nobody_is_reminded_until_they_opt_in_again(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:01")
    assert (await team.wait()).due_at_ms is not None
    await say(team, place, ConsentKind.OPTED_OUT, "2026-12-03T10:10")
    await team.at("2026-12-03T10:10")
    assert (await team.wait()).due_at_ms is None
    await team.absent("lea", AbsenceKind.SICK, until="2026-12-03T14:00")
    await team.at("2026-12-03T12:00")
    assert (await team.told(), await team.holder(place)) == ([], "lea")
    (row,) = await team.shop.rows("SELECT state, unanswered_since_ms FROM conversations")
    assert (row.state, row.unanswered_since_ms) == ("open", _ms("2026-12-03T10:00"))
    await say(team, place, ConsentKind.OPTED_IN, "2026-12-03T15:00")
    await team.at("2026-12-03T15:00")
    assert await team.told() == ALL


async def test_what_they_write_after_it_is_waited_for_as_ever(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    await say(team, place, ConsentKind.OPTED_OUT, "2026-12-03T10:10")
    await team.at("2026-12-03T11:00")
    team.shop.clock.ms = _ms("2026-12-03T14:00")
    await team.turn(Turn.CUSTOMER)
    await team.at("2026-12-03T14:00")
    assert await team.told() == ALL


async def test_nothing_new_is_told_of_them_and_no_digest_has_them_waiting(team: Any) -> None:
    async with team.shop.store.write() as tx:
        for name, person_id in team.ids.items():
            row = WishesRow(ways={"new_mine": ["sms"], "mine": ["sms"]}, take_back=False)
            await wishes.put(tx, person_id, row, now_ms=team.now_ms)
            shifts = {"shifts": "Mo-Fr 12:00-17:00"} if name == "lea" else {}
            await people.change(tx, person_id, shifts, version=None, by="tok", now_ms=team.now_ms)
    place = await team.writes("2026-12-03T12:00")
    await say(team, place, ConsentKind.OPTED_OUT, "2026-12-03T12:00:30")
    await team.at("2026-12-03T12:02")
    assert await team.sms("lea") == []
    assert await team.shop.rows("SELECT * FROM news") == []
    # Of what was held back in the evening the morning tells what still waits.
    await team.turn(Turn.ANSWER)
    await team.writes("2026-12-03T17:10", to=None)
    await team.at("2026-12-03T17:12")
    await say(team, place, ConsentKind.OPTED_OUT, "2026-12-03T18:00")
    await team.at("2026-12-04T12:00")
    assert await team.sms("lea") == [
        "While you were away: nothing that still waits. Answered by others meanwhile: 1."
    ]
