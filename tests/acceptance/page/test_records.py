"""Who did what, and exports, on the page."""

import json
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect


async def test_an_export_is_handed_out_and_on_record(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Keep this.")
    tab = await visit(f"/exports?conversation={conversation}")
    async with tab.page.expect_download() as saved:
        await tab.page.get_by_role("button", name="For programs (JSON)").click()
    file = await (await saved.value).path()
    assert "Keep this." in json.dumps(json.loads(file.read_text("utf-8")))
    await tab.go("/audit?action=conversation.exported")
    first = tab.page.locator(".records li").first
    await expect(first).to_contain_text("Marie exported a conversation")
    await expect(first.get_by_role("link")).to_have_attribute("href", f"/inbox/all/{conversation}")


async def test_everything_is_exported_without_script(visit: Any) -> None:
    tab = await visit("/exports", java_script_enabled=False)
    async with tab.page.expect_download() as saved:
        await tab.page.get_by_role("button", name="Export everything").click()
    file = await (await saved.value).path()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert lines


async def test_who_looked_at_a_conversation_is_told(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Who reads this?")
    looker = await visit(f"/inbox/all/{conversation}", person="luc", role="agent")
    await expect(looker.page.get_by_text("Who reads this?").first).to_be_visible()
    tab = await visit(f"/audit?action=conversation.viewed&subject={conversation}")
    await expect(tab.page.locator(".records")).to_contain_text("Luc looked at a conversation")
    await tab.page.get_by_role("link", name="Is the journal whole?").click()
    await expect(tab.page.locator(".notice")).to_contain_text("It is whole")


@pytest.mark.parametrize("path", ["/audit", "/exports"])
async def test_an_agent_sees_no_records(visit: Any, path: str) -> None:
    tab = await visit("/inbox/all", person="agnes", role="agent")
    answer = await tab.page.request.get(f"{tab.url}{path}", headers={"Accept": "text/html"})
    assert answer.status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, scheme: str) -> None:
    tab = await visit(
        "/audit?verify=1", color_scheme=scheme, viewport={"width": 360, "height": 740}
    )
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for path in ("/audit?verify=1", "/exports"):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not bad, found.generate_report()
        assert await tab.page.evaluate(overflow) == 0
