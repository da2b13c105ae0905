"""Supervision on the page: who waits, whose they are, and what was done in a time."""

import csv
import io
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def waiter(tab: Any, conversation: str) -> Any:
    return tab.page.locator(f'[data-key="{conversation}"]')


async def test_who_waits_is_taken_over_and_given_back(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is anybody there?")
    shop.person("luc", "agent")
    to = {"to": shop.people["luc"]}
    shop.api("POST", f"/v1/conversations/{conversation}/assign", to)
    tab = await visit("/supervision")
    row = waiter(tab, conversation)
    await expect(row).to_contain_text("Luc")
    await expect(row).to_contain_text("waits")
    await row.get_by_role("button", name="Take over").click()
    await expect(row).to_contain_text("Marie")
    assert person_of(shop, conversation) == "Marie"
    await tab.page.get_by_role("button", name="Undo").click()
    await expect(row).to_contain_text("Luc")


def person_of(shop: Any, conversation: str) -> str:
    name: str = shop.api("GET", f"/v1/conversations/{conversation}")["assignee"]["name"]
    return name


async def test_a_whisper_is_a_note_without_script_too(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("I have waited for an hour!")
    tab = await visit("/supervision", java_script_enabled=False)
    row = waiter(tab, conversation)
    await row.get_by_text("Note for us").click()
    await row.get_by_label("A note that the customer never sees").fill("Offer her the blue one.")
    await row.get_by_role("button", name="Add note").click()
    await expect(tab.page.locator("#flash")).to_contain_text("the customer never sees it")
    await tab.go(f"/inbox/all/{conversation}")
    await expect(tab.page.locator(".note .text")).to_have_text("Offer her the blue one.")


async def test_what_was_done_is_added_up_and_drawn(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit("/supervision")
    await expect(waiter(tab, conversation)).to_be_visible()
    await tab.go(f"/inbox/all/{conversation}")
    await tab.page.get_by_label("Your answer").fill("Yes, it is.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("Yes, it is.")
    await tab.go("/supervision?period=week&by=person")
    await expect(waiter(tab, conversation)).to_have_count(0)
    marie = tab.page.locator("table.figures tbody tr", has_text="Marie")
    assert int(await marie.locator("td").first.inner_text()) >= 1
    await tab.page.get_by_label("By", exact=True).select_option("day")
    await tab.page.get_by_role("button", name="Show").click()
    await expect(tab.page.get_by_role("img")).to_have_count(2)
    assert await tab.page.locator(".chart rect.one").count() >= 1


async def test_the_table_is_sorted_by_its_heads_and_saved_as_a_file(visit: Any, shop: Any) -> None:
    shop.conversation("Is it ready?")
    tab = await visit("/supervision?period=month&by=inbox", java_script_enabled=False)
    await tab.page.get_by_role("link", name="Handled").click()
    await expect(tab.page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    async with tab.page.expect_download() as saved:
        await tab.page.get_by_role("link", name="Table as a file (CSV)").click()
    file = await saved.value
    with (await file.path()).open(encoding="utf-8") as written:
        rows = list(csv.DictReader(io.StringIO(written.read())))
    assert [row["key"] for row in rows] == ["main"]


async def test_an_agent_supervises_nobody(visit: Any) -> None:
    tab = await visit("/inbox/all", person="agnes", role="agent")
    await expect(tab.page.get_by_role("link", name="Supervision")).to_have_count(0)
    for path in ("/supervision", "/supervision/table.csv"):
        answer = await tab.page.request.get(f"{tab.url}{path}", headers={"Accept": "text/html"})
        assert answer.status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, shop: Any, scheme: str) -> None:
    shop.conversation("Do you repair tubes?")
    tab = await visit("/supervision?by=day", color_scheme=scheme, viewport=PHONE, locale="fr-CA")
    found = await Axe().run(tab.page)
    bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
    assert not bad, found.generate_report()
    assert await tab.page.evaluate(OVERFLOW) == 0
