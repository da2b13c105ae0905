"""A message that is found is shown where it stands; and what somebody has opened stays open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Route, expect

PHONE = {"width": 360, "height": 740}
ENTRIES = "#timeline li[data-seq]"
IN_VIEW = """() => {
  const place = (each) => document.querySelector(each).getBoundingClientRect();
  const [one, all] = ["#at", "#timeline"].map(place);
  return one.top >= all.top && one.bottom <= all.bottom;
}"""


def long_conversation(shop: Any, word: str) -> str:
    """Let a customer say a word of which nobody knows, before 75 notes; gives the conversation."""
    conversation: str = shop.conversation(f"Have you a {word}?")
    for at in range(75):
        shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": f"Note {at}"}, 200)
    return conversation


async def short_answer(route: Route) -> None:
    """Let an answer hold no more than is shown at first, as one does of what is very long."""
    await route.continue_(headers={**route.request.headers, "x-gatewayd-shown": ""})


async def test_what_is_found_is_shown_where_it_stands(visit: Any, shop: Any) -> None:
    conversation = long_conversation(shop, "zyzzogeton")
    tab = await visit("/inbox/all?q=zyzzogeton")
    await tab.page.locator("a.row.found").click()
    found = tab.page.locator("#at")
    await expect(found).to_contain_text("Have you a zyzzogeton?")
    await expect(tab.page.locator("a.row.found")).to_have_attribute("aria-current", "true")
    await tab.page.wait_for_function(IN_VIEW)
    assert await tab.page.locator(ENTRIES).count() < 76

    # What is new is told, and does not move what one looks at.
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "The last of all"}, 200)
    newer = tab.page.get_by_role("button", name="New message", exact=True)
    await expect(newer).to_be_visible()
    assert await tab.page.evaluate(IN_VIEW)
    await expect(tab.page.locator("#timeline")).not_to_contain_text("The last of all")

    await tab.page.get_by_role("link", name="Later messages").click()
    await expect(tab.page.locator("#timeline")).to_contain_text("The last of all")
    await expect(tab.page.get_by_role("link", name="Later messages")).to_have_count(0)
    await expect(tab.page.locator(ENTRIES)).to_have_count(77)
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "And one more"}, 200)
    await expect(tab.page.locator("#timeline")).to_contain_text("And one more")

    await newer.click()
    await expect(tab.page.get_by_text("And one more", exact=True).last).to_be_in_viewport()


async def test_it_is_found_without_a_script_on_a_telephone(visit: Any, shop: Any) -> None:
    long_conversation(shop, "quagswagging")
    tab = await visit("/inbox/all", java_script_enabled=False, viewport=PHONE)
    await tab.page.locator("#q").fill("quagswagging")
    await tab.page.locator("#q").press("Enter")
    await tab.page.locator("a.row.found").click()
    found = tab.page.locator("#at")
    await expect(found).to_contain_text("Have you a quagswagging?")
    await expect(found).to_be_in_viewport()
    await tab.page.get_by_role("link", name="To the newest").click()
    await expect(tab.page.get_by_text("Note 74", exact=True)).to_be_in_viewport()
    await tab.page.get_by_role("link", name="Back to the list").click()
    await expect(tab.page.locator("#q")).to_have_value("quagswagging")


async def test_earlier_messages_stay_open(visit: Any, shop: Any) -> None:
    conversation = long_conversation(shop, "word")
    tab = await visit(f"/inbox/all/{conversation}")
    entries = tab.page.locator(ENTRIES)
    await tab.page.get_by_role("link", name="Earlier messages").click()
    await expect(entries).to_have_count(76)
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "One more"}, 200)
    await expect(entries).to_have_count(77)
    # Neither does it get shorter where one answer does not hold it, nor by what is done at the top.
    await tab.page.route(f"**/inbox/all/{conversation}", short_answer)
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "And another"}, 200)
    await expect(entries).to_have_count(78)
    await tab.page.get_by_role("button", name="Close", exact=True).click()
    await expect(tab.page.locator("#flash")).to_contain_text("Closed.")
    await expect(entries).to_have_count(79)
    await expect(entries.first).to_contain_text("Have you a word?")
    await tab.page.unroute_all(behavior="ignoreErrors")
    days = [await each.text_content() for each in await tab.page.locator("li.day").all()]
    assert len(days) == len(set(days))


@pytest.fixture
def numbers(shop: Any) -> Iterator[list[str]]:
    """Give 45 customers, each of whom is to get a text tomorrow."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    found, texts = [shop.customer() for _ in range(45)], []
    for number in found:
        shop.api("POST", "/v1/contacts", {"numbers": [number], "name": "Rowan Stays"}, 201)
        later = {"to": number, "text": "Not before tomorrow", "send_at": tomorrow}
        texts.append(shop.api("POST", "/v1/messages", later, 202)["id"])
    yield found
    for text in texts:
        shop.api("POST", f"/v1/messages/{text}/cancel", status=200)


async def test_older_conversations_stay_listed(visit: Any, shop: Any, numbers: list[str]) -> None:
    tab = await visit("/inbox/all?q=Rowan+Stays")
    rows = tab.page.locator("#list li[data-row] a.row")
    await expect(rows).to_have_count(40)
    await tab.page.get_by_role("link", name="Older conversations").click()
    await expect(rows).to_have_count(45)
    await rows.nth(42).click()
    await expect(rows.nth(42)).to_have_attribute("aria-current", "true")
    await expect(rows).to_have_count(45)
    await tab.page.route("**/inbox/all/*", short_answer)
    await tab.page.keyboard.press("j")
    await expect(rows.nth(43)).to_have_attribute("aria-current", "true")

    # Who was written to first is the newest now; the others are all still there.
    shop.text_in(numbers[0], "It is me again")
    await expect(rows.first).to_contain_text("It is me again")
    await expect(rows).to_have_count(45)
    await expect(rows.nth(44)).to_have_attribute("aria-current", "true")
    await tab.page.unroute_all(behavior="ignoreErrors")
