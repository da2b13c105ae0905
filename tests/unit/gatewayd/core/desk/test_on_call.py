"""An urgent word at 23:00, from the customer's text to the reply of who is on call."""

from typing import Any

import pytest

from storage import people
from storage.people import AbsenceKind

CUSTOMER, LEA, MAX = "+15145550123", "+15145550111", "+15145550112"


@pytest.fixture
async def night(desk: Any) -> Any:
    """Tuesday, 23:00; Léa is on call, then Max."""
    desk.at(2026, 12, 1, 23)
    await desk.hire("lea", LEA)
    await desk.hire("max", MAX)
    await desk.make_team("lea", "max")
    return desk


async def texts(desk: Any, to: str) -> list[tuple[str, str]]:
    rows = await desk.shop.rows(
        "SELECT author_type, text FROM messages WHERE direction = 'out' AND to_number = :to"
        " ORDER BY seq",
        to=to,
    )
    return [(row.author_type, row.text) for row in rows]


def code_in(text: str) -> str:
    return text.rsplit("\n", maxsplit=1)[-1].split()[2]


async def test_an_urgent_word_reaches_who_is_on_call_whose_reply_reaches_the_customer(
    night: Any,
) -> None:
    await night.says("URGENT! De l'eau partout!")
    ((author, alert),) = await texts(night, LEA)
    assert author == "notice"
    assert alert.startswith(f"URGENT {CUSTOMER}: URGENT! De l'eau partout!\nTo reply: ")
    assert await night.answers() == ["La personne de garde le sait."]

    await night.says(f"{code_in(alert)} J'arrive dans 20 minutes.", sender=LEA, minutes=3)
    assert (await texts(night, CUSTOMER))[-1] == ("person", "J'arrive dans 20 minutes.\nLea @ Shop")
    assert await night.timeline() == [
        ("message", None),
        ("assigned", "gateway"),
        ("message", None),
        ("message", None),
        ("assigned", "Lea"),
    ]
    assert (await night.conversation()).state == "waiting"
    assert await texts(night, MAX) == []
    assert "J'arrive" not in await night.records()
    assert not any(LEA in text for _, text in await texts(night, CUSTOMER))
    rows = await night.shop.rows("SELECT * FROM contact_numbers WHERE number = :it", it=LEA)
    assert rows == []


async def test_without_the_code_it_is_answered_and_goes_nowhere(night: Any) -> None:
    await night.says("urgent")
    before = await texts(night, CUSTOMER)
    await night.says("J'arrive", sender=LEA)
    await night.says("XXXX J'arrive", sender=LEA, minutes=1)
    assert await texts(night, CUSTOMER) == before
    (last, _) = (await texts(night, LEA))[-1]
    assert last == "automatic"


async def test_another_persons_code_is_no_code(night: Any) -> None:
    await night.says("urgent")
    ((_, alert),) = await texts(night, LEA)
    before = await texts(night, CUSTOMER)
    await night.says(f"{code_in(alert)} moi aussi", sender=MAX)
    assert await texts(night, CUSTOMER) == before


async def test_a_sick_colleague_is_left_alone(night: Any) -> None:
    await night.away("lea", AbsenceKind.SICK)
    await night.says("urgence!")
    assert await texts(night, LEA) == []
    assert len(await texts(night, MAX)) == 1


async def test_by_day_nobody_is_called(night: Any) -> None:
    night.at(2026, 12, 1, 10)
    await night.says("urgent")
    assert await texts(night, LEA) == []


async def test_a_customer_who_opted_out_is_not_answered_through_a_phone(night: Any) -> None:
    await night.says("urgent")
    ((_, alert),) = await texts(night, LEA)
    await night.says("STOP", minutes=1)
    before = await texts(night, CUSTOMER)
    await night.says(f"{code_in(alert)} j'arrive", sender=LEA, minutes=1)
    assert await texts(night, CUSTOMER) == before
    assert (await texts(night, LEA))[-1] == (
        "notice",
        f"Your reply to {CUSTOMER} was not sent. Please use the page.",
    )


@pytest.mark.parametrize(("allowed", "answers"), [([], 0), (["FR"], 1)])
async def test_a_foreign_number_makes_us_write_abroad_only_where_that_is_allowed(
    night: Any, allowed: list[str], answers: int
) -> None:
    await night.set_book(sending={"allow_countries": allowed})
    await night.says("bonjour", sender="+33612345678")
    assert len(await night.answers("+33612345678")) == answers
    problem = (await night.routing())["answer"]["problem"]
    assert problem == (None if allowed else "foreign_number")


async def test_a_foreigners_opt_out_is_confirmed_all_the_same(night: Any) -> None:
    await night.says("STOP", sender="+33612345678")
    assert len(await night.answers("+33612345678")) == 1


async def test_the_alert_leaves_before_the_answer_to_the_customer(night: Any) -> None:
    await night.says("urgent")
    await night.shop.counter.accept(1)
    ((_, alert),) = await night.shop.rows(
        "SELECT state, to_number FROM messages WHERE state = 'sent'"
    )
    assert alert == LEA


async def test_who_may_not_see_the_inbox_is_given_nothing_of_it_and_texted_nothing(
    night: Any,
) -> None:
    """Léa works for another inbox by now; a rule and the team still name her."""
    values = {"inboxes": ["spare"]}
    await night.write(people.change, night.ids["lea"], values, version=None, by="tok_1")
    await night.set_book(rules=[{"name": "hers", "do": {"assign": "person:lea"}}])
    await night.says("Can I come tomorrow?")
    conversation = await night.conversation()
    assert (conversation.person_id, conversation.team_id) == (None, night.ids["shop"])
    await night.says("URGENT! De l'eau partout!", minutes=1)
    assert await texts(night, LEA) == []
    ((_, alert),) = await texts(night, MAX)
    assert "De l'eau" in alert
