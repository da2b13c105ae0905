"""Pages on which two contacts are made one, and one is made two."""

import re
from typing import Any

import pytest

AMELIE, LUC = "+15145550123", "+15145550124"


@pytest.fixture
async def two(staffroom: Any) -> tuple[str, str]:
    """Amélie with two names for one person: her own number, and the one of her work."""
    made = []
    for number, known in (
        (AMELIE, {"name": "Amélie Roy", "tags": ["vip"]}),
        (LUC, {"name": "A. Roy, work", "language": "fr", "notes": "Her desk", "tags": ["b2b"]}),
    ):
        body = {"numbers": [number], **known}
        contact = await staffroom.api.admin("POST", "/v1/contacts", status=201, json=body)
        made.append(contact["id"])
    return made[0], made[1]


def numbers(contact: Any) -> list[str]:
    return [each["number"] for each in contact["numbers"]]


async def test_what_results_is_shown_first_and_can_be_taken_back(
    desk: Any, two: tuple[str, str]
) -> None:
    amelie, work = two
    page = await desk.see(f"/contacts/{amelie}/merge?q=roy")
    assert f'href="/contacts/{amelie}/merge?other={work}"' in page
    assert f"other={amelie}" not in page
    page = await desk.see(f"/contacts/{amelie}/merge?other={work}")
    result = page[page.index("merge-result") :]
    for word in ("Amélie Roy", "555-0123", "555-0124", "French", "b2b, vip", "Her desk"):
        assert word in result
    assert numbers(await desk.ask(f"/v1/contacts/{amelie}")) == [AMELIE]

    assert await desk.send(f"/contacts/{amelie}/merge", other=work) == f"/contacts/{amelie}"
    merged = await desk.ask(f"/v1/contacts/{amelie}")
    assert (merged["name"], numbers(merged)) == ("Amélie Roy", [AMELIE, LUC])
    assert await desk.see(f"/contacts/{work}", status=303) == ""
    page = await desk.see(f"/contacts/{amelie}")
    assert "They are one contact now." in page

    undo = page[page.index("flash-place") :]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', undo))
    assert fields["places"] == "1"
    place = await desk.send(f"/contacts/{amelie}/split", **fields)
    again = await desk.ask(f"/v1{place}")
    assert (again["name"], numbers(again)) == ("A. Roy, work", [LUC])
    assert numbers(await desk.ask(f"/v1/contacts/{amelie}")) == [AMELIE]


async def test_what_cannot_be_one_is_said(desk: Any, staffroom: Any, two: tuple[str, str]) -> None:
    amelie, work = two
    await staffroom.api.admin("POST", f"/v1/contacts/{work}/block")
    for other, said in (
        (work, "One of them is blocked"),
        (amelie, "That is this contact itself"),
        ("con_x", "That contact is not there any more"),
    ):
        page = await desk.see(f"/contacts/{amelie}/merge?other={other}", status=422)
        assert said in page
        assert await desk.send(f"/contacts/{amelie}/merge", other=other) == (
            f"/contacts/{amelie}/merge"
        )
        assert said in await desk.see(f"/contacts/{amelie}/merge")
    assert numbers(await desk.ask(f"/v1/contacts/{amelie}")) == [AMELIE]


async def test_everybody_unknown_is_nobodys_other_half(desk: Any, staffroom: Any) -> None:
    message = await staffroom.receive("?", sender="unknown")
    path = f"/v1/conversations/{message['conversation_id']}"
    unknown = (await staffroom.api.admin("GET", path))["contact"]["id"]
    body = {"numbers": [AMELIE]}
    amelie = (await staffroom.api.admin("POST", "/v1/contacts", status=201, json=body))["id"]
    page = await desk.see(f"/contacts/{amelie}/merge?other={unknown}", status=422)
    assert "everybody whose number could not be read" in page
    assert "/merge" not in await desk.see(f"/contacts/{unknown}")
    await desk.see(f"/contacts/{unknown}/split", status=404)


async def test_one_is_made_two(desk: Any, staffroom: Any) -> None:
    body = {"numbers": [AMELIE, LUC], "name": "Amélie"}
    made = await staffroom.api.admin("POST", "/v1/contacts", status=201, json=body)
    place = f"/contacts/{made['id']}/split"
    assert "555-0124" in await desk.see(place)
    version = made["version"]
    for chosen in ([], ["0", "1"], ["7", "x"]):
        page = await desk.send(place, status=422, version=version, place=chosen)
        assert "Choose some of the numbers" in page
    assert await desk.send(place, version=version + 1, place="1") == place
    assert numbers(await desk.ask(f"/v1/contacts/{made['id']}")) == [AMELIE, LUC]

    new = await desk.send(place, version=version, place="1", name="Luc")
    found = await desk.ask(f"/v1{new}")
    assert (found["name"], numbers(found)) == ("Luc", [LUC])


async def test_who_sees_certain_inboxes_only_merges_none_of_the_others(
    staffroom: Any, desk: Any
) -> None:
    await staffroom.inboxes("main", "spare")
    ids = []
    for number, inbox in ((AMELIE, "main"), (LUC, "spare")):
        message = await staffroom.receive("?", sender=number, inbox=inbox)
        path = f"/v1/conversations/{message['conversation_id']}"
        ids.append((await staffroom.api.admin("GET", path))["contact"]["id"])
    lea = type(desk)(browser=await staffroom.enter("lea", inboxes=["main"]))
    await lea.see(f"/contacts/{ids[0]}/merge?other={ids[1]}", status=404)
    await lea.send(f"/contacts/{ids[0]}/merge", status=404, other=ids[1])
    assert ids[1] not in await lea.see(f"/contacts/{ids[0]}/merge?q=514")
