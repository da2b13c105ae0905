"""Writing first to a customer: by number and by name, with the script and without it."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def contact(shop: Any, name: str) -> tuple[str, str]:
    number = shop.customer()
    body = {"numbers": [number], "name": name}
    return shop.api("POST", "/v1/contacts", body, 201)["id"], number


async def test_a_new_number_is_written_to_from_the_keyboard(visit: Any, shop: Any) -> None:
    number = shop.customer()
    tab = await visit("/inbox/all")
    await tab.page.keyboard.press("?")
    await expect(tab.page.get_by_role("dialog")).to_contain_text("a new message")
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("n")
    await tab.page.wait_for_url("**/new")
    await expect(tab.page.locator("#to")).to_be_focused()
    await tab.page.keyboard.type(number)
    await tab.page.get_by_label("Message", exact=True).fill("Your bike is ready")
    await expect(tab.page.locator("#measure")).to_contain_text("1 part")
    await expect(tab.page.locator("#measure")).to_contain_text("0.02")
    await expect(tab.page.locator(".signature")).to_contain_text("Marie @ Vélos du Plateau")
    await tab.page.keyboard.press("Control+Enter")
    await tab.page.wait_for_url("**/inbox/all/cnv_*")
    await expect(tab.page.locator("#timeline")).to_contain_text("Your bike is ready")
    await expect(tab.page.locator(".conversation-head")).to_contain_text("Marie")
    assert shop.conversation_of(number) in tab.page.url

    # What was sent is no draft any more.
    await tab.page.keyboard.press("Escape")
    await tab.go("/new")
    await expect(tab.page.locator("#text")).to_have_value("")


async def test_a_contact_is_offered_by_name_and_the_text_stays(visit: Any, shop: Any) -> None:
    who, number = contact(shop, "Océane Listée")
    contact(shop, "Océane Another")
    tab = await visit("/inbox/all")
    await tab.page.get_by_role("link", name="New message").click()
    await tab.page.get_by_label("Message", exact=True).fill("Bonjour Océane")
    await tab.page.locator("#to").press_sequentially("oceane list")
    option = tab.page.get_by_role("option")
    await expect(option).to_have_count(1)
    await expect(option).to_contain_text("Océane Listée")
    await tab.page.locator("#to").press("Enter")
    await expect(tab.page.locator(".chosen")).to_contain_text("Océane Listée")
    await expect(tab.page.locator("#text")).to_have_value("Bonjour Océane")

    # A reload finds whom, and what was written to them.
    await tab.page.reload()
    await expect(tab.page.locator(".chosen")).to_contain_text("Océane Listée")
    await expect(tab.page.locator("#text")).to_have_value("Bonjour Océane")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await tab.page.wait_for_url("**/inbox/all/cnv_*")
    found = shop.api("GET", f"/v1/conversations/{shop.conversation_of(number)}")
    assert found["contact"]["id"] == who


async def test_a_draft_to_one_is_not_offered_for_another(visit: Any, shop: Any) -> None:
    one, _ = contact(shop, "Draft One")
    other, _ = contact(shop, "Draft Other")
    tab = await visit(f"/new?contact={one}")
    await tab.page.locator("#text").fill("For one only")
    await tab.go(f"/new?contact={other}")
    await expect(tab.page.locator(".chosen")).to_contain_text("Draft Other")
    await expect(tab.page.locator("#text")).to_have_value("")
    await tab.go(f"/new?contact={one}")
    await expect(tab.page.locator("#text")).to_have_value("For one only")
    await tab.page.get_by_role("button", name="Change").click()
    await tab.page.locator("#to").fill("Draft Other")
    await tab.page.get_by_role("option", name="Draft Other").click()
    await expect(tab.page.locator(".chosen")).to_contain_text("Draft Other")
    await expect(tab.page.locator("#text")).to_have_value("For one only")
    await tab.go(f"/new?contact={one}")
    await expect(tab.page.locator(".chosen")).to_contain_text("Draft One")
    await expect(tab.page.locator("#text")).to_have_value("")


async def test_without_script_on_a_phone_in_french(visit: Any, shop: Any) -> None:
    _, number = contact(shop, "Zacharie Sans-Script")
    tab = await visit("/inbox/all", locale="fr-CA", viewport=PHONE, java_script_enabled=False)
    await tab.page.get_by_role("link", name="Nouveau message").click()
    await tab.page.get_by_label("Message", exact=True).fill("C’est prêt!")
    await tab.page.get_by_label("Destinataire").fill("zacharie")
    await tab.page.get_by_role("button", name="Chercher", exact=True).click()
    await tab.page.get_by_role("button", name="Zacharie Sans-Script").click()
    await expect(tab.page.locator(".chosen")).to_contain_text("Zacharie Sans-Script")
    await expect(tab.page.locator("#text")).to_have_value("C’est prêt!")
    await tab.page.get_by_role("button", name="Envoyer", exact=True).click()
    await expect(tab.page.locator("#timeline")).to_contain_text("C’est prêt!")
    assert shop.conversation_of(number) in tab.page.url


async def test_what_is_wrong_is_said_and_nothing_is_lost(visit: Any, shop: Any) -> None:
    who, _ = contact(shop, "Wants Nothing")
    said = {"what": "opted_out", "reason": "In the shop, to Marie"}
    shop.api("POST", f"/v1/contacts/{who}/consent", said)
    tab = await visit("/new", viewport=PHONE)
    tab.watch.wants(422)
    await tab.page.locator("#to").fill("514 555-01")
    await tab.page.locator("#text").fill("Still here")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("is no number to text")
    await tab.page.locator("#to").fill("wants nothing")
    await tab.page.get_by_role("option").click()
    await expect(tab.page.locator(".notice")).to_contain_text("asked for no more messages")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("You may not write to them")
    await expect(tab.page.locator("#text")).to_have_value("Still here")


async def test_a_contacts_page_leads_here(visit: Any, shop: Any) -> None:
    who, _ = contact(shop, "From Their Page")
    tab = await visit(f"/contacts/{who}")
    tab.watch.wants(422)
    await tab.page.get_by_role("link", name="Write", exact=True).click()
    await expect(tab.page.locator(".chosen")).to_contain_text("From Their Page")
    await tab.page.get_by_label("Message", exact=True).fill("Tomorrow then")
    await tab.page.get_by_label("Send later").click()
    await tab.page.get_by_label("Send it at").fill("2099-01-01T10:00")
    await tab.page.get_by_role("button", name="Send later").click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("more than a year away")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, shop: Any, scheme: str) -> None:
    who, number = contact(shop, "Inès Accessible")
    shop.text_in(number, "Hello?")
    tab = await visit(
        "/new", color_scheme=scheme, viewport=PHONE, reduced_motion="reduce", locale="fr-CA"
    )
    for path in ("/new", "/new?to=ines", "/new?to=5145550144", f"/new?contact={who}", "/inbox/all"):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not bad, found.generate_report()
        assert await tab.page.evaluate(OVERFLOW) == 0, path
    await tab.go("/new")
    await tab.page.locator("#to").press_sequentially("ines acc")
    await expect(tab.page.get_by_role("option").first).to_be_visible()
    found = await Axe().run(tab.page)
    bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
    assert not bad, found.generate_report()
