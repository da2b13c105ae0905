"""Who may do what: one table, held against each route for each role, over HTTP.

A new route fails here until somebody has decided who may use it.
"""

import re
from enum import IntEnum
from typing import Any

import pytest

from gatewayd.http.app import ROUTES
from gatewayd.http.route import Route


class Needed(IntEnum):
    """What one must be; who is more may do it too."""

    OPEN = 0
    LOGGED_IN = 1
    AGENT = 2
    MANAGER = 3
    ADMIN = 4


OPEN, LOGGED_IN, AGENT, MANAGER, ADMIN = Needed
ANY = LOGGED_IN
"""From elsewhere: whoever can say who they are."""

TABLE = {
    "POST /v1/messages": AGENT,
    "GET /v1/messages": AGENT,
    "POST /v1/messages/preview": AGENT,
    "GET /v1/messages/{id}": AGENT,
    "POST /v1/messages/{id}/cancel": AGENT,
    "POST /v1/messages/{id}/resolve": AGENT,
    "POST /v1/messages/decode": ADMIN,
    "GET /v1/conversations": AGENT,
    "GET /v1/conversations/{id}": AGENT,
    "PATCH /v1/conversations/{id}": AGENT,
    "POST /v1/conversations/{id}/messages": AGENT,
    "POST /v1/conversations/{id}/preview": AGENT,
    "GET /v1/conversations/counts": AGENT,
    "GET /v1/conversations/views": AGENT,
    "POST /v1/conversations/{id}/presence": AGENT,
    "GET /v1/conversations/{id}/presence": AGENT,
    "POST /v1/conversations/{id}/read": AGENT,
    "POST /v1/conversations/{id}/unread": AGENT,
    "POST /v1/conversations/{id}/notes": AGENT,
    "POST /v1/conversations/{id}/assign": AGENT,
    "POST /v1/conversations/{id}/close": AGENT,
    "POST /v1/conversations/{id}/reopen": AGENT,
    "POST /v1/conversations/{id}/snooze": AGENT,
    "GET /v1/contacts": AGENT,
    "POST /v1/contacts": AGENT,
    "GET /v1/contacts/{id}": AGENT,
    "PATCH /v1/contacts/{id}": AGENT,
    "POST /v1/contacts/{id}/block": AGENT,
    "POST /v1/contacts/{id}/unblock": AGENT,
    "GET /v1/contacts/{id}/consent": AGENT,
    "POST /v1/contacts/{id}/consent": AGENT,
    "GET /v1/contacts/former": AGENT,
    "POST /v1/contacts/{id}/merge": AGENT,
    "POST /v1/contacts/{id}/split": AGENT,
    "POST /v1/contacts/{id}/erase": MANAGER,
    "GET /v1/conversations/{id}/export": MANAGER,
    "GET /v1/export": MANAGER,
    "POST /v1/contacts/import": MANAGER,
    "GET /v1/contacts/export": MANAGER,
    "GET /v1/settings": AGENT,
    "PATCH /v1/settings": MANAGER,
    "GET /trust": OPEN,
    "GET /trust/authority.crt": OPEN,
    "GET /v1/search": AGENT,
    "GET /v1/supervision": MANAGER,
    "GET /v1/supervision/digest": MANAGER,
    "GET /v1/users/{id}/notifications": AGENT,
    "PUT /v1/users/{id}/notifications": AGENT,
    "GET /v1/inboxes": AGENT,
    "GET /v1/inboxes/{name}": AGENT,
    "PATCH /v1/inboxes/{name}": MANAGER,
    "GET /v1/inboxes/{name}/retention": AGENT,
    "PUT /v1/inboxes/{name}/retention": MANAGER,
    "GET /v1/inboxes/{name}/targets": AGENT,
    "PUT /v1/inboxes/{name}/targets": MANAGER,
    "GET /v1/session/person": LOGGED_IN,
    "PATCH /v1/session/person": LOGGED_IN,
    "GET /v1/users": AGENT,
    "POST /v1/users": MANAGER,
    "GET /v1/users/{id}": AGENT,
    "PATCH /v1/users/{id}": MANAGER,
    "GET /v1/users/{id}/absences": AGENT,
    "POST /v1/users/{id}/absences": AGENT,
    "DELETE /v1/users/{id}/absences/{absence}": AGENT,
    "POST /v1/users/{id}/link": MANAGER,
    "PUT /v1/users/{id}/password": ADMIN,
    "POST /v1/users/{id}/suspend": MANAGER,
    "POST /v1/users/{id}/unsuspend": MANAGER,
    "GET /v1/teams": AGENT,
    "POST /v1/teams": MANAGER,
    "GET /v1/teams/{id}": AGENT,
    "PATCH /v1/teams/{id}": MANAGER,
    "GET /v1/rules": AGENT,
    "PUT /v1/rules": MANAGER,
    "POST /v1/rules/check": MANAGER,
    "POST /v1/rules/preview": AGENT,
    "GET /v1/rules/history": AGENT,
    "GET /v1/rules/history/{version}": AGENT,
    "GET /v1/templates": AGENT,
    "PUT /v1/templates/{name}": MANAGER,
    "DELETE /v1/templates/{name}": MANAGER,
    "GET /v1/saved-replies": AGENT,
    "POST /v1/saved-replies": AGENT,
    "GET /v1/saved-replies/{id}": AGENT,
    "PATCH /v1/saved-replies/{id}": AGENT,
    "DELETE /v1/saved-replies/{id}": AGENT,
    "POST /v1/saved-replies/{id}/render": AGENT,
    "GET /v1/modems": AGENT,
    "GET /v1/modems/found": ADMIN,
    "GET /v1/modems/{name}": AGENT,
    "POST /v1/modems/{name}/restart": MANAGER,
    "POST /v1/modems/{name}/mute": MANAGER,
    "POST /v1/modems/{name}/unmute": MANAGER,
    "POST /v1/modems/{name}/confirm-sim": MANAGER,
    "GET /v1/modems/{name}/incidents": AGENT,
    "POST /v1/modems/{name}/ussd": ADMIN,
    "POST /v1/modems/{name}/at": ADMIN,
    "GET /v1/events": AGENT,
    "POST /v1/webhooks": ADMIN,
    "GET /v1/webhooks": ADMIN,
    "GET /v1/webhooks/{id}": ADMIN,
    "PATCH /v1/webhooks/{id}": ADMIN,
    "DELETE /v1/webhooks/{id}": ADMIN,
    "POST /v1/webhooks/{id}/rotate": ADMIN,
    "GET /v1/webhooks/{id}/deliveries": ADMIN,
    "GET /v1/webhooks/{id}/deliveries/{delivery_id}": ADMIN,
    "POST /v1/webhooks/{id}/deliveries/{delivery_id}/resend": ADMIN,
    "POST /v1/webhooks/{id}/resend": ADMIN,
    "POST /v1/tokens": ADMIN,
    "GET /v1/tokens": ADMIN,
    "DELETE /v1/tokens/{id}": ADMIN,
    "POST /v1/session": OPEN,
    "POST /v1/session/link": OPEN,
    "GET /v1/session": LOGGED_IN,
    "DELETE /v1/session": LOGGED_IN,
    "GET /v1/session/all": LOGGED_IN,
    "DELETE /v1/session/all/{id}": LOGGED_IN,
    "POST /v1/session/password": LOGGED_IN,
    "GET /v1/audit": MANAGER,
    "GET /v1/audit/verification": MANAGER,
    "GET /healthz": ANY,
    "GET /readyz": ANY,
    "GET /metrics": ANY,
    "GET /openapi.json": OPEN,
    "GET /docs": OPEN,
}
ROLES = {"agent": AGENT, "manager": MANAGER, "admin": ADMIN}
# What ends the very session that asks.
_LAST = {"DELETE /v1/session"}
FROM_ELSEWHERE = {"X-Forwarded-For": "192.0.2.7", "Accept": "application/json"}


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _path(route: Route) -> str:
    """A path of this route, of something that there is not."""
    return re.sub(r"{\w+}", "x", route.path)


