"""Writing first on the page: whom, from where, what is refused in words, and where it leads."""

import re
from typing import Any

import pytest

ONCE = "a" * 22
NEW = "+15145550177"


@pytest.fixture
async def main(staffroom: Any) -> None:
    await staffroom.inboxes("main")


async def someone(staffroom: Any, name: str = "Noémie Roy", **more: Any) -> str:
    body = {"numbers": [NEW], "name": name} | more
    made = await staffroom.api.admin("POST", "/v1/contacts", status=201, json=body)
    contact_id: str = made["id"]
    return contact_id


async def shown(desk: Any, place: str) -> Any:
    """Give the conversation that one was led to."""
    assert place.startswith("/inbox/all/cnv_")
    return await desk.ask(f"/v1/conversations/{place.rpartition('/')[2]}")


def texts(conversation: Any) -> list[str]:
    items = conversation["timeline"]["items"]
    return [each["message"]["text"] for each in reversed(items) if each["message"]]


@pytest.mark.usefixtures("main")
async def test_a_number_becomes_a_conversation_of_the_writer(desk: Any) -> None:
    place = await desk.send("/new", to="514 555-0177", text="It is ready", once=ONCE)
    found = await shown(desk, place)
    assert found["contact"]["number"] == NEW
    assert found["assignee"]["id"] == desk.browser.person["id"]
    assert texts(found)[0].startswith("It is ready\n")
    assert "@ Shop" in texts(found)[0]


@pytest.mark.usefixtures("main")
async def test_a_form_sent_twice_is_one_message(desk: Any) -> None:
    sent = {"to": NEW, "text": "Once", "once": ONCE}
    assert await desk.send("/new", **sent) == await desk.send("/new", **sent)
    place = await desk.send("/new", **sent)
    assert len(texts(await shown(desk, place))) == 1

    page = await desk.send("/new", status=422, **(sent | {"text": "Another"}))
    assert "Your first try did reach the gateway" in page
    assert "Another" in page
    assert ONCE not in page  # what is sent now is another try


@pytest.mark.usefixtures("main")
async def test_a_conversation_that_there_is_takes_it(desk: Any, staffroom: Any) -> None:
    message = await staffroom.receive("Is it ready?", sender=NEW)
    api = await desk.ask(f"/v1/conversations/{message['conversation_id']}")
    contact = api["contact"]["id"]
    page = await desk.see(f"/new?contact={contact}")
    assert f'href="/inbox/all/{message["conversation_id"]}"' in page
    place = await desk.send("/new", contact=contact, number="0", text="Yes", once=ONCE)
    assert place == f"/inbox/all/{message['conversation_id']}"
    assert texts(await shown(desk, place))[0] == "Is it ready?"


@pytest.mark.usefixtures("main")
async def test_a_colleagues_conversation_stays_theirs(desk: Any, staffroom: Any) -> None:
    luc = type(desk)(browser=await staffroom.enter("luc"))
    place = await luc.send("/new", to=NEW, text="From Luc")
    assert await desk.send("/new", to=NEW, text="From the manager") == place
    found = await shown(desk, place)
    assert found["assignee"]["id"] == luc.browser.person["id"]
    assert [text.partition("\n")[0] for text in texts(found)] == ["From Luc", "From the manager"]


@pytest.mark.usefixtures("main")
async def test_a_name_is_looked_for_and_chosen_without_script(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom)
    page = await desk.send("/new", status=200, to="noemie", text="Kept", do="find", once=ONCE)
    assert f'name="pick" value="{contact}"' in page
    assert "Kept</textarea>" in page
    assert ONCE in page

    page = await desk.send("/new", status=200, pick=contact, to="noemie", text="Kept", once=ONCE)
    assert f'name="contact" value="{contact}"' in page
    assert "Kept</textarea>" in page

    page = await desk.send("/new", status=200, contact=contact, text="Kept", do="again")
    assert 'name="contact"' not in page
    assert "Kept</textarea>" in page

    # Who only typed the name is asked, even if one alone is found.
    page = await desk.send("/new", status=422, to="noemie", text="Kept")
    assert "Choose whom you mean." in page
    assert f'name="pick" value="{contact}"' in page


