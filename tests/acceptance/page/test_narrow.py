"""At 360 pixels nothing is cut off: menus, the composer's bar, the line of sections."""

from typing import Any

import pytest
from playwright.async_api import expect

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


async def test_what_was_said_last_stays_in_view_while_one_writes(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is it ready?")
    for number in range(6):
        body = {"text": f"Note {number}\n\n\n\nand its end"}
        shop.api("POST", f"/v1/conversations/{conversation}/notes", body, 200)
    tab = await visit(f"/inbox/all/{conversation}", **PHONE)
    last = tab.page.locator("li.note .fate").last
    await expect(last).to_be_in_viewport(ratio=1)
    await tab.page.get_by_role("textbox", name="Your answer").fill("So many\n" * 8)
    await expect(last).to_be_in_viewport(ratio=1)
    # Who has gone back to read stays there.
    await tab.page.locator("#timeline").evaluate("place => place.scrollTo(0, 0)")
    first = tab.page.locator("li.note").first
    await expect(first).to_be_in_viewport()
    await tab.page.get_by_role("textbox", name="Your answer").fill("No more")
    await expect(first).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en-CA", "fr-CA"])
@pytest.mark.parametrize("width", [360, 1024, 1360])
async def test_the_steps_of_the_first_start_stand_in_one_line(
    visit: Any, locale: str, width: int
) -> None:
    tab = await visit("/start/answer", locale=locale, viewport={"width": width, "height": 740})
    line = tab.page.locator(".steps")
    places = await line.evaluate("place => [...place.children].map(each => each.offsetTop)")
    assert len(places) == 5
    assert len(set(places)) == 1
    for step in await line.get_by_role("link").all():
        assert await step.evaluate(WITHIN)


async def test_the_name_of_the_business_is_not_cut_off(visit: Any) -> None:
    tab = await visit("/inbox/all")
    name = tab.page.locator(".side .brand span")
    await expect(name).to_have_text("Vélos du Plateau")
    assert await name.evaluate("element => element.scrollWidth <= element.clientWidth")
    assert await name.evaluate("element => element.scrollHeight <= element.clientHeight")


async def test_a_team_s_names_are_not_broken_in_mid_word(visit: Any) -> None:
    tab = await visit("/settings/teams/new", **PHONE)
    person = tab.page.locator(".places tbody th bdi").first
    await person.evaluate("element => { element.textContent = 'Bélanger-Roy'; }")
    lines = await person.evaluate("element => element.getClientRects().length")
    assert lines == 1