def test_each_route_has_an_entry_and_each_entry_a_route() -> None:
    assert {_name(route) for route in ROUTES} == set(TABLE)


async def _ask(client: Any, route: Route, headers: dict[str, str]) -> tuple[int, str]:
    # Whatever is let in is stopped by what it says: no body is an array.
    options: dict[str, Any] = {} if route.body is None else {"data": b"[]"}
    async with client.request(route.method, _path(route), headers=headers, **options) as answer:
        if answer.status < 400 or answer.content_type != "application/problem+json":
            return answer.status, ""
        return answer.status, (await answer.json(content_type=None))["code"]


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_do_what_the_table_says(staffroom: Any, role: str) -> None:
    browser = await staffroom.enter("somebody", role=role)
    headers = {"X-CSRF-Token": browser.session["csrf_token"]} | FROM_ELSEWHERE
    wrong = {}
    for route in sorted(ROUTES, key=lambda route: _name(route) in _LAST):
        status, code = await _ask(browser.client, route, headers)
        let_in = status != 401 and code not in {"scope_missing", "session_required"}
        if let_in != (ROLES[role] >= TABLE[_name(route)]):
            wrong[_name(route)] = (status, code)
    assert wrong == {}


@pytest.mark.parametrize("why", ["never", "expired", "logged_out", "suspended", "made_up"])
async def test_nobody_may_do_anything_by_what_is_no_session(
    api: Any, staffroom: Any, why: str
) -> None:
    anna = await staffroom.enter("anna", role="admin")
    headers = {"X-CSRF-Token": anna.session["csrf_token"]} | FROM_ELSEWHERE
    client = anna.client
    match why:
        case "never":
            client = await staffroom.stranger()
        case "made_up":
            client = await staffroom.stranger()
            client.cookie_jar.update_cookies({"gatewayd_session": "x" * 43})
        case "expired":
            api.clock.ms += 7 * 86_400_000
        case "logged_out":
            other = await staffroom.log_in(anna.person)
            await other.ask("DELETE", f"/v1/session/all/{anna.session['id']}", status=204)
        case "suspended":
            await staffroom.add("bea", role="admin")
            await api.admin("POST", f"/v1/users/{anna.person['id']}/suspend", json={})
    await _expect_nothing(client, headers)


