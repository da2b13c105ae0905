"""Texts that anybody may send: nothing in them acts, pretends, or breaks the page."""

from typing import Any

import pytest
from playwright.async_api import expect

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TEXTS = {
    "script": "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>",
    "attribute": "\"'><svg/onload=window.pwned=1> javascript:window.pwned=1",
    "template": "{{ 7*7 }} {% raw %} ${7*7}",
    "right to left": "\u202eevil\u202c \u202ehttps://moc.elpmaxe",
    "zero width": "a" + "\u200b" * 200 + "b\ufeff",
    "emoji family": "👨‍👩‍👧‍👦👨‍👩‍👧‍👦 🏳️‍🌈",
    "one long word": "W" * 1200,
    "combining": "Z" + "\u0335\u0321\u031b\u0322" * 60 + "algo",
    "lines": "\n" * 60 + "end",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("width", [360, 1360])
async def test_a_text_is_shown_and_does_nothing(
    visit: Any, shop: Any, text: str, width: int
) -> None:
    conversation = shop.conversation(text)
    tab = await visit(f"/inbox/all/{conversation}", viewport={"width": width, "height": 740})
    shown = tab.page.locator(".message.in .text")
    assert (await shown.first.evaluate("each => each.textContent")) == text
    assert await tab.page.evaluate("window.pwned") is None
    assert await tab.page.evaluate(OVERFLOW) == 0
    await tab.go("/inbox/all")
    assert await tab.page.evaluate("window.pwned") is None
    assert await tab.page.evaluate(OVERFLOW) == 0


async def test_a_very_long_text_is_folded_and_whole(visit: Any, shop: Any) -> None:
    text = "".join(f"line {number} of a very long text. " for number in range(1100))
    conversation = shop.conversation(text)
    tab = await visit(f"/inbox/all/{conversation}", viewport={"width": 360, "height": 740})
    fold = tab.page.locator("details.rest")
    await expect(fold.locator("summary")).to_contain_text("Show all")
    await expect(fold).not_to_have_attribute("open", "")
    await fold.locator("summary").click()
    whole = await tab.page.locator(".message.in .text").all_text_contents()
    assert "".join(whole) == text
    assert await tab.page.evaluate(OVERFLOW) == 0


async def test_a_link_shows_where_it_goes(visit: Any, shop: Any) -> None:
    text = "Win! https://\u0430\u0440\u0440le.com/x and http://bank.example@evil.example/login"
    tab = await visit(f"/inbox/all/{shop.conversation(text)}")
    links = tab.page.locator(".message.in a.link")
    await expect(links).to_have_count(2)
    await expect(links.first).to_have_attribute("href", "https://xn--le-6kc8da.com/x")
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(links.last.locator("b")).to_have_text("evil.example")
    await expect(tab.page.locator(".link-warning")).to_have_count(2)


async def test_a_name_that_is_hostile_stays_a_name(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Hello")
    contact = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    shop.api("PATCH", f"/v1/contacts/{contact}", {"name": "<b>Bob</b> & “co” \u05d0\u05d1"}, 200)
    tab = await visit(f"/inbox/all/{conversation}")
    await expect(tab.page.locator(".whom strong")).to_have_text("<b>Bob</b> & “co” \u05d0\u05d1")
