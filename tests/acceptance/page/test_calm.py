"""What happens moves nothing away from under one's hands."""

from typing import Any

from playwright.async_api import expect


async def test_a_row_that_moves_keeps_the_focus(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "I shall write again")
    conversation = shop.conversation_of(number)
    newer = shop.conversation("I am newer")
    tab = await visit("/inbox/all")
    row = tab.page.locator(f'#list a.row[href="/inbox/all/{conversation}"]')
    await row.focus()
    shop.text_in(number, "Here I am")
    await expect(row).to_contain_text("Here I am")
    below = f'#list li:has(a[href="/inbox/all/{conversation}"]) ~ li a[href="/inbox/all/{newer}"]'
    await expect(tab.page.locator(below)).to_have_count(1)  # it has moved
    await expect(row).to_be_focused()
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.locator(".message.in .text").last).to_have_text("Here I am")
