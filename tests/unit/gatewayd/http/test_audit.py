"""The audit journal over HTTP: who may read it, what stands in it, what a look at a chain says."""

from typing import Any

import pytest

from gatewayd.http.context import HttpContext
from gatewayd.services.audits import Audits
from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.tokens import Principal, PrincipalType, Scope
from storage.engine import Store
from storage.errors import StoreUnavailable


@pytest.fixture(autouse=True)
async def _inboxes(context: HttpContext) -> None:
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)


async def rows(api: Any, query: str = "") -> list[Any]:
    items: list[Any] = (await api.admin("GET", f"/v1/audit{query}"))["items"]
    return items


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/verification"])
async def test_only_who_manages_may_read_it(api: Any, path: str) -> None:
    agent = await api.token(Scope.INBOX, Scope.MESSAGES_READ, Scope.SUPERVISE)
    manager = await api.token(Scope.MANAGE)
    async with api.tcp.get(path, headers=agent) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "scope_missing")
    async with api.tcp.get(path, headers=manager) as answer:
        assert answer.status == 200


async def test_what_was_done_is_told_with_who_did_it(api: Any) -> None:
    body = {"name": "till", "scopes": ["messages:send"]}
    made = await api.admin("POST", "/v1/tokens", status=201, json=body)
    await api.admin("DELETE", f"/v1/tokens/{made['id']}", status=204)
    message = await api.send()
    await api.admin("POST", f"/v1/messages/{message['id']}/cancel")
    await api.admin("PATCH", "/v1/inboxes/main", json={"display_name": "Front"})

    found = await rows(api)

    assert [row["number"] for row in found] == [4, 3, 2, 1]
    assert [(row["action"], row["subject"]) for row in reversed(found)] == [
        ("token.created", made["id"]),
        ("token.revoked", made["id"]),
        ("message.canceled", message["id"]),
        ("inbox.updated", "main"),
    ]
    assert found[-1]["data"] == {"name": "till", "scopes": ["messages:send"]}
    assert found[0]["actor"]["id"].startswith("uid:")
    assert made["token"] not in str(found)


async def test_an_actor_has_a_name_where_it_is_known(api: Any) -> None:
    till = await api.token(name="till")
    async with api.tcp.patch("/v1/inboxes/main", headers=till, json={"display_name": "A"}) as done:
        assert done.status == 200
    (row,) = await rows(api, "?action=inbox.updated")
    assert row["actor"]["name"] == "till"


async def test_pages_go_on_to_the_end(api: Any) -> None:
    for number in range(5):
        await api.admin("PATCH", "/v1/inboxes/main", json={"display_name": f"Shop {number}"})
    seen, cursor = [], ""
    while cursor is not None:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = await api.admin("GET", f"/v1/audit{query}")
        seen += [row["number"] for row in page["items"]]
        cursor = page["next"]
    assert seen == [5, 4, 3, 2, 1]
    assert (await api.admin("GET", "/v1/audit?cursor=x", status=422))["errors"]


async def test_verification(api: Any) -> None:
    await api.admin("PATCH", "/v1/inboxes/main", json={"display_name": "A"})
    found = await api.admin("GET", "/v1/audit/verification")
    (row,) = await rows(api)
    assert found == {
        "whole": True,
        "rows": 1,
        "head": row["hash"],
        "breach": None,
        "at": None,
        "expected": None,
    }
    known = await api.admin("GET", f"/v1/audit/verification?expect={row['hash']}")
    assert (known["whole"], known["expected"]) == (True, True)
    other = await api.admin("GET", f"/v1/audit/verification?expect={'0' * 63}1")
    assert (other["whole"], other["expected"]) == (False, False)
    await api.admin("GET", "/v1/audit/verification?expect=xyz", status=422)


def person(name: str) -> Principal:
    return Principal(type=PrincipalType.PERSON, id=f"usr_{name}", name=name, scopes=frozenset())


async def test_a_person_s_look_is_noted_once_in_five_minutes(api: Any) -> None:
    audits = Audits(store=api.context.store, clock=api.clock)
    await audits.looked("cnv_1", by=person("A"))
    await audits.looked("cnv_1", by=person("A"))
    await audits.looked("cnv_1", by=person("B"))
    await audits.looked("cnv_2", by=person("A"))
    api.clock.ms += 5 * 60_000
    await audits.looked("cnv_1", by=person("A"))
    found = await rows(api, "?action=conversation.viewed")
    assert [(row["actor"]["id"], row["subject"]) for row in reversed(found)] == [
        ("usr_A", "cnv_1"),
        ("usr_B", "cnv_1"),
        ("usr_A", "cnv_2"),
        ("usr_A", "cnv_1"),
    ]


async def test_a_program_s_reading_is_no_look(api: Any) -> None:
    conversation = (await api.send())["conversation_id"]
    await api.admin("GET", f"/v1/conversations/{conversation}")
    assert await rows(api, "?action=conversation.viewed") == []


async def test_to_read_one_message_is_a_look_at_its_conversation(api: Any, staffroom: Any) -> None:
    message = await staffroom.receive()
    marie = await staffroom.enter("marie")
    for path in (f"messages/{message['id']}", f"conversations/{message['conversation_id']}"):
        await marie.ask("GET", f"/v1/{path}")
    found = await rows(api, "?action=conversation.viewed")
    looks = [(row["actor"]["id"], row["subject"]) for row in found]
    assert looks == [(marie.person["id"], message["conversation_id"])]


async def test_a_look_is_possible_though_no_note_can_be_taken(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    audits = Audits(store=api.context.store, clock=api.clock)

    def full(_store: Store) -> Any:
        raise StoreUnavailable(reason="the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "write", full)
        await audits.looked("cnv_1", by=person("A"))
    await audits.looked("cnv_1", by=person("A"))
    assert len(await rows(api, "?action=conversation.viewed")) == 1
