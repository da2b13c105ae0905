"""How long customers of an inbox may wait, over HTTP."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope

PATH = "/v1/inboxes/main/targets"
DEFAULT = {
    "answer_minutes": 60,
    "due_soon_percent": 50,
    "escalate_percent": 150,
    "reassign_minutes": None,
}


async def put(api: Any, body: object, *, status: int = 200, scope: Scope = Scope.MANAGE) -> Any:
    headers = await api.token(scope)
    async with api.tcp.put(PATH, json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None)


@pytest.fixture(autouse=True)
async def _inbox(api: Any) -> None:
    from gatewayd.services.inboxes import seed_inboxes  # noqa: PLC0415 - of the daemon's start

    context = api.context
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)


async def test_an_inbox_has_targets_before_anybody_sets_some(api: Any) -> None:
    assert await api.admin("GET", PATH) == {**DEFAULT, "inherited": True, "version": 1}


async def test_a_manager_sets_them(api: Any) -> None:
    wanted = {"answer_minutes": 15, "reassign_minutes": 30, "escalate_percent": None}
    shown = {**DEFAULT, **wanted, "inherited": False, "version": 2}
    assert await put(api, wanted) == shown
    assert await api.admin("GET", PATH) == shown
    again = {**DEFAULT, "inherited": False, "version": 3}
    assert await put(api, {"answer_minutes": 60, "version": 2}) == again
    events = await api.admin("GET", "/v1/events", headers={"Accept": "application/json"})
    assert events["items"][-1]["type"] == "inbox.updated"
    assert events["items"][-1]["data"]["fields"] == ["targets"]


@pytest.mark.parametrize(
    "body",
    [
        {"answer_minutes": 0},
        {"answer_minutes": "60"},
        {"due_soon_percent": 100, "answer_minutes": 60},
        {"due_soon_percent": None, "answer_minutes": 60},
        {"escalate_percent": 99, "answer_minutes": 60},
        {"reassign_minutes": 0, "answer_minutes": 60},
        {"minutes": 5, "answer_minutes": 60},
    ],
)
async def test_what_makes_no_sense_is_refused(api: Any, body: dict[str, object]) -> None:
    refused = await put(api, body, status=422)
    assert refused["errors"][0]["pointer"] == f"/{next(iter(body))}"
    assert (await api.admin("GET", PATH))["inherited"]


async def test_an_agent_sets_none(api: Any) -> None:
    refused = await put(api, {"answer_minutes": 60}, status=403, scope=Scope.INBOX)
    assert refused["code"] == "scope_missing"


async def test_an_outdated_change_and_an_unknown_inbox_are_refused(api: Any) -> None:
    await put(api, {"answer_minutes": 60})
    assert (await put(api, {"answer_minutes": 60, "version": 1}, status=409))[
        "code"
    ] == "changed_meanwhile"
    await api.admin("GET", "/v1/inboxes/other/targets", status=404)
    body = {"answer_minutes": 60}
    await api.admin("PUT", "/v1/inboxes/other/targets", json=body, status=404)
