"""The frame of the page: what each answer says about itself, and what is at hand everywhere."""

import re
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}


def head(shop: Any, path: str, **headers: str) -> Any:
    return shop.gateway.http("GET", path, headers=headers)


def test_a_page_lets_nothing_in_but_its_own_files(shop: Any) -> None:
    answer = head(shop, "/inbox/all")
    assert answer.status == 200
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    body = answer.body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", body)
    assert shop.gateway.token not in body
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_kept_for_ever_under_the_address_of_its_content(shop: Any) -> None:
    page = head(shop, "/inbox/all").body.decode()
    css = re.search(r'href="(/static/[^"]+/page\.css)"', page)
    assert css
    answer = head(shop, css[1], **{"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    other = re.sub(r"[0-9a-f]{12}", "0" * 12, css[1])
    assert head(shop, other).status == 404
    assert head(shop, "/static/x/../../render.py").status == 404


def test_the_first_load_is_below_100_kb(shop: Any) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    page = head(shop, "/inbox/all", **zipped)
    import gzip  # noqa: PLC0415 - only here

    text = gzip.decompress(page.body).decode()
    urls = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
    size = len(page.body) + sum(len(head(shop, url, **zipped).body) for url in urls)
    assert size < 100_000


def test_who_is_not_logged_in_is_sent_to_the_log_in_and_back(shop: Any) -> None:
    answer = head(shop, "/inbox/all?q=a%26b", Authorization="")
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=%2Finbox%2Fall%3Fq%3Da%2526b"


def test_the_page_is_for_the_gateway_s_own_names(shop: Any) -> None:
    assert head(shop, "/inbox/all", Host="evil.example").status == 421


async def test_what_is_not_there_is_said_in_a_page(visit: Any) -> None:
    tab = await visit("/inbox/all")
    answer = await tab.page.request.get(f"{tab.url}/nowhere", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "There is nothing here" in await answer.text()


async def test_language_and_appearance_are_chosen_and_stay(visit: Any) -> None:
    tab = await visit("/me")
    await tab.page.get_by_label("Français").check()
    await tab.page.get_by_label("Dark").check()
    await tab.page.get_by_role("button", name="Save").click()
    await expect(tab.page.get_by_role("status").first).to_contain_text("Enregistré")
    await tab.go("/inbox/all")
    await expect(tab.page.locator("html")).to_have_attribute("lang", "fr")
    await expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(tab.page.locator("#flash .flash")).to_have_count(0)


async def test_the_browser_s_language_is_the_page_s(visit: Any) -> None:
    tab = await visit("/inbox/all", locale="fr-CA")
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Toutes")


async def test_without_script_a_customer_is_read_and_answered(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is my bike ready?")
    tab = await visit("/inbox/waiting", java_script_enabled=False)
    row = tab.page.locator(f'a[href$="{conversation}"]').first
    await expect(row).to_contain_text("Is my bike ready?")
    await row.click()
    await tab.page.get_by_label("Your answer").fill("Yes, since this morning.")
    await tab.page.get_by_role("button", name="Send").click()
    await expect(tab.page.locator(".message.out .text")).to_have_text("Yes, since this morning.")
    await tab.page.get_by_label("Your answer").fill("Blue one, back room.")
    await tab.page.get_by_label("Note for us").check()
    await tab.page.get_by_role("button", name="Send").click()
    await expect(tab.page.locator(".note .text")).to_have_text("Blue one, back room.")
    sent = shop.api("GET", f"/v1/messages?conversation={conversation}&direction=out")["items"]
    assert [message["text"] for message in sent] == ["Yes, since this morning."]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, shop: Any, scheme: str) -> None:
    conversation = shop.conversation("See https://example.com")
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "Known, and nice."})
    tab = await visit(f"/inbox/all/{conversation}", color_scheme=scheme)
    for path in (f"/inbox/all/{conversation}", "/inbox/snoozed", "/me"):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in SERIOUS]
        assert not bad, found.generate_report()


async def test_at_360_pixels_one_thing_is_shown_at_a_time(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("x" * 400)
    tab = await visit("/inbox/all", viewport=PHONE)
    shown = tab.page.locator(".pane:visible")
    for path, label in (
        ("/inbox/all", "list-pane"),
        (f"/inbox/all/{conversation}", "conversation-pane"),
        (f"/inbox/all/{conversation}/contact", "contact-pane"),
    ):
        await tab.go(path)
        await expect(shown).to_have_count(1)
        await expect(shown).to_have_class(re.compile(label))
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await tab.page.evaluate(overflow) == 0
