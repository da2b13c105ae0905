"""Saved replies, and the templates of the rules, in forms."""

from typing import Any

REPLIES = "/settings/replies"
NEW = f"{REPLIES}/new"


async def replies_of(desk: Any) -> list[Any]:
    items: list[Any] = (await desk.ask("/v1/saved-replies"))["items"]
    return items


async def test_a_reply_is_made_changed_and_removed(desk: Any) -> None:
    page = await desk.send(NEW, status=422, shortcut="Prêt !", fr="gardé")
    assert "Letters a to z" in page
    assert "gardé" in page
    assert await desk.send(NEW, shortcut="ready", fr="C'est prêt <b>", whose="shared") == REPLIES
    assert "C'est prêt <b>" in await desk.see(REPLIES)
    assert "prêt <b>" not in await desk.see_raw(REPLIES)
    made = (await replies_of(desk))[0]
    assert (made["shortcut"], made["en"], made["inbox"], made["own"]) == ("ready", "", None, False)
    path = f"{REPLIES}/{made['id']}"
    fields = {"shortcut": "ready", "en": "{contact_name}, it is ready", "version": "1"}
    await desk.send(path, **fields, inbox="main")
    changed = (await replies_of(desk))[0]
    assert (changed["en"], changed["fr"], changed["inbox"]) == (fields["en"], "", "main")
    assert "Somebody else changed this" in await desk.send(path, status=422, **fields)
    await desk.send(path, do="remove")
    assert await replies_of(desk) == []
    await desk.see(path, status=404)


async def test_what_cannot_be_kept_is_said_and_shown_again(desk: Any) -> None:
    await desk.send(NEW, shortcut="ready", en="Ready", whose="shared")
    for fields, said in (
        ({"shortcut": "ready", "en": "Mine", "whose": "shared"}, "one of this name already"),
        ({"shortcut": "hours", "en": "From {nine}"}, "This text cannot be used"),
        ({"shortcut": "hours"}, "Write a text"),
    ):
        page = await desk.send(NEW, status=422, **fields)
        assert said in page
        assert fields.get("en", "") in page
    assert len(await replies_of(desk)) == 1


async def test_an_agent_keeps_their_own_and_only_looks_at_everybody_s(
    staffroom: Any, desk: Any
) -> None:
    await desk.send(NEW, shortcut="ready", en="Ready", whose="shared")
    shared = (await replies_of(desk))[0]["id"]
    mine = type(desk)(browser=await staffroom.enter("lea"))
    # Everybody's is not an agent's to make, whatever a form says.
    await mine.send(NEW, shortcut="ready", en="Ready, Léa", whose="shared")
    own = next(each for each in await replies_of(mine) if each["id"] != shared)
    assert own["own"] is True
    page = await mine.see(REPLIES)
    assert "Only yours" in page
    assert "/settings/rules" not in page
    assert "<textarea" not in await mine.see(f"{REPLIES}/{shared}")
    for fields in ({"shortcut": "ready", "en": "Other"}, {"do": "remove"}):
        page = await mine.send(f"{REPLIES}/{shared}", status=422, **fields)
        assert "for a manager to change" in page
    assert [each["en"] for each in await replies_of(desk)] == ["Ready"]
    await desk.see(f"{REPLIES}/{own['id']}", status=404)
    await mine.see("/settings/templates", status=403)


async def test_templates_are_made_changed_and_removed(desk: Any) -> None:
    await desk.send("/settings/templates/new", name="Prêt !", fr="C'est prêt <b>")
    assert "C'est prêt <b>" in await desk.see("/settings/templates")
    assert "prêt <b>" not in await desk.see_raw("/settings/templates")
    assert await replies_of(desk) == []
    name = next(iter((await desk.ask("/v1/rules"))["document"]["templates"]))
    path = f"/settings/templates/{name}"
    page = await desk.send("/settings/templates/new", status=422, name=name, en="Hello")
    assert "one of this name already" in page
    assert "Hello" in page
    page = await desk.send(path, status=422, en="{oops", fr="gardé")
    assert "This text cannot be used" in page
    assert "gardé" in page
    assert "Write a text" in await desk.send(path, status=422)
    await desk.send(path, en="It is ready", version="1")
    page = await desk.send(path, status=422, en="Mine", version="1")
    assert "Somebody else changed this meanwhile" in page
    await desk.send(path, do="remove", version="2")
    await desk.see(path, status=404)


async def test_a_template_that_a_rule_uses_stays(desk: Any) -> None:
    rule = {"name": "prices", "do": {"answer": "prices"}}
    book = {"templates": {"prices": {"en": "See"}}, "rules": [rule]}
    await desk.browser.ask("PUT", "/v1/rules", json={"document": book})
    await desk.send("/settings/templates/prices", do="remove")
    assert "It stays" in await desk.see("/settings/templates")


async def test_a_conversation_offers_them_filled_and_begins_with_one(
    staffroom: Any, desk: Any
) -> None:
    await desk.send(NEW, shortcut="ready", en="{first_name}: <i>ready</i>", whose="shared")
    reply = (await replies_of(desk))[0]["id"]
    conversation = (await staffroom.receive("Is it ready, please?"))["conversation_id"]
    place = f"/inbox/all/{conversation}"
    page = await desk.see(place)
    assert f'href="{place}?reply={reply}"' in page
    assert '<bdi class="detail">Marie: <i>ready</i></bdi>' in page
    assert "<i>" not in await desk.see_raw(place)
    assert 'dir="auto">Marie: <i>ready</i></textarea>' in await desk.see(f"{place}?reply={reply}")
    assert 'dir="auto"></textarea>' in await desk.see(f"{place}?reply=rpl_other")
