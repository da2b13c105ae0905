"""What a person sees and sets of themselves, and what they cannot."""

from typing import Any

import pytest

from gatewayd.services.tokens import Scope

OWN = "/v1/session/person"


async def test_an_agent_sets_what_is_their_own(staffroom: Any) -> None:
    marie = await staffroom.enter("marie")
    wanted = {
        "display_name": "Marie T.",
        "language": "fr",
        "phone": "514 555-0188",
        "email": "marie@example.org",
        "notify": ["page"],
        "signature": "{first_name} de {business}",
    }
    set_ = await marie.ask("PATCH", OWN, json=wanted)
    assert {name: set_[name] for name in wanted} == wanted | {"phone": "+15145550188"}
    assert await marie.ask("GET", OWN) == set_
    assert (set_["id"], set_["role"]) == (marie.person["id"], "agent")
    less = await marie.ask("PATCH", OWN, json={"phone": None, "version": set_["version"]})
    assert (less["phone"], less["email"]) == (None, "marie@example.org")


@pytest.mark.parametrize(
    "more",
    [
        {"role": "admin"},
        {"inboxes": None},
        {"shifts": "Mo-Su"},
        {"name": "boss"},
        {"delegate": "usr_1"},
        {"email": "nobody"},
        {"phone": "24365"},
        {"signature": "{secret}"},
        {"display_name": ""},
    ],
)
async def test_rank_and_nonsense_are_refused(staffroom: Any, more: dict[str, Any]) -> None:
    marie = await staffroom.enter("marie")
    before = await marie.ask("GET", OWN)
    await marie.ask("PATCH", OWN, status=422, json=more)
    assert await marie.ask("GET", OWN) == before


async def test_what_was_changed_meanwhile_or_is_anothers_is_not_taken(staffroom: Any) -> None:
    marie, eloi = await staffroom.enter("marie"), await staffroom.enter("eloi")
    was = await marie.ask("GET", OWN)
    await marie.ask("PATCH", OWN, json={"phone": "+15145550188"})
    late = {"language": "en", "version": was["version"]}
    refused = await marie.ask("PATCH", OWN, status=409, json=late)
    assert refused["code"] == "changed_meanwhile"
    taken = await eloi.ask("PATCH", OWN, status=409, json={"phone": "+15145550188"})
    assert taken["code"] == "already_taken"


async def test_a_program_has_no_person(api: Any) -> None:
    refused = await api.admin("GET", OWN, status=403)
    assert refused["code"] == "session_required"


async def test_where_one_is_reached_in_private_is_for_oneself_and_managers(
    staffroom: Any, api: Any
) -> None:
    marie = await staffroom.enter("marie", phone="+15145550188", email="marie@example.org")
    luc = await staffroom.enter("luc")
    boss = await staffroom.enter("boss", role="manager")
    path = f"/v1/users/{marie.person['id']}"
    there = ("+15145550188", "marie@example.org")
    for reader, known in ((marie, there), (boss, there), (luc, (None, None))):
        listed = (await reader.ask("GET", "/v1/users"))["items"]
        for shown in (*listed, await reader.ask("GET", path)):
            if shown["id"] == marie.person["id"]:
                assert (shown["phone"], shown["email"]) == known
    crm = await api.token(Scope.INBOX)
    async with api.tcp.get(path, headers=crm) as answer:
        shown = await answer.json()
    assert (shown["phone"], shown["email"]) == there
