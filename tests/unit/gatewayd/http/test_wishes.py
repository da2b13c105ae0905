"""How people wish to be told, over HTTP: their own, or anybody's for a manager."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope

WANTED = {
    "mine": ["sms"],
    "team": [],
    "overdue": ["page", "email"],
    "new_mine": ["sms"],
    "new_team": [],
    "handed": ["email"],
    "mention": ["page"],
    "take_back": True,
    "daily_digest": "every_day",
}


async def user(api: Any, name: str = "marie") -> str:
    body = {"name": name, "display_name": name.title()}
    return str((await api.admin("POST", "/v1/users", status=201, json=body))["id"])


async def test_there_are_wishes_before_anybody_has_said_some(api: Any) -> None:
    path = f"/v1/users/{await user(api)}/notifications"
    assert await api.admin("GET", path) == {
        "mine": ["page", "email"],
        "team": ["page"],
        "overdue": ["page", "email"],
        "new_mine": ["page"],
        "new_team": ["page"],
        "handed": ["page", "email"],
        "mention": ["page", "email"],
        "take_back": False,
        "daily_digest": "open_days",
        "inherited": True,
    }


async def test_a_manager_sets_anybodys(api: Any) -> None:
    path = f"/v1/users/{await user(api)}/notifications"
    headers = await api.token(Scope.MANAGE, Scope.INBOX)
    async with api.tcp.put(path, json=WANTED, headers=headers) as answer:
        assert answer.status == 200
        assert await answer.json() == {**WANTED, "inherited": False}
    assert await api.admin("GET", path) == {**WANTED, "inherited": False}


async def test_an_agents_program_sees_and_sets_none(api: Any) -> None:
    path = f"/v1/users/{await user(api)}/notifications"
    headers = await api.token(Scope.INBOX)
    async with api.tcp.get(path, headers=headers) as answer:
        assert answer.status == 403
    async with api.tcp.put(path, json=WANTED, headers=headers) as answer:
        assert answer.status == 403
    assert (await api.admin("GET", path))["inherited"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"mine": ["pigeon"], "team": [], "overdue": []},
        {"mine": "page", "team": [], "overdue": []},
        {"mine": [], "team": []},
    ],
)
async def test_what_makes_no_sense_is_refused(api: Any, body: object) -> None:
    path = f"/v1/users/{await user(api)}/notifications"
    await api.admin("PUT", path, status=422, json=body)


async def test_nobody_has_no_wishes(api: Any) -> None:
    await api.admin("GET", "/v1/users/usr_x/notifications", status=404)
    await api.admin("PUT", "/v1/users/usr_x/notifications", status=404, json=WANTED)
