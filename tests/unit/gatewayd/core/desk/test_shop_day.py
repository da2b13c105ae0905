"""A year in the life of a bicycle shop in Montréal, told day by day."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage import outbox
from storage.engine import FILE_NAME, Store
from storage.people import AbsenceKind

CUSTOMER = "+15145550123"
COUNTER = "+15145550100"
LEA, MAX, ZOE = "+15145550181", "+15145550182", "+15145550183"


@pytest.fixture
async def day(desk: Any) -> Any:
    """Three people, Léa on call first; the till's invoices are Max's."""
    for name, phone in (("lea", LEA), ("max", MAX), ("zoe", ZOE)):
        await desk.hire(name, phone)
    await desk.make_team("lea", "max", "zoe")
    await desk.set_book(
        rules=[
            {
                "name": "invoices",
                "when": {"words": ["invoice", "facture"]},
                "do": {"assign": "person:max", "tag": ["money"]},
            }
        ]
    )
    return desk


async def waiting(day: Any) -> int:
    """How many customers wait for a person."""
    unanswered = "SELECT count(*) FROM conversations WHERE unanswered_since_ms IS NOT NULL"
    ((count,),) = await day.shop.rows(unanswered)
    return int(count)


async def test_the_morning_rush(day: Any) -> None:
    day.at(2027, 3, 9, 9, 5)
    customers = [f"+1514555{number:04}" for number in range(200, 220)]
    for sender in customers:
        await day.says("Is my bike ready?", sender=sender, minutes=0.1)
    assert await waiting(day) == len(customers)
    assert [await day.answers(sender) for sender in customers] == [[]] * len(customers)
    assert {(await day.conversation(sender)).team_id for sender in customers} == {day.ids["shop"]}


async def test_the_lunch_break(day: Any) -> None:
    day.at(2027, 3, 9, 12, 10)
    await day.says("Can I come by?")
    assert await day.answers() == ["Closed. Open today at 13:00."]
    day.at(2027, 3, 9, 13, 5)
    await day.says("On my way")
    assert len(await day.answers()) == 1
    assert await waiting(day) == 1


async def test_the_closed_evening_over_a_restart(
    day: Any, again: Callable[[], Awaitable[Any]]
) -> None:
    day.at(2027, 3, 9, 19)
    await day.says("Êtes-vous ouverts?")
    assert await day.answers() == ["Fermé. Ouvert mercredi à 9 h 00."]
    night = await again()
    for hour in (20, 22):
        night.at(2027, 3, 9, hour)
        await night.says("Allô?")
    assert len(await night.answers()) == 1
    night.at(2027, 3, 10, 18)
    await night.says("Encore moi")
    assert len(await night.answers()) == 2


async def test_saint_jean_baptiste(day: Any) -> None:
    day.at(2027, 6, 24, 11)
    await day.says("Bonjour, vous êtes ouverts?")
    assert await day.answers() == ["Fête nationale du Québec : fermé."]
    day.at(2027, 6, 25, 11)
    await day.says("Et maintenant?")
    assert len(await day.answers()) == 1


async def test_max_is_sick(day: Any) -> None:
    day.at(2027, 3, 9, 10)
    await day.away("max", AbsenceKind.SICK, delegate="zoe")
    await day.says("My invoice, please")
    assert (await day.conversation()).person_id == day.ids["zoe"]


async def test_everybody_s_delegate_is_on_vacation(day: Any) -> None:
    day.at(2027, 7, 19, 10)
    await day.away("max", AbsenceKind.VACATION, delegate="zoe")
    await day.away("zoe", AbsenceKind.VACATION, delegate="lea")
    await day.away("lea", AbsenceKind.VACATION, delegate="max")
    await day.says("My invoice, please")
    conversation = await day.conversation()
    assert (conversation.person_id, conversation.team_id) == (None, day.ids["shop"])
    assert await day.answers() == ["Nobody is here now."]


async def test_an_angry_stop_in_the_middle_of_a_campaign(day: Any) -> None:
    day.at(2027, 3, 9, 10)
    sales = [await day.shop.enqueue(f"Sale {number}!", priority=2) for number in range(3)]
    await day.shop.counter.accept(1)
    await day.says("STOP!!!")
    states = [await day.shop.state(each) for each in sales]
    assert states == ["sent", "canceled", "canceled"]
    await day.says("And never again", minutes=1)
    assert len(await day.answers()) == 1
    assert await day.sent_on_the_air() == 1


async def test_an_automaton_answers_back(day: Any) -> None:
    day.at(2027, 3, 9, 21)
    for _ in range(30):
        await day.says("Your message is important to us", minutes=0.5)
    assert len(await day.answers()) == 1


async def test_a_missed_call_at_noon(day: Any) -> None:
    day.at(2027, 3, 9, 10)
    await day.rings()
    await day.rings(minutes=1)
    assert await day.answers() == ["We saw your call."]
    assert await waiting(day) == 1


async def test_an_urgent_word_at_23_00(day: Any) -> None:
    day.at(2027, 3, 9, 22, 50)
    await day.says("Are you there?")
    await day.says("URGENT: water everywhere", minutes=10)
    assert await day.answers() == [
        "Closed. Open Wednesday at 9:00.",
        "The person on call knows.",
    ]
    told = (await day.routing())["notifications"]
    assert [(each["to"], each["urgent"]) for each in told] == [("lea", True)]
    for phone in (LEA, MAX, ZOE):
        assert phone not in "".join(await day.answers())


@pytest.fixture
async def neighbour(desk: Any, migrated: Path, tmp_path: Path) -> AsyncIterator[Any]:
    """Another gateway, closed as well, whose number is a customer's here."""
    folder = tmp_path / "neighbour"
    folder.mkdir()
    shutil.copy(migrated, folder / FILE_NAME)
    store = await Store.open(data_dir=folder)
    shop = type(desk.shop)(store, desk.shop.settings)
    shop.clock = desk.shop.clock
    shop.counter = shop.side("counter", iccid="8930272000000000033", number=CUSTOMER)
    await shop.counter.ready()
    other = type(desk)(shop)
    await other.open()
    yield other
    await store.close()


async def test_two_gateways_that_answer_each_other_fall_silent(desk: Any, neighbour: Any) -> None:
    texts = {"closed": {"en": "Closed, sorry. Who is there?"}}
    book = {"hours": {"weekly": "off"}, "answers": {"texts": texts, "every": "1s"}}
    await desk.set_book(main=book)
    await neighbour.set_book(main=book)
    await desk.says("Hello", sender=CUSTOMER)
    said = heard = 0
    for _ in range(20):
        desk.shop.clock.advance(30)
        answers = await desk.answers(CUSTOMER)
        for text in answers[said:]:
            await neighbour.says(text, sender=COUNTER)
        said = len(answers)
        replies = await neighbour.answers(COUNTER)
        for text in replies[heard:]:
            await desk.says(text, sender=CUSTOMER)
        heard = len(replies)
    assert (said, heard) == (2, 2)


async def test_nothing_of_it_is_counted_less_exactly_than_any_message(day: Any) -> None:
    """Killed between Ctrl-Z and the answer, an automatic answer is unknown and not sent again."""
    day.at(2027, 3, 9, 21)
    await day.says("Are you there?")
    await day.shop.counter.begin()
    async with day.shop.store.write() as tx:
        await outbox.recover(tx, now_ms=day.shop.clock.now_ms())
    ((answer_id,),) = await day.shop.rows("SELECT id FROM messages WHERE direction = 'out'")
    assert await day.shop.state(answer_id) == "unknown"
    await day.says("Hello?", minutes=1)
    assert len(await day.answers()) == 1
