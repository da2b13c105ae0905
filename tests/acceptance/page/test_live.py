"""What happens appears without a reload, drafts survive, one stream is enough for eight tabs."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

STREAMS = (
    "performance.getEntriesByType('resource').filter(e => e.name.includes('/v1/events')).length"
)


async def test_a_text_appears_in_list_and_timeline_without_a_reload(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "Are you open on Sunday?")
    conversation = shop.conversation_of(number)
    tab = await visit(f"/inbox/waiting/{conversation}")
    await expect(tab.page.locator(".message.in .text")).to_have_text("Are you open on Sunday?")
    shop.text_in(number, "I mean this Sunday")
    await expect(tab.page.locator(".message.in .text").last).to_have_text("I mean this Sunday")
    row = tab.page.locator(f'a.row[href*="{conversation}"]')
    await expect(row).to_contain_text("I mean this Sunday")


async def test_words_of_messages_and_notes_are_found(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Do you repair <b>derailleurs</b> too?")
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "Derailleurs: on Fridays"})
    tab = await visit("/inbox/snoozed")
    await tab.page.get_by_role("searchbox").fill("derailleurs")
    found = tab.page.locator("a.row.found")
    await expect(found).to_have_count(2)
    await expect(found.locator("mark")).to_have_text(["Derailleurs", "derailleurs"])
    await found.last.click()
    await expect(tab.page.locator(".message.in .text")).to_contain_text("<b>derailleurs</b>")


async def test_a_search_that_is_left_does_not_take_one_back(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it still there?")
    tab = await visit("/inbox/all")
    row = tab.page.locator(f'a.row[href*="{conversation}"]')
    await expect(row).to_be_visible()
    # The search waits until one has typed to the end: here it is due only after the click.
    await tab.page.clock.install()
    await tab.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    await tab.page.get_by_role("searchbox").fill("x")
    await row.click()
    await tab.page.wait_for_url(f"**/{conversation}")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    await tab.page.clock.run_for(1000)
    await tab.page.evaluate("fetch('/inbox/all').then(({ status }) => status)")
    assert [url for url in asked if "?q=" in url] == []
    assert tab.page.url.endswith(conversation)


async def test_an_answer_shows_its_way_to_the_customer(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")
    await tab.page.get_by_label("Your answer").fill("Yes, come by.")
    await expect(tab.page.locator("#measure")).to_contain_text("1 part")
    await expect(tab.page.locator("#measure")).to_contain_text("$0.02")
    await tab.page.keyboard.press("Control+Enter")
    sent = tab.page.locator(".message.out")
    await expect(sent.locator(".text")).to_contain_text("Yes, come by.")
    await expect(sent).to_contain_text("Delivered")
    await expect(tab.page.get_by_label("Your answer")).to_have_value("")


async def test_what_makes_a_text_longer_is_replaced_by_a_click(visit: Any, shop: Any) -> None:
    tab = await visit(f"/inbox/all/{shop.conversation()}")
    await tab.page.get_by_label("Your answer").fill("It’s ready – come by…" + "x" * 60)
    measure = tab.page.locator("#measure")
    await expect(measure).to_contain_text("2 parts")
    for character in ("’", "–", "…"):
        await measure.locator(f'[data-replace="{character}"]').click()
    await expect(measure).to_contain_text("1 part")
    await expect(measure.locator("[data-replace]")).to_have_count(0)
    await expect(tab.page.get_by_label("Your answer")).to_have_value(re.compile("^It's ready - "))


async def test_a_draft_survives_a_reload_and_belongs_to_its_conversation(
    visit: Any, shop: Any
) -> None:
    one, other = shop.conversation("First"), shop.conversation("Second")
    tab = await visit(f"/inbox/all/{one}")
    await tab.page.get_by_label("Your answer").fill("Half a thought")
    await tab.page.locator(f'a.row[href*="{other}"]').click()
    await expect(tab.page).to_have_url(re.compile(other))
    await expect(tab.page.get_by_label("Your answer")).to_have_value("")
    await tab.page.reload()
    await tab.go(f"/inbox/all/{one}")
    await expect(tab.page.get_by_label("Your answer")).to_have_value("Half a thought")


async def test_two_people_see_each_other_s_work(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Who is there?")
    marie = await visit(f"/inbox/all/{conversation}")
    luc = await visit(f"/inbox/all/{conversation}", person="luc", role="agent")
    await luc.page.get_by_label("Your answer").fill("I am.")
    await luc.page.get_by_role("button", name="Send", exact=True).click()
    await expect(marie.page.locator(".message.out .text")).to_contain_text("I am.")
    await expect(marie.page.locator(".message.out .by")).to_have_text("Luc")


async def test_it_is_handed_over_with_a_note_and_taken_back(visit: Any, shop: Any) -> None:
    shop.person("luc", "agent")
    conversation = shop.conversation("About my invoice")
    tab = await visit(f"/inbox/unassigned/{conversation}")
    await tab.page.keyboard.press("a")
    await tab.page.get_by_label("Hand over, and why").fill("You know invoices")
    await tab.page.get_by_role("button", name="Luc").click()
    await expect(tab.page.locator(".event").last).to_contain_text("Marie handed it to Luc")
    await expect(tab.page.locator(".event .why")).to_have_text("You know invoices")
    luc = await visit("/inbox/mine", person="luc", role="agent")
    await expect(luc.page.locator(f'a.row[href*="{conversation}"]')).to_be_visible()
    await tab.page.get_by_role("button", name="Undo").click()
    await expect(tab.page.locator(".event").last).to_contain_text("gave it back")
    assert shop.api("GET", f"/v1/conversations/{conversation}")["assignee"] is None


async def test_closing_can_be_taken_back_and_keys_do_it(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Thanks!")
    tab = await visit(f"/inbox/all/{conversation}")
    await tab.page.keyboard.press("e")
    await expect(tab.page.locator("#flash")).to_contain_text("Closed.")
    await tab.page.get_by_role("button", name="Undo").click()
    await expect(tab.page.locator(".event").last).to_contain_text("opened it again")
    assert shop.api("GET", f"/v1/conversations/{conversation}")["state"] == "open"
    await tab.page.keyboard.press("?")
    await expect(tab.page.get_by_role("dialog")).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("r")
    await expect(tab.page.get_by_label("Your answer")).to_be_focused()


async def test_j_and_k_go_through_the_list(visit: Any, shop: Any) -> None:
    first, second = shop.conversation("One"), shop.conversation("Two")
    tab = await visit(f"/inbox/all/{second}")
    await tab.page.keyboard.press("j")
    await expect(tab.page).to_have_url(re.compile(first))
    await tab.page.keyboard.press("k")
    await expect(tab.page).to_have_url(re.compile(second))
    await tab.page.go_back()
    await expect(tab.page).to_have_url(re.compile(first))
    await expect(tab.page.locator(".message.in .text")).to_have_text("One")


async def test_a_text_is_kept_for_later_and_stopped(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("When is it ready?")
    tab = await visit(f"/inbox/all/{conversation}")
    later = (datetime.now(ZoneInfo("America/Toronto")) + timedelta(days=3)).replace(hour=9)
    await tab.page.get_by_label("Your answer").fill("It is ready today.")
    await tab.page.locator("summary[title='Send later']").click()
    await tab.page.get_by_label("Send it at").fill(f"{later:%Y-%m-%dT%H:%M}")
    await tab.page.get_by_role("button", name="Send later").click()
    await expect(tab.page.locator("#flash")).to_contain_text("It goes out")
    message = tab.page.locator(".message.out")
    await expect(message).to_contain_text("Goes out")
    await message.get_by_role("button", name="Stop it").click()
    await expect(message).to_contain_text("Not sent: canceled")


async def test_what_happens_before_a_page_hears_is_told_to_it(visit: Any, shop: Any) -> None:
    """A page that only reads itself again when it is told: nothing may fall between."""
    tab = await visit("/login", person=None)
    cookie = {"name": "gatewayd_session", "value": shop.person("marie"), "url": shop.url}
    await tab.context.add_cookies([cookie])
    asked: asyncio.Queue[Any] = asyncio.Queue()
    await tab.page.route("**/v1/events?*", asked.put_nowait)
    await tab.go("/supervision")
    held = await asked.get()  # the page is made, and its stream has not begun
    first, second = shop.customer(), shop.customer()
    shop.text_in(first, "Before the stream")
    await expect(tab.page.locator("#main")).not_to_contain_text(local(first))
    await held.continue_()
    await expect(tab.page.locator("#main")).to_contain_text(local(first))

    other = await tab.context.new_page()
    scripts: asyncio.Queue[Any] = asyncio.Queue()
    await other.route("**/page.js", scripts.put_nowait)
    await other.goto(f"{tab.url}/supervision", wait_until="commit")
    held = await scripts.get()  # this one will hear of the leader, once it can
    shop.text_in(second, "Before the second tab listens")
    await expect(tab.page.locator("#main")).to_contain_text(local(second))
    await held.continue_()
    await expect(other.locator("#main")).to_contain_text(local(second))
    assert asked.empty()  # and it needed no stream of its own


def local(number: str) -> str:
    """Write a number as the page does."""
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"


@pytest.mark.parametrize("locks", [True, False], ids=["locks", "plain http"])
async def test_eight_tabs_have_one_stream(visit: Any, shop: Any, locks: bool) -> None:
    number = shop.customer()
    shop.text_in(number, "Hello")
    conversation = shop.conversation_of(number)
    tab = await visit("/login", person=None)
    if not locks:
        await tab.context.add_init_script("delete Navigator.prototype.locks")
        # Who leads says so again in time, however slow the machine is.
        await tab.context.clock.set_fixed_time(datetime.now(UTC))
    cookie = {"name": "gatewayd_session", "value": shop.person("marie"), "url": shop.url}
    await tab.context.add_cookies([cookie])
    asked: list[str] = []
    tab.context.on("request", lambda request: asked.append(request.url))
    pages = [tab.page, *[await tab.context.new_page() for _ in range(7)]]
    for page in pages:
        await page.goto(f"{tab.url}/inbox/all/{conversation}")
        await expect(page.locator(".message.in")).to_have_count(1)
    shop.text_in(number, "Hello again")
    for page in pages:
        await expect(page.locator(".message.in .text").last).to_have_text("Hello again")
    assert len([url for url in asked if "/v1/events" in url]) == 1
    await pages.pop(0).close()  # the one that held it
    shop.text_in(number, "And a third time")
    for page in pages:
        await expect(page.locator(".message.in .text").last).to_have_text("And a third time")
    assert len([url for url in asked if "/v1/events" in url]) == 2


# As in a browser with a process for each tab: the first look is from before the other's note came.
LATE_NOTE = """
delete Navigator.prototype.locks;
const read = Storage.prototype.getItem;
let first = true;
Storage.prototype.getItem = function (key) {
  if (key !== "gatewayd-leader" || !first) return read.call(this, key);
  first = false;
  return null;
};
"""


async def test_two_tabs_that_want_to_lead_at_once_have_one_stream(visit: Any, shop: Any) -> None:
    tab = await visit("/login", person=None)
    await tab.context.add_init_script(LATE_NOTE)
    await tab.context.clock.install()
    await tab.context.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    cookie = {"name": "gatewayd_session", "value": shop.person("marie"), "url": shop.url}
    await tab.context.add_cookies([cookie])
    asked: list[str] = []
    tab.context.on("request", lambda request: asked.append(request.url))
    other = await tab.context.new_page()
    for page in (tab.page, other):
        await page.goto(f"{tab.url}/inbox/all")
    async with tab.context.expect_event("request", lambda request: "/v1/events" in request.url):
        await tab.context.clock.run_for(1000)
    assert len([url for url in asked if "/v1/events" in url]) == 1
    number = shop.customer()
    shop.text_in(number, "Which of you hears me?")
    await tab.context.clock.resume()
    for page in (tab.page, other):
        row = page.locator("a.row", has_text="Which of you hears me?")
        await expect(row.first).to_be_visible()
