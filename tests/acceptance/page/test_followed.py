"""An open page shows what is so now, also after somebody has used it; what they write stays."""

import re
from typing import Any

from playwright.async_api import expect


async def test_who_is_in_charge_and_what_can_be_done(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Anybody?")
    marie = await visit(f"/inbox/all/{conversation}")
    luc = await visit(f"/inbox/all/{conversation}", person="luc", role="agent")
    head = marie.page.locator("#head")
    await luc.page.keyboard.press("a")
    await luc.page.get_by_role("button", name="To me").click()
    await expect(head.locator(".whom")).to_contain_text("Luc")
    await expect(luc.page.locator("#flash")).to_contain_text("Handed to Luc")
    await luc.page.keyboard.press("e")
    await expect(head.get_by_role("button", name="Open again")).to_be_visible()


async def test_nothing_moves_in_a_menu_that_is_open(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Anybody?")
    shop.person("luc", "agent")
    marie = await visit(f"/inbox/all/{conversation}")
    await marie.page.keyboard.press("a")
    await marie.page.get_by_label("Hand over, and why").fill("He knows them")
    choices = marie.page.locator("#assign button")
    before = await choices.all_inner_texts()
    luc = shop.people["luc"]
    async with marie.page.expect_response(
        lambda response: response.request.headers.get("x-gatewayd-part") == "timeline"
    ):
        shop.api("POST", f"/v1/conversations/{conversation}/assign", {"to": luc}, 200)
    await expect(marie.page.locator(".timeline")).to_contain_text("Luc")
    assert await choices.all_inner_texts() == before
    await marie.page.keyboard.press("Escape")
    await expect(marie.page.locator(".whom")).to_contain_text("Luc")
    await expect(marie.page.get_by_label("Hand over, and why")).to_have_value("He knows them")


async def test_a_form_that_was_saved_follows_what_a_colleague_saves(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Who am I?")
    contact = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    tab = await visit(f"/inbox/all/{conversation}")
    form = tab.page.locator(".contact-form")
    name, notes = form.get_by_label("Name"), form.get_by_label("About them")
    language = form.get_by_label("Language")
    await name.fill("Ann")
    await language.select_option("fr")
    await notes.fill("Prefers mornings")
    await form.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Saved")
    theirs = {"name": "Bob", "language": "en", "notes": "Prefers evenings"}
    shop.api("PATCH", f"/v1/contacts/{contact}", theirs, 200)
    await expect(name).to_have_value("Bob")
    await expect(language).to_have_value("en")
    await expect(notes).to_have_value("Prefers evenings")


async def test_what_is_chosen_and_not_saved_stays_and_is_for_its_version(
    visit: Any, shop: Any
) -> None:
    conversation = shop.conversation("Who am I?")
    contact = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    tab = await visit(f"/inbox/all/{conversation}")
    tab.watch.wants(409)
    form = tab.page.locator(".contact-form")
    await form.get_by_label("Language").select_option("fr")
    shop.api("PATCH", f"/v1/contacts/{contact}", {"name": "Bob", "language": "en"}, 200)
    await expect(form.get_by_label("Name")).to_have_value("Bob")
    await expect(form.get_by_label("Language")).to_have_value("fr")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("Somebody else changed this meanwhile")
    # Who has looked, and means it, saves again.
    await expect(form.get_by_label("Language")).to_have_value("fr")
    await form.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Saved")
    after = shop.api("GET", f"/v1/contacts/{contact}")
    assert (after["name"], after["language"]) == ("Bob", "fr")


async def test_a_search_stays_in_its_list(visit: Any, shop: Any) -> None:
    shop.conversation("The zebra")
    tab = await visit("/inbox/all")
    async with tab.page.expect_response("**/inbox/all?q=zebra"):
        await tab.page.locator("#q").fill("zebra")
    await tab.page.locator('#lists a[href="/inbox/unassigned"]').click()
    await expect(tab.page.locator(".list-title h1")).to_have_text("Unassigned")
    await expect(tab.page.locator("#q")).to_have_value("")


async def test_a_conversation_opens_at_its_end(visit: Any, shop: Any) -> None:
    first, second = shop.conversation("I am the first"), shop.conversation("I am the second")
    for number in range(12):
        body = {"text": f"Note {number}\n\n\n\nand its end"}
        shop.api("POST", f"/v1/conversations/{second}/notes", body, 200)
    tab = await visit(f"/inbox/all/{first}")
    await tab.page.locator(f'a.row[href*="{second}"]').click()
    await expect(tab.page.locator("li.note")).to_have_count(12)
    await expect(tab.page.locator("li.note .fate").last).to_be_in_viewport()
    await expect(tab.page.locator("li.note").first).not_to_be_in_viewport()


async def test_the_title_counts_what_is_unread_and_has_the_whole_number(
    visit: Any, shop: Any
) -> None:
    number = shop.customer()
    shop.text_in(number, "Who am I?")
    conversation = shop.conversation_of(number)
    shop.conversation("Unread, so that there is a count")
    tab = await visit(f"/inbox/all/{conversation}", person="nora", role="agent")
    whole = rf"^\(\d+\) \(514\) {number[5:8]}-{number[8:]} · "
    await expect(tab.page).to_have_title(re.compile(whole))
    more = shop.conversation("One more")
    await expect(tab.page.locator(f'a.row[href*="{more}"]')).to_be_visible()
    await expect(tab.page).to_have_title(re.compile(whole))


async def test_another_page_begins_at_its_top(visit: Any) -> None:
    tab = await visit("/settings/people/new", viewport={"width": 500, "height": 300})
    await tab.page.evaluate("scrollTo(0, 5000)")
    assert await tab.page.evaluate("scrollY") > 0
    await tab.page.locator('nav.side a[href="/modems"]').evaluate("link => link.click()")
    await expect(tab.page).to_have_url(f"{tab.url}/modems")
    assert await tab.page.evaluate("scrollY") == 0


async def test_a_note_is_a_note_in_the_other_tab_too(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Two tabs")
    tab = await visit(f"/inbox/all/{conversation}")
    other = await tab.context.new_page()
    await other.goto(f"{tab.url}/inbox/all/{conversation}")
    field = other.get_by_role("textbox", name="Your answer")
    await field.focus()
    await tab.page.get_by_role("radio", name="Note for us").check()
    await tab.page.get_by_role("textbox", name="Your answer").fill("Do not trust them")
    await expect(field).to_have_value("Do not trust them")
    await expect(other.get_by_role("radio", name="Note for us")).to_be_checked()


async def test_a_draft_is_whose_it_is(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("One computer, two people")
    tab = await visit(f"/inbox/all/{conversation}")
    tab.watch.wants(403)  # each page says that it goes, with the session that has just gone
    field = tab.page.get_by_role("textbox", name="Your answer")
    await field.fill("From Marie, not yet sent")
    luc = {"name": "gatewayd_session", "value": shop.person("luc", "agent"), "url": shop.url}
    marie = {**luc, "value": shop.person("marie")}
    await tab.context.add_cookies([luc])
    await tab.page.reload()
    await expect(tab.page.locator(".sections .me")).to_contain_text("Luc")
    await expect(field).to_have_value("")
    await tab.context.add_cookies([marie])
    await tab.page.reload()
    await expect(field).to_have_value("From Marie, not yet sent")


async def test_who_logged_in_again_elsewhere_sends_after_all(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Still there?")
    tab = await visit(f"/inbox/all/{conversation}")
    field = tab.page.get_by_role("textbox", name="Your answer")
    await field.fill("Yes, still.")
    tab.watch.wants(403)
    # As another log-in in another tab leaves this one: with the secret of the session before.
    for_all = "each => each.forEach((one) => { one.value = 'of-before'; })"
    await tab.page.locator("input[name=csrf_token]").evaluate_all(for_all)
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator("#flash")).to_contain_text("You have logged in again since")
    await expect(field).to_have_value("Yes, still.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("Yes, still.")
