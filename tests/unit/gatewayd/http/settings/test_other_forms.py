"""Inboxes and one's own profile in forms."""

from typing import Any

import pytest

INBOX = "/settings/inboxes/main"
USUAL = {"signature_mode": "first", "take_on_answer": "yes", "due_soon_percent": "50"}


async def test_an_inbox_is_changed_as_a_whole(desk: Any) -> None:
    fields = USUAL | {
        "display_name": "Atelier <b>",
        "timezone": "America/Toronto",
        "language": "fr",
        "signature": "{first_name}, {business}",
        "signature_mode": "every",
        "answer_minutes": "90",
        "escalate_percent": "",
        "version": "1",
    }
    assert "Empty: Shop" in await desk.see(INBOX)
    assert await desk.send(INBOX, **fields) == "/settings/inboxes"
    inbox = await desk.ask("/v1/inboxes/main")
    assert inbox["display_name"] == "Atelier <b>"
    assert inbox["signature"] == "{first_name}, {business}"
    assert inbox["signature_mode"] == "every"
    targets = await desk.ask("/v1/inboxes/main/targets")
    assert (targets["answer_minutes"], targets["escalate_percent"]) == (90, None)
    assert "Atelier <b>" not in await desk.see_raw("/settings/inboxes")
    page = await desk.send(INBOX, status=422, **fields)
    assert "Somebody else changed this meanwhile" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Mars/Olympus", "no time zone of this name"),
        ("signature", "{password}", "This signature cannot be used"),
        ("signature", "two\nlines", "This signature cannot be used"),
        ("answer_minutes", "-5", "Write a number from 1 to 30000"),
        ("answer_minutes", "²", "Write a number from 1 to 30000"),
        ("due_soon_percent", "", "Write a number from 1 to 99"),
        ("team", "tea_nobody", "There is no such team any more"),
        ("display_name", "x" * 61, "at most 60 characters"),
    ],
)
async def test_an_inbox_that_cannot_be_so_is_said(
    desk: Any, field: str, value: str, said: str
) -> None:
    fields = USUAL | {"reassign_minutes": "77", field: value}
    page = await desk.send(INBOX, status=422, **fields)
    assert said in page
    assert 'value="77"' in page
    assert (await desk.ask("/v1/inboxes/main"))["version"] == 1


async def test_numbers_are_masked_for_agents_and_shown_again(desk: Any) -> None:
    await desk.send("/settings/inboxes", mask_numbers="yes")
    assert (await desk.ask("/v1/settings"))["mask_numbers"] is True
    await desk.send("/settings/inboxes")
    assert (await desk.ask("/v1/settings"))["mask_numbers"] is False


async def test_an_agent_s_own_profile(staffroom: Any, desk: Any) -> None:
    mine = type(desk)(browser=await staffroom.enter("lea"))
    await mine.see("/settings/people", status=403)
    page = await mine.send("/me/profile", status=422, save="profile", display_name="", email="x")
    assert page.count('aria-invalid="true"') == 2
    assert 'value="x"' in page
    await mine.send(
        "/me/profile", display_name="Léa <b>", email="lea@shop.example", notify=["page"]
    )
    person = await desk.ask(f"/v1/users/{mine.browser.person['id']}")
    assert (person["display_name"], person["notify"]) == ("Léa <b>", ["page"])
    assert person["role"] == "agent"
    await mine.send("/me/away", until="tomorrow")
    assert "Away until" in await mine.see("/me")


async def test_the_password_is_changed_by_who_knows_it(staffroom: Any, desk: Any) -> None:
    mine = type(desk)(browser=await staffroom.enter("lea"))
    there = type(desk)(browser=await staffroom.log_in(mine.browser.person))
    new = "three blue bicycles"
    page = await mine.send("/me/password", status=422, current="a guess", new=new)
    assert "This is not your password" in page
    assert "a guess" not in page
    page = await mine.send("/me/password", status=422, current=staffroom.password, new="short")
    assert "at least 10 characters" in page
    await mine.send("/me/password", current=staffroom.password, new=new)
    assert "You have a new password" in await mine.see("/me")
    await there.see("/me", status=303)


async def test_another_device_is_logged_out_but_nobody_else_s(staffroom: Any, desk: Any) -> None:
    mine = type(desk)(browser=await staffroom.enter("lea"))
    there = type(desk)(browser=await staffroom.log_in(mine.browser.person))
    other = there.browser.session["id"]
    assert other in await mine.see("/me")
    await desk.send(f"/me/sessions/{other}/end")
    await there.see("/me")
    await mine.send(f"/me/sessions/{other}/end")
    await there.see("/me", status=303)
