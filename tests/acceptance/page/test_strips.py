"""On a phone the strip of lists, or of the settings' areas, shows the one that is open."""

from typing import Any

import pytest
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_the_one_that_is_open_is_in_view(visit: Any, script: bool) -> None:
    tab = await visit("/settings/teams", viewport=PHONE, java_script_enabled=script)
    area = tab.page.locator(".areas [aria-current]")
    await expect(area).to_have_text("Teams")
    await expect(area).to_be_in_viewport(ratio=1)
    await tab.page.locator('.areas a[href="/settings/hours"]').click()
    await expect(area).to_have_text("Hours")
    await expect(area).to_be_in_viewport(ratio=1)
    await tab.go("/inbox/closed")
    await expect(tab.page.locator(".chips [aria-current]")).to_be_in_viewport(ratio=1)
