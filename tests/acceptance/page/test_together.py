"""Two people in one conversation: who looks, who writes, who was quicker, what is unread."""

import re
from typing import Any

from playwright.async_api import expect


async def test_who_was_slower_is_told_before_anything_is_sent(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("How much is it?")
    marie = await visit(f"/inbox/all/{conversation}")
    luc = await visit(f"/inbox/all/{conversation}", person="luc", role="agent")
    luc.watch.wants(409)
    await luc.page.get_by_label("Your answer").fill("It is 20 dollars.")
    await marie.page.get_by_label("Your answer").fill("25, tax included.")
    await marie.page.get_by_role("button", name="Send", exact=True).click()
    await expect(luc.page.locator(".message.out .text").first).to_contain_text("25, tax included.")
    await luc.page.get_by_role("button", name="Send", exact=True).click()
    warning = luc.page.get_by_role("alertdialog")
    await expect(warning).to_contain_text("Marie answered meanwhile.")
    await expect(luc.page.get_by_label("Your answer")).to_have_value("It is 20 dollars.")
    await expect(luc.page.locator(".message.out")).to_have_count(1)
    await warning.get_by_role("button", name="Send anyway").click()
    await expect(luc.page.locator(".message.out")).to_have_count(2)
    await expect(luc.page.get_by_label("Your answer")).to_have_value("")


async def test_who_writes_on_after_they_have_seen_it_is_not_stopped(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "How much is it?")
    tab = await visit(f"/inbox/all/{shop.conversation_of(number)}")
    await tab.page.get_by_label("Your answer").fill("It is")
    shop.text_in(number, "The blue one")
    await expect(tab.page.locator(".message.in")).to_have_count(2)
    await tab.page.get_by_label("Your answer").press_sequentially(" 20 dollars.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("It is 20 dollars.")


async def test_without_script_too_who_was_slower_is_told(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "How much is it?")
    conversation = shop.conversation_of(number)
    tab = await visit(f"/inbox/all/{conversation}", java_script_enabled=False)
    tab.watch.wants(409)
    shop.text_in(number, "Forget it, thanks")
    await tab.page.get_by_label("Your answer").fill("It is 20 dollars.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.get_by_role("alertdialog")).to_contain_text("The customer wrote again")
    await expect(tab.page.get_by_label("Your answer")).to_have_value("It is 20 dollars.")
    assert shop.api("GET", f"/v1/messages?conversation={conversation}&direction=out")["items"] == []


async def test_colleagues_see_who_looks_and_who_writes(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Anybody?")
    marie = await visit(f"/inbox/all/{conversation}")
    luc = await visit(f"/inbox/all/{conversation}", person="luc", role="agent")
    await expect(marie.page.locator("#presence")).to_have_text("Luc is looking at this too")
    await expect(luc.page.locator("#presence")).to_have_text("Marie is looking at this too")
    await luc.page.get_by_label("Your answer").fill("Yes")
    await expect(marie.page.locator("#presence")).to_have_text("Luc is writing…")
    await luc.page.get_by_role("link", name="All").first.click()
    await expect(marie.page.locator("#presence")).to_have_text("")


async def test_what_is_unread_stands_out_until_it_is_read(visit: Any, shop: Any) -> None:
    other = shop.conversation("Something else")
    tab = await visit(f"/inbox/all/{other}", person="nina", role="agent")
    conversation = shop.conversation("Read me")
    row = tab.page.locator(f'a.row[href*="{conversation}"]')
    await expect(row).to_have_class(re.compile("unread"))
    await expect(tab.page).to_have_title(re.compile(r"^\(\d+\) "))
    await row.click()
    await expect(row).not_to_have_class(re.compile("unread"))


async def test_an_answer_is_signed_and_says_so_before(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Who are you?")
    tab = await visit(f"/inbox/all/{conversation}")
    await expect(tab.page.locator(".signature")).to_contain_text("Marie")
    await tab.page.get_by_label("Your answer").fill("The shop.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("Marie")


async def test_lists_have_counts(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Count me")
    tab = await visit(f"/inbox/unassigned/{conversation}", person="olga", role="agent")
    mine = tab.page.locator('#lists a[href="/inbox/mine"] .count')
    await expect(mine).to_have_count(0)
    await tab.page.keyboard.press("a")
    await tab.page.get_by_role("button", name="To me").click()
    await expect(mine).to_have_text("1")
