"""Contacts that are written down before anything was sent to them."""

from typing import Any

import pytest
from sqlalchemy import select

from storage.schema import idempotency_keys

AMELIE = {
    "numbers": ["514 555-0123", "(514) 555-0124"],
    "name": "Amélie",
    "language": "fr",
    "tags": ["vip"],
    "notes": "Likes mornings",
    "external_id": "crm-7",
}


async def add(api: Any, body: Any = None, status: int = 201, **options: Any) -> Any:
    given = AMELIE if body is None else body
    return await api.admin("POST", "/v1/contacts", status=status, json=given, **options)


async def test_a_contact_is_written_down(api: Any) -> None:
    made = await add(api)
    assert [each["number"] for each in made["numbers"]] == ["+15145550123", "+15145550124"]
    assert {name: made[name] for name in AMELIE if name != "numbers"} == {
        name: value for name, value in AMELIE.items() if name != "numbers"
    }
    assert await api.admin("GET", f"/v1/contacts/{made['id']}") == made
    assert (await api.admin("GET", "/v1/contacts?q=amelie"))["items"] == [made]


async def test_a_number_is_all_that_it_needs(api: Any) -> None:
    made = await add(api, {"numbers": ["+33 6 12 34 56 78"]})
    assert (made["name"], made["tags"]) == (None, [])
    assert made["numbers"][0]["number"] == "+33612345678"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"numbers": ["514 555-9999", "5145550124"]}, "numbers"),
        ({"numbers": ["514 555-9999"], "external_id": "crm-7"}, "external_id"),
    ],
)
async def test_nobody_is_written_down_twice(api: Any, body: Any, field: str) -> None:
    made = await add(api)
    answer = await add(api, body, 409)
    assert answer["code"] == "already_taken"
    assert made["id"] in answer["detail"]
    assert answer["errors"][0]["pointer"] == f"/{field}"
    assert len((await api.admin("GET", "/v1/contacts"))["items"]) == 1


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"numbers": ["514 555-0123", "12"]}, "number_too_short", "/numbers/1"),
        ({"numbers": []}, "invalid_request", "/numbers"),
        ({"name": "Amélie"}, "invalid_request", "/numbers"),
        ({**AMELIE, "name": "two\nlines"}, "invalid_request", "/name"),
        ({**AMELIE, "blocked": True}, "invalid_request", "/blocked"),
    ],
)
async def test_what_is_wrong_is_told(api: Any, body: Any, code: str, pointer: str) -> None:
    answer = await add(api, body, 422)
    assert answer["code"] == code
    assert answer["errors"][0]["pointer"] == pointer
    assert (await api.admin("GET", "/v1/contacts"))["items"] == []


async def test_the_same_key_gives_the_same_contact(api: Any) -> None:
    key = {"headers": {"Idempotency-Key": "till-1"}}
    made = await add(api, **key)
    assert await add(api, **key) == made
    answer = await add(api, {"numbers": ["514 555-9999"]}, 422, **key)
    assert answer["code"] == "idempotency_mismatch"
    assert len((await api.admin("GET", "/v1/contacts"))["items"]) == 1


async def test_a_refused_contact_does_not_use_up_its_key(api: Any) -> None:
    first = await add(api)
    key = {"headers": {"Idempotency-Key": "till-1"}}
    await add(api, **key, status=409)
    await api.admin("POST", f"/v1/contacts/{first['id']}/erase", json={"reason": "asked"})
    assert (await add(api, **key))["id"] != first["id"]


async def test_a_key_keeps_nothing_of_whom_it_made(api: Any) -> None:
    key = {"headers": {"Idempotency-Key": "till-1"}}
    made = await add(api, **key)
    async with api.context.store.read() as tx:
        kept = (await tx.execute(select(idempotency_keys.c.body))).scalars().all()
    assert kept == [{"id": made["id"]}]
    await api.admin("POST", f"/v1/contacts/{made['id']}/erase", json={"reason": "asked"})
    assert (await add(api, **key, status=410))["code"] == "contact_gone"


async def test_who_sees_certain_inboxes_only_makes_none(staffroom: Any) -> None:
    await staffroom.inboxes("main")
    marie = await staffroom.enter("marie", inboxes=["main"])
    answer = await marie.ask("POST", "/v1/contacts", status=403, json=AMELIE)
    assert answer["code"] == "inbox_not_yours"
    luc = await staffroom.enter("luc")
    await luc.ask("POST", "/v1/contacts", status=201, json=AMELIE)


async def test_an_opt_out_of_before_holds(api: Any) -> None:
    made = await add(api)
    said = {"what": "opted_out", "reason": "on the telephone"}
    await api.admin("POST", f"/v1/contacts/{made['id']}/consent", json=said)
    await api.admin("POST", f"/v1/contacts/{made['id']}/erase", json={"reason": "asked"})
    again = await add(api)
    consent = await api.admin("GET", f"/v1/contacts/{again['id']}/consent")
    assert [each["inbox"] for each in consent["opted_out"]] == ["main"]
