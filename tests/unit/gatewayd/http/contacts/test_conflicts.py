"""Two who change a contact at once: what the slower one wrote is kept, beside what is there now."""

import re
from typing import Any

import pytest


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.fixture
async def places(staffroom: Any) -> tuple[str, str]:
    """Give the contact, and the conversation with them."""
    conversation = (await staffroom.receive())["conversation_id"]
    shown = await staffroom.api.admin("GET", f"/v1/conversations/{conversation}")
    return shown["contact"]["id"], conversation


@pytest.mark.parametrize("beside", [True, False])
async def test_what_was_written_is_kept_beside_what_is_there(
    desk: Any, staffroom: Any, places: tuple[str, str], beside: bool
) -> None:
    contact, conversation = places
    page = f"/inbox/all/{conversation}/contact" if beside else f"/contacts/{contact}"
    version = version_in(await desk.see(page))
    luc = {"name": "Luc's name", "language": "fr", "notes": "<b>By Luc</b>"}
    await staffroom.api.admin("PATCH", f"/v1/contacts/{contact}", json=luc)

    mine = {"name": "Amélie Roy", "language": "en", "notes": "Comes on Thursdays"}
    raw = await desk.send(page, status=409, version=version, **mine)

    assert "Somebody else changed this meanwhile" in raw
    assert 'name="name" type="text" value="Amélie Roy"' in raw
    assert '<option value="en" selected>' in raw
    assert "Comes on Thursdays</textarea>" in raw
    for theirs in ("By now it says: “Luc's name”", "By now it says: “French”", "“<b>By Luc</b>”"):
        assert theirs in raw
    assert (await desk.ask(f"/v1/contacts/{contact}"))["name"] == "Luc's name"

    # Saved again: whoever does so has seen what they put theirs in the place of.
    await desk.send(page, version=version_in(raw), **mine)
    found = await desk.ask(f"/v1/contacts/{contact}")
    assert {name: found[name] for name in mine} == mine


async def test_what_both_wrote_alike_is_no_conflict_to_look_at(
    desk: Any, staffroom: Any, places: tuple[str, str]
) -> None:
    contact, conversation = places
    page = f"/inbox/all/{conversation}/contact"
    await staffroom.api.admin("PATCH", f"/v1/contacts/{contact}", json={"notes": "Paid"})
    version = version_in(await desk.see(page))
    await staffroom.api.admin(
        "PATCH", f"/v1/contacts/{contact}", json={"name": "Zoé", "notes": None}
    )

    shown = await desk.send(page, status=409, version=version, name="Zoé", notes="Paid")

    assert shown.count("By now") == 1
    assert "By now nothing is there." in shown


async def test_what_is_too_long_is_not_cut_in_silence(desk: Any, places: tuple[str, str]) -> None:
    contact, conversation = places
    page = f"/inbox/all/{conversation}/contact"
    version = version_in(await desk.see(page))

    shown = await desk.send(page, status=422, version=version, name="Zoé " * 20, notes="Kept")

    assert "At most 60 characters, on one line." in shown
    assert "Kept</textarea>" in shown
    assert (await desk.ask(f"/v1/contacts/{contact}"))["name"] is None


async def test_hostile_words_of_the_other_one_are_words(
    desk: Any, staffroom: Any, places: tuple[str, str]
) -> None:
    contact, conversation = places
    page = f"/inbox/all/{conversation}/contact"
    version = version_in(await desk.see(page))
    hostile = {"notes": "<script>alert(1)</script>"}
    await staffroom.api.admin("PATCH", f"/v1/contacts/{contact}", json=hostile)
    data = {"csrf_token": desk.browser.session["csrf_token"], "version": version, "notes": "Mine"}
    async with desk.browser.client.post(page, data=data, headers={"Accept": "text/html"}) as answer:
        raw = await answer.text()
    assert answer.status == 409
    assert "<script>alert" not in raw
    assert "&lt;script&gt;" in raw
