"""Answers: held back where the conversation moved on, and whose it is afterwards."""

import asyncio
from typing import Any

import pytest


def kinds(problem: Any) -> list[str]:
    return [entry["type"] for entry in problem["since"]]


async def count_sent(floor: Any) -> int:
    found = await floor.api.admin("GET", "/v1/messages?direction=out")
    return len(found["items"])


async def test_an_answer_to_what_was_seen_goes(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    sent = await marie.answer(conversation, seen=await marie.seen(conversation))
    assert sent["state"] == "queued"
    assert sent["author"] == {"type": "person", "id": marie.id, "name": "Marie Roy"}


async def test_what_the_customer_wrote_meanwhile_comes_back_instead(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await floor.receive("Never mind!")

    problem = await marie.answer(conversation, seen=seen, status=409)

    assert (problem["code"], kinds(problem)) == ("conversation_moved_on", ["message"])
    assert problem["since"][0]["message"]["text"] == "Never mind!"
    assert await count_sent(floor) == 0
    shown = await marie.show(conversation)
    assert (shown["state"], shown["assignee"]) == ("open", None)
    assert (await marie.answer(conversation, seen=seen, insist=True))["state"] == "queued"


async def test_of_two_who_answer_at_once_one_is_told(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    seen = await marie.seen(conversation)

    async def answer(caller: Any) -> int:
        path = f"/v1/conversations/{conversation}/messages"
        body = {"text": "Yes", "seen": seen}
        async with floor.api.tcp.post(path, json=body, headers=caller.headers) as given:
            return int(given.status)

    assert sorted(await asyncio.gather(answer(marie), answer(luc))) == [202, 409]
    assert await count_sent(floor) == 1


async def test_notes_hand_overs_and_closing_by_others_hold_it_back(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await luc.do(conversation, "notes", {"text": "I am on the phone with her"})
    await luc.do(conversation, "assign", {"to": luc.id})
    await luc.do(conversation, "close")
    problem = await marie.answer(conversation, seen=seen, status=409)
    assert kinds(problem) == ["closed", "assigned", "note"]
    assert problem["since"][2]["text"] == "I am on the phone with her"


async def test_what_a_program_sent_holds_it_back(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await floor.api.send(text="Order ready")
    problem = await marie.answer(conversation, seen=seen, status=409)
    assert problem["since"][0]["message"]["text"] == "Order ready"


async def test_ones_own_doings_hold_nothing_back(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await marie.do(conversation, "notes", {"text": "mine"})
    await marie.answer(conversation, "Yes", seen=seen)
    await marie.answer(conversation, "And it is red", seen=seen)
    assert await count_sent(floor) == 2


async def test_tags_and_a_priority_hold_nothing_back(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await luc.ask("PATCH", f"/v1/conversations/{conversation}", {"tags": ["vip"]})
    await marie.answer(conversation, seen=seen)


async def test_without_a_guard_it_goes_as_ever(floor: Any) -> None:
    till = await floor.program()
    conversation = await floor.receive()
    await floor.receive("Hello?")
    assert (await till.answer(conversation))["state"] == "queued"


async def test_what_was_seen_must_be_of_this_timeline(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    other = await floor.receive(sender="+15145550124")
    for seen in ("tml_nothing", await marie.seen(other)):
        problem = await marie.answer(conversation, seen=seen, status=422)
        assert problem["code"] == "seen_unknown"
        await marie.answer(conversation, seen=seen, insist=True, status=422)
    assert await count_sent(floor) == 0


async def test_a_refused_answer_does_not_use_up_its_key(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await floor.receive("Wait")
    key = {"Idempotency-Key": "k1"}
    await marie.answer(conversation, seen=seen, headers=key, status=409)
    sent = await marie.answer(conversation, seen=seen, insist=True, headers=key)
    again = await marie.answer(conversation, seen=seen, insist=True, headers=key)
    assert again == sent
    assert await count_sent(floor) == 1


async def test_who_answers_what_nobody_has_takes_it(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()
    await marie.answer(conversation)
    shown = await marie.show(conversation)
    assert shown["assignee"] == {"type": "user", "id": marie.id, "name": "Marie Roy"}
    newest = shown["timeline"]["items"][0]
    assert (newest["type"], newest["author"]["id"]) == ("assigned", marie.id)

    await luc.answer(conversation)
    assert (await luc.show(conversation))["assignee"]["id"] == marie.id


async def test_an_inbox_may_leave_it_nobodys(floor: Any) -> None:
    marie = await floor.person()
    assert (await floor.inbox(take_on_answer=False))["take_on_answer"] is False
    conversation = await floor.receive()
    await marie.answer(conversation)
    assert (await marie.show(conversation))["assignee"] is None


async def test_a_program_takes_nothing(floor: Any) -> None:
    till = await floor.program()
    conversation = await floor.receive()
    await till.answer(conversation)
    assert (await till.show(conversation))["assignee"] is None


@pytest.mark.parametrize("field", ["take_on_answer", "signature_mode"])
async def test_what_an_inbox_must_have_is_not_taken_away(floor: Any, field: str) -> None:
    await floor.api.admin("PATCH", "/v1/inboxes/main", status=422, json={field: None})


async def test_what_came_since_hides_numbers_from_whom_they_are_hidden(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    seen = await marie.seen(conversation)
    await floor.receive("Wait")
    await floor.api.admin("PATCH", "/v1/settings", json={"mask_numbers": True})
    problem = await marie.answer(conversation, seen=seen, status=409)
    assert problem["since"][0]["message"]["from"].endswith("0123")
    assert "+15145550123" not in str(problem)
