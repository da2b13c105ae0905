"""Pages of contacts: found, added, changed, blocked, and what they want noted."""

import re
from typing import Any

import pytest

AMELIE = "+15145550123"
LUC = "+15145550124"


async def contact_of(room: Any, number: str = AMELIE, **more: Any) -> str:
    """Let somebody write, and give the id of the contact that they are."""
    message = await room.receive("Est-ce prêt?", sender=number, **more)
    path = f"/v1/conversations/{message['conversation_id']}"
    found: str = (await room.api.admin("GET", path))["contact"]["id"]
    return found


async def named(desk: Any, contact_id: str) -> Any:
    return await desk.ask(f"/v1/contacts/{contact_id}")


def places(page: str) -> list[str]:
    """The contacts that a list shows, in its order."""
    return re.findall(r'class="who"><a href="/contacts/(con_\w+)"', page)


async def test_contacts_are_found_by_name_number_and_tag(desk: Any, staffroom: Any) -> None:
    amelie, luc = await contact_of(staffroom), await contact_of(staffroom, LUC)
    known = {"name": "Amélie Roy", "tags": ["vip"]}
    await staffroom.api.admin("PATCH", f"/v1/contacts/{amelie}", json=known)
    await staffroom.api.admin("POST", f"/v1/contacts/{luc}/block")
    for query, expected in (
        ("", [luc, amelie]),
        ("?q=amelie", [amelie]),
        ("?q=555-0124", [luc]),
        ("?tag=vip", [amelie]),
        ("?blocked=yes", [luc]),
        ("?q=nobody", []),
        ("?tag=other", []),
    ):
        assert places(await desk.see(f"/contacts{query}")) == expected, query
    page = await desk.see("/contacts")
    assert '<option value="vip">' in page
    assert "(514) 555-0124" in page
    await desk.see("/contacts?after=con_x", status=404)


async def test_the_list_goes_on(desk: Any, staffroom: Any) -> None:
    for at in range(52):
        await staffroom.api.admin(
            "POST", "/v1/contacts", status=201, json={"numbers": [f"514555{1000 + at}"]}
        )
    first = await desk.see("/contacts")
    more = re.search(r'href="(/contacts\?after=[^"]+)" data-more', first)
    assert more
    rest = await desk.see(more[1])
    assert (len(places(first)), len(places(rest))) == (50, 2)
    assert not set(places(first)) & set(places(rest))
    assert "data-more" not in rest


async def test_a_contact_is_added_once(desk: Any) -> None:
    page = await desk.see("/contacts/new")
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    written = {
        "numbers": "514 555-0123, (514) 555-0124",
        "name": "  Amélie   Roy ",
        "language": "fr",
        "tags": "vip, fidèle",
        "notes": "Le matin",
        "external_id": "crm-7",
        "once": once[1],
    }
    place = await desk.send("/contacts/new", **written)
    assert await desk.send("/contacts/new", **written) == place
    made = await named(desk, place.removeprefix("/contacts/"))
    assert [each["number"] for each in made["numbers"]] == [AMELIE, LUC]
    assert (made["name"], made["language"], made["tags"]) == ("Amélie Roy", "fr", ["fidèle", "vip"])
    assert (made["notes"], made["external_id"]) == ("Le matin", "crm-7")
    page = await desk.send("/contacts/new", status=422, **written | {"name": "Another"})
    assert "This form was sent before" in page


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"numbers": ""}, "Write the number that they text from."),
        ({"numbers": "514 555-0123, 12"}, "“12” is no number to text. It has too few digits"),
        ({"numbers": "call me"}, "It has letters in it."),
        ({"numbers": "514 555-0123", "name": "x" * 61}, "At most 60 characters"),
        ({"numbers": "514 555-0123", "external_id": "x" * 201}, "At most 200 characters"),
        ({"numbers": "514 555-0123", "notes": "x" * 5001}, "At most 5,000 characters"),
    ],
)
async def test_what_cannot_be_added_is_shown_again(desk: Any, written: Any, said: str) -> None:
    page = await desk.send("/contacts/new", status=422, **written)
    assert said in page
    assert f'value="{written["numbers"]}"' in page
    assert (await desk.ask("/v1/contacts"))["items"] == []


