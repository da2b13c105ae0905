"""Everybody can use the settings: nothing serious for axe, nothing too wide for a telephone."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
PATHS = (
    "/settings",
    "/settings/hours/main?at=2027-06-24T20:00",
    "/settings/answers/main",
    "/settings/rules",
    "/settings/rules/file",
    "/settings/replies",
    "/settings/replies/new",
    "/settings/templates/new",
    "/settings/digest",
    "/settings/inboxes",
    "/settings/inboxes/main",
    "/me",
    "/settings/people",
    "/settings/people/new",
    "/settings/people/{person}",
    "/settings/people/{person}/leave",
    "/settings/teams",
    "/settings/teams/new",
)


@pytest.mark.parametrize("path", PATHS)
async def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    visit: Any, shop: Any, path: str
) -> None:
    shop.person("access", "agent", display_name="x" * 60)
    tab = await visit(path.format(person=shop.people["access"]), viewport=PHONE, locale="fr-CA")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await tab.page.evaluate(overflow) == 0
    for look in ("light", "dark"):
        # Without motion: half-way from one look to the other, no contrast is right.
        await tab.page.emulate_media(color_scheme=look, reduced_motion="reduce")
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in SERIOUS]
        assert not bad, (look, found.generate_report())
