"""What rules and absences do to a conversation, under whose name it is done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from storage import contacts
from storage.people import AbsenceKind

CUSTOMER = "+15145550123"
LEA, MAX = "+15145550181", "+15145550182"


def rule(name: str, do: Mapping[str, Any], **when: Any) -> dict[str, Any]:
    return {"name": name, "do": do, "when": when, "then": "continue"}


async def staffed(desk: Any, *names: str) -> None:
    for name in names:
        await desk.hire(name)
    await desk.make_team(*names)
    desk.at(2026, 12, 2, 10)


async def test_rules_mark_a_conversation_under_their_names(desk: Any) -> None:
    await desk.set_book(
        rules=[
            rule("flood", {"tag": ["flood", "plumbing"], "priority": "urgent"}, words=["flood"]),
            rule("review", {"hold": True}, words=["lawyer"]),
        ]
    )
    await desk.says("A flood, I call my lawyer")
    conversation = await desk.conversation()
    assert conversation.priority == "urgent"
    assert conversation.held_since_ms == desk.shop.clock.now_ms()
    tags = await desk.shop.rows("SELECT tag FROM conversation_tags ORDER BY tag")
    assert [tag for (tag,) in tags] == ["flood", "plumbing"]
    assert await desk.timeline() == [("message", None), ("held", "review")]
    # Held for review: nothing is answered, though it is closed.
    assert await desk.answers() == []

    await desk.says("The lawyer again: flood!")
    assert await desk.timeline() == [("message", None), ("held", "review"), ("message", None)]


async def test_the_decision_tells_why_a_rule_did_not_fire(desk: Any) -> None:
    await desk.set_book(rules=[rule("flood", {"priority": "urgent"}, words=["flood"])])
    await desk.says("Just a drip")
    (told,) = (await desk.routing())["rules"]
    assert (told["rule"], told["result"], told["condition"]) == ("flood", "not_matched", "words")
    assert "drip" not in await desk.records()


async def test_a_rule_closes_and_blocks(desk: Any) -> None:
    await desk.set_book(rules=[rule("spam", {"close": True, "block": True}, words=["casino"])])
    await desk.says("Casino!")
    assert (await desk.conversation()).state == "closed"
    assert await desk.timeline() == [("message", None), ("closed", "spam")]
    async with desk.shop.store.read() as tx:
        contact = await contacts.get(tx, (await desk.conversation()).contact_id)
    assert contact is not None
    assert contact.blocked_at_ms is not None
    await desk.says("Casino!!")
    assert (await desk.conversation()).state == "closed"
    assert await desk.answers() == []


async def test_what_nobody_has_is_the_team_s(desk: Any) -> None:
    await staffed(desk, "lea")
    await desk.says("Is it ready?")
    conversation = await desk.conversation()
    assert (conversation.person_id, conversation.team_id) == (None, desk.ids["shop"])
    assert await desk.timeline() == [("message", None), ("assigned", "gateway")]
    await desk.says("Hello?")
    assert [kind for kind, _ in await desk.timeline()] == ["message", "assigned", "message"]


async def test_a_sick_colleague_s_work_goes_along_the_chain(desk: Any) -> None:
    await staffed(desk, "lea", "max", "zoe")
    await desk.set_book(rules=[rule("buying", {"assign": "person:lea"}, words=["invoice"])])
    await desk.away("lea", AbsenceKind.VACATION, delegate="max")
    await desk.away("max", AbsenceKind.SICK, delegate="zoe")
    await desk.says("Your invoice")
    assert (await desk.conversation()).person_id == desk.ids["zoe"]
    assert await desk.timeline() == [("message", None), ("assigned", "buying")]
    # Zoe has it from now on; when she leaves, nobody stands in.
    await desk.away("zoe", AbsenceKind.LEFT)
    await desk.says("Did you get it?")
    conversation = await desk.conversation()
    assert (conversation.person_id, conversation.team_id) == (None, desk.ids["shop"])
    assert (await desk.timeline())[-2] == ("assigned", "gateway")
    assert await desk.answers() == ["Nobody is here now."]


async def test_a_cycle_of_delegates_ends_at_the_team(desk: Any) -> None:
    await staffed(desk, "lea", "max")
    await desk.set_book(rules=[rule("buying", {"assign": "person:lea"})])
    await desk.away("lea", delegate="max")
    await desk.away("max", delegate="lea")
    await desk.says("Your invoice")
    conversation = await desk.conversation()
    assert (conversation.person_id, conversation.team_id) == (None, desk.ids["shop"])


async def test_the_language_of_their_words_is_remembered(
    desk: Any, again: Callable[[], Awaitable[Any]]
) -> None:
    desk.at(2026, 12, 2, 10)
    await desk.says("Bonjour, est-ce que c'est prêt?")
    restarted = await again()
    restarted.at(2026, 12, 2, 21)
    await restarted.says("123")
    assert await restarted.answers() == ["Fermé. Ouvert jeudi à 9 h 00."]


async def test_a_user_s_own_phone_is_no_customer(desk: Any) -> None:
    await desk.hire("lea", LEA)
    await desk.says("Who is at the counter?", sender=LEA)
    (message,) = await desk.shop.received()
    assert message.conversation_id is None
    assert await desk.shop.rows("SELECT id FROM contacts") == []
    (answer,) = await desk.answers(LEA)
    assert answer.startswith("Shop: this was not sent on.")
    assert (await desk.routing())["disposition"] == "own_phone"
    await desk.says("STOP", sender=LEA)
    assert await desk.shop.rows("SELECT * FROM opt_outs") == []
    await desk.rings(LEA)
    assert await desk.shop.rows("SELECT id FROM conversations") == []
