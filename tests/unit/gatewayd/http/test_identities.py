"""Merging, splitting and following contacts over HTTP."""

from typing import Any

import pytest

from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.tokens import Scope
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

MOBILE, WORK, OTHER = "+15145550123", "+15145550124", "+15145550125"


async def receive(api: Any, sender: str, text: str = "hello") -> None:
    api.clock.ms += 1000
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=sender,
        to_number=None,
        text=text,
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


async def contact(api: Any, number: str) -> Any:
    found = await api.admin("GET", "/v1/contacts", params={"number": number})
    (only,) = found["items"]
    return only


async def edit(api: Any, whom: Any, status: int = 200, **fields: Any) -> Any:
    return await api.admin("PATCH", f"/v1/contacts/{whom['id']}", status=status, json=fields)


async def merge(api: Any, into: Any, other: Any, status: int = 200) -> Any:
    path = f"/v1/contacts/{into['id']}/merge"
    return await api.admin("POST", path, status=status, json={"other": other["id"]})


async def split(api: Any, whom: Any, *numbers: str, status: int = 200) -> Any:
    path = f"/v1/contacts/{whom['id']}/split"
    return await api.admin("POST", path, status=status, json={"numbers": numbers})


async def timeline(api: Any, whom: Any) -> list[Any]:
    found = await api.admin("GET", "/v1/conversations", params={"contact": whom["id"]})
    (conversation,) = found["items"]
    detail = await api.admin("GET", f"/v1/conversations/{conversation['id']}")
    return [
        entry["message"]["text"] if entry["message"] else entry["type"]
        for entry in reversed(detail["timeline"]["items"])
    ]


@pytest.fixture
async def two(api: Any) -> tuple[Any, Any]:
    """One person with two telephones, not known to be one."""
    for number, text in ((MOBILE, "one"), (WORK, "two"), (MOBILE, "three")):
        await receive(api, number, text)
    return await contact(api, MOBILE), await contact(api, WORK)


async def test_what_passed_with_both_is_one_timeline(api: Any, two: tuple[Any, Any]) -> None:
    mobile, work = two
    await edit(api, mobile, tags=["vip"], notes="Mornings")
    await edit(api, work, name="Ana", tags=["garage"], notes="Has a dog", external_id="C-7")

    merged = await merge(api, mobile, work)

    assert [each["number"] for each in merged["numbers"]] == [MOBILE, WORK]
    assert merged["tags"] == ["garage", "vip"]
    assert (merged["name"], merged["external_id"]) == ("Ana", "C-7")
    assert merged["notes"] == "Mornings\n\nHas a dog"
    assert await timeline(api, merged) == ["one", "two", "three", "merged"]
    gone = await api.admin("GET", f"/v1/contacts/{work['id']}", status=410)
    assert (gone["code"], mobile["id"] in gone["detail"]) == ("contact_gone", True)
    told = await api.admin(
        "GET", "/v1/events?types=contact.merged", headers={"Accept": "application/json"}
    )
    assert told["items"][0]["data"]["merged"] == work["id"]
    (noted,) = (await api.admin("GET", "/v1/audit?action=contact.merged"))["items"]
    assert noted["subject"] == mobile["id"]


async def test_a_later_message_goes_on_in_the_one(api: Any, two: tuple[Any, Any]) -> None:
    merged = await merge(api, *two)
    await receive(api, WORK, "four")
    assert await timeline(api, merged) == ["one", "two", "three", "merged", "four"]


async def test_a_split_takes_what_passed_with_the_number(api: Any, two: tuple[Any, Any]) -> None:
    merged = await merge(api, *two)
    both = await split(api, merged, "514 555-0124")
    assert [each["number"] for each in both["contact"]["numbers"]] == [MOBILE]
    assert [each["number"] for each in both["split_off"]["numbers"]] == [WORK]
    assert await timeline(api, both["contact"]) == ["one", "three", "merged", "split"]
    assert await timeline(api, both["split_off"]) == ["two", "split"]


async def conversation(api: Any, whom: Any) -> Any:
    found = await api.admin("GET", "/v1/conversations", params={"contact": whom["id"]})
    return found["items"][0]


@pytest.mark.parametrize("how", ["messages", "close"])
async def test_who_was_answered_before_a_merge_does_not_wait_after_a_split(
    api: Any, how: str
) -> None:
    """The other has waited since before they wrote; that was never theirs."""
    await receive(api, WORK, "one")
    api.clock.ms += 1000
    await receive(api, MOBILE, "two")
    api.clock.ms += 1000
    mobile, work = await contact(api, MOBILE), await contact(api, WORK)
    path = f"/v1/conversations/{(await conversation(api, mobile))['id']}/{how}"
    if how == "messages":
        await api.admin("POST", path, status=202, json={"text": "answer"})
    else:
        await api.admin("POST", path)
    merged = await merge(api, mobile, work)
    assert (await conversation(api, merged))["unanswered_since"] is not None
    both = await split(api, merged, WORK)
    answered = await conversation(api, both["contact"])
    waits = await conversation(api, both["split_off"])
    assert (answered["unanswered_since"], answered["state"]) == (None, "waiting")
    assert (waits["state"], waits["unanswered_since"] is None) == ("open", False)


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([OTHER], "not_its_numbers"),
        ([MOBILE, WORK], "no_number_left"),
    ],
)
async def test_splits_that_cannot_be(
    api: Any, two: tuple[Any, Any], numbers: list[str], code: str
) -> None:
    merged = await merge(api, *two)
    assert (await split(api, merged, *numbers, status=422))["code"] == code
    assert (await split(api, {"id": "con_x"}, MOBILE, status=404))["code"] == "not_found"


