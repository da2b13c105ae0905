"""Saved replies while writing: by "/", by a button, and without JavaScript."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
ANSWER = "Your answer"
OPTIONS = "[role=listbox] [role=option]"


def saved(shop: Any, shortcut: str, en: str, fr: str = "", **more: Any) -> str:
    """Keep a reply for everybody, unless another test has; gives its id."""
    known = shop.api("GET", "/v1/saved-replies")["items"]
    for each in known:
        if each["shortcut"] == shortcut:
            return str(each["id"])
    made = shop.api("POST", "/v1/saved-replies", {"shortcut": shortcut, "en": en, "fr": fr} | more)
    return str(made["id"])


@pytest.fixture
def replies(shop: Any) -> dict[str, str]:
    return {
        "ready": saved(shop, "ready", "Hello {contact_name}, it is ready.", "Bonjour, c'est prêt."),
        "return": saved(shop, "return", "Bring it back within 30 days."),
        "wifi": saved(shop, "wifi", "<b>guest</b> & 'velo'"),
    }


@pytest.mark.usefixtures("replies")
async def test_a_slash_offers_them_and_keys_choose(visit: Any, shop: Any) -> None:
    tab = await visit(f"/inbox/all/{shop.conversation()}")
    field = tab.page.get_by_label(ANSWER)
    options = tab.page.locator(OPTIONS)
    await field.press_sequentially("Hi. /re")
    await expect(options.locator(".title")).to_have_text(["ready", "return"])
    await expect(field).to_have_attribute("aria-activedescendant", "choice-0")
    await tab.page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await expect(field).to_have_attribute("aria-activedescendant", "choice-1")
    found = await Axe().run(tab.page)
    assert [v for v in found.response["violations"] if v["impact"] in SERIOUS] == []
    await tab.page.keyboard.press("Enter")
    await expect(field).to_have_value("Hi. Bring it back within 30 days.")
    await expect(options).to_have_count(0)
    await expect(tab.page.locator("#measure")).to_contain_text("1 part")


@pytest.mark.usefixtures("replies")
async def test_it_is_filled_for_the_customer_and_in_their_language(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    contact = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    shop.api("PATCH", f"/v1/contacts/{contact}", {"name": "Camille", "language": "en"})
    tab = await visit(f"/inbox/all/{conversation}", locale="fr-CA")
    field = tab.page.locator("#text")
    await field.press_sequentially("/ready")
    await tab.page.keyboard.press("Enter")
    await expect(field).to_have_value("Hello Camille, it is ready.")
    shop.api("PATCH", f"/v1/contacts/{contact}", {"language": "fr"})
    await tab.page.reload()
    await expect(field).to_have_value("Hello Camille, it is ready.")
    await field.fill("")
    await field.press_sequentially("/pret")  # accents do not matter, and any of its words is one
    await tab.page.keyboard.press("Tab")
    await expect(field).to_have_value("Bonjour, c'est prêt.")


@pytest.mark.usefixtures("replies")
async def test_escape_and_slashes_that_mean_nothing_leave_the_text(visit: Any, shop: Any) -> None:
    tab = await visit(f"/inbox/all/{shop.conversation()}")
    field = tab.page.get_by_label(ANSWER)
    options = tab.page.locator(OPTIONS)
    await field.press_sequentially("and/ready or 1/re")
    await expect(options).to_have_count(0)
    await field.press_sequentially(" /re")
    await expect(options).to_have_count(2)
    await tab.page.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await expect(field).to_be_focused()
    await field.press_sequentially("a")
    await expect(options).to_have_count(0)
    await field.press_sequentially(" /zzz")
    await expect(options).to_have_count(0)
    await tab.page.keyboard.press("Enter")
    await expect(field).to_have_value("and/ready or 1/re /rea /zzz\n")
    await tab.page.get_by_label("Note for us").check()
    await field.press_sequentially("/re")
    await expect(options).to_have_count(0)


@pytest.mark.usefixtures("replies")
async def test_on_a_telephone_the_button_and_a_touch_are_enough(visit: Any, shop: Any) -> None:
    tab = await visit(f"/inbox/all/{shop.conversation()}", viewport=PHONE, has_touch=True)
    field = tab.page.get_by_label(ANSWER)
    await tab.page.locator("summary[title^='Saved replies']").tap()
    await tab.page.get_by_role("link", name=re.compile("^wifi")).tap()
    await expect(field).to_have_value("<b>guest</b> & 'velo'")
    await field.fill("")
    await field.press_sequentially("/wifi")
    await tab.page.locator(OPTIONS).tap()
    await expect(field).to_have_value("<b>guest</b> & 'velo'")
    await expect(field).to_be_focused()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await tab.page.evaluate(overflow) == 0


async def test_without_script_a_link_begins_the_answer(
    visit: Any, shop: Any, replies: dict[str, str]
) -> None:
    conversation = shop.conversation("How do I return it?")
    tab = await visit(f"/inbox/all/{conversation}", java_script_enabled=False)
    await tab.page.locator("summary[title^='Saved replies']").click()
    await tab.page.get_by_role("link", name=re.compile("^return")).click()
    await expect(tab.page).to_have_url(re.compile(f"reply={replies['return']}$"))
    await expect(tab.page.get_by_label(ANSWER)).to_have_value("Bring it back within 30 days.")
    await tab.go(f"/inbox/all/{conversation}?reply=rep_of_nobody")
    await expect(tab.page.get_by_label(ANSWER)).to_have_value("")


async def test_one_s_own_reply_is_made_and_nobody_else_is_offered_it(visit: Any, shop: Any) -> None:
    conversation = shop.conversation()
    lea = await visit(f"/inbox/all/{conversation}", person="lea", role="agent")
    await lea.page.locator("summary[title^='Saved replies']").click()
    await lea.page.get_by_role("link", name="Saved replies…").click()
    await lea.page.get_by_role("link", name="New reply").click()
    await lea.page.get_by_label("Short name").fill("lunch")
    await lea.page.get_by_label("In English").fill("I am back at one.")
    await lea.page.get_by_role("button", name="Save").click()
    await expect(lea.page.locator("#flash")).to_contain_text("Saved")
    await lea.go(f"/inbox/all/{conversation}")
    await lea.page.get_by_label(ANSWER).press_sequentially("/lunch")
    await expect(lea.page.locator(OPTIONS)).to_have_count(1)
    marie = await visit(f"/inbox/all/{conversation}")
    await marie.page.get_by_label(ANSWER).press_sequentially("/lunch")
    await expect(marie.page.get_by_label(ANSWER)).to_have_value("/lunch")
    await expect(marie.page.locator(OPTIONS)).to_have_count(0)
