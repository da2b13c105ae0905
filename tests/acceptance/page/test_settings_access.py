"""Everybody can use the settings: nothing serious for axe, nothing too wide for a telephone."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
PATHS = (
    "/settings",
    "/settings/people",
    "/settings/people/new",
    "/settings/people/{person}",
    "/settings/people/{person}/leave",
    "/settings/teams",
    "/settings/teams/new",
)


@pytest.mark.parametrize("look", ["light", "dark"])
async def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    visit: Any, shop: Any, look: str
) -> None:
    shop.person("access", "agent", display_name="x" * 60)
    places = {"person": shop.people["access"]}
    tab = await visit("/settings", color_scheme=look, viewport=PHONE, locale="fr-CA")
    for path in PATHS:
        await tab.go(path.format(**places))
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in SERIOUS]
        assert not bad, (path, found.generate_report())
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await tab.page.evaluate(overflow) == 0, path
