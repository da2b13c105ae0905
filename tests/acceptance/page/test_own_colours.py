"""In contrast themes, the few colours that somebody has for all pages, what is chosen is seen."""

from typing import Any

import pytest
from playwright.async_api import expect

GROUND = "(one) => getComputedStyle(one).backgroundColor"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_is_chosen_is_told_by_their_colours(visit: Any, shop: Any, scheme: str) -> None:
    conversation = shop.conversation("Do you see it?")
    path = f"/inbox/all/{conversation}"
    tab = await visit(path, forced_colors="active", color_scheme=scheme)
    answer, note = (tab.page.locator(f"input[value={each}] + span") for each in ("answer", "note"))
    chosen = await answer.evaluate(GROUND)
    assert await note.evaluate(GROUND) != chosen
    await tab.page.get_by_role("radio", name="Note for us").check()
    await expect(note).to_have_css("background-color", chosen)
    await expect(answer).not_to_have_css("background-color", chosen)
    lists = tab.page.locator("#lists a")
    here = [await each.evaluate(GROUND) == chosen for each in await lists.all()]
    assert here == [await each.get_attribute("href") == "/inbox/all" for each in await lists.all()]
