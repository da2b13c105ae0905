"""Forms of the people pages: hostile input, errors beside the field, nothing typed is lost."""

import re
from html import unescape
from typing import Any

import pytest


@pytest.mark.parametrize(
    "path", ["", "/people", "/people/new", "/people/{id}", "/people/{id}/leave", "/teams/new"]
)
async def test_each_page_is_there(desk: Any, staffroom: Any, path: str) -> None:
    person = await staffroom.add("lea")
    assert "<h1" in await desk.see("/settings" + path.format(id=person["id"]))


@pytest.mark.parametrize("path", ["/people/usr_x", "/people/usr_x/leave", "/teams/tea_x"])
async def test_what_is_not_there_is_said(desk: Any, path: str) -> None:
    await desk.see("/settings" + path, status=404)


async def test_an_invitation_needs_a_name_and_keeps_what_was_typed(desk: Any) -> None:
    page = await desk.send(
        "/settings/people/new", status=422, display_name=" \n", name="../x", email="me", role="root"
    )
    assert "at most 60 characters" in page
    assert 'value="../x"' in page
    assert 'value="me"' in page
    assert page.count('aria-invalid="true"') == 3


async def test_hostile_names_are_shown_as_they_are(desk: Any) -> None:
    name = "<script>alert(1)</script>"
    page = await desk.send("/settings/people/new", status=200, display_name=name, name="mallory")
    assert "/welcome/" in page
    raw = await desk.see_raw("/settings/people")
    assert "<script>alert" not in raw
    assert name in unescape(raw)


async def test_a_manager_makes_no_administrator(desk: Any, staffroom: Any) -> None:
    await desk.send("/settings/people/new", status=200, display_name="Nina", role="admin")
    people = (await desk.ask("/v1/users"))["items"]
    assert {each["name"]: each["role"] for each in people}["nina"] == "agent"
    boss = await staffroom.add("boss", role="admin")
    fields = {"display_name": "Boss", "name": "boss", "role": "agent", "sees": "all"}
    page = await desk.send(f"/settings/people/{boss['id']}", status=422, **fields)
    assert "Only an administrator" in page
    assert "Only an administrator" in await desk.send(
        f"/settings/people/{boss['id']}/leave", status=200
    )


async def test_what_somebody_changed_meanwhile_is_told_and_nothing_is_lost(
    desk: Any, staffroom: Any
) -> None:
    person = await staffroom.add("lea")
    path = f"/settings/people/{person['id']}"
    await desk.browser.ask("PATCH", f"/v1/users/{person['id']}", json={"display_name": "Léa R."})
    fields = {"display_name": "Léa Roy", "name": "lea", "sees": "all", "role": "agent"}
    page = await desk.send(path, status=422, **fields, version=str(person["version"]))
    assert "Somebody else changed this meanwhile" in page
    assert 'value="Léa Roy"' in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    await desk.send(path, **fields, version=version[1])
    assert (await desk.ask(f"/v1/users/{person['id']}"))["display_name"] == "Léa Roy"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"back": "soon"}, "day on which they are back"),
        ({"back": "9999-12-31"}, "day on which they are back"),
        ({"from": "yesterday"}, "no day"),
        ({"kind": "vacation"}, "needs the day of return"),
        ({"back": "2020-01-01"}, "over already"),
    ],
)
async def test_an_absence_that_cannot_be_is_said(
    desk: Any, staffroom: Any, fields: dict[str, str], said: str
) -> None:
    person = await staffroom.add("lea")
    await desk.send(f"/settings/people/{person['id']}/away", **fields)
    assert said in await desk.see("/settings/people")
    assert (await desk.ask(f"/v1/users/{person['id']}"))["absences"] == []


async def test_an_absence_until_monday_ends_at_its_beginning(desk: Any, staffroom: Any) -> None:
    person = await staffroom.add("lea")
    await desk.send(f"/settings/people/{person['id']}/away", until="monday", delegate="usr_nobody")
    (absence,) = (await desk.ask(f"/v1/users/{person['id']}"))["absences"]
    # It is Tuesday, the first of December 2026; the shop's time zone is UTC.
    assert absence["until"] == "2026-12-07T00:00:00.000Z"
    assert absence["delegate"] is None


async def test_places_in_a_team_are_taken_as_far_as_they_are_places(
    desk: Any, staffroom: Any
) -> None:
    lea, luc, max_ = [await staffroom.add(name) for name in ("lea", "luc", "max")]
    fields = {
        f"member-{lea['id']}": "2",
        f"member-{luc['id']}": "1",
        f"member-{max_['id']}": "-1",
        f"call-{lea['id']}": "²",
        f"call-{luc['id']}": "99999",
        "member-usr_nobody": "1",
    }
    await desk.send("/settings/teams/new", display_name="Comptoir", **fields)
    (team,) = (await desk.ask("/v1/teams"))["items"]
    assert team["members"] == [luc["id"], lea["id"]]
    assert team["on_call"] == []
    page = await desk.send("/settings/teams/new", status=422, display_name="Comptoir", **fields)
    assert "Somebody has this already" in page
    assert 'value="Comptoir"' in page
