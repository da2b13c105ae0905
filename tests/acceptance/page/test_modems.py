"""The modems on the page: how they are, what is done to them, and the line over every page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def test_a_modem_tells_how_it_is(visit: Any) -> None:
    tab = await visit("/modems")
    card = tab.page.locator(".modem-card")
    await expect(card).to_contain_text("counter")
    await expect(card).to_contain_text("Ready")
    await expect(card).to_contain_text("(514) 555-0100")
    await expect(card).to_contain_text(re.compile(r"(Weak|Fair|Good|Very good) signal"))
    await expect(card).to_contain_text("SIM memory")


@pytest.fixture
def counter(shop: Any) -> Iterator[Any]:
    """Give the shop's stick, which works again for the other tests, whatever is done to it."""
    stick = shop.gateway.sticks["counter"]
    yield stick
    stick.order("set", registration=1)
    shop.api("POST", "/v1/modems/counter/unmute", status=200)
    shop.gateway.modem("counter", "ready")


@pytest.mark.usefixtures("counter")
async def test_a_modem_that_only_receives_is_said_on_every_page_at_once(visit: Any) -> None:
    inbox = await visit("/inbox/all")
    await expect(inbox.page.locator(".banner")).to_have_count(0)
    tab = await visit("/modems/counter")
    await tab.page.get_by_role("button", name="Receive only").click()
    await expect(tab.page.locator(".badge").first).to_have_text("Receives only")
    await expect(tab.page.locator(".banner")).to_contain_text("Nothing can be sent")
    await inbox.go("/inbox/all")
    await expect(inbox.page.locator(".banner")).to_contain_text("Receives only")
    fits = "document.documentElement.scrollHeight <= innerHeight"
    assert await inbox.page.evaluate(fits)
    await tab.page.get_by_role("button", name="Undo").click()
    await expect(tab.page.locator(".badge").first).to_have_text("Ready")
    await expect(tab.page.locator(".banner")).to_have_count(0)


async def test_a_modem_that_restarts_is_followed_without_a_reload(visit: Any, counter: Any) -> None:
    inbox = await visit("/inbox/all")
    tab = await visit("/modems/counter")
    counter.order("set", registration=2)
    await tab.page.get_by_role("button", name="Restart it").click()
    await expect(tab.page.locator("#flash")).to_contain_text("It restarts now")
    await expect(tab.page.locator(".badge").first).to_have_text("No network")
    await expect(inbox.page.locator(".banner")).to_contain_text("No network")
    counter.order("set", registration=1)
    await expect(tab.page.locator(".badge").first).to_have_text("Ready")
    await expect(inbox.page.locator(".banner")).to_have_count(0)


async def test_an_agent_sees_and_touches_nothing(visit: Any) -> None:
    tab = await visit("/modems", person="agnes", role="agent")
    await expect(tab.page.locator(".modem-card")).to_contain_text("counter")
    await expect(tab.page.get_by_role("button", name="Restart it")).to_have_count(0)
    answer = await tab.page.request.get(f"{tab.url}/doctor", headers={"Accept": "text/html"})
    assert answer.status == 403


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_an_administrator_asks_the_network(visit: Any, script: bool) -> None:
    tab = await visit("/modems/counter", person="ada", role="admin", java_script_enabled=script)
    await tab.page.get_by_label("Code").fill("hello")
    await tab.page.get_by_role("button", name="Ask").click()
    await expect(tab.page.locator("#ussd .notice")).to_contain_text("Write a code of digits")
    await tab.page.get_by_label("Code").fill("*100#")
    await tab.page.get_by_role("button", name="Ask").click()
    await expect(tab.page.locator("#ussd .bubble-said")).to_contain_text("12.34 CAD")


async def test_a_menu_of_the_network_is_answered(visit: Any, shop: Any) -> None:
    stick = shop.gateway.sticks["counter"]
    stick.order("ussd", code="*611#", text="1 Balance\n2 Plan", replies={"2": "Plan: 500 texts"})
    tab = await visit("/modems/counter", person="ada", role="admin")
    await tab.page.get_by_label("Code").fill("*611#")
    await tab.page.get_by_role("button", name="Ask").click()
    await expect(tab.page.locator("#ussd .bubble-said")).to_contain_text("2 Plan")
    await tab.page.get_by_label("Your choice").fill("2")
    await tab.page.get_by_role("button", name="Answer").click()
    await expect(tab.page.locator("#ussd .bubble-said")).to_have_text("Plan: 500 texts")
    await expect(tab.page.get_by_label("Code")).to_be_visible()


async def test_a_manager_does_not_ask_the_network(visit: Any) -> None:
    tab = await visit("/modems/counter")
    await expect(tab.page.get_by_role("button", name="Ask")).to_have_count(0)


async def test_the_doctor_looks_from_inside(visit: Any) -> None:
    tab = await visit("/doctor", locale="fr-CA")
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Chercher les pannes")
    # The tests' folder lies where others may look in, which is no secret to the doctor.
    await expect(tab.page.locator(".finding-card, .card.empty").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, scheme: str) -> None:
    tab = await visit("/modems", color_scheme=scheme, viewport=PHONE, person="ada", role="admin")
    for path in ("/modems", "/modems/counter", "/doctor"):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not bad, found.generate_report()
        assert await tab.page.evaluate(OVERFLOW) == 0
