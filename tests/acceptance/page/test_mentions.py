"""Colleagues called in notes, and why a conversation changes hands, as people do it on the page."""

import os
import re
from pathlib import Path
from typing import Any

from playwright.async_api import expect

SHOTS = os.environ.get("SCREENSHOTS")


async def look(tab: Any, name: str) -> None:
    """Keep a picture of it where one is wanted."""
    if SHOTS:
        await tab.page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def test_a_colleague_is_called_and_sees_it_until_they_have_read_it(
    visit: Any, shop: Any
) -> None:
    conversation = shop.conversation("Can I bring it back?")
    paul = await visit("/inbox/mentions", person="paula", role="agent")
    marie = await visit(f"/inbox/all/{conversation}")
    await marie.page.get_by_label("Note for us").check()
    field = marie.page.locator("#text")
    await field.press_sequentially("Did you promise that, @pau")
    choice = marie.page.get_by_role("option", name="Paula")
    await expect(choice).to_have_attribute("aria-selected", "true")
    await look(marie, "mention-offered")
    await field.press("Enter")
    await expect(field).to_have_value("Did you promise that, @Paula ")
    await marie.page.get_by_role("button", name="Add note").click()
    await expect(marie.page.locator("#flash")).to_contain_text("It calls Paula")
    await expect(marie.page.locator(".note .mention")).to_have_text("@Paula")
    row = paul.page.locator(f'a.row[href*="{conversation}"]')
    await expect(row).to_contain_text("for you")
    await expect(paul.page.locator("#lists a[aria-current]")).to_contain_text("1")
    await look(paul, "mention-list")
    await row.click()
    await expect(paul.page.locator(".note .mention.mine")).to_have_text("@Paula")
    await expect(row).not_to_contain_text("for you")
    await look(paul, "mention-read")


async def test_a_team_is_called_and_each_of_it_sees_it(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Who fixes bicycles?")
    for each in ("wanda", "xavier"):
        shop.person(each, "agent")
    members = [shop.people[each] for each in ("wanda", "xavier")]
    body = {"name": "workshop", "display_name": "Bicycle workshop", "members": members}
    shop.api("POST", "/v1/teams", body)
    marie = await visit(f"/inbox/all/{conversation}")
    await marie.page.get_by_label("Note for us").check()
    field = marie.page.locator("#text")
    await field.press_sequentially("Yours? @bicy")
    await expect(marie.page.get_by_role("option", name="Team: Bicycle workshop")).to_be_visible()
    await look(marie, "team-offered")
    await field.press("Enter")
    await expect(field).to_have_value("Yours? @Bicycle workshop ")
    await marie.page.get_by_role("button", name="Add note").click()
    await expect(marie.page.locator("#flash")).to_contain_text("It calls Wanda, Xavier")
    await expect(marie.page.locator(".note .mention")).to_have_text("@Bicycle workshop")
    await look(marie, "team-called")


async def test_in_an_answer_an_at_sign_is_an_at_sign(visit: Any, shop: Any) -> None:
    tab = await visit(f"/inbox/all/{shop.conversation('Where do I write?')}")
    await tab.page.get_by_label("Your answer").press_sequentially("@")
    await expect(tab.page.get_by_role("listbox")).to_have_count(0)


async def test_without_script_a_name_calls_too(visit: Any, shop: Any) -> None:
    shop.person("olga", "agent")
    conversation = shop.conversation("Is Olga there?")
    tab = await visit(f"/inbox/all/{conversation}", java_script_enabled=False)
    await tab.page.get_by_label("Note for us").check()
    await tab.page.locator("#text").fill("@olga, for you")
    await tab.page.get_by_role("button", name=re.compile("Add note|Send")).last.click()
    await expect(tab.page.locator("#flash")).to_contain_text("It calls Olga")


async def test_it_is_handed_over_with_a_reason(visit: Any, shop: Any) -> None:
    shop.person("luc", "agent")
    conversation = shop.conversation("I want my money back")
    tab = await visit(f"/inbox/all/{conversation}")
    await tab.page.get_by_label("Hand over", exact=True).click()
    await tab.page.get_by_label("Hand over, and why").fill("More than I may give")
    await tab.page.get_by_label("Reason").select_option("They have to decide")
    await look(tab, "hand-over")
    await tab.page.locator("#assign").get_by_role("button", name="Luc").click()
    told = tab.page.locator(".event", has_text="handed it to")
    await expect(told).to_contain_text("has to decide")
    await expect(told).to_contain_text("More than I may give")
    await expect(tab.page.get_by_label("Hand over, and why")).to_be_hidden()
    await look(tab, "handed-over")
