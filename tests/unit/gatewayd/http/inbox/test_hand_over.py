"""Why a conversation changes hands: a note in somebody's words, a reason in one of ours."""

from typing import Any

import pytest

from gatewayd.handing_over import HandOverReason
from gatewayd.web.reasons import REASONS, REASONS_TOLD
from storage import changes
from storage.conversations import news


async def newest(caller: Any, conversation_id: str) -> Any:
    return (await caller.show(conversation_id))["timeline"]["items"][0]


async def test_note_and_reason_stand_in_the_timeline(floor: Any) -> None:
    marie, eloi = await floor.person("marie"), await floor.person("eloi")
    there = await floor.receive()
    body = {"to": eloi.id, "note": "They want a refund", "reason": "decides"}
    await marie.do(there, "assign", body)
    entry = await newest(eloi, there)
    assert (entry["type"], entry["reason"], entry["text"]) == ("assigned", "decides", body["note"])
    assert (entry["author"]["name"], entry["assignee"]["id"]) == ("Marie Roy", eloi.id)
    async with floor.api.context.store.read() as tx:
        told = [one.data for one in await changes.after(tx, None, 500, {"conversation.assigned"})]
    assert [(data["reason"], data["person_id"]) for data in told] == [("decides", eloi.id)]
    assert "refund" not in str(told)


async def test_taking_and_handing_back_can_have_one_too(floor: Any) -> None:
    marie, there = await floor.person("marie"), await floor.receive()
    await marie.do(there, "assign", {"to": marie.id, "reason": "language"})
    assert (await newest(marie, there))["reason"] == "language"
    back = await marie.do(there, "assign", {"to": None, "reason": "shift_over"})
    assert (back["assignee"], (await newest(marie, there))["reason"]) == (None, "shift_over")
    again = await marie.do(there, "assign", {"to": None})
    assert again["version"] == back["version"]  # nothing to say, nothing changed
    await marie.do(there, "assign", {"to": marie.id})
    assert (await newest(marie, there))["reason"] is None


async def test_it_is_news_to_who_gets_it_and_not_to_who_takes_it(floor: Any) -> None:
    """What is told of it: tests/unit/gatewayd/core/waits/test_handed.py."""

    async def waiting_news(there: str) -> list[str]:
        async with floor.api.context.store.read() as tx:
            rows = await news.due(tx, before_ms=floor.api.clock.now_ms(), limit=50)
        return [row.kind for row in rows if row.conversation_id == there and row.person_id]

    marie, eloi = await floor.person("marie"), await floor.person("eloi", role="manager")
    there = await floor.receive()
    await marie.do(there, "assign", {"to": marie.id})
    assert await waiting_news(there) == []
    await eloi.do(there, "assign", {"to": marie.id, "note": "yours already"})
    assert await waiting_news(there) == []
    await marie.do(there, "assign", {"to": eloi.id})
    assert await waiting_news(there) == ["assigned"]
    await marie.api.admin("POST", f"/v1/users/{eloi.id}/suspend", json={"hand_over_to": marie.id})
    assert await waiting_news(there) == ["assigned", "assigned"]


@pytest.mark.parametrize("reason", ["", "because", 1, "silent"])
async def test_another_reason_is_refused(floor: Any, reason: object) -> None:
    marie, there = await floor.person("marie"), await floor.receive()
    before = await newest(marie, there)
    await marie.do(there, "assign", {"to": marie.id, "reason": reason}, status=422)
    assert await newest(marie, there) == before


def test_the_page_has_words_for_each() -> None:
    assert set(REASONS) == set(REASONS_TOLD) == set(HandOverReason)