@pytest.mark.usefixtures("main")
async def test_a_known_number_shows_whose_it_is(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom, numbers=["+15145550111", NEW])
    for page in (
        await desk.see("/new?to=5145550177"),
        await desk.send("/new", status=200, to="514-555-0177", do="find"),
    ):
        assert f'name="contact" value="{contact}"' in page
        assert '<option value="1" selected>' in page
    place = await desk.send("/new", contact=contact, number="1", text="Hello")
    assert (await shown(desk, place))["contact"]["number"] == NEW
    page = await desk.see(f"/new?contact={contact}")
    assert '<option value="1" selected>' in page  # where one last wrote with them
    page = await desk.see("/new?to=%2B15145550144")
    assert "is none of your contacts yet" in page


@pytest.mark.usefixtures("main")
@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("", "Say whom you write to."),
        ("nobody at all", "Nobody is found for “nobody at all”."),
        ("514-555-01", "“514-555-01” is no number to text. It has too few digits"),
        ("555-0123", "Its area code is missing"),
        ("611", "A short code is a machine’s"),
        ("1" * 300, "is no number to text. It has too many digits"),
    ],
)
async def test_a_wrong_recipient_is_told_and_the_text_kept(desk: Any, to: str, said: str) -> None:
    page = await desk.send("/new", status=422, to=to, text="Kept <b>as is</b>")
    assert said in page
    assert "Kept <b>as is</b></textarea>" in page


@pytest.mark.usefixtures("main")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "There is nothing to send yet."),
        ({"text": "long " * 2000}, "This text is too long to be sent."),
        ({"text": "x", "later": "yes"}, "Choose when it is to go out."),
        ({"text": "x", "later": "yes", "send_at": "2019-01-01T10:00"}, "That time is over."),
        ({"text": "x", "inbox": "elsewhere"}, "No modem serves this inbox any more."),
    ],
)
async def test_what_cannot_be_sent_is_told(desk: Any, fields: Any, said: str) -> None:
    assert said in await desk.send("/new", status=422, to=NEW, **fields)
    assert (await desk.ask("/v1/conversations"))["items"] == []


@pytest.mark.usefixtures("main")
async def test_who_wants_nothing_or_is_blocked_gets_nothing(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom)
    said = {"what": "opted_out", "reason": "by phone"}
    await staffroom.api.admin("POST", f"/v1/contacts/{contact}/consent", json=said)
    assert "asked for no more messages" in await desk.see(f"/new?contact={contact}")
    page = await desk.send("/new", status=422, contact=contact, text="Kept")
    assert "You may not write to them." in page
    assert "Kept</textarea>" in page

    await desk.send(f"/contacts/{contact}/block", blocked="yes")
    assert "This contact is blocked." in await desk.see(f"/new?contact={contact}")
    page = await desk.send("/new", status=422, contact=contact, text="Kept")
    assert "This contact is blocked." in page
    assert (await desk.ask("/v1/conversations"))["items"] == []


@pytest.mark.usefixtures("main")
async def test_later_is_kept_for_its_time(desk: Any) -> None:
    place = await desk.send("/new", to=NEW, text="Later", later="yes", send_at="2026-12-24T10:00")
    assert "Kept. It goes out" in await desk.see(place)
    entries = (await shown(desk, place))["timeline"]["items"]
    [message] = [each["message"] for each in entries if each["message"]]
    detail = await desk.ask(f"/v1/messages/{message['id']}")
    assert detail["send_at"] == "2026-12-24T10:00:00.000Z"


