"""The page with a program's token: what shows a conversation needs `inbox`, what sends both."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope

ACTS = ("answer", "messages/msg_x/cancel", "messages/msg_x/settle")


async def tried(staffroom: Any, scope: Scope, path: str, **form: str) -> tuple[int, str]:
    headers = await staffroom.api.token(scope, name=scope)
    api = staffroom.api
    async with api.tcp.post(path, headers=headers, data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("act", ACTS)
async def test_who_may_send_only_is_shown_no_conversation(staffroom: Any, act: str) -> None:
    message = await staffroom.receive("Something private")
    path = f"/inbox/all/{message['conversation_id']}/{act}"
    status, page = await tried(staffroom, Scope.MESSAGES_SEND, path, text="")
    assert status == 403
    assert "Something private" not in page


@pytest.mark.parametrize("act", ACTS)
async def test_who_may_look_only_sends_nothing(staffroom: Any, act: str) -> None:
    message = await staffroom.receive("A question")
    path = f"/inbox/all/{message['conversation_id']}/{act}"
    status, page = await tried(staffroom, Scope.INBOX, path, text="An answer")
    assert status == 403
    assert "messages:send" in page


async def test_who_may_look_only_notes(staffroom: Any) -> None:
    message = await staffroom.receive("A question")
    path = f"/inbox/all/{message['conversation_id']}/answer"
    note = {"text": "Ask Luc", "as": "note"}
    status, _ = await tried(staffroom, Scope.INBOX, path, **note)
    assert status == 303
