"""Contacts on the page: found, added, changed, merged and split, on a desktop and a phone."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def contact(shop: Any, name: str, **more: Any) -> tuple[str, str]:
    """Add a customer of this name; gives the contact's id and the number."""
    number = shop.customer()
    body = {"numbers": [number], "name": name} | more
    return shop.api("POST", "/v1/contacts", body, 201)["id"], number


async def test_a_contact_is_added_found_and_changed(visit: Any, shop: Any) -> None:
    number = shop.customer()
    tab = await visit("/inbox/all")
    await tab.page.get_by_role("link", name="Contacts").click()
    await tab.page.get_by_role("link", name="Add a contact").click()
    await tab.page.get_by_label("Number", exact=True).fill(number)
    await tab.page.get_by_label("Name", exact=True).fill("Noémie Tremblay-Added")
    await tab.page.get_by_label("Tags").fill("vip, corner store")
    await tab.page.get_by_role("button", name="Add", exact=True).click()
    await expect(tab.page.locator("#flash")).to_contain_text("Added")

    await tab.page.get_by_role("link", name="Contacts").first.click()
    await tab.page.get_by_role("searchbox").fill("noemie added")
    await tab.page.get_by_role("searchbox").press("Enter")
    row = tab.page.locator(".contact-row")
    await expect(row).to_have_count(1)
    await row.get_by_role("link", name="Noémie Tremblay-Added").click()
    await tab.page.get_by_label("About them, for us").fill("Comes on Thursdays")
    await tab.page.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Saved")
    found = shop.api("GET", "/v1/contacts?q=noemie+added")["items"]
    assert [each["notes"] for each in found] == ["Comes on Thursdays"]


async def test_what_passed_with_them_leads_to_the_conversation(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "Is the tandem still there?")
    conversation = shop.conversation_of(number)
    who = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    tab = await visit(f"/contacts/{who}", person="agnes", role="agent")
    await tab.page.get_by_role("link", name="Is the tandem still there?").click()
    await tab.page.wait_for_url(f"**/inbox/all/{conversation}")
    await expect(tab.page.locator("#text")).to_be_visible()


async def test_two_are_made_one_and_two_again(visit: Any, shop: Any) -> None:
    first, _ = contact(shop, "Béatrice Once")
    second, number = contact(shop, "B. Once, cell phone")
    tab = await visit(f"/contacts/{first}")
    await tab.page.get_by_label("More", exact=True).click()
    await tab.page.get_by_role("link", name="Same person as…").click()
    await tab.page.get_by_role("searchbox").fill(number)
    await tab.page.get_by_role("button", name="Find").click()
    await tab.page.get_by_role("link", name="B. Once, cell phone").click()
    await expect(tab.page.locator(".merge-result")).to_contain_text("Béatrice Once")
    await tab.page.get_by_role("button", name="Yes, make them one").click()
    await expect(tab.page.locator("#flash")).to_contain_text("They are one contact now")
    await expect(tab.page.locator(".numbers li")).to_have_count(2)

    await tab.page.get_by_role("button", name="Undo").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("B. Once, cell phone")
    assert shop.api("GET", f"/v1/contacts/{first}")["name"] == "Béatrice Once"
    await tab.go(f"/contacts/{second}")
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Béatrice Once")


async def test_an_opt_out_by_telephone_is_noted_without_script(visit: Any, shop: Any) -> None:
    who, _ = contact(shop, "Quiet Customer")
    tab = await visit(f"/contacts/{who}", java_script_enabled=False, viewport=PHONE)
    await tab.page.get_by_text("Note what they said elsewhere…").click()
    await tab.page.get_by_label("Where and when they said so").fill("On the phone, to Marie")
    await tab.page.get_by_label("The customer said so themselves").check()
    await tab.page.get_by_role("button", name="Note it").click()
    consent = tab.page.locator("#consent")
    await expect(consent).to_contain_text("Marie noted that they want no more messages")
    await expect(consent).to_contain_text("On the phone, to Marie")
    assert shop.api("GET", f"/v1/contacts/{who}/consent")["opted_out"]


async def test_the_contacts_are_handed_out(visit: Any, shop: Any) -> None:
    contact(shop, "Exported Customer")
    tab = await visit("/contacts")
    await tab.page.get_by_text("Export…").click()
    async with tab.page.expect_download() as saved:
        await tab.page.get_by_role("button", name="For a spreadsheet (CSV)").click()
    file = await (await saved.value).path()
    assert "Exported Customer" in file.read_text("utf-8")
    agent = await visit("/contacts", person="agnes", role="agent")
    await expect(agent.page.get_by_text("Export…")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, shop: Any, scheme: str) -> None:
    who, _ = contact(shop, "Ève Accessible", tags=["vip", "a rather long tag for a phone"])
    other, _ = contact(shop, "Ève Accessible again")
    said = {"what": "opted_out", "reason": "In the shop, on Monday, to Marie"}
    shop.api("POST", f"/v1/contacts/{who}/consent", said)
    shop.api("POST", f"/v1/contacts/{other}/consent", said)
    tab = await visit(
        "/contacts", color_scheme=scheme, viewport=PHONE, reduced_motion="reduce", locale="fr-CA"
    )
    for path in (
        "/contacts",
        "/contacts?q=%C3%88ve",
        "/contacts/new",
        f"/contacts/{who}",
        f"/contacts/{who}/merge?q=%C3%88ve",
        f"/contacts/{who}/merge?other={other}",
    ):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not bad, found.generate_report()
        assert await tab.page.evaluate(OVERFLOW) == 0, path


