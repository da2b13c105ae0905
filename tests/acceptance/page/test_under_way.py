"""What was sent and has no answer yet: sent once, and nobody loses a word or their place by it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, Route, expect

SENT = """() => { window.sent = new Promise((done) =>
  document.addEventListener("sent", () => done(), { once: true })); }"""


async def slow(page: Page) -> tuple[asyncio.Event, Callable[[], None]]:
    """Let answers wait before the gateway: gives when one does, and what lets them go."""
    asked, on = asyncio.Event(), asyncio.Event()

    async def wait(route: Route) -> None:
        asked.set()
        await on.wait()
        await route.continue_()

    await page.route("**/answer", wait)
    return asked, on.set


def answer(page: Page) -> Any:
    return page.get_by_role("textbox", name="Your answer")


def sent(shop: Any, conversation: str) -> list[str]:
    path = f"/v1/messages?conversation={conversation}&direction=out"
    return [each["text"].split("\n")[0] for each in shop.api("GET", path)["items"]]


async def test_who_goes_on_is_not_taken_back(visit: Any, shop: Any) -> None:
    first, second = shop.conversation("I am the first"), shop.conversation("I am the second")
    tab = await visit(f"/inbox/all/{first}")
    asked, let_go = await slow(tab.page)
    await answer(tab.page).fill("For the first")
    await tab.page.keyboard.press("Control+Enter")
    await asked.wait()
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(tab.page.locator(".message.in .text")).to_have_text(["I am the second"])
    await answer(tab.page).fill("A draft for the second")
    await tab.page.evaluate(SENT)
    let_go()
    await tab.page.evaluate("window.sent")
    assert tab.page.url.endswith(second)
    await expect(answer(tab.page)).to_have_value("A draft for the second")
    assert sent(shop, first) == ["For the first"]
    # Neither is what was sent a draft of the first any more, nor is the other draft lost.
    await tab.page.locator(f'a.row[href*="{first}"]').click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("For the first")
    await expect(answer(tab.page)).to_have_value("")
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(answer(tab.page)).to_have_value("A draft for the second")


async def test_who_went_on_is_told_what_was_not_taken(visit: Any, shop: Any) -> None:
    first, second = shop.conversation("I am the first"), shop.conversation("I am the second")
    tab = await visit(f"/inbox/all/{first}")
    asked, let_go = await slow(tab.page)
    tab.watch.wants(422)
    await answer(tab.page).fill("x" * 3000)
    await tab.page.keyboard.press("Control+Enter")
    await asked.wait()
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(tab.page.locator(".message.in .text")).to_have_text(["I am the second"])
    let_go()
    await expect(tab.page.locator("#flash")).to_contain_text("was not taken")
    await tab.page.locator("#flash").get_by_role("link", name="Go back to it").click()
    await expect(answer(tab.page)).to_have_value("x" * 3000)
    assert sent(shop, first) == []


async def test_what_is_written_meanwhile_stays(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")
    asked, let_go = await slow(tab.page)
    await answer(tab.page).fill("Yes.")
    await tab.page.keyboard.press("Control+Enter")
    await asked.wait()
    await tab.page.keyboard.type(" Until 18:00.")
    let_go()
    await expect(answer(tab.page)).to_have_value("Until 18:00.")
    await tab.page.reload()
    await expect(answer(tab.page)).to_have_value("Until 18:00.")
    assert sent(shop, conversation) == ["Yes."]


async def test_pressed_twice_it_is_kept_once(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")
    asked, let_go = await slow(tab.page)
    await tab.page.get_by_role("radio", name="Note for us").check()
    await answer(tab.page).fill("Ask Luc")
    await tab.page.keyboard.press("Control+Enter")
    await tab.page.keyboard.press("Control+Enter")
    await asked.wait()
    let_go()
    await expect(answer(tab.page)).to_have_value("")
    # Whoever writes on wrote a note: the customer does not get the rest of it.
    await expect(tab.page.get_by_role("radio", name="Note for us")).to_be_checked()
    entries = shop.api("GET", f"/v1/conversations/{conversation}")["timeline"]["items"]
    assert [each["text"] for each in entries if each["type"] == "note"] == ["Ask Luc"]


async def test_a_note_about_someone_blocked_leaves_its_field(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Buy now!")
    tab = await visit(f"/inbox/all/{conversation}")
    await tab.page.locator("summary[aria-label=More]").click()
    await tab.page.get_by_role("button", name="Block this contact").click()
    note = tab.page.get_by_role("textbox", name="Note for us")
    await note.fill("They write every week")
    await tab.page.get_by_role("button", name="Add note").click()
    await expect(tab.page.locator("li.note .text")).to_have_text(["They write every week"])
    await expect(note).to_have_value("")


@pytest.mark.parametrize("as_", ["Answer", "Note for us"])
async def test_what_arrived_though_its_answer_was_lost_is_not_there_twice(
    visit: Any, shop: Any, as_: str
) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")

    async def lose(route: Route) -> None:
        await route.fetch(max_redirects=0)
        await route.abort()

    tab.watch.wants("net::ERR_FAILED")
    await tab.page.route("**/answer", lose)
    await tab.page.get_by_role("radio", name=as_).check()
    await answer(tab.page).fill("It is.")
    await tab.page.keyboard.press("Control+Enter")
    await expect(tab.page.locator("#flash")).to_contain_text("That did not reach the gateway")
    await tab.page.unroute("**/answer")
    await tab.page.reload()
    await expect(answer(tab.page)).to_have_value("It is.")
    await expect(tab.page.get_by_role("radio", name=as_)).to_be_checked()
    await answer(tab.page).focus()
    await tab.page.keyboard.press("Control+Enter")
    await expect(answer(tab.page)).to_have_value("")
    entries = shop.api("GET", f"/v1/conversations/{conversation}")["timeline"]["items"]
    kinds = [each["type"] for each in entries]
    assert kinds.count("note") + len(sent(shop, conversation)) == 1


async def test_what_is_sent_later_closes_its_menu(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")
    await answer(tab.page).fill("It is ready.")
    await tab.page.locator("summary[aria-label='Send later']").click()
    later = datetime.now(ZoneInfo("America/Toronto")) + timedelta(days=2)
    await tab.page.get_by_label("Send it at").fill(f"{later:%Y-%m-%dT12:00}")
    await tab.page.get_by_role("button", name="Send later").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Kept. It goes out")
    await expect(tab.page.locator("details.menu[open]")).to_have_count(0)
