"""What was asked for one page and comes when another one is open is not put into that."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

# An answer's head is here and its body is still on its way, until `arrive()`.
SLOW = """
const quick = window.fetch;
const arrivals = [];
window.slow = null;
window.arrive = async () => {
  window.slow = null;
  await Promise.all(arrivals.splice(0).map((one) => one()));
  await new Promise((done) => setTimeout(done));
};
window.fetch = async (url, options = {}) => {
  const response = await quick(url, options);
  const part = new Headers(options.headers).get("X-Gatewayd-Part");
  if (!part || part !== window.slow) return response;
  const body = await response.text();
  let come;
  const coming = new Promise((resolve) => { come = resolve; });
  arrivals.push(async () => come(body));
  response.text = () => coming;
  window.held(part);
  return response;
};
"""


async def slow_tab(visit: Any, shop: Any, path: str) -> tuple[Any, Any]:
    """Open the page, with what is held back there in a queue."""
    tab = await visit("/login", person=None)
    held: asyncio.Queue[str] = asyncio.Queue()
    await tab.context.expose_function("held", held.put_nowait)
    await tab.context.add_init_script(SLOW)
    cookie = {"name": "gatewayd_session", "value": shop.person("marie"), "url": shop.url}
    await tab.context.add_cookies([cookie])
    async with tab.page.expect_response("**/v1/events?*"):
        await tab.go(path)
    return tab, held


@pytest.mark.parametrize("part", ["timeline", "list"])
async def test_a_part_of_the_page_before_is_not_shown(visit: Any, shop: Any, part: str) -> None:
    number = shop.customer()
    shop.text_in(number, "I am the first")
    first = shop.conversation_of(number)
    second = shop.conversation("I am the second")
    tab, held = await slow_tab(visit, shop, f"/inbox/all/{first}")
    await expect(tab.page.locator(".message.in .text")).to_have_text("I am the first")
    await tab.page.evaluate(f"window.slow = '{part}'")
    shop.text_in(number, "And I write again")
    assert await held.get() == part
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(tab.page.locator(".message.in .text")).to_have_text(["I am the second"])
    await tab.page.evaluate("arrive()")
    assert await tab.page.locator(".message.in .text").all_inner_texts() == ["I am the second"]
    row = tab.page.locator("a.row[aria-current]")
    assert second in (await row.get_attribute("href") or "")


async def test_a_price_of_the_text_before_is_not_shown(visit: Any, shop: Any) -> None:
    first, second = shop.conversation("One of two"), shop.conversation("Two of two")
    tab, held = await slow_tab(visit, shop, f"/inbox/all/{first}")
    await tab.page.evaluate("window.slow = 'measure'")
    await tab.page.get_by_label("Your answer").fill("It is ready.")
    assert await held.get() == "measure"
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(tab.page.locator(".message.in .text")).to_have_text(["Two of two"])
    await tab.page.evaluate("arrive()")
    assert await tab.page.locator("#measure").inner_text() == ""
