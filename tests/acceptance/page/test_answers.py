"""Automatic answers while one writes them: as customers of both languages would read them then."""

from typing import Any

from playwright.async_api import expect

HOURS = {"weekly": "Mo-Fr 09:00-18:00"}


async def test_an_answer_is_read_aloud_while_it_is_written(
    visit: Any, shop: Any, rules: Any
) -> None:
    rules({"inboxes": {"main": {"hours": HOURS}}})
    tab = await visit("/settings/answers/main")
    page = tab.page
    await page.get_by_label("As they would read on").fill("2027-06-24T20:00")
    await expect(page.locator("#reading-moment")).to_contain_text("Saint Jean Baptiste Day")
    await expect(page.locator("#reading-moment")).to_contain_text("opens")
    await expect(page.get_by_role("button", name="Show it")).to_be_hidden()
    english, french = (page.locator(f"#reading-holiday-{each}") for each in ("en", "fr"))
    await page.locator("#holiday-en").fill("Closed for {holiday} <b>, open {next_opening}.")
    await expect(english.locator(".bubble")).to_have_text(
        "Closed for Saint Jean Baptiste Day <b>, open Friday at 9:00."
    )
    await page.locator("#holiday-fr").fill("Fermé : {holiday}." + "é" * 160)
    await expect(french).to_contain_text("Fermé : Fête nationale du Québec.")
    await expect(french).to_contain_text("3 parts")  # the ê of the holiday's name makes it dear
    switch = page.locator("input[name=holiday-on]")
    await switch.check()
    await page.locator("#holiday-en").fill("Closed for {holliday}")
    await expect(english).to_contain_text("This text cannot be used")
    await expect(page.locator("#holiday-en")).to_be_focused()
    saved = shop.api("GET", "/v1/rules")["document"]["inboxes"]["main"]
    assert saved == {"hours": HOURS}


async def test_without_script_a_button_reads_it_aloud(visit: Any) -> None:
    tab = await visit("/settings/answers/main", java_script_enabled=False)
    await tab.page.locator("#closed-en").fill("{business} is closed.")
    await tab.page.get_by_role("button", name="Show it").click()
    said = tab.page.locator("#reading-closed-en .bubble")
    await expect(said).to_have_text("Vélos du Plateau is closed.")
