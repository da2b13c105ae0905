"""The API's page: read by anybody, tried by who is logged in or shows a token."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

PHONE = {"width": 360, "height": 740}


async def opened(page: Page, key: str) -> Any:
    operation = page.locator(f"details#{key}")
    await operation.locator("summary").click()
    return operation


async def test_it_is_reached_from_the_settings_and_needs_no_log_in(visit: Any) -> None:
    tab = await visit("/settings")
    await tab.page.get_by_role("link", name="Other programs").click()
    await expect(tab.page.get_by_role("heading", name="The API")).to_be_visible()
    stranger = await visit("/docs", person=None, locale="fr-CA")
    await expect(stranger.page.get_by_role("heading", name="L’API")).to_be_visible()
    await expect(stranger.page.locator("details#send_message")).to_be_visible()


async def test_who_is_logged_in_tries_as_themselves(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Do you repair forks?")
    tab = await visit("/docs")
    reading = await opened(tab.page, "get_conversation")
    await reading.locator('[name="path.id"]').fill(conversation)
    await reading.get_by_role("button", name="Send the request").click()
    await expect(reading.locator(".status")).to_contain_text("200")
    await expect(reading.locator(".outcome")).to_contain_text("Do you repair forks?")

    noting = await opened(tab.page, "note_conversation")
    await noting.locator('[name="path.id"]').fill(conversation)
    await noting.locator("textarea").fill('{"text": "Tried from the page"}')
    await noting.get_by_role("button", name="Send the request").click()
    await expect(noting.locator(".status")).to_contain_text("200")
    timeline = shop.api("GET", f"/v1/conversations/{conversation}")["timeline"]["items"]
    assert (timeline[0]["text"], timeline[0]["author"]["name"]) == ("Tried from the page", "Marie")


async def test_a_real_message_needs_a_word_that_one_knows(visit: Any, shop: Any) -> None:
    number = shop.customer()
    tab = await visit("/docs")
    sending = await opened(tab.page, "send_message")
    body = f'{{"to": "{number}", "text": "Tried"}}'
    await sending.locator("textarea").fill(body)
    await sending.get_by_role("button", name="Send the request").click()
    assert shop.api("GET", f"/v1/messages?contact=%2B{number[1:]}")["items"] == []
    await sending.get_by_label("I know that this sends a real SMS").check()
    await sending.get_by_role("button", name="Send the request").click()
    await expect(sending.locator(".status")).to_contain_text("202")
    [sent] = shop.api("GET", f"/v1/messages?contact=%2B{number[1:]}")["items"]
    assert sent["text"] == "Tried"


async def test_a_token_is_used_and_forgotten(visit: Any, shop: Any) -> None:
    made = shop.api("POST", "/v1/tokens", {"name": "page", "scopes": ["messages:read"]})
    tab = await visit("/docs", person=None)
    page = tab.page
    await page.locator("#token").fill(made["token"])
    listing = await opened(page, "list_messages")
    await listing.locator('[name="query.limit"]').fill("1")
    await listing.get_by_role("button", name="Send the request").click()
    await expect(listing.locator(".status")).to_contain_text("200 OK · GET /v1/messages?limit=1")
    kept = "() => [localStorage.length, sessionStorage.length, document.cookie]"
    assert await page.evaluate(kept) == [0, 0, ""]
    await page.reload()
    await expect(page.locator("#token")).to_have_value("")


async def test_what_is_looked_for_stays(visit: Any) -> None:
    tab = await visit("/docs#get_modem")
    page = tab.page
    await expect(page.locator("details#get_modem")).to_have_attribute("open", "")
    await page.locator("#find").fill("post notes")
    await expect(page.locator("details.operation:visible")).to_have_count(1)
    await expect(page.locator("details#note_conversation")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desktop", "phone"])
async def test_anybody_can_use_it(visit: Any, options: dict[str, Any]) -> None:
    tab = await visit("/docs", person=None, reduced_motion="reduce", **options)
    page = tab.page
    await opened(page, "send_message")
    await opened(page, "list_conversations")
    await opened(page, "shape-MessageIn")
    found = await Axe().run(page)
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
    assert re.search("send_message", await page.content())