@pytest.mark.usefixtures("main")
async def test_who_sees_ends_of_numbers_chooses_and_learns_none(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom, numbers=[NEW, "+15145550111"])
    await staffroom.api.admin("PATCH", "/v1/settings", json={"mask_numbers": True})
    lea = type(desk)(browser=await staffroom.enter("lea", role="agent"))
    pages = [
        await lea.see(f"/new?contact={contact}"),
        await lea.see("/new?to=Noemie"),
        await lea.send("/new", status=200, pick=contact, text="x"),
        await lea.send("/new", status=422, contact=contact, text=""),
    ]
    for page in pages:
        assert "Noémie Roy" in page
        assert not re.search(r"555.?01(77|11)\b", page)
        assert "5145550" not in page
    # A part of a number finds nobody: trying digits would tell the rest.
    assert 'name="pick"' not in await lea.see("/new?to=5550177")
    place = await lea.send("/new", contact=contact, number="1", text="Hello")
    assert (await shown(desk, place))["contact"]["number"] == NEW


async def test_an_inbox_is_chosen_among_ones_own(desk: Any, staffroom: Any) -> None:
    await staffroom.inboxes("main", "spare")
    main = (await staffroom.receive("In the shop", sender=NEW))["conversation_id"]
    contact = (await desk.ask(f"/v1/conversations/{main}"))["contact"]["id"]
    page = await desk.see(f"/new?contact={contact}&inbox=spare")
    assert '<option value="spare" selected>' in page
    assert f"/inbox/all/{main}" not in page
    place = await desk.send("/new", contact=contact, inbox="spare", text="From the garage")
    assert (await shown(desk, place))["inbox"] == "spare"

    lea = type(desk)(browser=await staffroom.enter("lea", inboxes=["main"]))
    page = await lea.see(f"/new?contact={contact}")
    assert 'name="inbox"' not in page
    page = await lea.send("/new", status=422, contact=contact, inbox="spare", text="No")
    assert "No modem serves this inbox any more." in page
    hidden = await someone(staffroom, "Of nobody", numbers=["+15145550188"])
    assert "page" in await lea.see(f"/new?contact={hidden}", status=404)
    page = await lea.send("/new", status=422, contact=hidden, text="Kept")
    assert "This contact is not there any more." in page
    assert "Of nobody" not in page + await lea.see("/new?to=nobody")
    assert "Of nobody" not in await lea.see("/new?to=%2B15145550188")


async def test_the_measure_has_the_signature_and_the_price_of_its_inbox(
    desk: Any, staffroom: Any
) -> None:
    await staffroom.inboxes("main", "spare")
    fields = {"to": NEW, "inbox": "main", "text": "x" * 155}
    part = await desk.send("/new/measure", status=200, part="measure", **fields)
    assert "2 parts" in part  # by its signature
    page = await desk.see("/new")
    assert "Signed:" in page
    await desk.browser.ask("PATCH", "/v1/inboxes/main", json={"signature_mode": "never"})
    part = await desk.send("/new/measure", status=200, part="measure", **fields)
    assert "1 part " in part
    assert "Signed:" not in await desk.see("/new")


@pytest.mark.usefixtures("main")
async def test_the_script_is_told_who_may_be_meant(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom)
    headers = {"Accept": "text/html", "X-Gatewayd-Part": "choices"}
    async with desk.browser.client.get("/new?to=noem", headers=headers) as answer:
        part = await answer.text()
    assert f'value="{contact}"' in part
    assert "<form" not in part


@pytest.mark.usefixtures("main")
async def test_a_token_needs_both_scopes(desk: Any, staffroom: Any) -> None:
    client = await staffroom.stranger()
    for scope, path, status in (
        ("messages:send", "/new?to=noemie", 403),
        ("inbox", "/new?to=noemie", 200),
    ):
        headers = await staffroom.api.token(scope, name=scope)
        async with client.get(path, headers=headers) as answer:
            assert answer.status == status
    fields = {"to": NEW, "text": "No"}
    async with client.post("/new", data=fields, headers=headers) as answer:
        assert answer.status == 403
    assert (await desk.ask("/v1/conversations"))["items"] == []


@pytest.mark.usefixtures("main")
async def test_a_contacts_page_leads_here(desk: Any, staffroom: Any) -> None:
    contact = await someone(staffroom)
    assert f'href="/new?contact={contact}"' in await desk.see(f"/contacts/{contact}")
    assert 'href="/new"' in await desk.see("/inbox/all")
