"""How long an inbox keeps what was written, over HTTP; and that nobody can delete a message."""

from typing import Any

import pytest

from gatewayd.http.app import ROUTES
from gatewayd.http.context import HttpContext
from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.tokens import Scope

PATH = "/v1/inboxes/main/retention"


@pytest.fixture(autouse=True)
async def _inboxes(context: HttpContext) -> None:
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)


async def test_a_manager_sets_it_and_it_is_in_the_audit(api: Any) -> None:
    assert await api.admin("GET", PATH) == {"keep_days": None}
    manager = await api.token(Scope.MANAGE)
    async with api.tcp.put(PATH, headers=manager, json={"keep_days": 365}) as answer:
        assert (answer.status, await answer.json()) == (200, {"keep_days": 365})
    assert await api.admin("GET", PATH) == {"keep_days": 365}
    (told,) = (await api.admin("GET", "/v1/audit?action=inbox.updated"))["items"]
    assert told["data"]["keep_days"] == 365


async def test_what_cannot_be(api: Any) -> None:
    agent = await api.token(Scope.INBOX)
    async with api.tcp.put(PATH, headers=agent, json={"keep_days": 1}) as answer:
        assert answer.status == 403
    other = "/v1/inboxes/none/retention"
    await api.admin("PUT", other, status=404, json={"keep_days": 1})
    await api.admin("GET", other, status=404)
    await api.admin("PUT", PATH, status=422, json={"keep_days": -1})


def test_nobody_can_delete_what_was_written() -> None:
    """Not by any route: erasing a customer and age are the only ways, and both are told."""
    deletes = {route.path for route in ROUTES if route.method == "DELETE"}
    assert deletes
    kept = ("/v1/messages", "/v1/conversations/{id}/messages", "/v1/conversations/{id}/notes")
    assert [path for path in deletes if path.startswith(kept)] == []
    assert deletes.isdisjoint({"/v1/conversations/{id}", "/v1/contacts/{id}"})