async def test_nobody_may_do_anything_by_a_revoked_token(api: Any) -> None:
    body = {"name": "till", "scopes": ["admin"]}
    made = await api.admin("POST", "/v1/tokens", status=201, json=body)
    await api.admin("DELETE", f"/v1/tokens/{made['id']}", status=204)
    await _expect_nothing(api.tcp, {"Authorization": f"Bearer {made['token']}"} | FROM_ELSEWHERE)


async def _expect_nothing(client: Any, headers: dict[str, str]) -> None:
    wrong = {}
    for route in ROUTES:
        status, _ = await _ask(client, route, headers)
        if (status == 401) != (TABLE[_name(route)] > OPEN):
            wrong[_name(route)] = status
    assert wrong == {}


async def test_an_agent_notes_only_their_own_absence(staffroom: Any) -> None:
    marie, paul = await staffroom.enter("marie"), await staffroom.enter("paul")
    boss = await staffroom.enter("boss", role="manager")
    path = f"/v1/users/{paul.person['id']}/absences"
    refused = await marie.ask("POST", path, status=403, json={"kind": "sick"})
    assert refused["code"] == "absence_of_another"
    own = await paul.ask("POST", path, status=201, json={"kind": "sick"})
    refused = await marie.ask("DELETE", f"{path}/{own['id']}", status=403)
    assert refused["code"] == "absence_of_another"
    await boss.ask("DELETE", f"{path}/{own['id']}", status=204)
    await boss.ask("POST", path, status=201, json={"kind": "away"})


async def test_an_administrator_sets_a_password(api: Any, staffroom: Any) -> None:
    marie = await staffroom.enter("marie")
    path = f"/v1/users/{marie.person['id']}/password"
    refused = await api.admin("PUT", path, status=422, json={"password": "marie-marie"})
    assert refused["code"] == "password_unfit"
    await marie.ask("GET", "/v1/session")
    staffroom.password = "words that IT has chosen"
    await api.admin("PUT", path, status=204, json={"password": staffroom.password})
    await marie.ask("GET", "/v1/session", status=401)
    await staffroom.log_in(marie.person)
    await api.admin(
        "PUT", "/v1/users/usr_x/password", status=404, json={"password": "y" * 3 + " words"}
    )