async def test_who_has_the_number_already_is_shown(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    page = await desk.send("/contacts/new", status=422, numbers="514 555-0123")
    assert "This number is another contact’s already." in page
    assert f'href="/contacts/{amelie}"' in page


async def test_a_contact_is_changed_and_blocked(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    place = f"/contacts/{amelie}"
    version = (await named(desk, amelie))["version"]
    written = {"name": "Amélie", "language": "fr", "tags": "vip", "notes": "Le matin"}
    await desk.send(place, version=version, external_id="crm-7", **written)
    known = await named(desk, amelie)
    assert {**written, "tags": ["vip"]} == {name: known[name] for name in written}

    page = await desk.send(place, status=409, version=version, name="Somebody else's")
    assert "Somebody else changed this meanwhile" in page
    assert 'value="Somebody else\'s"' in page
    luc = await contact_of(staffroom, LUC)
    page = await desk.send(f"/contacts/{luc}", status=422, external_id="crm-7")
    assert "Another contact has this id already." in page

    await desk.send(f"{place}/block", blocked="yes")
    assert (await named(desk, amelie))["blocked_at"] is not None
    page = await desk.see(place)
    assert "Blocked since" in page
    assert "Est-ce prêt?" in page
    await desk.send(f"{place}/block", blocked="no")
    assert (await named(desk, amelie))["blocked_at"] is None


async def test_what_passed_is_shown_of_the_inboxes_that_one_sees(desk: Any, staffroom: Any) -> None:
    await staffroom.inboxes("main", "spare")
    amelie = await contact_of(staffroom)
    await staffroom.receive("In the other shop", inbox="spare")
    said = {"what": "opted_out", "reason": "said in the other shop", "inbox": "spare"}
    await staffroom.api.admin("POST", f"/v1/contacts/{amelie}/consent", json=said)
    page = await desk.see(f"/contacts/{amelie}")
    assert "In the other shop" in page
    assert "said in the other shop" in page
    lea = type(desk)(browser=await staffroom.enter("lea", inboxes=["main"]))
    page = await lea.see(f"/contacts/{amelie}")
    assert "Est-ce prêt?" in page
    assert "other shop" not in page
    assert "Wants no messages" not in page + await lea.see("/contacts")
    elsewhere = await contact_of(staffroom, LUC, inbox="spare")
    await lea.see(f"/contacts/{elsewhere}", status=404)
    assert places(await lea.see("/contacts")) == [amelie]
    page = await lea.send("/contacts/new", status=422, numbers="514 555-0199")
    assert "You see certain inboxes only" in page


async def test_what_a_customer_said_elsewhere_is_noted(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    place = f"/contacts/{amelie}/consent"
    for written, missing in (
        ({"what": "opted_out", "reason": "by phone"}, "Tick the box"),
        ({"what": "opted_out", "reason": " ", "sure": "yes"}, "Write where and when"),
        ({"reason": "by phone", "sure": "yes"}, "Choose what they want."),
        ({"what": "opted_out", "reason": "x", "sure": "yes", "inbox": "gone"}, "No modem serves"),
    ):
        assert missing in await desk.send(place, status=422, **written)
    assert (await desk.ask(f"/v1/contacts/{amelie}/consent"))["ledger"] == []

    await desk.send(place, what="opted_out", reason="by phone, to Luc", sure="yes")
    page = await desk.see(f"/contacts/{amelie}")
    assert "Marie</bdi> noted that they want no more messages" in page
    assert "by phone, to Luc" in page
    assert "Wants no messages" in await desk.see("/contacts")
    back = {"back": "/inbox/all/cnv_x"}
    said = {"what": "opted_in", "reason": "in the shop", "sure": "yes"}
    assert await desk.send(place, **said | back) == "/inbox/all/cnv_x"
    consent = await desk.ask(f"/v1/contacts/{amelie}/consent")
    assert consent["opted_out"] == []
    assert [row["what"] for row in consent["ledger"]] == ["opted_in", "opted_out"]
    back["back"] = "//evil.example"
    assert await desk.send(place, **said | back) == f"/contacts/{amelie}"


async def test_an_agent_sees_the_ends_of_numbers_where_that_is_set(staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    await staffroom.api.admin(
        "POST", f"/v1/contacts/{amelie}/merge", json={"other": await contact_of(staffroom, LUC)}
    )
    await staffroom.api.admin("PATCH", "/v1/settings", json={"mask_numbers": True})
    browser = await staffroom.enter("agnes", role="agent")
    for path in ("", f"/{amelie}", f"/{amelie}/split", f"/{amelie}/merge?q=514"):
        async with browser.client.get(f"/contacts{path}", headers={"Accept": "text/html"}) as got:
            page = await got.text()
        assert got.status == 200
        for hidden in ("5145550123", "555-0123", "5145550124", "555-0124"):
            assert hidden not in page, path


async def test_hostile_words_are_words(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    hostile = '"><script>alert(1)</script>'
    known = {"name": hostile[:60], "tags": [hostile], "notes": hostile, "external_id": hostile}
    await staffroom.api.admin("PATCH", f"/v1/contacts/{amelie}", json=known)
    said = {"what": "opted_out", "reason": hostile}
    await staffroom.api.admin("POST", f"/v1/contacts/{amelie}/consent", json=said)
    for path in ("/contacts", f"/contacts/{amelie}", f"/contacts/{amelie}/merge?q=script"):
        assert "<script>alert" not in await desk.see_raw(path)
