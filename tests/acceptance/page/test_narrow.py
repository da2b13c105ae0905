"""At 360 pixels nothing is cut off: menus, the composer's bar, the line of sections."""

from typing import Any

import pytest

PHONE = {"viewport": {"width": 360, "height": 740}}
WITHIN = """element => {
  const { left, right } = element.getBoundingClientRect();
  return left >= 0 && right <= innerWidth;
}"""


@pytest.mark.parametrize("locale", ["en-CA", "fr-CA"])
async def test_menus_and_bars_are_on_the_screen(visit: Any, shop: Any, locale: str) -> None:
    shop.person("jf", "agent", display_name="Jean-François Archambault-Desrosiers")
    conversation = shop.conversation("Is it ready?")
    tab = await visit(f"/inbox/all/{conversation}", locale=locale, **PHONE)
    menus = tab.page.locator("details.menu")
    for place in range(await menus.count()):
        menu = menus.nth(place)
        await menu.locator("summary").click()
        assert await menu.locator(".menu-body").evaluate(WITHIN)
        await tab.page.keyboard.press("Escape")
    whole = "element => element.scrollWidth <= element.clientWidth"
    assert await tab.page.locator(".as").evaluate(whole)
    for text in await tab.page.locator(".as span, .whom strong").all():
        assert await text.evaluate(whole)


@pytest.mark.parametrize("locale", ["en-CA", "fr-CA"])
async def test_a_long_name_leaves_the_sections_their_room(visit: Any, locale: str) -> None:
    long = {"person": "elodie", "role": "manager", "locale": locale}
    tab = await visit("/inbox/all", **long, **PHONE)
    rename = "Élodie Gagné-Beauchamp de la Rochefoucauld"
    name = tab.page.locator(".sections .me span")
    await name.evaluate("(element, text) => { element.textContent = text; }", rename)
    for text in await tab.page.locator(".sections li:not(.me) span").all():
        assert await text.evaluate("element => element.scrollWidth <= element.clientWidth")