async def test_a_file_is_looked_at_before_it_is_taken_in(
    visit: Any, shop: Any, tmp_path: Any
) -> None:
    good, other = shop.customer(), shop.customer()
    file = tmp_path / "customers.csv"
    file.write_text(f"Client,Tel\nImported Zoé,{good}\nBad,1-2\nAlso imported,{other}\n", "utf-8")
    tab = await visit("/contacts")
    await tab.page.get_by_role("link", name="Import…").click()
    await tab.page.get_by_label("File").set_input_files(file)
    await tab.page.get_by_role("button", name="Look at it").click()
    await expect(tab.page.locator(".row-problems li")).to_have_text(
        ["Line 3 “1-2” is no number to text. It has too few digits to be a telephone number."]
    )
    assert shop.api("GET", "/v1/contacts?q=Imported")["items"] == []
    await tab.page.get_by_role("button", name="Import 2 contacts").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Imported")
    assert len(shop.api("GET", "/v1/contacts?q=Imported")["items"]) == 2


async def test_a_contact_is_erased_at_their_request(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "My secret wish")
    conversation = shop.conversation_of(number)
    who = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    tab = await visit(f"/contacts/{who}")
    await tab.page.get_by_label("More", exact=True).click()
    await tab.page.get_by_role("link", name="Erase on request…").click()
    await expect(tab.page.locator(".consequences").first).to_contain_text("The words of 1 message")
    await tab.page.get_by_label("How they asked for it").fill("At the counter, today")
    await tab.page.get_by_role("checkbox", name="They asked for it").check()
    await tab.page.get_by_role("button", name="Erase for good").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("It is erased")
    await tab.go(f"/inbox/all/{conversation}")
    await expect(tab.page.get_by_text("My secret wish")).to_have_count(0)


async def test_two_who_change_a_contact_at_once_are_told(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "Who changes me?")
    conversation = shop.conversation_of(number)
    who = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    tab = await visit(f"/inbox/all/{conversation}")
    panel = tab.page.locator("#contact")
    notes = panel.get_by_label("About them, for us")
    # What a colleague writes appears, as long as nothing is typed there.
    shop.api("PATCH", f"/v1/contacts/{who}", {"notes": "Written by Luc"})
    await expect(notes).to_have_value("Written by Luc")
    await panel.get_by_label("Name").fill("Typed by Marie")
    shop.api("PATCH", f"/v1/contacts/{who}", {"notes": "Changed by Luc", "name": "Luc's name"})
    await expect(notes).to_have_value("Changed by Luc")
    await expect(panel.get_by_label("Name")).to_have_value("Typed by Marie")
    tab.watch.wants(409)
    await panel.get_by_role("button", name="Save").click()
    refused = panel.get_by_role("alert")
    await expect(refused).to_contain_text("Somebody else changed this meanwhile")
    await expect(panel).to_contain_text("By now it says: “Luc's name”")
    assert shop.api("GET", f"/v1/contacts/{who}")["name"] == "Luc's name"
    # What happens meanwhile takes nothing of it away; saved again, it holds.
    shop.text_in(number, "Still me")
    await expect(tab.page.locator(".message.in .text").last).to_have_text("Still me")
    await expect(refused).to_be_visible()
    await expect(panel.get_by_label("Name")).to_have_value("Typed by Marie")
    await panel.get_by_role("button", name="Save").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Saved")
    await expect(refused).to_have_count(0)
    assert shop.api("GET", f"/v1/contacts/{who}")["name"] == "Typed by Marie"


async def test_an_opt_out_is_noted_beside_the_conversation(visit: Any, shop: Any) -> None:
    number = shop.customer()
    shop.text_in(number, "Please call me back")
    conversation = shop.conversation_of(number)
    tab = await visit(f"/inbox/all/{conversation}")
    panel = tab.page.locator("#contact")
    await panel.get_by_text("Note what they said elsewhere…").click()
    await panel.get_by_label("Where and when they said so").fill("On the phone just now")
    await panel.get_by_label("The customer said so themselves").check()
    await panel.get_by_role("button", name="Note it").click()
    await expect(tab.page.locator("#flash")).to_contain_text("they want no more messages")
    await tab.page.wait_for_url(f"**/inbox/all/{conversation}")
    await expect(panel).to_contain_text("Wants no messages")
    await panel.get_by_role("link", name="Their page").click()
    await expect(tab.page.locator("#consent")).to_contain_text("On the phone just now")


async def test_what_was_not_taken_stays_whatever_happens_next(visit: Any, shop: Any) -> None:
    who, _ = contact(shop, "Changed By Two")
    tab = await visit(f"/contacts/{who}")
    tab.watch.wants(409)
    notes = tab.page.get_by_label("About them, for us")
    await notes.fill("Typed by Marie")
    shop.api("PATCH", f"/v1/contacts/{who}", {"notes": "Written by Luc"}, 200)
    await tab.page.get_by_role("button", name="Save").click()
    alert = tab.page.get_by_role("alert")
    await expect(alert).to_contain_text("What you wrote is still here")
    beside = await tab.context.new_page()
    await beside.goto(f"{tab.url}/contacts/{who}")
    for name in ("Changed By Three", "Changed By Four"):
        shop.api("PATCH", f"/v1/contacts/{who}", {"name": name}, 200)
        await expect(beside.get_by_role("heading", level=1)).to_have_text(name)
    await expect(alert).to_contain_text("What you wrote is still here")
    await expect(notes).to_have_value("Typed by Marie")