async def test_merges_that_cannot_be(api: Any, two: tuple[Any, Any]) -> None:
    mobile, work = two
    await receive(api, UNKNOWN_SENDER)
    unknown = await contact(api, UNKNOWN_SENDER)
    assert (await merge(api, mobile, mobile, 422))["code"] == "same_contact"
    assert (await merge(api, mobile, {"id": "con_x"}, 422))["code"] == "contact_unknown"
    assert (await merge(api, {"id": "con_x"}, mobile, 404))["code"] == "not_found"
    assert (await merge(api, mobile, unknown, 409))["code"] == "not_a_person"
    await api.admin("POST", f"/v1/contacts/{work['id']}/block")
    assert (await merge(api, mobile, work, 409))["code"] == "blocked_differs"


async def test_an_opt_out_of_either_holds_for_both(api: Any, two: tuple[Any, Any]) -> None:
    mobile, work = two
    stop = {"what": "opted_out", "reason": "said so at the counter"}
    await api.admin("POST", f"/v1/contacts/{work['id']}/consent", json=stop)
    merged = await merge(api, mobile, work)
    sent = await api.admin("POST", "/v1/messages", status=422, json={"to": MOBILE, "text": "sale"})
    assert sent["code"] == "opted_out"
    both = await split(api, merged, WORK)
    for each in both.values():
        held = await api.admin("GET", f"/v1/contacts/{each['id']}/consent")
        assert len(held["opted_out"]) == 1


async def test_an_external_id_is_one_contact_s(api: Any, two: tuple[Any, Any]) -> None:
    mobile, work = two
    await edit(api, mobile, external_id="C-1")
    assert (await edit(api, work, 409, external_id="C-1"))["code"] == "already_taken"
    found = await api.admin("GET", "/v1/contacts", params={"external_id": "C-1"})
    assert [each["id"] for each in found["items"]] == [mobile["id"]]
    assert (await edit(api, mobile, external_id="C-1"))["external_id"] == "C-1"
    assert (await edit(api, mobile, external_id=None))["external_id"] is None


async def test_another_program_follows_what_changes_and_what_goes(
    api: Any, two: tuple[Any, Any]
) -> None:
    mobile, work = two
    api.clock.ms += 60_000
    since = "2026-12-01T12:01:00Z"
    assert (await api.admin("GET", f"/v1/contacts?updated_since={since}"))["items"] == []
    await edit(api, work, external_id="C-9")
    await merge(api, mobile, work)
    changed = await api.admin("GET", f"/v1/contacts?updated_since={since}")
    assert [each["id"] for each in changed["items"]] == [mobile["id"]]
    gone = await api.admin("GET", f"/v1/contacts/former?since={since}")
    assert [(each["id"], each["why"], each["into"]) for each in gone["items"]] == [
        (work["id"], "merged", mobile["id"])
    ]
    assert gone["items"][0]["external_id"] == "C-9"
    later = await api.admin("GET", "/v1/contacts/former?since=2027-01-01T00:00:00Z")
    assert later["items"] == []


async def test_a_change_of_what_was_changed_meanwhile_is_refused(
    api: Any, two: tuple[Any, Any]
) -> None:
    path = f"/v1/contacts/{two[0]['id']}"
    async with api.unix.get(path) as answer:
        tag = answer.headers["ETag"]
    async with api.unix.patch(path, json={"name": "A"}, headers={"If-Match": tag}) as answer:
        assert answer.status == 200
        assert answer.headers["ETag"] != tag
    async with api.unix.patch(path, json={"name": "B"}, headers={"If-Match": tag}) as answer:
        assert (await answer.json())["code"] == "changed_meanwhile"
    async with api.unix.patch(path, json={"name": "B"}, headers={"If-Match": '"x"'}) as answer:
        assert answer.status == 422
    async with api.unix.patch(path, json={"name": "B"}, headers={"If-Match": "*"}) as answer:
        assert answer.status == 200


async def test_who_has_no_inbox_scope_merges_nothing(api: Any, two: tuple[Any, Any]) -> None:
    till = await api.token(Scope.MESSAGES_SEND)
    path = f"/v1/contacts/{two[0]['id']}/merge"
    async with api.tcp.post(path, headers=till, json={"other": two[1]["id"]}) as answer:
        assert answer.status == 403
