"""Contacts over HTTP: found however the number is written, edited, blocked."""

from typing import Any

import pytest

from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

CUSTOMER = "+15145550123"


async def receive(api: Any, sender: str = CUSTOMER) -> None:
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=sender,
        to_number=None,
        text="hello",
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with api.context.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)


async def find(api: Any, query: str = "") -> list[Any]:
    items: list[Any] = (await api.admin("GET", f"/v1/contacts{query}"))["items"]
    return items


async def only(api: Any) -> Any:
    (contact,) = await find(api)
    return contact


async def edit(api: Any, contact: Any, status: int = 200, **fields: Any) -> Any:
    return await api.admin("PATCH", f"/v1/contacts/{contact['id']}", status=status, json=fields)


async def test_whoever_writes_is_a_contact(api: Any) -> None:
    await receive(api)
    contact = await only(api)
    assert contact.pop("id").startswith("con_")
    assert contact == {
        "name": None,
        "language": None,
        "numbers": [{"number": CUSTOMER, "kind": "e164", "answerable": True}],
        "tags": [],
        "notes": None,
        "external_id": None,
        "updated_at": "2026-12-01T12:00:00.000Z",
        "blocked_at": None,
        "spoken_language": None,
        "created_at": "2026-12-01T12:00:00.000Z",
        "version": 1,
    }


@pytest.mark.parametrize("written", ["%2B1 514 555 0123", "5145550123", "(514) 555-0123"])
async def test_a_number_is_found_however_it_is_written(api: Any, written: str) -> None:
    await receive(api)
    await receive(api, "24365")
    (found,) = await find(api, f"?number={written}")
    assert found["numbers"][0]["number"] == CUSTOMER


async def test_what_is_known_of_it_is_set_and_taken_away(api: Any) -> None:
    await receive(api)
    contact = await only(api)
    known = {"name": "Amélie", "language": "fr", "notes": "Likes mornings", "tags": ["vip"]}

    changed = await edit(api, contact, **known)

    assert {name: changed[name] for name in known} == known
    assert changed["version"] == 2
    changed = await edit(api, contact, notes=None)
    assert (changed["notes"], changed["name"], changed["tags"]) == (None, "Amélie", ["vip"])
    assert await find(api, "?tag=vip") == await find(api, "?q=amelie") == [changed]
    assert await find(api, "?q=5550123") == [changed]
    assert await find(api, "?tag=other") == []


async def test_a_change_of_what_has_changed_is_refused(api: Any) -> None:
    await receive(api)
    contact = await only(api)
    await edit(api, contact, name="Amélie", version=1)
    refused = await edit(api, contact, status=409, name="Zoé", version=1)
    assert refused["code"] == "changed_meanwhile"
    assert (await only(api))["name"] == "Amélie"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, ""),
        ({"version": 1}, ""),
        ({"version": 10**30, "name": "x"}, "/version"),
        ({"name": "two\nlines"}, "/name"),
        ({"language": "de"}, "/language"),
        ({"tags": None}, "/tags"),
        ({"tags": [""]}, "/tags/0"),
    ],
)
async def test_a_bad_change_is_refused(api: Any, fields: dict[str, Any], pointer: str) -> None:
    await receive(api)
    refused = await edit(api, await only(api), status=422, **fields)
    assert refused["errors"][0]["pointer"] == pointer


async def test_a_blocked_contact_is_kept_apart(api: Any) -> None:
    await receive(api)
    contact = await only(api)
    path = f"/v1/contacts/{contact['id']}"

    blocked = await api.admin("POST", f"{path}/block")

    assert blocked["blocked_at"] is not None
    assert await api.admin("POST", f"{path}/block") == blocked
    await receive(api)
    assert (await api.admin("GET", "/v1/conversations"))["items"] == []
    (conversation,) = (await api.admin("GET", "/v1/conversations?blocked=true"))["items"]
    assert (conversation["unanswered_since"], conversation["contact"]["blocked"]) == (None, True)
    assert conversation["contact"]["answerable"] is False
    refused = await api.admin(
        "POST",
        f"/v1/conversations/{conversation['id']}/messages",
        status=409,
        json={"text": "Hello?"},
    )
    assert refused["code"] == "contact_blocked"
    assert await find(api, "?blocked=true") == [blocked]
    assert await find(api, "?blocked=false") == []

    assert (await api.admin("POST", f"{path}/unblock"))["blocked_at"] is None
    await receive(api)
    (conversation,) = (await api.admin("GET", "/v1/conversations"))["items"]
    assert conversation["unanswered_since"] is not None


async def test_pages_are_newest_first(api: Any) -> None:
    for number in range(3):
        await receive(api, f"+151455501{number:02}")
    first = await api.admin("GET", "/v1/contacts?limit=2")
    rest = await api.admin("GET", f"/v1/contacts?limit=2&cursor={first['next']}")
    items = first["items"] + rest["items"]
    assert [one["numbers"][0]["number"][-2:] for one in items] == ["02", "01", "00"]
    assert rest["next"] is None


@pytest.mark.parametrize(("method", "more"), [("GET", ""), ("POST", "/block"), ("PATCH", "")])
async def test_there_is_no_such_contact(api: Any, method: str, more: str) -> None:
    options = {"json": {"name": "x"}} if method == "PATCH" else {}
    body = await api.admin(method, f"/v1/contacts/con_none{more}", status=404, **options)
    assert body["code"] == "not_found"


async def test_events_tell_who_changed_which_contact(api: Any) -> None:
    await receive(api)
    contact = await only(api)
    await edit(api, contact, name="Amélie")
    await api.admin("POST", f"/v1/contacts/{contact['id']}/block")
    page = await api.admin(
        "GET", "/v1/events?types=contact.updated", headers={"Accept": "application/json"}
    )
    told = [event["data"] for event in page["items"]]
    assert [data["id"] for data in told] == [contact["id"]] * 2
    assert all(data["by"].startswith("uid:") for data in told)
    assert told[1]["blocked"] is True
    assert "Amélie" not in str(page)
